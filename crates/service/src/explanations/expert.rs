//! The explanation for the person whom it is about: everything, in plain words, and what they could still tell.

use raakvlak_domain::languages::Language;
use raakvlak_domain::packages::TaskPackage;

use super::evidence::{Evidence, Task, Verdict};
use super::{Part, Topic, listed};
use crate::exchange::matching::{Ask, Gate};
use crate::wording::Wording;

/// What the person may see: all of it.
pub(super) struct ForExpert<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) package: &'a TaskPackage,
}

impl ForExpert<'_> {
    pub(super) fn parts(&self, wording: Wording) -> Vec<Part> {
        let part = |topic, lines| Part { topic, lines };
        vec![
            part(Topic::Tasks, self.tasks(wording)),
            part(Topic::Experience, self.experience(wording)),
            part(Topic::Learning, self.learning(wording)),
            part(Topic::Energy, self.energy(wording)),
            part(Topic::Travel, self.travel(wording)),
            part(Topic::Hours, self.hours(wording)),
            part(Topic::Surroundings, self.surroundings(wording)),
            part(Topic::Turn, self.turn(wording)),
            part(Topic::Limits, self.limits(wording)),
            part(Topic::Obtain, self.obtain(wording)),
            part(Topic::Ask, self.ask(wording)),
        ]
    }

    fn tasks(&self, wording: Wording) -> Vec<String> {
        let asked = self.evidence.tasks.iter().any(|task| !task.requirements.is_empty());
        if asked && self.evidence.tasks.iter().all(|task| task.value.is_none()) {
            let untold = wording.pick(
                "Je hebt nog niet verteld wat je kunt. Daarom weten we nog niet welke taken bij je passen.",
                "You have not told what you can do yet. So we do not know yet which tasks suit you.",
            );
            return vec![untold.to_owned()];
        }
        self.evidence.tasks.iter().map(|task| self.task(task, wording)).collect()
    }

    fn task(&self, task: &Task, wording: Wording) -> String {
        let title = task.title(self.package);
        let mut known: Vec<String> = task
            .requirements
            .iter()
            .filter_map(|requirement| requirement.answered.as_ref())
            .map(|answered| wording.competence(&answered.competence))
            .collect();
        known.dedup();
        let because = listed(known, wording);
        match (task.carried, because.is_empty()) {
            (true, true) => format!("{title}: {}", wording.pick("dit kun je doen.", "you can do this.")),
            (true, false) => {
                format!("{title}: {} {because}.", wording.pick("dit past bij wat je kunt, zoals", "this suits what you can do, such as"))
            }
            (false, _) => {
                let asked = listed(task.requirements.iter().map(|requirement| wording.competence(&requirement.competence)), wording);
                let nl = "hier is iets voor nodig dat we nog niet genoeg in je profiel zien:";
                format!("{title}: {} {asked}.", wording.pick(nl, "this takes something that we do not see enough of in your profile yet:"))
            }
        }
    }

    fn experience(&self, wording: Wording) -> Vec<String> {
        let label = |id: &String| wording.term(&wording.vocabulary.experience, id);
        let shared = listed(self.evidence.experience.shared.iter().map(label), wording);
        let others = listed(self.evidence.experience.others.iter().map(label), wording);
        let mut lines = Vec::new();
        if !shared.is_empty() {
            lines.push(format!(
                "{} {shared}.",
                wording.pick("Ze zoeken iemand die dit zelf kent:", "They look for somebody who knows this from life:")
            ));
        }
        if !others.is_empty() {
            lines.push(format!("{} {others}.", wording.pick("Ze vragen ook naar ervaring met", "They also ask for experience with")));
        }
        lines
    }

    fn learning(&self, wording: Wording) -> Vec<String> {
        let learned = self.evidence.development.wishes.iter().filter_map(|wish| Some((wish, wish.learnable.as_ref()?)));
        learned
            .map(|(wish, learnable)| {
                let (wish, learnable) = (wording.competence(&wish.wish), wording.competence(learnable));
                if wish == learnable {
                    return format!(
                        "{} {wish}.",
                        wording.pick("Dit wil je leren en kun je hier leren:", "You want to learn this, and here you can:")
                    );
                }
                let (nl, en) = ("Je wilt dit leren:", "You want to learn this:");
                format!(
                    "{} {wish}. {} {learnable}.",
                    wording.pick(nl, en),
                    wording.pick("Hier leer je iets dat erop lijkt:", "Here you learn something like it:")
                )
            })
            .collect()
    }

    fn energy(&self, wording: Wording) -> Vec<String> {
        let all = |of: fn(&super::evidence::Energy) -> &Vec<String>| {
            let mut labels: Vec<String> =
                self.evidence.energy.iter().flat_map(of).map(|id| wording.term(&wording.vocabulary.activities, id)).collect();
            labels.sort_unstable();
            labels.dedup();
            listed(labels, wording)
        };
        let (gives, drains) = (all(|energy| &energy.gives), all(|energy| &energy.drains));
        let mut lines = Vec::new();
        if !gives.is_empty() {
            lines.push(format!("{} {gives}.", wording.pick("Dit zit erin en geeft je energie:", "This is in it and gives you energy:")));
        }
        if !drains.is_empty() {
            lines.push(format!(
                "{} {drains}.",
                wording.pick("Dit zit er ook in en kost je energie:", "This is in it too and costs you energy:")
            ));
        }
        lines
    }

    fn travel(&self, wording: Wording) -> Vec<String> {
        let Some(travel) = self.evidence.travel else { return Vec::new() };
        let (far, limit) = (wording.kilometres(travel.distance), travel.limit.map(|limit| wording.kilometres(limit)));
        let distance = match wording.language {
            Language::Nl => format!("Hemelsbreed is het {far} van waar je woont."),
            Language::En => format!("In a straight line it is {far} from where you live."),
        };
        let wanted = limit.map(|limit| match wording.language {
            Language::Nl => format!("Je wilt hoogstens {limit} reizen."),
            Language::En => format!("You want to travel {limit} at most."),
        });
        std::iter::once(distance).chain(wanted).collect()
    }

    fn hours(&self, wording: Wording) -> Vec<String> {
        let Some(hours) = self.evidence.hours else { return Vec::new() };
        let to = wording.pick("tot", "to");
        let asked = format!("{} {to} {}", wording.hours(self.package.hours.min), wording.hours(self.package.hours.max));
        let (start, end) = (hours.start_tenths.max(0), hours.end_tenths.max(0));
        let left = format!("{} {to} {}", wording.tenths(start), wording.tenths(end));
        let (nl, en) = ("Dit werk vraagt per week", "This work takes");
        vec![match wording.language {
            Language::Nl => format!("{nl} {asked} uur. Jij wilt er nog {left}."),
            Language::En => format!("{en} {asked} hours a week. You want {left} more."),
        }]
    }

    fn surroundings(&self, wording: Wording) -> Vec<String> {
        let disliked = listed(self.evidence.comfort.disliked.iter().map(|id| wording.term(&wording.vocabulary.conditions, id)), wording);
        let helpful = listed(self.evidence.comfort.helpful.iter().map(|id| wording.term(&wording.vocabulary.adaptations, id)), wording);
        let mut lines = Vec::new();
        if !helpful.is_empty() {
            lines.push(format!("{} {helpful}.", wording.pick("Dit helpt je, en het is er:", "This helps you, and it is there:")));
        }
        if !disliked.is_empty() {
            lines.push(format!(
                "{} {disliked}.",
                wording.pick("Dit heb je liever niet, en het is er wel:", "You would rather not have this, and it is there:")
            ));
        }
        lines
    }

    fn turn(&self, wording: Wording) -> Vec<String> {
        let days = self.evidence.turn.days_waiting;
        let waiting = (days > 0).then(|| match wording.language {
            Language::Nl => format!("Je wacht nu {days} dagen. Wie langer wacht, komt eerder aan de beurt."),
            Language::En => format!("You have waited {days} days. Who waits longer comes up sooner."),
        });
        waiting.into_iter().collect()
    }

    fn limits(&self, wording: Wording) -> Vec<String> {
        let shut = self.evidence.gates.iter().filter(|gate| gate.verdict == Verdict::Shut);
        let named = shut.filter_map(|shut| Some((Gate::ALL.iter().copied().find(|gate| gate.as_str() == shut.gate)?, &shut.details)));
        named
            .map(|(gate, details)| {
                let details =
                    listed(details.iter().map(|detail| wording.detail(gate, detail)).filter(|detail| !detail.is_empty()), wording);
                let but = wording.pick("Dit past niet zoals het nu is:", "This does not fit as it is now:");
                let what = wording.gate(gate);
                if details.is_empty() || details == what { format!("{but} {what}.") } else { format!("{but} {what} ({details}).") }
            })
            .collect()
    }

    fn obtain(&self, wording: Wording) -> Vec<String> {
        let documents = listed(self.evidence.to_obtain.iter().map(|id| wording.term(&wording.vocabulary.documents, id)), wording);
        let line = format!(
            "{} {documents}. {}",
            wording.pick("Dit heb je nog nodig:", "You still need this:"),
            wording.pick("Er is tijd om het aan te vragen.", "There is time to ask for it.")
        );
        if documents.is_empty() { Vec::new() } else { vec![line] }
    }

    fn ask(&self, wording: Wording) -> Vec<String> {
        let asks = listed(asked(self.evidence).map(|ask| wording.ask(ask).to_owned()), wording);
        let line = format!(
            "{} {asks}.",
            wording.pick("Als je dit nog vertelt, weten we beter of het past:", "If you tell this too, we know better whether it fits:")
        );
        if asks.is_empty() { Vec::new() } else { vec![line] }
    }
}

/// What there is to ask.
pub(super) fn asked(evidence: &Evidence) -> impl Iterator<Item = Ask> {
    evidence.asks.iter().filter_map(|asked| Ask::ALL.iter().copied().find(|ask| ask.as_str() == asked))
}
