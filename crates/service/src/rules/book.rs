//! The rules in force: those to start with, and in their stead what stewards wrote; read once, and again when one of them has changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use raakvlak_domain::identifiers::RuleId;
use raakvlak_store::rules::{self, Mark, StoredRule};
use raakvlak_store::{Db, StoreResult};

use super::blocking::PeopleFacts;
use super::judging::SoundRule;
use super::netherlands;
use super::trouble::Troubled;

/// A version of a rule, with what is kept of it when it was written or ended here.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) sound: Arc<SoundRule>,
    pub(crate) kept: Option<StoredRule>,
}

/// Every version of every rule, by rule and number.
#[derive(Debug, Default)]
pub(crate) struct RuleBook {
    versions: BTreeMap<(RuleId, u32), Version>,
    rules: Vec<Arc<SoundRule>>,
}

/// Keeps the rules between one question and the next, and what they need of people.
#[derive(Default)]
pub(crate) struct RuleKeeper {
    book: Mutex<Option<(Mark, Arc<RuleBook>)>>,
    pub(super) people: Mutex<PeopleFacts>,
}

impl RuleKeeper {
    /// The rules that went wrong while people were ranked since this was last asked.
    pub(crate) fn take_troubled(&self) -> Troubled {
        std::mem::take(&mut self.people.lock().unwrap_or_else(PoisonError::into_inner).troubled)
    }

    /// The rules as this transaction sees them.
    pub(crate) fn book(&self, db: &mut Db) -> StoreResult<Arc<RuleBook>> {
        let mark = rules::mark(db)?;
        let mut kept = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, book)) = kept.as_ref()
            && *known == mark
        {
            return Ok(Arc::clone(book));
        }
        let book = Arc::new(RuleBook::new(rules::all(db)?));
        *kept = Some((mark, Arc::clone(&book)));
        Ok(book)
    }
}

impl RuleBook {
    pub(crate) fn new(kept: Vec<StoredRule>) -> Self {
        let start = netherlands::rules().iter().map(|sound| Version { sound: Arc::clone(sound), kept: None });
        let here = kept.into_iter().map(|kept| Version { sound: Arc::new(SoundRule::kept(kept.rule.clone())), kept: Some(kept) });
        let named = |version: Version| ((version.sound.rule.id.clone(), version.sound.rule.number.get()), version);
        let versions: BTreeMap<(RuleId, u32), Version> = start.chain(here).map(named).collect();
        let rules = versions.values().map(|version| Arc::clone(&version.sound)).collect();
        Self { versions, rules }
    }

    /// Every version of every rule.
    pub(crate) fn rules(&self) -> &[Arc<SoundRule>] {
        &self.rules
    }

    /// Every version, by rule and number.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Version> {
        self.versions.values()
    }

    /// The versions of one rule, by number.
    pub(crate) fn of(&self, id: &RuleId) -> Vec<&Version> {
        self.versions().filter(|version| version.sound.rule.id == *id).collect()
    }
}
