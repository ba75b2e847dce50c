//! To whom work that waits for a person goes: whoever suits best of those who stand on neither side, always the same one on the same facts.
//!
//! Each criterion gives 0 to 10 000: the whole where somebody knows the sector, works in the region or speaks the language, and for the load 500 less for
//! each piece of work that somebody has open. The score is the mean under the weights of the knob; of equal scores the fewest open goes first, then the
//! smaller id. Who has an interest in either side gets nothing, whatever they know.

use std::cmp::Reverse;

use raakvlak_domain::identifiers::{ExpertId, OrganisationId, UserId};
use raakvlak_domain::quantities::WHOLE;
use raakvlak_domain::routing::SectorKnob;
use raakvlak_domain::users::Role;

/// What each piece of work that somebody has open takes off the value of their load, in basis points: with twenty nothing is left.
const EACH_OPEN: u32 = 500;

/// Somebody who can get work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The user.
    pub user: UserId,
    /// The roles in which they act.
    pub roles: Vec<Role>,
    /// The sectors that they know.
    pub sectors: Vec<String>,
    /// The regions that they work in.
    pub regions: Vec<String>,
    /// The languages that they speak, by their code.
    pub languages: Vec<String>,
    /// The expert that they are.
    pub expert: Option<ExpertId>,
    /// The organisations that they speak for.
    pub organisations: Vec<OrganisationId>,
    /// How much they have open.
    pub open: u32,
}

/// A piece of work that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The role whose work it is.
    pub role: Role,
    /// The sectors that it is in.
    pub sectors: Vec<String>,
    /// The names of the regions that it is in.
    pub regions: Vec<String>,
    /// Languages of which one helps, by their code; empty when Dutch does.
    pub languages: Vec<String>,
    /// The expert whom it is about.
    pub expert: Option<ExpertId>,
    /// The organisation that it is about.
    pub organisation: Option<OrganisationId>,
    /// Who spoke for one of the sides.
    pub spoke: Vec<UserId>,
    /// Who had it before and is passed over.
    pub passed: Vec<UserId>,
}

/// Why somebody gets a piece of work, or nobody does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// They know this sector.
    Sector(String),
    /// They work in this region.
    Region(String),
    /// They speak this language.
    Language(String),
    /// So much they have open beside it.
    Open(u32),
    /// Nobody acts in this role.
    NobodyThere(Role),
    /// All who do stand on one of the sides.
    AllInterested,
    /// All who may have it have as much as they can have.
    AllFull,
    /// All who may have it had it already.
    AllPassed,
}

/// How well somebody suits a piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Who.
    pub user: UserId,
    /// How well, in basis points.
    pub score: u32,
    /// How much they have open beside it.
    pub open: u32,
    /// Why.
    pub because: Vec<Reason>,
}

/// To whom a piece of work goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// Who gets it; `None` when nobody may.
    pub to: Option<UserId>,
    /// Why.
    pub because: Vec<Reason>,
}

/// Whether somebody stands on one of the sides: they are the expert, speak for the organisation, or spoke for either.
#[must_use]
pub fn has_interest(candidate: &Candidate, work: &Work) -> bool {
    let is_expert = work.expert.is_some() && candidate.expert == work.expert;
    let of_organisation = work.organisation.as_ref().is_some_and(|organisation| candidate.organisations.contains(organisation));
    is_expert || of_organisation || work.spoke.contains(&candidate.user)
}

/// Everybody who may have a piece of work, who suits best first.
///
/// # Errors
///
/// Why nobody may.
pub fn suitable(work: &Work, candidates: &[Candidate], knob: &SectorKnob) -> Result<Vec<Fit>, Reason> {
    let most = knob.most_open.map_or(u32::MAX, |most| most.get());
    let in_role = candidates.iter().filter(|candidate| candidate.roles.contains(&work.role)).collect();
    let apart = kept(in_role, Reason::NobodyThere(work.role), |_| true)?;
    let apart = kept(apart, Reason::AllInterested, |candidate| !has_interest(candidate, work))?;
    let fresh = kept(apart, Reason::AllPassed, |candidate| !work.passed.contains(&candidate.user))?;
    let free = kept(fresh, Reason::AllFull, |candidate| candidate.open < most)?;
    let mut fits: Vec<Fit> = free.into_iter().map(|candidate| fit(work, candidate, knob)).collect();
    fits.sort_by(|one, other| (Reverse(one.score), one.open, &one.user).cmp(&(Reverse(other.score), other.open, &other.user)));
    Ok(fits)
}

/// Those of whom something holds; an error when it is nobody.
fn kept(of: Vec<&Candidate>, nobody: Reason, holds: impl Fn(&Candidate) -> bool) -> Result<Vec<&Candidate>, Reason> {
    let kept: Vec<&Candidate> = of.into_iter().filter(|candidate| holds(candidate)).collect();
    if kept.is_empty() { Err(nobody) } else { Ok(kept) }
}

/// To whom a piece of work goes.
#[must_use]
pub fn route(work: &Work, candidates: &[Candidate], knob: &SectorKnob) -> Routed {
    match suitable(work, candidates, knob).map(|fits| fits.into_iter().next()) {
        Ok(Some(Fit { user, because, .. })) => Routed { to: Some(user), because },
        Ok(None) => Routed { to: None, because: vec![Reason::NobodyThere(work.role)] },
        Err(reason) => Routed { to: None, because: vec![reason] },
    }
}

/// Deals pieces of work one after another, each with the setting that holds for it; what somebody gets counts in their load from then on.
pub fn deal<'a>(works: impl IntoIterator<Item = (&'a Work, &'a SectorKnob)>, candidates: &mut [Candidate]) -> Vec<Routed> {
    let one = |(work, knob): (&Work, &SectorKnob)| {
        let routed = route(work, candidates, knob);
        if let Some(candidate) = candidates.iter_mut().find(|candidate| Some(&candidate.user) == routed.to.as_ref()) {
            candidate.open += 1;
        }
        routed
    };
    works.into_iter().map(one).collect()
}

