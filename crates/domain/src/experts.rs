//! Experts by experience: what they can, what they want, where their limits are. What is not told stays apart from what is told to be none.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::calendar::Date;
use crate::dayparts::Daypart;
use crate::faults::FaultKind;
use crate::identifiers::{CompetenceId, ExpertId, OrganisationId, ProgrammeId, TermId};
use crate::languages::LanguageLevel;
use crate::places::Place;
use crate::quantities::{Hours, Level, TravelDistance};
use crate::reading::WithDerived;
use crate::texts::{EmailAddress, Line, Prose};

mod ranking;

pub use ranking::RankingProfile;

closed_words! {
    /// Whose word stands behind a competence.
    pub enum Source {
        /// The person's own word.
        Own = "self",
        /// Someone else's word.
        Other = "other",
        /// A document.
        Document = "document",
    }
}

closed_words! {
    /// Whether someone can be asked for work.
    pub enum Availability {
        /// For any work.
        Available = "available",
        /// Only when called up.
        Standby = "standby",
        /// Not now; works at once.
        Paused = "paused",
    }
}

closed_words! {
    /// A group of fields that someone discloses together.
    pub enum FieldGroup {
        /// Name and contact details.
        Contact = "contact",
        /// The story in own words.
        Story = "story",
        /// Competences and their sources.
        Competences = "competences",
        /// Domains of lived experience.
        Experience = "experience",
        /// Limits, needs and what helps.
        Limits = "limits",
        /// The income situation.
        Income = "income",
        /// Documents.
        Documents = "documents",
    }
}

closed_words! {
    /// To whom a group of fields is shown.
    pub enum Audience {
        /// To nobody.
        Nobody = "nobody",
        /// To the mediator.
        Mediator = "mediator",
        /// Also to an organisation, after the person's yes to its offer.
        Organisation = "organisation",
    }
}

closed_words! {
    /// A kind of benefit; only the rules on income read it.
    pub enum Benefit {
        /// Participatiewet: social assistance.
        SocialAssistance = "social_assistance",
        /// WW: unemployment benefit.
        Unemployment = "unemployment",
        /// WIA: work and income according to capacity.
        WorkCapacity = "work_capacity",
        /// Wajong: for those disabled young.
        DisabledYoung = "disabled_young",
        /// ZW: sickness benefit.
        Sickness = "sickness",
        /// IOAW or IOAZ: for older unemployed people.
        OlderUnemployed = "older_unemployed",
        /// Another benefit.
        Other = "other",
        /// No benefit.
        None = "none",
    }
}

record! {
    /// A competence that someone has.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct HeldCompetence {
        /// The competence.
        pub competence: CompetenceId,
        /// How well, 1 to 5.
        pub level: Level,
        /// Whose word it is.
        pub source: Option<Source>,
    }
    key(held) { held.competence.to_string() }
}

record! {
    /// What gives and what drains energy.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
    pub struct Energy {
        /// Activities that give energy.
        pub gives: Option<Vec<TermId>>,
        /// Activities that drain energy.
        pub drains: Option<Vec<TermId>>,
    }
}

record! {
    /// Hours a week that someone wants to work, over all work together.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
    pub struct ExpertHours {
        /// The fewest.
        pub min: Hours,
        /// The most.
        pub max: Hours,
    }
}

record! {
    /// Work that somebody already has elsewhere.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Commitment {
        /// For whom, in own words.
        pub employer: Option<Line>,
        /// Hours a week.
        pub hours: Hours,
        /// When in the week.
        pub dayparts: Vec<Daypart> = Vec::new(),
        /// The first day; not told: already begun.
        pub start: Option<Date>,
        /// The last day; not told: no end in sight.
        pub end: Option<Date>,
    }
    check(reading) {
        if start.flatten().zip(end.flatten()).is_some_and(|(start, end)| end < start) {
            reading.within("end", |reading| reading.fault(FaultKind::EndBeforeStart));
        }
    }
}

record! {
    /// How to reach someone; read only by those to whom the person discloses it.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
    pub struct Contact {
        /// The full name.
        pub name: Option<Line>,
        /// An e-mail address.
        pub email: Option<EmailAddress>,
        /// A telephone number.
        pub phone: Option<Line>,
    }
}

record! {
    /// The income situation; only the rules on income read it.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Income {
        /// The kind of benefit.
        pub benefit: Benefit,
    }
}

