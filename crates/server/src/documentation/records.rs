//! Which keys of a record must be given, asked from the reading of the record itself.

use std::collections::BTreeMap;

use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::json::Node;
use raakvlak_domain::reading::{FromNode, Reading};
use raakvlak_domain::{arrangements, experts, knobs, matches, organisations, packages, programmes, routing, rules, thresholds, users};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema};

/// The schemas by name.
type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Says for each record which keys must be given: those that are missed when nothing is, without those that only we write.
pub(super) fn say_what_must_be_given(schemas: &mut Schemas) {
    macro_rules! each {
        ($($record:ty),* $(,)?) => { $( say_of::<$record>(schemas); )* };
    }
    each!(
        arrangements::Arrangement,
        arrangements::BuildUpStep,
        experts::Commitment,
        experts::Contact,
        experts::Disclosure,
        experts::Energy,
        experts::Expert,
        experts::ExpertHours,
        experts::HeldCompetence,
        experts::Income,
        knobs::MatcherSetting,
        matches::Approval,
        matches::CheckIn,
        matches::Evaluation,
        matches::Offer,
        matches::Rejection,
        matches::Remark,
        matches::Suggestion,
        organisations::Organisation,
        packages::Guidance,
        packages::PackageDayparts,
        packages::PackageHours,
        packages::PackagesKnob,
        packages::RequiredDocument,
        packages::ShownCompetence,
        packages::Requirement,
        packages::Reward,
        packages::Task,
        packages::TaskPackage,
        programmes::Programme,
        raakvlak_service::rules::trying::OwnCase,
        raakvlak_service::rules::trying::Trial,
        routing::RoutingWeights,
        routing::SectorKnob,
        rules::InBoth,
        rules::Question,
        rules::Rule,
        rules::RuleSource,
        rules::RuleSwitch,
        rules::RulesKnob,
        thresholds::ThresholdKnob,
        users::User,
    );
}

fn say_of<T: FromNode + ToSchema>(schemas: &mut Schemas) {
    if let Some(RefOr::T(Schema::Object(schema))) = schemas.get_mut(&*T::name()) {
        schema.required = missed::<T>().into_iter().filter(|key| !is_read_only(schema, key)).collect();
    }
}

/// The keys that are missed in an empty record.
fn missed<T: FromNode>() -> Vec<String> {
    let mut reading = Reading::default();
    let _ = T::from_node(&Node::Object(Vec::new()), &mut reading);
    let missing = reading.into_faults().into_iter().filter(|fault| fault.kind == FaultKind::Missing);
    missing.map(|fault| fault.pointer.trim_start_matches('/').to_owned()).collect()
}

/// Whether only we write a key; the document says so beside the key's own schema, whatever form that has.
fn is_read_only(schema: &Object, key: &str) -> bool {
    schema
        .properties
        .get(key)
        .and_then(|property| serde_json::to_value(property).ok())
        .is_some_and(|property| property.get("readOnly") == Some(&serde_json::Value::Bool(true)))
}
