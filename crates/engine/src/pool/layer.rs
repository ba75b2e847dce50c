//! Some of the people as columns: dense numbers in the order of where they live, one array per property.
#![allow(clippy::indexing_slicing, reason = "every column is as long as the list of people, and every number comes from the layer itself")]

use std::ops::Range;

use raakvlak_domain::identifiers::{ExpertId, OrganisationId, TermId};
use raakvlak_domain::languages::LanguageLevel;
use raakvlak_domain::places::Point;
use rayon::prelude::*;

use super::interned;
use super::names::Names;
use super::neighbourhood;
use super::packing::Packing;
use super::planes::Planes;
use super::points::Points;
use super::postings::{Posting, Postings};
use super::zones::{Area, Zones};
use crate::asks::{Ask, Asks};
use crate::distance::Spot;
use crate::people::{Bar, Dates, Fact, Held, Person, Reach};
use crate::rows::Rows;
use crate::stretch::MOST;
use crate::words::bits_of;

/// From so many people on it is worth knowing who has a competence.
const MANY: usize = 4_096;

/// People who are kept together. The order of their numbers is that of [`neighbourhood::key`].
#[derive(Debug)]
pub(crate) struct Layer {
    ids: Names,
    /// For each place in the order of ids, whose it is.
    by_id: Vec<u32>,
    /// For each person, the place in the order of ids.
    pub(crate) order: Vec<u32>,
    pub(crate) told: Vec<Asks>,
    /// The same key by key: who of sixty-four people beside each other told it.
    telling: Vec<[u64; Ask::COUNT]>,
    pub(crate) bars: Planes<{ Bar::COUNT }>,
    fact_packing: Packing<{ Fact::COUNT }>,
    /// The packed words of each person beside each other.
    facts: Vec<u64>,
    pub(crate) hours: Vec<[u16; 3]>,
    pub(crate) reach: Vec<Reach>,
    points: Points,
    pub(crate) dates: Vec<Dates>,
    pub(crate) competences: Rows<Held>,
    /// From each competence to who has it; not kept for few people, who change often.
    pub(crate) postings: Option<Postings<Posting>>,
    pub(crate) wishes: Rows<u32>,
    /// For each person, which of the different answers about languages is theirs.
    pub(crate) spoken: Vec<u32>,
    languages: Rows<(u32, LanguageLevel)>,
    language_names: Vec<TermId>,
    /// Who avoids which organisation, by person.
    avoid: Vec<(u32, u32)>,
    organisations: Vec<OrganisationId>,
    /// For each of the organisations, who avoids it.
    avoiding: Rows<u32>,
    pub(crate) zones: Zones,
}

impl Layer {
    /// The layer of these people, each of whom occurs once.
    pub(crate) fn build(people: Vec<Person>) -> Self {
        let (settled, order) = settled(&people);
        let mut by_id = vec![0; people.len()];
        for (number, place) in (0u32..).zip(&order) {
            by_id[*place as usize] = number;
        }
        let (of_one_size, lists) = both(people.len(), || OfOneSize::of(&settled, &by_id), || Lists::of(&settled));
        drop(settled);
        if people.len() >= MANY {
            people.into_par_iter().for_each(drop);
        }
        let OfOneSize { ids, told, bars, fact_packing, facts, hours, reach, points, dates, zones } = of_one_size;
        let Lists { competences, postings, wishes, spoken, avoid, organisations } = lists;
        let avoiding = avoid.iter().map(|(person, organisation)| (*organisation, *person));
        Self {
            ids,
            by_id,
            order,
            telling: told.chunks(MOST).map(telling).collect(),
            told,
            bars,
            fact_packing,
            facts,
            hours,
            reach,
            points,
            dates,
            competences,
            postings,
            wishes,
            spoken: spoken.answers,
            languages: spoken.languages,
            language_names: spoken.names,
            avoiding: Rows::gather(organisations.len(), avoiding),
            avoid,
            organisations,
            zones,
        }
    }

