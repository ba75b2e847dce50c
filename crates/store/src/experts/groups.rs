//! The groups of a profile: which keys lie together, in which table, under whose consent.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::ExpertId;

use crate::error::{StoreError, StoreResult};
use crate::keys::{KeyId, Place};
use crate::schema::{
    expert_competences, expert_contacts, expert_disclosures, expert_documents, expert_experience, expert_income, expert_limits,
    expert_practicals, expert_stories,
};
use crate::transaction::{Db, Tx};

/// When somebody agreed that a group of special data about them is kept, and when they took that back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// When it was given.
    pub given_at: Option<Instant>,
    /// When it was taken back.
    pub withdrawn_at: Option<Instant>,
}

/// Whose rows are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose<'a> {
    /// Of the people with these ids.
    These(&'a [&'a str]),
    /// Of the people whose ids come after the first and not after the second.
    Between(&'a str, &'a str),
}

/// Keeps the rows of some people, of a table with the column `expert_id`, in the order of their ids.
macro_rules! rows_of {
    ($table:ident, $query:expr, $whose:expr) => {{
        let query = $query.order($table::expert_id).into_boxed();
        match $whose {
            $crate::experts::groups::Whose::These(ids) => query.filter($table::expert_id.eq_any(ids)),
            $crate::experts::groups::Whose::Between(after, last) => {
                query.filter($table::expert_id.gt(after)).filter($table::expert_id.le(last))
            }
        }
    }};
}
pub(super) use rows_of;

type GroupRow = (String, Vec<u8>, Option<i64>, Option<i64>, i64);

/// Declares the groups, and does the same to each table.
macro_rules! groups {
    ($($(#[$doc:meta])* $group:ident = $table:ident [$($key:literal),*] special $special:literal;)*) => {
        /// A group of a profile's keys that is sealed together.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Group { $($(#[$doc])* $group),* }

        impl Group {
            /// Every group.
            pub const ALL: &'static [Self] = &[$(Self::$group),*];

            /// The keys of a profile that lie in this group.
            #[must_use]
            pub const fn keys(self) -> &'static [&'static str] {
                match self { $(Self::$group => &[$($key),*]),* }
            }

            /// Whether these are special data (GDPR 9 and 10) that need a consent of their own.
            #[must_use]
            pub const fn is_special(self) -> bool {
                match self { $(Self::$group => $special),* }
            }

            /// The table that holds the group.
            #[must_use]
            pub const fn table(self) -> &'static str {
                match self { $(Self::$group => stringify!($table)),* }
            }

            /// The sealed group of these people, in the order of their ids.
            pub(super) fn load(self, db: &mut Db, whose: Whose<'_>) -> StoreResult<Vec<(String, Vec<u8>)>> {
                match self {
                    $(Self::$group => {
                        Ok(rows_of!($table, $table::table.select(($table::expert_id, $table::sealed)), whose).load(db.connection())?)
                    })*
                }
            }

            fn row(self, db: &mut Db, id: &str) -> StoreResult<Option<GroupRow>> {
                match self {
                    $(Self::$group => Ok($table::table.find(id).first(db.connection()).optional()?),)*
                }
            }

            fn moments(self, db: &mut Db) -> StoreResult<Vec<(String, Option<i64>, Option<i64>)>> {
                match self {
                    $(Self::$group => {
                        Ok($table::table.select(($table::expert_id, $table::consented_at, $table::withdrawn_at)).load(db.connection())?)
                    })*
                }
            }

            fn add(self, tx: &mut Tx<'_>, row: &GroupRow) -> StoreResult<()> {
                let (id, sealed, given, withdrawn, changed) = row;
                match self {
                    $(Self::$group => {
                        let columns = (
                            $table::expert_id.eq(id),
                            $table::sealed.eq(sealed),
                            $table::consented_at.eq(given),
                            $table::withdrawn_at.eq(withdrawn),
                            $table::changed_at.eq(changed),
                        );
                        diesel::insert_into($table::table).values(columns).execute(tx.connection())?;
                        Ok(())
                    })*
                }
            }

            fn change(self, tx: &mut Tx<'_>, row: &GroupRow) -> StoreResult<()> {
                let (id, sealed, given, withdrawn, changed) = row;
                match self {
                    $(Self::$group => {
                        let columns = (
                            $table::sealed.eq(sealed),
                            $table::consented_at.eq(given),
                            $table::withdrawn_at.eq(withdrawn),
                            $table::changed_at.eq(changed),
                        );
                        diesel::update($table::table.find(id)).set(columns).execute(tx.connection())?;
                        Ok(())
                    })*
                }
            }

            fn remove(self, tx: &mut Tx<'_>, id: &str) -> StoreResult<()> {
                match self {
                    $(Self::$group => {
                        diesel::delete($table::table.find(id)).execute(tx.connection())?;
                        Ok(())
                    })*
                }
            }
        }
    };
}

