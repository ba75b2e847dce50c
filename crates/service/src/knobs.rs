//! The knobs at the desk: which setting holds, how it stood before, and turning it. A setting is a version: never changed, only followed by the next.
//!
//! The narrowest setting wins: the package's own, its programme's, the network's, where the knob starts. A programme whose knob was never turned counts
//! with the start weights of its record, if it has any, on top of what holds in the network; once somebody turned the programme's knob its versions
//! alone count, and taking its setting away leaves the network's.

use std::collections::HashSet;

use raakvlak_domain::calendar::Instant;
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::identifiers::{KnobVersionId, ProgrammeId, UserId};
use raakvlak_domain::knobs::{Knob, KnobSetting, KnobVersion, MatcherKnob, MatcherSetting, Position, Scope, Setting, Weights};
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::texts::Prose;
use raakvlak_domain::thresholds::ThresholdKnob;
use raakvlak_store::knobs::{self, Turn};
use raakvlak_store::matches::trace::KnobInForce;
use raakvlak_store::packages::{PackageQuery, StoredPackage};
use raakvlak_store::{Action as Act, Db, ObjectKind, Tx, packages as stored_packages, programmes};
use serde::Serialize;
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::authorise::{Action, Object, authorise};
use crate::desk::{Desk, Page, PageRequest, digest_of, new_id};
use crate::error::Error;
use crate::packages::internal;
use crate::rules::knob::refuse_unknown;

mod packages;
mod settings;
mod threshold;
mod trial;

pub use raakvlak_domain::knobs::SettingSource as Source;

pub use packages::{CarvedCounts, PackagesEffect, PackagesPreview};
pub(crate) use settings::{Settings, Settled};
pub(crate) use threshold::waits_for_intake;
pub use threshold::{KeptOutByThreshold, RequirementKeptOut, ThresholdCounts, ThresholdEffect, ThresholdPreview, ThresholdReport};
pub use trial::ScopePreview;

/// How a knob stands in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Standing {
    /// Which knob.
    pub knob: Knob,
    /// The sort of scope: `network`, `programme` or `package`.
    pub scope: &'static str,
    /// The record that the scope is about; `None` for the network.
    pub id: Option<String>,
    /// At which position the weights stand.
    pub position: Position,
    /// The setting that holds here.
    pub setting: MatcherSetting,
    /// Where it comes from: the scope itself, a wider one, or where the knob starts.
    pub from: Source,
    /// The version that holds here; `None` when no version does.
    pub version: Option<KnobVersionId>,
    /// How many versions this scope itself has had; the next turn must name it.
    pub number: u64,
}

/// How any other knob stands in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KnobStanding<S> {
    /// Which knob.
    pub knob: Knob,
    /// The sort of scope: `network`, `programme` or `package`.
    pub scope: &'static str,
    /// The record that the scope is about; `None` for the network.
    pub id: Option<String>,
    /// The setting that holds here.
    pub setting: S,
    /// Where it comes from: the scope itself, a wider one, or where the knob starts.
    pub from: Source,
    /// The version that holds here; `None` when no version does.
    pub version: Option<KnobVersionId>,
    /// How many versions this scope itself has had; the next turn must name it.
    pub number: u64,
}

/// How a knob stands in a scope, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnyStanding {
    /// Which knob.
    pub knob: Knob,
    /// The sort of scope: `network`, `programme` or `package`.
    pub scope: &'static str,
    /// The record that the scope is about; `None` for the network.
    pub id: Option<String>,
    /// At which position the weights stand; of the matcher knob alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The setting that holds here.
    pub setting: Setting,
    /// Where it comes from: the scope itself, a wider one, or where the knob starts.
    pub from: Source,
    /// The version that holds here; `None` when no version does.
    pub version: Option<KnobVersionId>,
    /// How many versions this scope itself has had; the next turn must name it.
    pub number: u64,
}

/// A version of a setting, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VersionView {
    /// Names the version.
    pub id: KnobVersionId,
    /// Counts up from 1 in its scope.
    pub number: u64,
    /// The setting; `None` where the scope's own setting was taken away.
    pub setting: Option<Setting>,
    /// Who turned the knob.
    pub made_by: UserId,
    /// When.
    pub made_at: Instant,
    /// Why, in own words.
    pub why: Prose,
}

/// A position that the knob can be put in at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preset {
    /// The position; `custom` for a programme with weights of its own.
    pub position: Position,
    /// Its weights.
    pub weights: Weights,
    /// The programme whose start this is; `None` for a position of the knob itself.
    pub programme: Option<ProgrammeId>,
    /// Why it stands so, in Dutch.
    pub why_nl: Option<Prose>,
    /// Why it stands so, in English.
    pub why_en: Option<Prose>,
}

