//! What things are called on a screen and on the command line, in Dutch and English.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::dayparts::Daypart;
use raakvlak_domain::knobs::Criterion;
use raakvlak_domain::languages::Language;
use raakvlak_domain::quantities::Hours;
use raakvlak_domain::vocabulary::{ClosedVocabulary, Vocabulary};

use crate::exchange::matching::{Ask, Gate, KeptPlace, Opening};
use crate::vocabulary::label_in;

/// The words of one language, with the vocabulary for everything that has a label there.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    /// The language.
    pub language: Language,
    /// Where labels come from.
    pub vocabulary: &'a Vocabulary,
}

impl Wording<'_> {
    /// The Dutch or the English of a pair.
    #[must_use]
    pub fn pick<'t>(&self, nl: &'t str, en: &'t str) -> &'t str {
        pick(self.language, nl, en)
    }

    /// Basis points in per cent with one decimal: `81,2`.
    #[must_use]
    pub fn percent(&self, basis_points: u32) -> String {
        self.decimal(basis_points / 10)
    }

    /// Tenths as a number with one decimal.
    pub(crate) fn decimal(&self, tenths: u32) -> String {
        format!("{}{}{}", tenths / 10, self.pick(",", "."), tenths % 10)
    }

    /// A day in words.
    #[must_use]
    pub fn date(&self, date: Date) -> String {
        const NL: &str = "januari februari maart april mei juni juli augustus september oktober november december";
        const EN: &str = "January February March April May June July August September October November December";
        let date = date.civil();
        let month = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
        let name = self.pick(NL, EN).split(' ').nth(month).unwrap_or_default();
        format!("{} {name} {}", date.day(), date.year())
    }

    /// What a criterion is called above a column.
    #[must_use]
    pub fn criterion(&self, criterion: Criterion) -> &'static str {
        let (nl, en) = match criterion {
            Criterion::Tasks => ("taken", "tasks"),
            Criterion::Competence => ("kunnen", "competence"),
            Criterion::Experience => ("ervaring", "experience"),
            Criterion::Development => ("leren", "development"),
            Criterion::Energy => ("energie", "energy"),
            Criterion::Proximity => ("dichtbij", "proximity"),
            Criterion::Hours => ("uren", "hours"),
            Criterion::Comfort => ("prettig", "comfort"),
            Criterion::Turn => ("beurt", "turn"),
        };
        pick(self.language, nl, en)
    }

    /// What a gate is called.
    #[must_use]
    pub fn gate(&self, gate: Gate) -> &'static str {
        let (nl, en) = match gate {
            Gate::Unavailable => ("niet beschikbaar", "not available"),
            Gate::Avoided => ("wil niet bij deze organisatie", "does not want this organisation"),
            Gate::WorkForm => ("vorm van werk", "form of work"),
            Gate::NoGo => ("omstandigheid die niet kan", "condition that is a no-go"),
            Gate::Adaptation => ("aanpassing die nodig is", "adaptation that is needed"),
            Gate::Hours => ("uren", "hours"),
            Gate::Dayparts => ("dagdelen", "dayparts"),
            Gate::Distance => ("afstand", "distance"),
            Gate::Language => ("taal", "language"),
            Gate::Document => ("document", "document"),
            Gate::Rule => ("regel", "rule"),
            Gate::Essential => ("wat echt nodig is om te kunnen", "competence that is essential"),
            Gate::Tie => ("geen raakvlak", "nothing in common"),
            Gate::ScoreFloor => ("score onder de ondergrens", "score under the floor"),
        };
        pick(self.language, nl, en)
    }

    /// What a detail of a gate is called; empty where the gate says it all.
    #[must_use]
    pub fn detail(&self, gate: Gate, detail: &str) -> String {
        match gate {
            Gate::Unavailable => self.unavailable(detail).to_owned(),
            Gate::WorkForm => self.term(&self.vocabulary.work_forms, detail),
            Gate::NoGo => self.term(&self.vocabulary.conditions, detail),
            Gate::Adaptation => self.term(&self.vocabulary.adaptations, detail),
            Gate::Dayparts if detail.is_empty() => self.pick("te weinig andere dagdelen", "too few other dayparts").to_owned(),
            Gate::Dayparts => Daypart::from_word(detail).map_or_else(|| detail.to_owned(), |daypart| self.daypart(daypart)),
            Gate::Document => self.term(&self.vocabulary.documents, detail),
            Gate::Essential => self.competence(detail),
            _ => detail.to_owned(),
        }
    }

    fn unavailable<'d>(&self, detail: &'d str) -> &'d str {
        match detail {
            "no" => pick(self.language, "zei nee", "said no"),
            "not_asked" => pick(self.language, "nog niet gevraagd", "not asked yet"),
            "paused" => pick(self.language, "nu even niet", "paused"),
            "standby" => pick(self.language, "alleen bij een oproep", "on standby for call-ups"),
            other => other,
        }
    }

    /// The label of a value of a closed vocabulary.
    pub(crate) fn term(&self, closed: &ClosedVocabulary, id: &str) -> String {
        let term = closed.terms().iter().find(|term| term.id == id);
        term.map_or(id, |term| label_in(&term.label, id, self.language)).to_owned()
    }

    /// The label of a competence.
    pub(crate) fn competence(&self, id: &str) -> String {
        let competence = self.vocabulary.competence(id).and_then(|at| self.vocabulary.competences.get(at as usize));
        competence.map_or(id, |competence| label_in(&competence.label, id, self.language)).to_owned()
    }

    /// The label of an occupation.
    pub(crate) fn occupation(&self, id: &str) -> String {
        let occupation = self.vocabulary.occupations.iter().find(|occupation| occupation.id == id);
        occupation.map_or(id, |occupation| label_in(&occupation.label, id, self.language)).to_owned()
    }

    /// A distance in kilometres with one decimal.
    pub(crate) fn kilometres(&self, metres: u32) -> String {
        format!("{} km", self.decimal(metres / 100))
    }

    /// Tenths of an hour as hours, without a decimal where there is none.
    pub(crate) fn tenths(&self, tenths: i64) -> String {
        let tenths = u32::try_from(tenths).unwrap_or(0);
        if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { self.decimal(tenths) }
    }

    /// A daypart in words.
    pub(crate) fn daypart(&self, daypart: Daypart) -> String {
        const DAYS: [(&str, &str, &str); 7] = [
            ("mon", "maandag", "Monday"),
            ("tue", "dinsdag", "Tuesday"),
            ("wed", "woensdag", "Wednesday"),
            ("thu", "donderdag", "Thursday"),
            ("fri", "vrijdag", "Friday"),
            ("sat", "zaterdag", "Saturday"),
            ("sun", "zondag", "Sunday"),
        ];
        const PARTS: [(&str, &str, &str); 3] =
            [("am", "ochtend", " morning"), ("pm", "middag", " afternoon"), ("eve", "avond", " evening")];
        let (day, part) = daypart.as_str().split_once('_').unwrap_or_default();
        let word = |words: &[(&str, &'static str, &'static str)], key: &str| {
            words.iter().find(|(known, _, _)| *known == key).map_or("", |(_, nl, en)| pick(self.language, nl, en))
        };
        format!("{}{}", word(&DAYS, day), word(&PARTS, part))
    }

    pub(crate) fn hours(&self, hours: Hours) -> String {
        self.tenths(hours.get().into())
    }

    /// The smallest change that opens a gate, as something to do.
    #[must_use]
    pub fn opening(&self, opening: &Opening) -> String {
        match opening {
            Opening::Adaptations(ids) => {
                self.told("bied ook aan", "also offer", ids.iter().map(|id| self.term(&self.vocabulary.adaptations, id)))
            }
            Opening::LeaveOut(tasks) => self.told("laat deze taken weg", "leave out these tasks", tasks.iter().map(ToString::to_string)),
            Opening::Hours(hours) => {
                let range = format!("{} {} {}", self.hours(hours.min), self.pick("tot", "to"), self.hours(hours.max));
                self.told("vraag andere uren", "ask other hours", std::iter::once(range))
            }
            Opening::Move(moves) => {
                let moves = moves.iter().map(|(from, to)| format!("{} → {}", self.daypart(*from), self.daypart(*to)));
                self.told("verplaats", "move", moves)
            }
            Opening::Remote(_) => self.pick("laat een deel op afstand doen", "let part of it be done remotely").to_owned(),
            Opening::Guidance(ids) => self.told("begeleid bij", "give guidance on", ids.iter().map(|id| self.competence(id))),
            Opening::Floor(floor) => self.told("zet de ondergrens op", "set the floor to", std::iter::once(self.percent(*floor))),
        }
    }

    fn told(&self, nl: &str, en: &str, items: impl Iterator<Item = String>) -> String {
        format!("{}: {}", self.pick(nl, en), items.collect::<Vec<_>>().join(", "))
    }

    /// Why somebody who is not among the best has a place.
    #[must_use]
    pub fn kept_place(&self, kept: Option<KeptPlace>) -> &'static str {
        match kept {
            None => "",
            Some(KeptPlace::Aside) => pick(self.language, "stond langs de kant", "was aside"),
            Some(KeptPlace::Unseen) => pick(self.language, "nog niet gezien", "not seen yet"),
        }
    }

    /// What to ask somebody.
    #[must_use]
    pub fn ask(&self, ask: Ask) -> &'static str {
        let (nl, en) = match ask {
            Ask::Competences => ("wat je kunt", "competences"),
            Ask::Dayparts => ("dagdelen", "dayparts"),
            Ask::Documents => ("documenten", "documents"),
            Ask::Energy => ("energie", "energy"),
            Ask::Experience => ("ervaring", "experience"),
            Ask::Helps => ("wat helpt", "what helps"),
            Ask::Hours => ("uren", "hours"),
            Ask::Languages => ("talen", "languages"),
            Ask::Needs => ("wat nodig is", "needs"),
            Ask::NoGo => ("wat niet kan", "no-goes"),
            Ask::Place => ("woonplaats", "place"),
            Ask::RatherNot => ("wat liever niet", "what rather not"),
            Ask::TravelKm => ("reisafstand", "travel distance"),
            Ask::Wishes => ("wat je wilt leren", "wishes"),
            Ask::WorkForms => ("vormen van werk", "forms of work"),
        };
        pick(self.language, nl, en)
    }
}

/// The Dutch or the English of a pair.
#[must_use]
pub fn pick<'t>(language: Language, nl: &'t str, en: &'t str) -> &'t str {
    match language {
        Language::Nl => nl,
        Language::En => en,
    }
}