groups! {
    /// The chosen name, and how to reach the person.
    Contact = expert_contacts ["display_name", "contact"] special false;
    /// The story in own words.
    Story = expert_stories ["story"] special true;
    /// What the person can, and wishes to learn.
    Competences = expert_competences ["competences", "wishes"] special false;
    /// Domains of lived experience.
    Experience = expert_experience ["experience"] special true;
    /// Limits, needs, what helps, what gives and drains energy.
    Limits = expert_limits ["energy", "no_go", "rather_not", "needs", "helps"] special true;
    /// The income situation.
    Income = expert_income ["income"] special true;
    /// Documents.
    Documents = expert_documents ["documents"] special false;
    /// When, where and in which form the person works.
    Practical = expert_practicals [
        "aside_since", "answered_on", "committed_hours", "hours", "dayparts", "place", "travel_km", "work_forms", "languages", "avoid", "commitments"
    ] special false;
    /// Who may see what.
    Disclosure = expert_disclosures ["disclosure"] special false;
}

impl Group {
    /// The groups in which lies what ranking reads; the others stay closed.
    pub(super) const RANKED: &'static [Self] = &[Self::Competences, Self::Experience, Self::Limits, Self::Documents, Self::Practical];

    /// Where the group of this person belongs.
    pub(super) fn place(self, id: &str) -> Place<'_> {
        Place::of(self.table(), id)
    }

    /// The group's part of a profile as JSON; `None` when nothing in it is told.
    fn part(self, profile: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
        let told: serde_json::Map<String, serde_json::Value> = self
            .keys()
            .iter()
            .filter_map(|key| profile.get(*key).filter(|value| !value.is_null()).map(|value| ((*key).to_owned(), value.clone())))
            .collect();
        (!told.is_empty()).then(|| serde_json::Value::Object(told).to_string())
    }
}

fn profile(expert: &Expert) -> StoreResult<serde_json::Map<String, serde_json::Value>> {
    match serde_json::to_value(expert) {
        Ok(serde_json::Value::Object(map)) => Ok(map),
        _ => Err(StoreError::Internal("a profile has no JSON form".to_owned())),
    }
}

/// Keeps every group of a new profile in which something is told. Telling special data is consent to keeping them, with the moment noted.
pub(super) fn insert_all(tx: &mut Tx<'_>, expert: &Expert, key: KeyId) -> StoreResult<()> {
    let profile = profile(expert)?;
    for group in Group::ALL {
        if let Some(part) = group.part(&profile) {
            keep(tx, *group, expert.id.as_str(), key, &part, None)?;
        }
    }
    Ok(())
}

/// Keeps the groups that have changed. A group of special data in which nothing is told any more is a consent withdrawn: its row keeps the two
/// moments and an empty text.
pub(super) fn update_changed(tx: &mut Tx<'_>, expert: &Expert, key: KeyId) -> StoreResult<()> {
    let profile = profile(expert)?;
    let id = expert.id.as_str();
    for group in Group::ALL {
        let old = group.row(tx, id)?;
        match (group.part(&profile), old) {
            (Some(part), old) => keep(tx, *group, id, key, &part, old)?,
            (None, Some(old)) if group.is_special() => withdraw(tx, *group, key, old)?,
            (None, Some(_)) => group.remove(tx, id)?,
            (None, None) => {}
        }
    }
    Ok(())
}

