//! Answers as a mediator reads them: aligned tables in plain words.

use raakvlak_domain::knobs::Criterion;
use raakvlak_service::exchange::matching::{
    Ask, Barrier, ExpertAnswer, ListedPackage, ListedPerson, NearMiss, PackageAnswer, PerCriterion,
};

use super::tables::{Align, Table};
use raakvlak_service::wording::Wording;

/// The answer for a package, with the title that it has in the folder.
pub(super) fn package_text(answer: &PackageAnswer, title: &str, wording: Wording<'_>) -> String {
    let mut lines = vec![format!("{} · {title}", answer.package), standing(answer, wording)];
    section(&mut lines, wording.pick("Shortlist", "Shortlist"), shortlist(answer, wording));
    section(&mut lines, wording.pick("Net niet", "Near misses"), near_misses(&answer.near_misses, wording));
    section(&mut lines, wording.pick("Drempels", "Barriers"), barriers(&answer.barriers, wording));
    lines.join("\n")
}

/// The answer for an expert.
pub(super) fn expert_text(answer: &ExpertAnswer, wording: Wording<'_>) -> String {
    let count = answer.packages.len();
    let standing =
        format!("{}: {count}. {}", wording.pick("Pakketten die kunnen", "Packages that are possible"), as_of(answer.as_of, wording));
    let mut lines = vec![answer.expert.to_string(), standing];
    section(&mut lines, wording.pick("Pakketten", "Packages"), packages(&answer.packages, wording));
    section(&mut lines, wording.pick("Drempels", "Barriers"), barriers(&answer.barriers, wording));
    lines.join("\n")
}

fn standing(answer: &PackageAnswer, wording: Wording<'_>) -> String {
    let people = wording.pick("Mensen die dit kunnen doen", "People who could do this");
    format!("{people}: {}. {}", answer.eligible, as_of(answer.as_of, wording))
}

fn as_of(date: raakvlak_domain::calendar::Date, wording: Wording<'_>) -> String {
    format!("{} {}.", wording.pick("Stand van", "As of"), wording.date(date))
}

/// Adds a part with its title; a part without rows says that there is nothing.
fn section(lines: &mut Vec<String>, title: &str, rows: Option<Table>) {
    lines.push(String::new());
    match rows {
        Some(table) => {
            lines.push(title.to_owned());
            lines.extend(table.lines());
        }
        None => lines.push(format!("{title}: -")),
    }
}

fn shortlist(answer: &PackageAnswer, wording: Wording<'_>) -> Option<Table> {
    let heard = heard(&answer.shortlist.first()?.criteria);
    let mut columns = ranked_columns(wording.pick("deskundige", "expert"), &heard, wording);
    columns.extend([left(wording.pick("plek", "place")), left(wording.pick("vragen", "to ask"))]);
    let mut table = Table::new(columns);
    for person in &answer.shortlist {
        table.add(person_row(person, &heard, wording));
    }
    Some(table)
}

fn person_row(person: &ListedPerson, heard: &[Criterion], wording: Wording<'_>) -> Vec<String> {
    let mut row = vec![person.rank.to_string(), person.expert.to_string(), wording.percent(person.score)];
    row.extend(values(&person.criteria, heard, wording));
    row.extend([wording.kept_place(person.kept_place).to_owned(), asks(person.asks.iter(), wording)]);
    row
}

fn packages(packages: &[ListedPackage], wording: Wording<'_>) -> Option<Table> {
    packages.first()?;
    // Which criteria are silent differs from package to package; a cell without a value stays empty.
    let heard: Vec<Criterion> = Criterion::ALL
        .iter()
        .copied()
        .filter(|criterion| packages.iter().any(|package| package.criteria.get(*criterion).is_some()))
        .collect();
    let mut columns = ranked_columns(wording.pick("pakket", "package"), &heard, wording);
    columns.push(left(wording.pick("vragen", "to ask")));
    let mut table = Table::new(columns);
    for package in packages {
        let mut row = vec![package.rank.to_string(), package.package.to_string(), wording.percent(package.score)];
        row.extend(values(&package.criteria, &heard, wording));
        row.push(asks(package.asks.iter(), wording));
        table.add(row);
    }
    Some(table)
}

fn heard(criteria: &PerCriterion) -> Vec<Criterion> {
    Criterion::ALL.iter().copied().filter(|criterion| criteria.get(*criterion).is_some()).collect()
}

fn ranked_columns(who: &str, heard: &[Criterion], wording: Wording<'_>) -> Vec<(String, Align)> {
    let mut columns = vec![right(wording.pick("nr", "no")), left(who), right("score")];
    columns.extend(heard.iter().map(|criterion| right(wording.criterion(*criterion))));
    columns
}

fn values(criteria: &PerCriterion, heard: &[Criterion], wording: Wording<'_>) -> Vec<String> {
    heard.iter().map(|criterion| criteria.get(*criterion).map_or_else(String::new, |value| wording.percent(value))).collect()
}

fn asks(asks: impl Iterator<Item = Ask>, wording: Wording<'_>) -> String {
    asks.map(|ask| wording.ask(ask)).collect::<Vec<_>>().join(", ")
}

fn near_misses(near_misses: &[NearMiss], wording: Wording<'_>) -> Option<Table> {
    near_misses.first()?;
    let mut table = Table::new(vec![
        left(wording.pick("deskundige", "expert")),
        right(wording.pick("zou halen", "would score")),
        left(wording.pick("wat in de weg staat", "what stands in the way")),
        left(wording.pick("wat helpt", "what would help")),
    ]);
    for near_miss in near_misses {
        table.add(vec![
            near_miss.expert.to_string(),
            wording.percent(near_miss.would_score),
            wording.gate(near_miss.gate).to_owned(),
            wording.opening(&near_miss.opening),
        ]);
    }
    Some(table)
}

fn barriers(barriers: &[Barrier], wording: Wording<'_>) -> Option<Table> {
    barriers.first()?;
    let mut table = Table::new(vec![
        left(wording.pick("drempel", "barrier")),
        right(wording.pick("alleen hierdoor", "only by this")),
        right(wording.pick("in totaal", "in all")),
    ]);
    for barrier in barriers {
        table.add(vec![wording.gate(barrier.gate).to_owned(), barrier.alone.to_string(), barrier.all.to_string()]);
        for detail in &barrier.details {
            let name = wording.detail(barrier.gate, &detail.detail);
            if !name.is_empty() {
                table.add(vec![format!("  {name}"), detail.alone.to_string(), detail.all.to_string()]);
            }
        }
    }
    Some(table)
}

fn left(name: &str) -> (String, Align) {
    (name.to_owned(), Align::Left)
}

fn right(name: &str) -> (String, Align) {
    (name.to_owned(), Align::Right)
}
