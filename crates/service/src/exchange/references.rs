//! Checks that what a record refers to exists: competences, terms, organisations, programmes, people, packages and places.

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{CompetenceId, OrganisationId, ProgrammeId, TermId};
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::{Task, TaskPackage};
use raakvlak_domain::places::Place;

use super::further::MatchLine;
use super::records::Ids;
use crate::places::Gazetteer;
use crate::vocabulary::{Closed, KnownWords};

/// What can be referred to. A file that is absent is not checked against.
pub(crate) struct Known<'a> {
    pub(super) vocabulary: &'a (dyn KnownWords + Sync),
    pub(super) gazetteer: &'a Gazetteer,
    pub(super) organisations: Option<Ids>,
    pub(super) programmes: Option<Ids>,
    pub(super) packages: Option<Ids>,
    pub(super) experts: Option<Ids>,
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
        Self { vocabulary, gazetteer, organisations: None, programmes: None, packages: None, experts: None, tells_matches: false }
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
