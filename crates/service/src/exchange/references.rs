//! Checks that what a record refers to exists: competences, terms, organisations, programmes, people, packages and places.

use std::collections::HashMap;

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{CompetenceId, OrganisationId, ProgrammeId, TermId, UserId};
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::{Task, TaskPackage};
use raakvlak_domain::places::Place;
use raakvlak_domain::users::User;
use raakvlak_store::audit::SYSTEM;
use raakvlak_store::erasure::ERASED;

use super::further::MatchLine;
use super::kept::{Consents, ExpertKept, ProgrammeKept};
use super::knobs::KnobRecord;
use super::matches::MatchRecord;
use super::records::Ids;
use super::rules::RuleLine;
use crate::places::Gazetteer;
use crate::vocabulary::{Closed, KnownWords};
use raakvlak_domain::knobs::ScopeKind;

/// What can be referred to. A file that is absent is not checked against.
pub(crate) struct Known<'a> {
    pub(super) vocabulary: &'a (dyn KnownWords + Sync),
    pub(super) gazetteer: &'a Gazetteer,
    pub(super) organisations: Option<Ids>,
    pub(super) programmes: Option<Ids>,
    pub(super) packages: Option<Ids>,
    pub(super) experts: Option<Ids>,
    pub(super) users: Option<Ids>,
    pub(super) knobs: Option<Ids>,
    /// How many revisions each package has.
    pub(super) revisions: HashMap<String, u32>,
    /// Whether the folder tells matches, from which committed hours follow.
    pub(super) tells_matches: bool,
}

/// The faults found in one record.
struct Check<'a> {
    known: &'a Known<'a>,
    faults: Vec<Fault>,
}

impl<'a> Known<'a> {
    /// Words and places alone, for a record outside a folder; which records exist is the store's to say.
    pub(crate) fn words_only(vocabulary: &'a (dyn KnownWords + Sync), gazetteer: &'a Gazetteer) -> Self {
        Self {
            vocabulary,
            gazetteer,
            organisations: None,
            programmes: None,
            packages: None,
            experts: None,
            users: None,
            knobs: None,
            revisions: HashMap::new(),
            tells_matches: false,
        }
    }

