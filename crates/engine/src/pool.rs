//! An unchanging picture of everybody who can be matched, as columns: dense numbers in byte order of the ids, one array per property.
#![allow(clippy::indexing_slicing, reason = "every column is as long as the list of ids, and every number comes from the pool itself")]

use raakvlak_domain::identifiers::{ExpertId, OrganisationId, TermId};
use raakvlak_domain::languages::LanguageLevel;

use crate::asks::Asks;
use crate::people::{Held, Person, Profile, Reach, Standing};
use crate::rows::Rows;

mod interned;

use interned::Interned;

/// A number that no language and no organisation has.
pub(crate) const NOBODY_KNOWS: u32 = u32::MAX;

/// Everybody who can be matched, at one moment. All of them are read with one version of the vocabulary.
#[derive(Debug)]
pub struct Pool {
    pub(crate) ids: Vec<ExpertId>,
    pub(crate) told: Vec<Asks>,
    pub(crate) standing: Vec<Standing>,
    pub(crate) work_forms: Vec<u64>,
    pub(crate) no_go: Vec<u64>,
    pub(crate) needs: Vec<u64>,
    pub(crate) hours: Vec<[u16; 3]>,
    pub(crate) dayparts: Vec<u32>,
    pub(crate) reach: Vec<Reach>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) competences: Rows<Held>,
    pub(crate) wishes: Rows<u32>,
    pub(crate) languages: Rows<(u32, LanguageLevel)>,
    pub(crate) avoid: Rows<u32>,
    language_names: Vec<TermId>,
    organisations: Vec<OrganisationId>,
}

impl Pool {
    /// The pool of these people; of two with the same id the later one counts.
    #[must_use]
    pub fn build(people: impl IntoIterator<Item = Person>) -> Self {
        let mut people: Vec<Person> = people.into_iter().collect();
        people.sort_by(|one, other| one.id.cmp(&other.id));
        people.reverse();
        people.dedup_by(|later, kept| later.id == kept.id);
        people.reverse();
        let languages = Interned::of(people.iter().flat_map(|person| person.languages.iter().map(|(language, _)| language)));
        let organisations = Interned::of(people.iter().flat_map(|person| &person.avoid));
        let column = Columns(&people);
        Self {
            told: column.of(|person| person.told),
            standing: column.of(|person| person.standing),
            work_forms: column.of(|person| person.work_forms),
            no_go: column.of(|person| person.no_go),
            needs: column.of(|person| person.needs),
            hours: column.of(|person| person.hours),
            dayparts: column.of(|person| person.dayparts),
            reach: column.of(|person| person.reach),
            profiles: column.of(|person| person.profile),
            competences: Rows::collect(people.iter().map(|person| person.competences.iter().copied())),
            wishes: Rows::collect(people.iter().map(|person| person.wishes.iter().copied())),
            languages: Rows::collect(people.iter().map(|person| {
                let spoken = person.languages.iter();
                spoken.map(|(language, level)| (languages.number(language), *level)).collect::<Vec<_>>()
            })),
            avoid: Rows::collect(people.iter().map(|person| person.avoid.iter().map(|organisation| organisations.number(organisation)))),
            language_names: languages.names(),
            organisations: organisations.names(),
            ids: people.into_iter().map(|person| person.id).collect(),
        }
    }

    /// How many people there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The number of an expert in this pool.
    #[must_use]
    pub fn position(&self, id: &ExpertId) -> Option<u32> {
        self.ids.binary_search(id).ok().map(|at| at as u32)
    }

    /// The id of the expert with this number.
    ///
    /// # Panics
    ///
    /// When nobody in this pool has the number.
    #[must_use]
    pub fn id(&self, number: u32) -> &ExpertId {
        &self.ids[number as usize]
    }

    /// The number under which a language is known here.
    pub(crate) fn language(&self, language: &TermId) -> u32 {
        interned::number(&self.language_names, language)
    }

    /// The number under which an organisation that somebody avoids is known here.
    pub(crate) fn organisation(&self, organisation: &OrganisationId) -> u32 {
        interned::number(&self.organisations, organisation)
    }

    /// How many bytes of memory the people take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let ids: usize = self.ids.iter().map(|id| size_of::<ExpertId>() + 16 + id.as_str().len()).sum();
        let lists = self.competences.bytes() + self.wishes.bytes() + self.languages.bytes() + self.avoid.bytes();
        let masks = size_of::<u64>() * 3 + size_of::<[u16; 3]>() + size_of::<u32>() + size_of::<Asks>() + size_of::<Standing>();
        ids + lists + self.len() * (masks + size_of::<Reach>() + size_of::<Profile>())
    }
}

/// Reads columns from people.
struct Columns<'a>(&'a [Person]);

impl Columns<'_> {
    fn of<T>(&self, property: impl Fn(&Person) -> T) -> Vec<T> {
        self.0.iter().map(property).collect()
    }
}