fn keep(tx: &mut Tx<'_>, group: Group, id: &str, key: KeyId, part: &str, old: Option<GroupRow>) -> StoreResult<()> {
    let now = tx.now().microseconds();
    if let Some((_, sealed, _, None, _)) = &old
        && tx.keys().of(key).open_text(&group.place(id), sealed)? == part
    {
        return Ok(());
    }
    let sealed = tx.keys().of(key).seal_text(&group.place(id), part)?;
    let given = match old {
        Some((_, _, given, None, _)) => given,
        _ => group.is_special().then_some(now),
    };
    let row = (id.to_owned(), sealed, given, None, now);
    if old.is_some() { group.change(tx, &row) } else { group.add(tx, &row) }
}

fn withdraw(tx: &mut Tx<'_>, group: Group, key: KeyId, old: GroupRow) -> StoreResult<()> {
    let (id, _, given, withdrawn, _) = old;
    let now = tx.now().microseconds();
    let sealed = tx.keys().of(key).seal_text(&group.place(&id), "{}")?;
    group.change(tx, &(id, sealed, given, withdrawn.or(Some(now)), now))
}

pub(super) fn consents(db: &mut Db, id: &ExpertId) -> StoreResult<BTreeMap<Group, Consent>> {
    let mut consents = BTreeMap::new();
    for group in Group::ALL.iter().filter(|group| group.is_special()) {
        if let Some((_, _, given, withdrawn, _)) = group.row(db, id.as_str())? {
            let moment = |at: Option<i64>| at.map(Instant::from_microseconds);
            consents.insert(*group, Consent { given_at: moment(given), withdrawn_at: moment(withdrawn) });
        }
    }
    Ok(consents)
}

/// The consents of everybody who gave any.
pub(super) fn all_consents(db: &mut Db) -> StoreResult<HashMap<String, BTreeMap<Group, Consent>>> {
    let mut all: HashMap<String, BTreeMap<Group, Consent>> = HashMap::new();
    for group in Group::ALL.iter().filter(|group| group.is_special()) {
        for (id, given, withdrawn) in group.moments(db)? {
            let moment = |at: Option<i64>| at.map(Instant::from_microseconds);
            all.entry(id).or_default().insert(*group, Consent { given_at: moment(given), withdrawn_at: moment(withdrawn) });
        }
    }
    Ok(all)
}

/// Keeps when consents were given and taken back, for an import. A group that was never told gets an empty text, as a withdrawn one has.
pub(super) fn set_consents(tx: &mut Tx<'_>, id: &str, key: KeyId, consents: &BTreeMap<Group, Consent>) -> StoreResult<()> {
    let now = tx.now().microseconds();
    for (group, consent) in consents {
        let moment = |at: Option<Instant>| at.map(Instant::microseconds);
        let with = |sealed| (id.to_owned(), sealed, moment(consent.given_at), moment(consent.withdrawn_at), now);
        match group.row(tx, id)? {
            Some((_, sealed, ..)) => group.change(tx, &with(sealed))?,
            None => {
                let sealed = tx.keys().of(key).seal_text(&group.place(id), "{}")?;
                group.add(tx, &with(sealed))?;
            }
        }
    }
    Ok(())
}

pub(super) fn delete_all(tx: &mut Tx<'_>, id: &ExpertId) -> StoreResult<()> {
    Group::ALL.iter().try_for_each(|group| group.remove(tx, id.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_profile_lies_in_exactly_one_place() {
        let bare = super::super::Row::default().bare().map(|(key, _)| key);
        let mut places: Vec<&str> = Group::ALL.iter().flat_map(|group| group.keys()).copied().chain(bare).collect();
        places.push("programmes");
        places.sort_unstable();
        let mut keys = Expert::KEYS.to_vec();
        keys.sort_unstable();
        assert_eq!(places, keys);
    }
}
