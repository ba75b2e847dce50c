//! The knobs at the desk: which setting holds for a package.

use raakvlak_domain::identifiers::KnobVersionId;
use raakvlak_domain::knobs::{Knob, MatcherKnob, Scope};
use raakvlak_domain::packages::TaskPackage;
use raakvlak_store::{Db, knobs, programmes};

use crate::error::Error;

/// The setting that holds for a package, the narrowest that is set, with its version: of the package, of its programme (failing a version, the
/// programme's own start weights), of the network, or where the knob starts.
pub(crate) fn effective(db: &mut Db, package: &TaskPackage) -> Result<(MatcherKnob, Option<KnobVersionId>), Error> {
    let mut scopes = vec![Scope::Package(package.id.clone())];
    scopes.extend(package.programme.clone().map(Scope::Programme));
    scopes.push(Scope::Network);
    let mut start = None;
    for scope in scopes {
        if let Some(version) = knobs::latest(db, Knob::Matcher, &scope)?
            && let Some(setting) = version.setting
        {
            return Ok((setting, Some(version.id)));
        }
        if let Scope::Programme(id) = &scope
            && let Some(weights) = programmes::get(db, id)?.and_then(|found| found.programme.start_weights())
        {
            start = Some(MatcherKnob { weights, ..MatcherKnob::default() });
            break;
        }
    }
    Ok((start.unwrap_or_default(), None))
}