impl Desk {
    /// How the matcher knob stands in a scope.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for who reads no knobs.
    pub fn knob(&self, actor: &Actor, scope: &Scope) -> Result<Standing, Error> {
        authorise(actor, Action::ReadKnob, &Object::Network)?;
        self.read(|db| standing(db, scope))
    }

    /// How every knob stands in the network, and in every scope that has a setting of its own: knob by knob, the network first.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for who reads no knobs.
    pub fn knobs(&self, actor: &Actor) -> Result<Vec<AnyStanding>, Error> {
        authorise(actor, Action::ReadKnob, &Object::Network)?;
        self.read(|db| {
            let mut all = Vec::new();
            for knob in Knob::ALL {
                let set = knobs::all_latest(db, *knob)?.into_iter().filter(|version| version.setting.is_some());
                let scopes: Vec<Scope> = set.map(|version| version.scope).filter(|scope| *scope != Scope::Network).collect();
                for scope in std::iter::once(&Scope::Network).chain(&scopes) {
                    all.push(any_standing(db, *knob, scope)?);
                }
            }
            Ok(all)
        })
    }

    /// A version, of whatever scope.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when there is none; [`Error::NotAllowed`] for who reads no knobs.
    pub fn knob_version(&self, actor: &Actor, id: &KnobVersionId) -> Result<VersionView, Error> {
        authorise(actor, Action::ReadKnob, &Object::Network)?;
        self.read(|db| Ok(shown(knobs::get(db, id)?.ok_or(Error::NotFound)?)))
    }

    /// Turns the matcher knob in a scope: makes its next version. `built_on` is how many versions the scope had when the setting was thought up; `None` as
    /// the setting takes the scope's own setting away, so that the wider one holds again.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`] with the number that holds now, when somebody turned it since; [`Error::NotFound`] when the scope's record does not exist or there
    /// is no setting to take away; [`Error::Invalid`] for taking the network's away; [`Error::NotAllowed`] for anybody but mediators and stewards.
    pub fn turn_knob(
        &self,
        actor: &Actor,
        scope: &Scope,
        setting: Option<MatcherSetting>,
        why: Prose,
        built_on: u64,
    ) -> Result<Standing, Error> {
        let asked = Asked { scope: scope.clone(), setting: setting.map(Setting::Matcher), why, built_on };
        self.write(actor, move |tx, actor| turn(tx, actor, Knob::Matcher, asked, standing, |standing| &standing.setting))
    }

    /// The positions that the knob can be put in at once: its own, and where each programme starts.
    ///
    /// # Errors
    ///
    /// [`Error::NotAllowed`] for who reads no knobs.
    pub fn knob_presets(&self, actor: &Actor) -> Result<Vec<Preset>, Error> {
        authorise(actor, Action::ReadKnob, &Object::Network)?;
        let own = Position::ALL.iter().filter_map(|position| {
            let weights = Weights::of_position(*position)?;
            Some(Preset { position: *position, weights, programme: None, why_nl: None, why_en: None })
        });
        let mut presets: Vec<Preset> = own.collect();
        let programmes = self.read(|db| Ok(programmes::page(db, None, i64::MAX)?))?;
        presets.extend(programmes.into_iter().filter_map(|found| {
            let weights = found.programme.start_weights()?;
            let position = found.programme.position.unwrap_or(Position::Custom);
            let (why_nl, why_en) = (found.programme.why_nl, found.programme.why_en);
            Some(Preset { position, weights, programme: Some(found.programme.id), why_nl, why_en })
        }));
        Ok(presets)
    }
}

/// The knobs that hold as they are written in their narrowest scope; the weights with which a programme starts belong to the matcher's alone.
impl Desk {
    /// How a knob stands in a scope.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for who reads no knobs.
    pub fn plain_knob<S: KnobSetting>(&self, actor: &Actor, scope: &Scope) -> Result<KnobStanding<S>, Error> {
        authorise(actor, Action::ReadKnob, &Object::Network)?;
        self.read(|db| plain_standing(db, scope))
    }

    /// The versions of a knob in a scope, newest first.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the scope's record does not exist; [`Error::NotAllowed`] for who reads no knobs.
    pub fn versions_of_knob(&self, actor: &Actor, knob: Knob, scope: &Scope, request: &PageRequest) -> Result<Page<VersionView>, Error> {
        authorise(actor, Action::ReadKnob, &Object::Network)?;
        let before = request.number()?;
        self.read(|db| {
            scopes_from(db, scope)?;
            let found = knobs::versions(db, knob, scope, before, request.rows())?;
            Ok(Page::of(found, request, |version| version.number.to_string()).map(shown))
        })
    }

