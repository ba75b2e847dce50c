//! Where settings are looked up: in the store, one by one; or in memory, where all of them were read at once for many packages.

use std::collections::HashMap;

use raakvlak_domain::identifiers::ProgrammeId;
use raakvlak_domain::knobs::{Knob, KnobVersion, Scope, Weights};
use raakvlak_store::{Db, knobs, programmes};

use crate::error::Error;

/// Knows how knobs stand.
pub(crate) trait Settled {
    /// The latest version of a knob in a scope; also one that takes the scope's setting away.
    fn latest(&mut self, knob: Knob, scope: &Scope) -> Result<Option<KnobVersion>, Error>;

    /// The weights with which a programme starts.
    fn start_weights(&mut self, programme: &ProgrammeId) -> Result<Option<Weights>, Error>;
}

impl Settled for Db {
    fn latest(&mut self, knob: Knob, scope: &Scope) -> Result<Option<KnobVersion>, Error> {
        Ok(knobs::latest(self, knob, scope)?)
    }

    fn start_weights(&mut self, programme: &ProgrammeId) -> Result<Option<Weights>, Error> {
        Ok(programmes::get(self, programme)?.and_then(|stored| stored.programme.start_weights()))
    }
}

/// How every knob stands in every scope in which it was ever turned, and the weights with which programmes start.
#[derive(Debug)]
pub(crate) struct Settings {
    latest: HashMap<Knob, HashMap<Scope, KnobVersion>>,
    start_weights: HashMap<ProgrammeId, Weights>,
}

impl Settings {
    /// Reads them all: one query for each knob, and one for the programmes.
    pub(crate) fn read(db: &mut Db) -> Result<Self, Error> {
        let mut latest = HashMap::new();
        for knob in Knob::ALL {
            let versions = knobs::all_latest(db, *knob)?.into_iter().map(|version| (version.scope.clone(), version));
            latest.insert(*knob, versions.collect());
        }
        let start = |programme: raakvlak_domain::programmes::Programme| programme.start_weights().map(|weights| (programme.id, weights));
        let start_weights = programmes::page(db, None, i64::MAX)?.into_iter().filter_map(|stored| start(stored.programme)).collect();
        Ok(Self { latest, start_weights })
    }
}

impl Settled for &Settings {
    fn latest(&mut self, knob: Knob, scope: &Scope) -> Result<Option<KnobVersion>, Error> {
        Ok(self.latest.get(&knob).and_then(|scopes| scopes.get(scope)).cloned())
    }

    fn start_weights(&mut self, programme: &ProgrammeId) -> Result<Option<Weights>, Error> {
        Ok(self.start_weights.get(programme).copied())
    }
}