    /// How many people there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.told.len()
    }

    /// The number of an expert.
    pub(crate) fn position(&self, id: &ExpertId) -> Option<u32> {
        self.ids.find(id.as_str()).ok().map(|place| self.by_id[place])
    }

    /// How many people come before this id in the order of ids.
    pub(crate) fn before(&self, id: &str) -> usize {
        self.ids.find(id).unwrap_or_else(|before| before)
    }

    /// The id of a person.
    pub(crate) fn id(&self, number: usize) -> &str {
        self.ids.get(self.order[number] as usize)
    }

    /// What can keep somebody out, of one kind.
    #[inline]
    pub(crate) fn bar(&self, number: usize, bar: Bar) -> u64 {
        self.bars.bits(number, bar as usize, u64::MAX)
    }

    /// Who told this of those beside each other from this number on, a multiple of sixty-four.
    #[inline]
    pub(crate) fn telling(&self, first: usize, key: Ask) -> u64 {
        self.telling[first / MOST][key as usize]
    }

    /// What is told of somebody, of one kind.
    #[inline]
    pub(crate) fn fact(&self, number: usize, fact: Fact) -> u64 {
        let words = self.fact_packing.words();
        self.fact_packing.field(fact as usize, |word| self.facts[number * words + word])
    }

    /// The same of each of these people.
    #[inline]
    pub(crate) fn facts(&self, numbers: Range<usize>, fact: Fact) -> impl Iterator<Item = u64> {
        let (words, place) = (self.fact_packing.words(), self.fact_packing.place(fact as usize));
        self.facts[numbers.start * words..numbers.end * words].chunks_exact(words.max(1)).map(move |row| place.of(|word| row[word]))
    }

    /// Where somebody lives.
    #[inline]
    pub(crate) fn point(&self, number: usize) -> Point {
        self.points.get(number)
    }

    /// The languages somebody speaks and how well.
    #[inline]
    pub(crate) fn languages(&self, number: usize) -> &[(u32, LanguageLevel)] {
        self.languages.row(self.spoken[number] as usize)
    }

    /// Everything that people have told about languages, each different answer once.
    pub(crate) fn language_answers(&self) -> impl Iterator<Item = &[(u32, LanguageLevel)]> {
        (0..self.languages.len()).map(|answer| self.languages.row(answer))
    }

    /// The number under which a language is known here.
    pub(crate) fn language(&self, language: &TermId) -> u32 {
        interned::number(&self.language_names, language)
    }

    /// Who never wants to be matched with this organisation, ascending.
    pub(crate) fn avoiding(&self, organisation: &OrganisationId) -> &[u32] {
        self.organisations.binary_search(organisation).map_or(&[], |number| self.avoiding.row(number))
    }

    /// Somebody as they were put in.
    pub(crate) fn person(&self, id: ExpertId, number: usize) -> Person {
        let avoided = self.avoid.partition_point(|(person, _)| (*person as usize) < number)..;
        let language = |(language, level): &(u32, LanguageLevel)| (self.language_names[*language as usize].clone(), *level);
        Person {
            id,
            told: self.told[number],
            bars: std::array::from_fn(|bar| self.bars.bits(number, bar, u64::MAX)),
            facts: std::array::from_fn(|fact| self.fact_packing.field(fact, |word| self.facts[number * self.fact_packing.words() + word])),
            hours: self.hours[number],
            point: self.point(number),
            limit: self.reach[number].limit,
            dates: self.dates[number],
            competences: self.competences.row(number).to_vec(),
            wishes: self.wishes.row(number).to_vec(),
            languages: self.languages(number).iter().map(language).collect(),
            avoid: self.avoid[avoided]
                .iter()
                .take_while(|(person, _)| *person as usize == number)
                .map(|(_, organisation)| self.organisations[*organisation as usize].clone())
                .collect(),
        }
    }

    /// How many bytes of memory the people take.
    pub(crate) fn bytes(&self) -> usize {
        let lists = self.competences.bytes()
            + self.wishes.bytes()
            + self.languages.bytes()
            + size_of_val(self.avoid.as_slice())
            + self.avoiding.bytes();
        let columns = size_of::<u64>() * self.fact_packing.words()
            + size_of::<Asks>()
            + size_of::<[u16; 3]>()
            + size_of::<Reach>()
            + size_of::<Dates>()
            + size_of::<[u32; 3]>();
        self.ids.bytes()
            + self.postings.as_ref().map_or(0, Postings::bytes)
            + self.points.bytes()
            + self.bars.bytes()
            + self.zones.bytes()
            + size_of_val(self.telling.as_slice())
            + lists
            + self.len() * columns
    }
}

/// For each key, who of these people told it.
fn telling(told: &[Asks]) -> [u64; Ask::COUNT] {
    std::array::from_fn(|key| bits_of(told.iter().map(|told| told.has(Ask::ALL[key]))))
}

/// Where some people live and how far they go.
fn area(members: &[&Person]) -> Area {
    let told = |person: &Person| person.told.has(Ask::Place) && person.told.has(Ask::TravelKm);
    let spots: Vec<Option<Spot>> = members.iter().map(|person| told(person).then(|| person.point.into())).collect();
    Area::of(&spots, members.iter().map(|person| person.limit).max().unwrap_or(0))
}