    fn check(&self) -> Check<'_> {
        Check { known: self, faults: Vec::new() }
    }

    pub(crate) fn organisation(&self, organisation: &Organisation) -> Vec<Fault> {
        let mut check = self.check();
        check.place(organisation.place.as_ref());
        check.faults
    }

    pub(crate) fn package(&self, package: &TaskPackage) -> Vec<Fault> {
        let mut check = self.check();
        check.listed(self.organisations.as_ref(), package.organisation.as_str(), "/organisation");
        if let Some(programme) = &package.programme {
            check.listed(self.programmes.as_ref(), programme.as_str(), "/programme");
        }
        for (at, task) in package.tasks.iter().enumerate() {
            check.task(task, &format!("/tasks/{at}"));
        }
        check.place(package.place.as_ref());
        check.term(Closed::WorkForms, &package.work_form, "/work_form");
        check.terms(Closed::Adaptations, &package.adaptations, "/adaptations");
        check.terms(Closed::Experience, &package.experience, "/experience");
        for (at, required) in package.documents.iter().enumerate() {
            check.term(Closed::Documents, &required.document, &format!("/documents/{at}/document"));
            for (place, shown) in required.shows.iter().enumerate() {
                check.competence(&shown.competence, || format!("/documents/{at}/shows/{place}/competence"));
            }
        }
        check.faults
    }

    pub(crate) fn expert(&self, expert: &Expert) -> Vec<Fault> {
        let mut check = self.check();
        if self.tells_matches && expert.committed_hours.is_some() {
            check.faults.push(Fault::new("/committed_hours", FaultKind::Derived));
        }
        for (at, held) in expert.competences.iter().flatten().enumerate() {
            check.competence(&held.competence, || format!("/competences/{at}/competence"));
        }
        check.told(Closed::Experience, expert.experience.as_ref(), "/experience");
        let energy = expert.energy.as_ref();
        check.told(Closed::Activities, energy.and_then(|energy| energy.gives.as_ref()), "/energy/gives");
        check.told(Closed::Activities, energy.and_then(|energy| energy.drains.as_ref()), "/energy/drains");
        check.competences(expert.wishes.as_deref().unwrap_or_default(), "/wishes");
        check.told(Closed::Conditions, expert.no_go.as_ref(), "/no_go");
        check.told(Closed::Conditions, expert.rather_not.as_ref(), "/rather_not");
        check.told(Closed::Adaptations, expert.needs.as_ref(), "/needs");
        check.told(Closed::Adaptations, expert.helps.as_ref(), "/helps");
        check.place(expert.place.as_ref());
        check.told(Closed::WorkForms, expert.work_forms.as_ref(), "/work_forms");
        check.told(Closed::Documents, expert.documents.as_ref(), "/documents");
        check.all_listed(self.organisations.as_ref(), expert.avoid.iter().flatten().map(OrganisationId::as_str), "/avoid");
        check.all_listed(self.programmes.as_ref(), expert.programmes.iter().flatten().map(ProgrammeId::as_str), "/programmes");
        check.faults
    }

    /// The terms that an arrangement names.
    pub(crate) fn arrangement(&self, arrangement: &Arrangement, at: &str) -> Vec<Fault> {
        let mut check = self.check();
        check.terms(Closed::Adaptations, &arrangement.adaptations, &format!("{at}/adaptations"));
        check.faults
    }

    /// The organisations that joined a programme.
    pub(super) fn programme(&self, kept: &ProgrammeKept) -> Vec<Fault> {
        let mut check = self.check();
        check.all_listed(self.organisations.as_ref(), kept.organisations.iter().map(OrganisationId::as_str), "/organisations");
        check.faults
    }

    /// What is told of a person although they took their consent back.
    pub(super) fn consents(&self, expert: &Expert, kept: &ExpertKept) -> Vec<Fault> {
        let withdrawn = kept.consents.iter().flat_map(Consents::told).filter(|(_, _, times)| times.withdrawn_at.is_some());
        let told = |key: &str| match key {
            "story" => expert.story.is_some(),
            "experience" => expert.experience.is_some(),
            "income" => expert.income.is_some(),
            "energy" => expert.energy.is_some(),
            "no_go" => expert.no_go.is_some(),
            "rather_not" => expert.rather_not.is_some(),
            "needs" => expert.needs.is_some(),
            "helps" => expert.helps.is_some(),
            _ => false,
        };
        let keys = withdrawn.flat_map(|(group, ..)| group.keys()).filter(|key| told(key));
        keys.map(|key| Fault::new(format!("/{key}"), FaultKind::ConsentWithdrawn)).collect()
    }

    pub(super) fn user(&self, user: &User) -> Vec<Fault> {
        let mut check = self.check();
        if let Some(expert) = &user.expert {
            check.listed(self.experts.as_ref(), expert.as_str(), "/expert");
        }
        check.all_listed(self.organisations.as_ref(), user.organisations.iter().map(OrganisationId::as_str), "/organisations");
        check.faults
    }

    /// A match as it is to be kept: what it refers to, and whether it holds together.
    pub(super) fn whole_match(&self, record: &MatchRecord) -> Vec<Fault> {
        let mut check = self.check();
        check.listed(self.packages.as_ref(), record.package.as_str(), "/package");
        check.listed(self.experts.as_ref(), record.expert.as_str(), "/expert");
        check.revision(record);
        if let Some(version) = &record.matcher_version {
            check.listed(self.knobs.as_ref(), version.as_str(), "/matcher_version");
        }
        for (at, traced) in record.knobs.iter().enumerate() {
            if let Some(version) = &traced.version {
                check.listed(self.knobs.as_ref(), version.as_str(), &format!("/knobs/{at}/version"));
            }
        }
        for (at, judged) in record.rules.0.iter().enumerate() {
            if let Some(version) = &judged.rules_version {
                check.listed(self.knobs.as_ref(), version.as_str(), &format!("/rules/{at}/rules_version"));
            }
        }
        for (at, step) in record.history.0.iter().enumerate() {
            check.doer(step.actor.as_ref(), || format!("/history/{at}/actor"));
        }
        let versions = record.earlier.0.iter().enumerate().map(|(at, version)| (format!("/earlier/{at}"), version));
        for (at, version) in versions.chain(record.arrangement.iter().map(|version| ("/arrangement".to_owned(), version))) {
            for (place, yes) in version.yeses.iter().enumerate() {
                check.doer(yes.user.as_ref(), || format!("{at}/yeses/{place}/user"));
            }
        }
        check.faults.extend(super::matches::faults(record));
        check.faults
    }

    /// A user who is named as the one who did something.
    pub(super) fn doer(&self, user: Option<&UserId>, pointer: &str) -> Vec<Fault> {
        let mut check = self.check();
        check.doer(user, || pointer.to_owned());
        check.faults
    }

    /// A version of a rule.
    pub(super) fn rule(&self, record: &RuleLine) -> Vec<Fault> {
        let mut check = self.check();
        check.doer(record.made_by.as_ref(), || "/made_by".to_owned());
        check.doer(record.ended_by.as_ref(), || "/ended_by".to_owned());
        check.faults.extend(record.faults());
        check.faults
    }

    /// A version of a knob.
    pub(super) fn knob(&self, record: &KnobRecord) -> Vec<Fault> {
        let mut check = self.check();
        if let Some(id) = &record.scope_id {
            let ids = match record.scope {
                ScopeKind::Programme => self.programmes.as_ref(),
                ScopeKind::Package => self.packages.as_ref(),
                ScopeKind::Network => None,
            };
            check.listed(ids, id.as_str(), "/scope_id");
        }
        check.doer(Some(&record.made_by), || "/made_by".to_owned());
        check.faults
    }

    pub(super) fn match_line(&self, line: &MatchLine) -> Vec<Fault> {
        let mut check = self.check();
        check.listed(self.packages.as_ref(), line.package.as_str(), "/package");
        check.listed(self.experts.as_ref(), line.expert.as_str(), "/expert");
        check.faults
    }
}

