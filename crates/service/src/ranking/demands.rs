//! Packages made ready for matching, kept for as long as the words hold that they were read with: a turned knob and the next question about the same
//! package find them ready.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use raakvlak_domain::identifiers::PackageId;
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_engine::demand::Demand;
use raakvlak_engine::lexicon::UnknownWord;

use super::words::Words;

/// So many packages are kept; each takes some thirty kilobytes.
const MOST: usize = 1_024;

/// The packages that were asked about, as they were read then.
#[derive(Debug, Default)]
pub(crate) struct Demands(Mutex<HashMap<PackageId, (TaskPackage, Demand)>>);

impl Demands {
    /// A package under a setting of the knob, made ready unless it was before and has not changed since.
    pub(crate) fn ready(&self, package: &TaskPackage, words: &Words, knob: &MatcherKnob) -> Result<Demand, UnknownWord> {
        if let Some(kept) = self.kept(package) {
            return Ok(if kept.knob() == knob { kept } else { kept.turned(knob) });
        }
        // A place that no table knows any more is a place that is not known, not a package that cannot be matched.
        let point = package.place.as_ref().and_then(|place| words.gazetteer.point(place).ok());
        let demand = Demand::new(&words.known_package(package), &words.lexicon, point, knob)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(package.id.clone(), (package.clone(), demand.clone()));
        Ok(demand)
    }

    fn kept(&self, package: &TaskPackage) -> Option<Demand> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&package.id).filter(|(as_read, _)| as_read == package).map(|(_, demand)| demand.clone())
    }
}