/// These people in the order of their neighbourhoods, and for each of them the place in the order of ids.
fn settled(people: &[Person]) -> (Vec<&Person>, Vec<u32>) {
    let mut by_id: Vec<&Person> = people.iter().collect();
    if !by_id.is_sorted_by(|one, other| one.id < other.id) {
        by_id.par_sort_unstable_by(|one, other| one.id.cmp(&other.id));
    }
    let keys: Vec<_> = if people.len() >= MANY {
        by_id.par_iter().map(|person| neighbourhood::key(person)).collect()
    } else {
        by_id.iter().map(|person| neighbourhood::key(person)).collect()
    };
    let mut places: Vec<_> = keys.into_iter().zip(0u32..).collect();
    places.par_sort_unstable();
    let order: Vec<u32> = places.into_iter().map(|(_, place)| place).collect();
    (order.iter().map(|place| by_id[*place as usize]).collect(), order)
}

/// What is as large for everybody.
struct OfOneSize {
    ids: Names,
    told: Vec<Asks>,
    bars: Planes<{ Bar::COUNT }>,
    fact_packing: Packing<{ Fact::COUNT }>,
    facts: Vec<u64>,
    hours: Vec<[u16; 3]>,
    reach: Vec<Reach>,
    points: Points,
    dates: Vec<Dates>,
    zones: Zones,
}

impl OfOneSize {
    fn of(people: &[&Person], by_id: &[u32]) -> Self {
        let column = Columns(people);
        let bars = Planes::of(people.len(), people.iter().map(|person| person.bars));
        let fact_packing = Packing::of(people.iter().map(|person| person.facts));
        Self {
            ids: Names::collect(by_id.iter().map(|number| people[*number as usize].id.as_str())),
            told: column.of(|person| person.told),
            zones: Zones::of(people.len(), &bars, |members| area(&people[members])),
            bars,
            facts: people.iter().flat_map(|person| fact_packing.pack(person.facts)).collect(),
            hours: column.of(|person| person.hours),
            reach: column.of(|person| Reach { spot: person.point.into(), limit: person.limit }),
            points: Points::collect(people.iter().map(|person| person.point)),
            dates: column.of(|person| person.dates),
            fact_packing,
        }
    }
}

/// What some have more of than others.
struct Lists {
    competences: Rows<Held>,
    postings: Option<Postings<Posting>>,
    wishes: Rows<u32>,
    spoken: Spoken,
    avoid: Vec<(u32, u32)>,
    organisations: Vec<OrganisationId>,
}

impl Lists {
    fn of(people: &[&Person]) -> Self {
        let of_competences = || {
            let competences = Rows::collect(people.iter().map(|person| person.competences.iter().copied()));
            ((people.len() >= MANY).then(|| having(&competences)), competences)
        };
        let ((postings, competences), spoken) = both(people.len(), of_competences, || Spoken::of(people));
        let (avoided, organisations) = interned::numbered(people.iter().flat_map(|person| &person.avoid));
        let avoiding = (0u32..).zip(people).flat_map(|(number, person)| person.avoid.iter().map(move |_| number));
        Self {
            competences,
            postings,
            wishes: Rows::collect(people.iter().map(|person| person.wishes.iter().copied())),
            spoken,
            avoid: avoiding.zip(avoided).collect(),
            organisations,
        }
    }
}

/// What people told about languages.
struct Spoken {
    /// For each person, which of the different answers is theirs.
    answers: Vec<u32>,
    languages: Rows<(u32, LanguageLevel)>,
    names: Vec<TermId>,
}

impl Spoken {
    fn of(people: &[&Person]) -> Self {
        let (answers, different) = interned::numbered(people.iter().map(|person| &person.languages));
        let (numbers, names) = interned::numbered(different.iter().flatten().map(|(language, _)| language));
        let mut numbers = numbers.into_iter();
        let numbered = different.iter().map(|answer| {
            let levels = answer.iter().map(|(_, level)| *level);
            levels.zip(numbers.by_ref()).map(|(level, language)| (language, level)).collect::<Vec<_>>()
        });
        Self { answers, languages: Rows::collect(numbered), names }
    }
}

/// Does two things, at once where there are many people.
fn both<A: Send, B: Send>(people: usize, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    if people >= MANY { rayon::join(one, other) } else { (one(), other()) }
}

/// From each competence to who has it.
fn having(competences: &Rows<Held>) -> Postings<Posting> {
    Postings::of(competences.len(), |number, place| competences.row(number).iter().map(move |held| Posting::new(place, *held)))
}

/// Reads columns from people.
struct Columns<'a>(&'a [&'a Person]);

impl Columns<'_> {
    fn of<T>(&self, property: impl Fn(&Person) -> T) -> Vec<T> {
        self.0.iter().map(|person| property(person)).collect()
    }
}