impl Check<'_> {
    fn dangling(&mut self, pointer: impl Into<String>, id: &str) {
        self.faults.push(Fault::new(pointer, FaultKind::Dangling { id: id.to_owned() }));
    }

    fn task(&mut self, task: &Task, at: &str) {
        for (requirement, asked) in task.requirements.iter().enumerate() {
            self.competence(&asked.competence, || format!("{at}/requirements/{requirement}/competence"));
        }
        self.terms(Closed::Activities, &task.activities, &format!("{at}/activities"));
        self.terms(Closed::Conditions, &task.conditions, &format!("{at}/conditions"));
        self.competences(&task.learnables, &format!("{at}/learnables"));
    }

    fn competence(&mut self, id: &CompetenceId, pointer: impl FnOnce() -> String) {
        if !self.known.vocabulary.knows_competence(id.as_str()) {
            self.dangling(pointer(), id.as_str());
        }
    }

    fn competences(&mut self, ids: &[CompetenceId], at: &str) {
        for (item, id) in ids.iter().enumerate() {
            self.competence(id, || format!("{at}/{item}"));
        }
    }

    fn term(&mut self, closed: Closed, id: &TermId, pointer: &str) {
        if !self.known.vocabulary.knows(closed, id.as_str()) {
            self.dangling(pointer, id.as_str());
        }
    }

    fn terms(&mut self, closed: Closed, ids: &[TermId], at: &str) {
        for (item, id) in ids.iter().enumerate() {
            if !self.known.vocabulary.knows(closed, id.as_str()) {
                self.dangling(format!("{at}/{item}"), id.as_str());
            }
        }
    }

    fn told(&mut self, closed: Closed, ids: Option<&Vec<TermId>>, at: &str) {
        self.terms(closed, ids.map_or(&[], Vec::as_slice), at);
    }

    /// Somebody who was erased, and the program itself, are named without being users.
    fn doer(&mut self, user: Option<&UserId>, pointer: impl FnOnce() -> String) {
        let Some(user) = user.filter(|user| ![ERASED, SYSTEM].contains(&user.as_str())) else { return };
        if self.known.users.as_ref().is_some_and(|ids| !ids.know(user.as_str())) {
            self.dangling(pointer(), user.as_str());
        }
    }

    fn revision(&mut self, record: &MatchRecord) {
        let Some(most) = self.known.revisions.get(record.package.as_str()) else { return };
        if !(1..=*most).contains(&record.revision.get()) {
            let kind = FaultKind::OutOfRange { low: "1".into(), high: most.to_string() };
            self.faults.push(Fault::new("/revision", kind));
        }
    }

    fn listed(&mut self, ids: Option<&Ids>, id: &str, pointer: &str) {
        if ids.is_some_and(|ids| !ids.know(id)) {
            self.dangling(pointer, id);
        }
    }

    fn all_listed<'i>(&mut self, ids: Option<&Ids>, told: impl Iterator<Item = &'i str>, at: &str) {
        for (item, id) in told.enumerate() {
            self.listed(ids, id, &format!("{at}/{item}"));
        }
    }

    fn place(&mut self, place: Option<&Place>) {
        let Some(place) = place else { return };
        if let Err(kind) = self.known.gazetteer.point(place) {
            let pointer = match place {
                Place::Point(_) => "/place",
                Place::Postcode { .. } => "/place/postcode",
                Place::Town { .. } => "/place/town",
            };
            self.faults.push(Fault::new(pointer, kind));
        }
    }
}
