//! What a mediator sees of the people for a package: the opened shortlist, near misses, barriers, explanations, and the knob tried out.

use std::collections::{BTreeSet, HashMap};

use raakvlak_domain::identifiers::{ExpertId, KnobVersionId, PackageId};
use raakvlak_domain::knobs::{MatcherKnob, MatcherSetting};
use raakvlak_domain::users::Role;
use raakvlak_engine::gates::{Gate, Verdict};
use raakvlak_store::packages::StoredPackage;
use raakvlak_store::{Action as Act, ObjectKind, experts, shortlists};

pub use raakvlak_engine::answer::PackageAnswer;
pub use raakvlak_engine::barriers::Barrier;
pub use raakvlak_engine::explanation::Explanation;
pub use raakvlak_engine::near_misses::NearMiss;
pub use raakvlak_engine::preview::Preview;
pub use raakvlak_store::shortlists::{Member, StoredShortlist};

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, new_id};
use crate::error::Error;
use crate::explanations::hidden::{hidden_gates, hide_from_others};
use crate::knobs::InForce;
use crate::packages::readable;
use crate::ranking::Found;

/// A complete answer for a package, with the setting that made it.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// The answer.
    pub answer: PackageAnswer,
    /// The setting.
    pub knob: MatcherKnob,
    /// Its version; `None` when the knob stands where it starts.
    pub knob_version: Option<KnobVersionId>,
}

impl Desk {
    /// Opens a package's shortlist, or refreshes it: it is made now, kept with its date, setting and pool version, and shown again until it is
    /// refreshed. Everyone in it counts as shown from tomorrow on.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of.
    pub fn open_shortlist(&self, actor: &Actor, id: &PackageId) -> Result<StoredShortlist, Error> {
        let (stored, knob, _) = self.ranked_package(actor, id)?;
        let knob_version = knob.version.clone();
        let Found { answer, pool_version, as_of } = self.answer_for(&stored.package, &knob)?;
        let members = answer.shortlist.iter().map(|person| Member {
            expert: person.expert.clone(),
            score: person.score,
            kept_place: person.kept_place.is_some(),
        });
        let members: Vec<Member> = members.collect();
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            // Somebody may have gone, or taken back their yes, between the ranking and this moment.
            let ids: Vec<ExpertId> = members.iter().map(|member| member.expert.clone()).collect();
            let people = experts::get_all(tx, &ids)?.into_iter().filter(|found| can_be_asked(&found.expert, &stored.package));
            let still: BTreeSet<ExpertId> = people.map(|found| found.expert.id).collect();
            let members = members.into_iter().filter(|member| still.contains(&member.expert)).collect();
            let made_at = tx.now();
            let (package, revision) = (id.clone(), stored.revision);
            let shortlist = StoredShortlist { id: new_id(), package, revision, as_of, knob_version, pool_version, made_at, members };
            shortlists::insert(tx, &shortlist, &actor.user)?;
            note_listed(tx, actor, Act::Open, &shortlist)?;
            Ok(shortlist)
        })
    }

    /// The shortlist that was opened last for a package, without those who have since taken back their yes, paused, avoided the organisation or left.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of, or none was ever opened.
    pub fn shortlist(&self, actor: &Actor, id: &PackageId) -> Result<StoredShortlist, Error> {
        let id = id.clone();
        self.write(actor, move |tx, actor| {
            let (stored, _) = readable(tx, actor, &id, Action::RankPackage)?;
            let mut shortlist = shortlists::latest(tx, &id)?.ok_or(Error::NotFound)?;
            let ids: Vec<ExpertId> = shortlist.members.iter().map(|member| member.expert.clone()).collect();
            let people = experts::get_all(tx, &ids)?;
            let open = |id: &ExpertId| {
                let found = people.iter().find(|found| found.expert.id == *id);
                found.is_some_and(|found| can_be_asked(&found.expert, &stored.package))
            };
            shortlist.members.retain(|member| open(&member.expert));
            note_listed(tx, actor, Act::Read, &shortlist)?;
            Ok(shortlist)
        })
    }

    /// The complete answer for a package as of now: nothing is kept, and nobody counts as shown.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of.
    pub fn rank_package(&self, actor: &Actor, id: &PackageId) -> Result<Ranked, Error> {
        let (stored, knob, role) = self.ranked_package(actor, id)?;
        let mut answer = self.answer_for(&stored.package, &knob)?.answer;
        hide_avoided(&mut answer.barriers);
        self.leave_out_hidden(&mut answer.near_misses)?;
        self.note_ranked(actor, role, id, knob.version.as_ref())?;
        Ok(Ranked { answer, knob: knob.matcher, knob_version: knob.version })
    }

    /// The people whom one thing keeps out that can be changed on the side of the work.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of.
    pub fn near_misses(&self, actor: &Actor, id: &PackageId) -> Result<Vec<NearMiss>, Error> {
        Ok(self.rank_package(actor, id)?.answer.near_misses)
    }

    /// How many people each gate keeps out, alone and in all.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of.
    pub fn barriers(&self, actor: &Actor, id: &PackageId) -> Result<Vec<Barrier>, Error> {
        Ok(self.rank_package(actor, id)?.answer.barriers)
    }

    /// Why somebody fits a package, and what keeps them apart, written as an [`Explanation`] without what the person shows to nobody. Reading it is
    /// noted, and shown to the person.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package or expert that the actor may know of.
    pub fn explain(&self, actor: &Actor, id: &PackageId, expert: &ExpertId) -> Result<serde_json::Value, Error> {
        let (stored, knob, role) = self.ranked_package(actor, id)?;
        let explanation = self.explanation_for(&stored.package, &knob, expert)?.answer;
        // Whom somebody avoids is nobody else's business: for that organisation they are not to be found, as before their yes.
        if explanation.gates.iter().any(|gate| gate.gate == Gate::Avoided && gate.verdict == Verdict::Shut) {
            return Err(Error::NotFound);
        }
        let mut explanation = serde_json::to_value(&explanation).map_err(|error| Error::Internal(error.to_string()))?;
        let expert = expert.clone();
        self.write(actor, move |tx, actor| {
            let found = experts::get(tx, &expert)?.ok_or(Error::NotFound)?;
            hide_from_others(&mut explanation, &found.expert);
            let name = crate::experts::pseudonym(tx, &found)?;
            tx.audit(actor.act(role, Act::Read, ObjectKind::Expert, &name).fields(&["explanation"]));
            Ok(explanation)
        })
    }

    /// The shortlist of a package before and after turning the knob to this setting: who rises, falls, enters and leaves. Nothing is kept.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is no such package that the actor may know of.
    pub fn preview_knob(&self, actor: &Actor, id: &PackageId, setting: &MatcherSetting) -> Result<Preview, Error> {
        authorise(actor, Action::PreviewKnob, &Object::Network)?;
        let (stored, knob, role) = self.ranked_package(actor, id)?;
        let preview = self.preview_for(&stored.package, &knob, &knob.with_matcher(*setting))?.answer;
        self.note_ranked(actor, role, id, knob.version.as_ref())?;
        Ok(preview)
    }

    /// A package that the actor may rank people for, with what ranking goes by for it.
    pub(crate) fn ranked_package(&self, actor: &Actor, id: &PackageId) -> Result<(StoredPackage, InForce, Role), Error> {
        self.read(|db| {
            let (stored, role) = readable(db, actor, id, Action::RankPackage)?;
            let knob = crate::knobs::effective(db, &stored.package)?;
            Ok((stored, knob, role))
        })
    }

    /// Who would be near, by something that they show to nobody, is not named; the barriers count them.
    fn leave_out_hidden(&self, near_misses: &mut Vec<NearMiss>) -> Result<(), Error> {
        let ids: Vec<ExpertId> = near_misses.iter().map(|miss| miss.expert.clone()).collect();
        let hidden: HashMap<ExpertId, Vec<Gate>> = self.read(|db| {
            let people = experts::get_all(db, &ids)?.into_iter();
            Ok(people.map(|found| (found.expert.id.clone(), hidden_gates(&found.expert))).collect())
        })?;
        near_misses.retain(|miss| hidden.get(&miss.expert).is_some_and(|hidden| !hidden.contains(&miss.gate)));
        Ok(())
    }

    pub(crate) fn note_ranked(&self, actor: &Actor, role: Role, id: &PackageId, version: Option<&KnobVersionId>) -> Result<(), Error> {
        let (id, version) = (id.clone(), version.cloned());
        self.write(actor, move |tx, actor| {
            let mut entry = actor.act(role, Act::Rank, ObjectKind::Package, id.as_str());
            if let Some(version) = &version {
                entry = entry.knob(version.as_str());
            }
            tx.audit(entry);
            Ok(())
        })
    }
}