    /// Turns a knob in a scope, as [`Desk::turn_knob`] turns the matcher's.
    ///
    /// # Errors
    ///
    /// As there, and [`Error::Invalid`] for rules that do not exist, all at once.
    pub fn turn_plain_knob<S>(
        &self,
        actor: &Actor,
        scope: &Scope,
        setting: Option<S>,
        why: Prose,
        built_on: u64,
    ) -> Result<KnobStanding<S>, Error>
    where
        S: KnobSetting + Serialize + Send + 'static,
    {
        let desk = self.clone();
        let asked = Asked { scope: scope.clone(), setting: setting.map(Into::into), why, built_on };
        self.write(actor, move |tx, actor| {
            authorise(actor, Action::TurnKnob, &Object::Network)?;
            if let Some(Setting::Rules(setting)) = &asked.setting {
                refuse_unknown(&desk, tx, setting)?;
            }
            turn(tx, actor, S::KNOB, asked, plain_standing, |standing: &KnobStanding<S>| &standing.setting)
        })
    }
}

pub(crate) fn plain_standing<S: KnobSetting>(db: &mut Db, scope: &Scope) -> Result<KnobStanding<S>, Error> {
    let scopes = scopes_from(db, scope)?;
    let (setting, version, from) = narrowest::<S>(db, &scopes)?;
    let number = knobs::latest(db, S::KNOB, scope)?.map_or(0, |version| version.number);
    Ok(KnobStanding { knob: S::KNOB, scope: scope.kind(), id: scope.id().map(str::to_owned), setting, from, version, number })
}

/// The packages that are open to matches in a scope, by id, and whether a narrower setting of a knob holds for each.
pub(crate) fn open_in(db: &mut Db, knob: Knob, scope: &Scope) -> Result<Vec<(StoredPackage, bool)>, Error> {
    scopes_from(db, scope)?;
    let set: HashSet<Scope> =
        knobs::all_latest(db, knob)?.into_iter().filter(|version| version.setting.is_some()).map(|version| version.scope).collect();
    let within = stored_packages::list(db, &PackageQuery::open())?.into_iter().filter_map(|found| {
        let scopes = scopes_of(&found.package);
        let at = scopes.iter().position(|of| of == scope)?;
        let is_set_elsewhere = scopes.iter().take(at).any(|narrower| set.contains(narrower));
        Some((found, is_set_elsewhere))
    });
    Ok(within.collect())
}

/// A turn that somebody asks for.
pub(crate) struct Asked {
    pub(crate) scope: Scope,
    /// The setting; `None` takes the scope's own setting away.
    pub(crate) setting: Option<Setting>,
    pub(crate) why: Prose,
    pub(crate) built_on: u64,
}

/// Turns a knob, whichever: makes the next version and notes it with digests of what held before and after. Gives how it stands now.
pub(crate) fn turn<T, S: Serialize>(
    tx: &mut Tx<'_>,
    actor: &Actor,
    knob: Knob,
    asked: Asked,
    stands: impl Fn(&mut Db, &Scope) -> Result<T, Error>,
    setting_of: impl Fn(&T) -> &S,
) -> Result<T, Error> {
    let Asked { scope, setting, why, built_on } = asked;
    let role = authorise(actor, Action::TurnKnob, &Object::Network)?;
    let before = stands(tx, &scope)?;
    if setting.is_none() {
        require_setting(&scope, knobs::latest(tx, knob, &scope)?.as_ref(), built_on)?;
    }
    let id = KnobVersionId::new(&new_id()).map_err(internal)?;
    let made = knobs::turn(tx, &Turn { id: &id, knob, scope: &scope, setting, by: &actor.user, why: &why }, built_on)?;
    let after = stands(tx, &scope)?;
    let digest = |standing: &T| digest_of(tx.keys(), None, setting_of(standing));
    let (digest_before, digest_after) = (digest(&before)?, digest(&after)?);
    let reason = digest_of(tx.keys(), None, &made.why)?;
    let entry = actor.act(role, Act::Turn, ObjectKind::Knob, scope.id().unwrap_or(scope.kind())).knob(made.id.as_str());
    tx.audit(entry.fields(&["setting"]).reason(reason).change(Some(digest_before), Some(digest_after)));
    Ok(after)
}

