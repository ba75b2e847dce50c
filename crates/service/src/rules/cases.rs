//! Cases: a combination of work, person and arrangement that rules are judged on, put together from what is kept or from what was sent.

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::{ExpertId, MatchId, OrganisationId};
use raakvlak_domain::organisations::OrganisationKind;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::rules::RulesKnob;
use raakvlak_store::{Db, matches, organisations};

use super::book::RuleBook;
use super::facts::{Facts, OtherWork, Reader};
use super::judging::{Report, judge_all};
use crate::error::Error;

/// A combination to judge.
pub(crate) struct Case<'a> {
    pub(crate) work: Option<(&'a TaskPackage, Option<OrganisationKind>)>,
    pub(crate) person: Option<&'a Expert>,
    pub(crate) others: Vec<OtherWork>,
    pub(crate) arrangement: Option<&'a Arrangement>,
    pub(crate) answers: Vec<(String, bool)>,
    pub(crate) reader: Reader,
    /// Today, or the day that somebody asks about.
    pub(crate) today: Date,
}

impl<'a> Case<'a> {
    /// Work alone, whoever does it.
    pub(crate) fn of_work(package: &'a TaskPackage, kind: Option<OrganisationKind>, today: Date) -> Self {
        let (others, answers) = (Vec::new(), Vec::new());
        Self { work: Some((package, kind)), person: None, others, arrangement: None, answers, reader: Reader::Mediator, today }
    }
}

impl Case<'_> {
    /// From which day until which day the rules count: from the first day of the work on, not before today; `None`: no end in sight.
    pub(crate) fn days(&self) -> (Date, Option<Date>) {
        let arranged = self.arrangement.map(|arrangement| (Some(arrangement.start), arrangement.end));
        let (start, end) = arranged.or(self.work.map(|(package, _)| (package.start, package.end))).unwrap_or_default();
        let day = start.unwrap_or(self.today).max(self.today);
        (day, end.map(|end| end.max(day)))
    }

    /// Everything that is told.
    pub(crate) fn facts(&self) -> Facts {
        let (day, _) = self.days();
        let mut facts = Facts::default();
        facts.day(day);
        if let Some((package, kind)) = self.work {
            facts.work(package, kind, day);
        }
        if let Some(person) = self.person {
            facts.person(person, self.reader, &self.others, day);
            if let Some(arrangement) = self.arrangement {
                facts.arrangement(arrangement, person, &self.others, day);
            }
        }
        self.answers.iter().for_each(|(key, answer)| facts.answer(key, *answer));
        facts
    }

    /// What comes out of the rules.
    pub(crate) fn judge(&self, book: &RuleBook, knob: &RulesKnob) -> Report {
        let days = self.days();
        Report::new(days.0, judge_all(book.rules(), knob, &self.facts(), self.reader, days))
    }
}

/// What somebody has arranged here in matches that take hours, but in one.
pub(crate) fn others_of(db: &mut Db, expert: &ExpertId, but: Option<&MatchId>) -> Result<Vec<OtherWork>, Error> {
    let arranged = matches::taking_hours_of(db, expert)?.into_iter().filter(|(id, _)| Some(id) != but);
    Ok(arranged.map(|(_, arrangement)| OtherWork { arrangement }).collect())
}

/// What kind an organisation is; `None` when there is no such organisation.
pub(crate) fn kind_of(db: &mut Db, id: &OrganisationId) -> Result<Option<OrganisationKind>, Error> {
    Ok(organisations::get(db, id)?.map(|stored| stored.organisation.kind))
}