record! {
    /// To whom each group of fields is shown. The start values are the most private with which a mediator can still work.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
    pub struct Disclosure {
        /// Name and contact details.
        pub contact: Audience = Audience::Mediator,
        /// The story in own words.
        pub story: Audience = Audience::Mediator,
        /// Competences.
        pub competences: Audience = Audience::Mediator,
        /// Domains of lived experience.
        pub experience: Audience = Audience::Mediator,
        /// Limits, needs and what helps.
        pub limits: Audience = Audience::Mediator,
        /// The income situation.
        pub income: Audience = Audience::Nobody,
        /// Documents.
        pub documents: Audience = Audience::Mediator,
    }
}

impl Default for Disclosure {
    fn default() -> Self {
        Self {
            contact: Audience::Mediator,
            story: Audience::Mediator,
            competences: Audience::Mediator,
            experience: Audience::Mediator,
            limits: Audience::Mediator,
            income: Audience::Nobody,
            documents: Audience::Mediator,
        }
    }
}

impl Disclosure {
    /// To whom this group is shown.
    #[must_use]
    pub fn audience(&self, group: FieldGroup) -> Audience {
        match group {
            FieldGroup::Contact => self.contact,
            FieldGroup::Story => self.story,
            FieldGroup::Competences => self.competences,
            FieldGroup::Experience => self.experience,
            FieldGroup::Limits => self.limits,
            FieldGroup::Income => self.income,
            FieldGroup::Documents => self.documents,
        }
    }
}

record! {
    /// An expert's profile. Only `id` must be given; every other key may be missing or null, which means *not told*, while an empty list means
    /// *told: none*.
    #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
    pub struct Expert {
        /// Names the expert.
        #[schema(read_only)]
        pub id: ExpertId,
        /// The name that the person chose to be shown.
        pub display_name: Option<Line>,
        /// The day of registering.
        #[schema(read_only)]
        pub registered: Option<Date>,
        /// The day of the last offer that the person said yes to.
        #[schema(read_only)]
        pub last_offered: Option<Date>,
        /// The day on which the person was last in a shortlist that a mediator saved or opened.
        #[schema(read_only)]
        pub last_shown: Option<Date>,
        /// Since when the person has been kept outside the labour market.
        pub aside_since: Option<Date>,
        /// The answer to 'do you want to work?'; not told: never asked.
        pub wants_to_be_matched: Option<bool>,
        /// The day of that answer.
        #[schema(read_only)]
        pub answered_on: Option<Date>,
        /// Whether the person can be asked now; not told: available.
        pub availability: Option<Availability>,
        /// Hours a week already taken by other work.
        pub committed_hours: Option<Hours>,
        /// What the person can.
        pub competences: Option<Vec<HeldCompetence>>,
        /// Domains of lived experience.
        pub experience: Option<Vec<TermId>>,
        /// What gives and drains energy.
        pub energy: Option<Energy>,
        /// Competences to develop.
        pub wishes: Option<Vec<CompetenceId>>,
        /// Conditions under which the person does not work.
        pub no_go: Option<Vec<TermId>>,
        /// Conditions that the person would rather not have.
        pub rather_not: Option<Vec<TermId>>,
        /// Adaptations without which it does not work.
        pub needs: Option<Vec<TermId>>,
        /// Adaptations that help.
        pub helps: Option<Vec<TermId>>,
        /// Hours a week wanted.
        pub hours: Option<ExpertHours>,
        /// Dayparts on which the person can work.
        pub dayparts: Option<Vec<Daypart>>,
        /// Where the person lives, as an area.
        pub place: Option<Place>,
        /// How far the person wants to travel.
        pub travel_km: Option<TravelDistance>,
        /// Forms of work that the person accepts.
        pub work_forms: Option<Vec<TermId>>,
        /// Languages with their level.
        pub languages: Option<BTreeMap<TermId, LanguageLevel>>,
        /// Documents that the person has.
        pub documents: Option<Vec<TermId>>,
        /// Organisations that the person never wants to be matched with.
        pub avoid: Option<Vec<OrganisationId>>,
        /// The story in own words; never scored.
        pub story: Option<Prose>,
        /// How to reach the person.
        pub contact: Option<Contact>,
        /// The income situation.
        pub income: Option<Income>,
        /// Work the person already has elsewhere.
        pub commitments: Option<Vec<Commitment>>,
        /// Programmes that the person joined.
        pub programmes: Option<Vec<ProgrammeId>>,
        /// To whom each group of fields is shown.
        pub disclosure: Disclosure = Disclosure::default(),
    }
}

impl WithDerived for Expert {
    const DERIVED: &'static [(&'static str, &'static str)] =
        &[("id", "new"), ("registered", ""), ("last_offered", ""), ("last_shown", ""), ("answered_on", "")];
}