/// The first of these scopes, narrowest first, in which a setting of this knob is set, with its version and where it comes from.
pub(crate) fn narrowest<S: KnobSetting>(settled: &mut impl Settled, scopes: &[Scope]) -> Result<(S, Option<KnobVersionId>, Source), Error> {
    let (setting, version, from) = narrowest_of(settled, S::KNOB, scopes)?;
    Ok((setting.and_then(S::of).unwrap_or_default(), version, from))
}

/// The same for a knob that is known by name; no setting where it stands at its start.
fn narrowest_of(
    settled: &mut impl Settled,
    knob: Knob,
    scopes: &[Scope],
) -> Result<(Option<Setting>, Option<KnobVersionId>, Source), Error> {
    for scope in scopes {
        if let Some(KnobVersion { id, setting: Some(setting), .. }) = settled.latest(knob, scope)? {
            return Ok((Some(setting), Some(id), source(scope)));
        }
    }
    Ok((None, None, Source::Start))
}

/// A knob as it holds in the first of these scopes in which it does. A programme's start weights belong to the matcher knob.
fn in_scopes(db: &mut Db, knob: Knob, scopes: &[Scope]) -> Result<(Setting, Option<KnobVersionId>, Source), Error> {
    if knob == Knob::Matcher {
        let (setting, version, from) = resolved(db, scopes)?;
        return Ok((Setting::Matcher(setting), version, from));
    }
    let (setting, version, from) = narrowest_of(db, knob, scopes)?;
    Ok((setting.unwrap_or_else(|| Setting::start(knob)), version, from))
}

/// How every knob stands for a package: the trace that a match keeps.
pub(crate) fn all_in_force(db: &mut Db, package: &TaskPackage) -> Result<Vec<KnobInForce>, Error> {
    let scopes = scopes_of(package);
    let kept = Knob::ALL.iter().map(|knob| {
        let (_, version, source) = in_scopes(db, *knob, &scopes)?;
        // Under the weights with which a programme starts, the rest is a wider version's.
        let version = if source == Source::ProgrammeStart { narrowest_of(db, *knob, &scopes)?.1 } else { version };
        Ok(KnobInForce { knob: *knob, source, version })
    });
    kept.collect()
}

fn any_standing(db: &mut Db, knob: Knob, scope: &Scope) -> Result<AnyStanding, Error> {
    let scopes = scopes_from(db, scope)?;
    let (setting, version, from) = in_scopes(db, knob, &scopes)?;
    let position = if let Setting::Matcher(setting) = &setting { Some(setting.weights.position()) } else { None };
    let number = knobs::latest(db, knob, scope)?.map_or(0, |version| version.number);
    Ok(AnyStanding { knob, scope: scope.kind(), id: scope.id().map(str::to_owned), position, setting, from, version, number })
}

/// What ranking goes by for a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InForce {
    /// The matcher's setting, with the threshold of the threshold knob.
    pub(crate) matcher: MatcherKnob,
    /// The threshold knob, which also says what the package asks.
    pub(crate) threshold: ThresholdKnob,
    /// The version of the matcher knob, where one alone made its setting.
    pub(crate) version: Option<KnobVersionId>,
}

impl InForce {
    /// The same with another setting of the matcher knob, which is not kept.
    pub(crate) fn with_matcher(&self, setting: MatcherSetting) -> Self {
        Self { matcher: self.threshold.with(setting), threshold: self.threshold.clone(), version: None }
    }

    /// The same with another setting of the threshold knob.
    pub(crate) fn with_threshold(&self, threshold: &ThresholdKnob) -> Self {
        Self { matcher: threshold.with(self.matcher.into()), threshold: threshold.clone(), version: self.version.clone() }
    }
}

/// What ranking goes by for a package.
pub(crate) fn effective(settled: &mut impl Settled, package: &TaskPackage) -> Result<InForce, Error> {
    let scopes = scopes_of(package);
    let (setting, version, _) = resolved(settled, &scopes)?;
    let (threshold, ..) = narrowest::<ThresholdKnob>(settled, &scopes)?;
    Ok(InForce { matcher: threshold.with(setting), threshold, version })
}

pub(crate) fn scopes_of(package: &TaskPackage) -> Vec<Scope> {
    let programme = package.programme.clone().map(Scope::Programme);
    [Some(Scope::Package(package.id.clone())), programme, Some(Scope::Network)].into_iter().flatten().collect()
}