fn fit(work: &Work, candidate: &Candidate, knob: &SectorKnob) -> Fit {
    let sector = candidate.sectors.iter().find(|sector| work.sectors.iter().any(|of_work| is_in_sector(of_work, sector)));
    let region = candidate.regions.iter().find(|region| work.regions.iter().any(|of_work| same(of_work, region)));
    let language = work.languages.iter().find(|language| candidate.languages.iter().any(|spoken| same(spoken, language)));
    let load = WHOLE.saturating_sub(candidate.open.saturating_mul(EACH_OPEN));
    let whole = |known: Option<&String>| if known.is_some() { WHOLE } else { 0 };
    let weights = &knob.weights;
    let parts =
        [(weights.sector, whole(sector)), (weights.region, whole(region)), (weights.language, whole(language)), (weights.load, load)];
    let heaviness: u32 = parts.iter().map(|(weight, _)| u32::from(weight.get())).sum();
    let sum: u32 = parts.iter().map(|(weight, value)| u32::from(weight.get()) * value).sum();
    let known = [sector.cloned().map(Reason::Sector), region.cloned().map(Reason::Region), language.cloned().map(Reason::Language)];
    let because = known.into_iter().flatten().chain([Reason::Open(candidate.open)]).collect();
    Fit { user: candidate.user.clone(), score: sum.checked_div(heaviness).unwrap_or(0), open: candidate.open, because }
}

/// Whether somebody who knows a sector knows this one: the same word, or the last part of a Dutch compound, as 'zorg' in 'ouderenzorg'.
fn is_in_sector(of_work: &str, known: &str) -> bool {
    const SHORTEST_PART: usize = 4;
    let (of_work, known) = (folded(of_work), folded(known));
    let part = |word: &str| known.chars().count() >= SHORTEST_PART && word.ends_with(&known);
    !known.is_empty() && (of_work == known || of_work.split_whitespace().any(|word| word == known || part(word)))
}

fn same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use raakvlak_domain::reading::read;

    fn candidate(user: &str, sectors: &[&str], open: u32) -> Candidate {
        Candidate {
            user: UserId::new(user).unwrap(),
            roles: vec![Role::Mediator],
            sectors: sectors.iter().map(ToString::to_string).collect(),
            regions: Vec::new(),
            languages: Vec::new(),
            expert: None,
            organisations: Vec::new(),
            open,
        }
    }

    fn work(sectors: &[&str]) -> Work {
        let sectors = sectors.iter().map(ToString::to_string).collect();
        let none = Vec::new;
        Work {
            role: Role::Mediator,
            sectors,
            regions: none(),
            languages: none(),
            expert: None,
            organisation: None,
            spoke: Vec::new(),
            passed: Vec::new(),
        }
    }

    fn winner(work: &Work, candidates: &[Candidate]) -> (Option<String>, Vec<Reason>) {
        let routed = route(work, candidates, &SectorKnob::default());
        (routed.to.map(|user| user.to_string()), routed.because)
    }

    #[test]
    fn who_knows_the_sector_goes_first_until_the_load_weighs_more() {
        let known = |open| vec![Reason::Sector("zorg".into()), Reason::Open(open)];
        let of = |open| [candidate("a", &["zorg"], open), candidate("b", &["techniek"], 0)];
        assert_eq!(winner(&work(&["ouderenzorg"]), &of(19)), (Some("a".into()), known(19)));
        assert_eq!(winner(&work(&["Ouderenzorg"]), &of(20)).0, Some("b".into()), "as good, with less open");
        let knob: SectorKnob = read(r#"{"weights":{"load":0}}"#).unwrap();
        assert_eq!(route(&work(&["zorg"]), &of(99), &knob).because, known(99));
    }

    #[test]
    fn a_sector_is_a_word_or_the_end_of_one() {
        assert!(is_in_sector("voortgezet onderwijs", "Onderwijs"));
        assert!(!is_in_sector("zorgverzekeraars", "zorg"), "that is another trade");
        assert!(!is_in_sector("logistiek", "ict") && !is_in_sector("district", "ict") && is_in_sector("ict", "ICT"));
    }

    #[test]
    fn of_equals_the_least_busy_and_then_the_smaller_id_goes_first() {
        let names = |candidates: &[Candidate]| winner(&work(&[]), candidates).0.unwrap();
        assert_eq!(names(&[candidate("b", &[], 1), candidate("a", &[], 1), candidate("c", &[], 0)]), "c");
        assert_eq!(names(&[candidate("b", &[], 1), candidate("a", &[], 1)]), "a");
    }

    #[test]
    fn nobody_gets_it_and_the_reason_is_told() {
        let full: SectorKnob = read(r#"{"most_open":2}"#).unwrap();
        let busy = [candidate("a", &["zorg"], 2)];
        let told = |work: &Work, candidates: &[Candidate], knob| route(work, candidates, knob).because;
        assert_eq!(told(&work(&["zorg"]), &busy, &full), [Reason::AllFull]);
        assert_eq!(told(&work(&[]), &[], &full), [Reason::NobodyThere(Role::Mediator)]);
        let spoke = Work { spoke: vec![busy[0].user.clone()], ..work(&[]) };
        assert_eq!(told(&spoke, &busy, &full), [Reason::AllInterested]);
        let passed = Work { passed: vec![busy[0].user.clone()], ..work(&[]) };
        assert_eq!(told(&passed, &busy, &SectorKnob::default()), [Reason::AllPassed]);
    }
}