/// Leaves out how many people avoid an organisation: in a small network that tells who.
pub(crate) fn hide_avoided(barriers: &mut Vec<Barrier>) {
    barriers.retain(|barrier| barrier.gate != Gate::Avoided);
}

/// Notes for everyone in a list that it was looked at.
fn note_listed(tx: &mut raakvlak_store::Tx<'_>, actor: &Actor, act: Act, shortlist: &StoredShortlist) -> Result<(), Error> {
    let role = Role::Mediator;
    let mut entry = actor.act(role, act, ObjectKind::Shortlist, &shortlist.id);
    if let Some(version) = &shortlist.knob_version {
        entry = entry.knob(version.as_str());
    }
    tx.audit(entry);
    let ids: Vec<ExpertId> = shortlist.members.iter().map(|member| member.expert.clone()).collect();
    for found in experts::get_all(tx, &ids)? {
        let name = crate::experts::pseudonym(tx, &found)?;
        tx.audit(actor.act(role, Act::Read, ObjectKind::Expert, &name).fields(&["shortlist"]));
    }
    Ok(())
}

/// Whether somebody can be asked for a package now: their own yes, their availability, and whom they avoid. What the store says of it goes before any
/// ranking.
pub(crate) fn can_be_asked(expert: &raakvlak_domain::experts::Expert, package: &raakvlak_domain::packages::TaskPackage) -> bool {
    use raakvlak_domain::experts::Availability::{Available, Paused, Standby};
    let available = match expert.availability.unwrap_or(Available) {
        Available => true,
        Standby => package.call_up,
        Paused => false,
    };
    let avoided = expert.avoid.as_ref().is_some_and(|avoid| avoid.contains(&package.organisation));
    expert.wants_to_be_matched == Some(true) && available && !avoided
}