/// The first of these scopes, narrowest first, in which something is set.
fn resolved(settled: &mut impl Settled, scopes: &[Scope]) -> Result<(MatcherSetting, Option<KnobVersionId>, Source), Error> {
    let mut start = None;
    for scope in scopes {
        match settled.latest(Knob::Matcher, scope)? {
            Some(KnobVersion { id, setting: Some(Setting::Matcher(setting)), .. }) => {
                return Ok(on_top(start, setting, Some(id), source(scope)));
            }
            Some(_) => {}
            None => start = start.or(start_weights(settled, scope)?),
        }
    }
    Ok(on_top(start, MatcherSetting::default(), None, Source::Start))
}

/// A programme's start weights on top of what the wider scope says; no version alone makes such a setting.
fn on_top(
    start: Option<Weights>,
    wider: MatcherSetting,
    version: Option<KnobVersionId>,
    from: Source,
) -> (MatcherSetting, Option<KnobVersionId>, Source) {
    match start {
        Some(weights) => (MatcherSetting { weights, ..wider }, None, Source::ProgrammeStart),
        None => (wider, version, from),
    }
}

fn source(scope: &Scope) -> Source {
    match scope {
        Scope::Package(_) => Source::Package,
        Scope::Programme(_) => Source::Programme,
        Scope::Network => Source::Network,
    }
}

fn start_weights(settled: &mut impl Settled, scope: &Scope) -> Result<Option<Weights>, Error> {
    if let Scope::Programme(id) = scope { settled.start_weights(id) } else { Ok(None) }
}

fn standing(db: &mut Db, scope: &Scope) -> Result<Standing, Error> {
    let scopes = scopes_from(db, scope)?;
    let (setting, version, from) = resolved(db, &scopes)?;
    let number = knobs::latest(db, Knob::Matcher, scope)?.map_or(0, |version| version.number);
    Ok(Standing {
        knob: Knob::Matcher,
        scope: scope.kind(),
        id: scope.id().map(str::to_owned),
        position: setting.weights.position(),
        setting,
        from,
        version,
        number,
    })
}

/// The scope and the wider ones, narrowest first; its record must exist.
pub(crate) fn scopes_from(db: &mut Db, scope: &Scope) -> Result<Vec<Scope>, Error> {
    match scope {
        Scope::Network => Ok(vec![Scope::Network]),
        Scope::Programme(id) => {
            programmes::get(db, id)?.ok_or(Error::NotFound)?;
            Ok(vec![scope.clone(), Scope::Network])
        }
        Scope::Package(id) => Ok(scopes_of(&stored_packages::get(db, id)?.ok_or(Error::NotFound)?.package)),
    }
}

/// There must be something to take away, in a scope that has a wider one; somebody who looked at an older version hears that first.
fn require_setting(scope: &Scope, before: Option<&KnobVersion>, built_on: u64) -> Result<(), Error> {
    if *scope == Scope::Network {
        return Err(Error::Invalid(vec![Fault::new("/setting", FaultKind::Missing)]));
    }
    match before {
        Some(version) if version.number != built_on => Ok(()),
        Some(KnobVersion { setting: Some(_), .. }) => Ok(()),
        _ => Err(Error::NotFound),
    }
}

pub(crate) fn shown(version: KnobVersion) -> VersionView {
    let KnobVersion { id, number, setting, made_by, made_at, why, .. } = version;
    VersionView { id, number, setting, made_by, made_at, why }
}

/// Reads a scope from its sort and the record that it is about.
///
/// # Errors
///
/// [`Error::Invalid`] when there is no such sort, or the record's id is missing or too many.
pub fn scope_of(kind: &str, id: Option<&str>) -> Result<Scope, Error> {
    let missing = || Error::Invalid(vec![Fault::new("/id", FaultKind::Missing)]);
    match (kind, id) {
        ("network", None) => Ok(Scope::Network),
        ("programme", Some(id)) => ProgrammeId::new(id).map(Scope::Programme).map_err(|kind| Error::Invalid(vec![Fault::new("/id", kind)])),
        ("package", Some(id)) => raakvlak_domain::identifiers::PackageId::new(id)
            .map(Scope::Package)
            .map_err(|kind| Error::Invalid(vec![Fault::new("/id", kind)])),
        ("programme" | "package", None) => Err(missing()),
        ("network", Some(_)) => Err(Error::Invalid(vec![Fault::new("/id", FaultKind::Derived)])),
        _ => {
            let allowed = ["network", "programme", "package"].map(str::to_owned).to_vec();
            Err(Error::Invalid(vec![Fault::new("/scope", FaultKind::NotOneOf { allowed })]))
        }
    }
}
