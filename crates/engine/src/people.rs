//! A person as the matcher sees one: everything that it reads of an expert's profile, and never a name.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::dayparts::Daypart;
use raakvlak_domain::experts::{Availability, Expert, RankingProfile};
use raakvlak_domain::identifiers::{ExpertId, OrganisationId, TermId};
use raakvlak_domain::languages::LanguageLevel;
use raakvlak_domain::places::Point;
use raakvlak_domain::quantities::{Hours, Level};
use raakvlak_domain::vocabulary::Vocabulary;

use crate::asks::{Ask, Asks};
use crate::distance::Spot;
use crate::lexicon::UnknownWord;
use crate::words::{competence, others, told_mask};

/// What can keep somebody from work, as bits of closed vocabularies: work carries bits of the same kinds, and one that both have keeps them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bar {
    /// The reasons of [`Standing`].
    Standing,
    /// Forms of work that the person told not to accept.
    WorkForm,
    /// Conditions under which the person does not work.
    NoGo,
    /// Adaptations that the person needs.
    Need,
    /// Dayparts on which the person told not to be there.
    Daypart,
    /// Documents that the person told not to have.
    Document,
}

impl Bar {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = 6;
}

/// What is told of somebody and counts in a score, as bits of closed vocabularies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fact {
    /// Domains of lived experience.
    Experience,
    /// Activities that give energy.
    Gives,
    /// Activities that drain it.
    Drains,
    /// Conditions that the person would rather not have.
    RatherNot,
    /// Adaptations that help.
    Helps,
}

impl Fact {
    /// How many kinds there are.
    pub(crate) const COUNT: usize = 5;
}

/// Whether someone wants to be matched and can be, in one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Standing(u8);

impl Standing {
    /// Said no to being matched.
    pub(crate) const NO: u8 = 1;
    /// Was never asked.
    pub(crate) const NOT_ASKED: u8 = 1 << 1;
    /// Is not to be asked now.
    pub(crate) const PAUSED: u8 = 1 << 2;
    /// Is to be asked for call-ups only.
    pub(crate) const STANDBY: u8 = 1 << 3;

    fn of(expert: &RankingProfile) -> Self {
        let answer = match expert.wants_to_be_matched {
            Some(true) => 0,
            Some(false) => Self::NO,
            None => Self::NOT_ASKED,
        };
        let availability = match expert.availability {
            None | Some(Availability::Available) => 0,
            Some(Availability::Paused) => Self::PAUSED,
            Some(Availability::Standby) => Self::STANDBY,
        };
        Self(answer | availability)
    }

    /// The standing with these bits.
    #[inline]
    pub(crate) fn from_bits(bits: u64) -> Self {
        Self(bits as u8)
    }

    /// Which of these hold.
    #[inline]
    pub(crate) fn among(self, reasons: u8) -> u8 {
        self.0 & reasons
    }
}

/// The days that decide whose turn it is, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dates {
    /// Since when the person waits.
    pub(crate) waiting_since: i32,
    /// When the person was last in a shortlist that a mediator saved or opened.
    pub(crate) last_shown: i32,
    /// Since when the person has been outside the labour market.
    pub(crate) aside_since: i32,
}

impl Dates {
    /// A day that was not told.
    pub(crate) const NOT_TOLD: i32 = i32::MIN;

    /// How many days ago a day was; 0 when it was not told, or is still to come.
    #[inline]
    pub(crate) fn days_since(day: i32, today: i32) -> u32 {
        if day == Self::NOT_TOLD { 0 } else { u32::try_from(today - day).unwrap_or(0) }
    }

    fn of(expert: &RankingProfile) -> Self {
        let day = |date: Option<Date>| date.map_or(Self::NOT_TOLD, Date::day_number);
        Self {
            waiting_since: day(expert.last_offered.or(expert.registered)),
            last_shown: day(expert.last_shown),
            aside_since: day(expert.aside_since),
        }
    }
}

/// A competence that someone has with its level, in one number: `position · 8 + level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Held(u32);

impl Held {
    pub(crate) fn new(competence: u32, level: u8) -> Self {
        Self(competence << 3 | u32::from(level))
    }

    #[inline]
    pub(crate) fn competence(self) -> u32 {
        self.0 >> 3
    }

    /// 1 to 5.
    #[inline]
    pub(crate) fn level(self) -> u8 {
        (self.0 & 7) as u8
    }
}

/// Where a person lives, roughly, and how far they want to travel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reach {
    pub(crate) spot: Spot,
    /// In metres.
    pub(crate) limit: u32,
}

/// A person, read with one version of the vocabulary.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub(crate) id: ExpertId,
    pub(crate) told: Asks,
    pub(crate) bars: [u64; Bar::COUNT],
    pub(crate) facts: [u64; Fact::COUNT],
    /// Wanted hours a week, and the hours already taken, in tenths.
    pub(crate) hours: [u16; 3],
    pub(crate) point: Point,
    /// How far to travel, in metres.
    pub(crate) limit: u32,
    pub(crate) dates: Dates,
    pub(crate) competences: Vec<Held>,
    pub(crate) wishes: Vec<u32>,
    pub(crate) languages: Vec<(TermId, LanguageLevel)>,
    pub(crate) avoid: Vec<OrganisationId>,
}

impl Person {
    /// What the matcher reads of a profile. `point` is where the person's place lies, `committed` the hours a week of work that they already have.
    ///
    /// # Errors
    ///
    /// The first word of the profile that is not in the vocabulary.
    pub fn new(expert: &Expert, vocabulary: &Vocabulary, point: Option<Point>, committed: Hours) -> Result<Self, UnknownWord> {
        Self::of(&RankingProfile::from(expert), vocabulary, point, committed)
    }

    /// The same of what ranking reads of a profile.
    ///
    /// # Errors
    ///
    /// The first word of the profile that is not in the vocabulary, or that cannot be one.
    pub fn of(expert: &RankingProfile, vocabulary: &Vocabulary, point: Option<Point>, committed: Hours) -> Result<Self, UnknownWord> {
        let tenths = |hours: Hours| u16::try_from(hours.get()).unwrap_or(u16::MAX);
        let (min, max) = expert.hours.map_or((0, 0), |hours| (tenths(hours.min), tenths(hours.max)));
        let told = |key: &'static str| move |id: &str| UnknownWord { key, id: id.to_owned() };
        let language = |(id, level): &(&str, LanguageLevel)| Ok((TermId::new(id).map_err(|_| told("languages")(id))?, *level));
        let avoided = |id: &&str| OrganisationId::new(id).map_err(|_| told("avoid")(id));
        Ok(Self {
            id: ExpertId::new(expert.id).map_err(|_| told("id")(expert.id))?,
            // A place that could not be found on the map is still to be asked.
            told: Asks::told_in(expert).without(Asks::of(&[(Ask::Place, point.is_none())])),
            bars: bars(expert, vocabulary)?,
            facts: facts(expert, vocabulary)?,
            hours: [min, max, tenths(committed)],
            point: point.unwrap_or(Point { lat: 0.0, lon: 0.0 }),
            limit: expert.travel_km.map_or(0, |limit| limit.get()),
            dates: Dates::of(expert),
            competences: held(vocabulary, expert.competences.as_deref().unwrap_or_default())?,
            wishes: wishes(vocabulary, expert.wishes.as_deref().unwrap_or_default())?,
            languages: expert.languages.iter().flatten().map(language).collect::<Result<_, _>>()?,
            avoid: expert.avoid.iter().flatten().map(avoided).collect::<Result<_, _>>()?,
        })
    }

    /// Names the expert.
    #[must_use]
    pub fn id(&self) -> &ExpertId {
        &self.id
    }
}

fn bars(expert: &RankingProfile, vocabulary: &Vocabulary) -> Result<[u64; Bar::COUNT], UnknownWord> {
    let dayparts = expert.dayparts.as_deref().map_or(0, |dayparts| Daypart::mask(Daypart::ALL) & !Daypart::mask(dayparts));
    Ok([
        Standing::of(expert).0.into(),
        others(&vocabulary.work_forms, expert.work_forms.as_deref(), "work_forms")?,
        told_mask(&vocabulary.conditions, expert.no_go.as_ref(), "no_go")?,
        told_mask(&vocabulary.adaptations, expert.needs.as_ref(), "needs")?,
        dayparts.into(),
        others(&vocabulary.documents, expert.documents.as_deref(), "documents")?,
    ])
}

fn facts(expert: &RankingProfile, vocabulary: &Vocabulary) -> Result<[u64; Fact::COUNT], UnknownWord> {
    Ok([
        told_mask(&vocabulary.experience, expert.experience.as_ref(), "experience")?,
        told_mask(&vocabulary.activities, expert.gives.as_ref(), "energy")?,
        told_mask(&vocabulary.activities, expert.drains.as_ref(), "energy")?,
        told_mask(&vocabulary.conditions, expert.rather_not.as_ref(), "rather_not")?,
        told_mask(&vocabulary.adaptations, expert.helps.as_ref(), "helps")?,
    ])
}

fn held(vocabulary: &Vocabulary, competences: &[(&str, Level)]) -> Result<Vec<Held>, UnknownWord> {
    let position = |(id, level): &(&str, Level)| Ok(Held::new(competence(vocabulary, id, "competences")?, level.get()));
    let mut held = competences.iter().map(position).collect::<Result<Vec<_>, _>>()?;
    held.sort_unstable();
    Ok(held)
}

fn wishes(vocabulary: &Vocabulary, wishes: &[&str]) -> Result<Vec<u32>, UnknownWord> {
    let mut wishes = wishes.iter().map(|wish| competence(vocabulary, wish, "wishes")).collect::<Result<Vec<_>, _>>()?;
    wishes.sort_unstable();
    Ok(wishes)
}
