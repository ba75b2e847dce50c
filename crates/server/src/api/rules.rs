//! Rules: what is known of legislation, writing it, trying it on a case, and the support measures that it knows.

use actix_web::{HttpRequest, get, post, web};
use raakvlak_domain::calendar::Date;
use raakvlak_domain::identifiers::RuleId;
use raakvlak_domain::quantities::Count;
use raakvlak_domain::reading::Fresh;
use raakvlak_domain::record;
use raakvlak_domain::rules::{Instrument, Rule};
use raakvlak_domain::texts::Prose;
use raakvlak_service::rules::fields::{FIELDS, Field};
use raakvlak_service::rules::trying::{Trial, Tried};
use raakvlak_service::rules::{RuleRecord, RuleVersion};
use utoipa::ToSchema;

use super::answers::{Answered, PageQuery, decide, make, read, read_record, read_rows};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::paging::Page;
use crate::parameters::{InPath, InQuery};
use crate::shared::Shared;

record! {
    /// A version of a rule to write.
    #[derive(Debug, Clone, PartialEq, ToSchema)]
    pub struct NewRule {
        /// The version; a rule that is there already gets its next one.
        #[schema(value_type = Rule)]
        pub rule: Fresh<Rule>,
        /// Why, in own words.
        pub why: Prose,
    }
}

record! {
    /// The end of a version.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct RuleEnd {
        /// Which version.
        pub number: Count,
        /// The last day on which it holds: not before yesterday.
        pub last_day: Date,
        /// Why, in own words.
        pub why: Prose,
    }
}

/// List the rules
///
/// Every version of every rule. A rule is no legal advice: with each stands who decides.
#[utoipa::path(
    operation_id = "list_rules",
    tag = "rules",
    params(PageQuery),
    responses((status = 200, description = "A page, by rule and number.", body = Page<RuleVersion>))
)]
#[get("/rules")]
pub(crate) async fn list_rules(shared: web::Data<Shared>, caller: Caller, request: HttpRequest, page: InQuery<PageQuery>) -> Answered {
    read_rows(&shared, &request, &caller, page.0, |desk, actor, page| desk.rules(actor, page)).await
}

/// Read a rule with all its versions
#[utoipa::path(
    operation_id = "get_rule",
    tag = "rules",
    params(("rule" = RuleId, Path, description = "The rule.")),
    responses((status = 200, description = "The rule.", body = RuleRecord, headers(("ETag"))))
)]
#[get("/rules/{rule}")]
pub(crate) async fn get_rule(shared: web::Data<Shared>, caller: Caller, id: InPath<RuleId>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| desk.rule(actor, &id.0)).await
}

/// Write a version of a rule
///
/// Conditions are in the Common Expression Language. Everything that is wrong is named at once, also another version that holds on the same days.
#[utoipa::path(
    operation_id = "create_rule",
    tag = "rules",
    params(IdempotencyKey),
    request_body(content = NewRule, example = json!({"rule": {"id": "buddy_first_weeks", "title": {"nl": "Een maatje in de eerste weken", "en": "A buddy in the first weeks"}, "applies": "work.form == 'basic_job'", "when": "arrangement.guidance_hours >= 1.0", "effect": "warn", "decided_by": {"nl": "de organisatie", "en": "the organisation"}, "text": {"nl": "In dit netwerk krijgt iedereen in een basisbaan een maatje.", "en": "In this network everybody in a basic job gets a buddy."}}, "why": "Afgesproken in het netwerk."})),
    responses((status = 201, description = "The rule with all its versions.", body = RuleRecord, headers(("ETag"))))
)]
#[post("/rules")]
pub(crate) async fn create_rule(shared: web::Data<Shared>, caller: Caller, key: IdempotencyKey, body: Checked<NewRule>) -> Answered {
    let NewRule { rule: Fresh(rule), why } = body.value;
    make(&shared, &caller, key, body.digest, Some("/rules"), move |desk, actor| desk.write_rule(actor, rule, why)).await
}

/// Let a version of a rule end
///
/// What held before yesterday stays as it was, so that what was decided then can still be understood.
#[utoipa::path(
    operation_id = "end_rule",
    tag = "rules",
    params(("rule" = RuleId, Path, description = "The rule."), IfMatch, IdempotencyKey),
    request_body(content = RuleEnd, example = json!({"number": 1, "last_day": "2026-12-31", "why": "De gemeente stopt met deze regeling."})),
    responses((status = 200, description = "The rule with all its versions.", body = RuleRecord, headers(("ETag"))))
)]
#[post("/rules/{rule}/end")]
pub(crate) async fn end_rule(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<RuleId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<RuleEnd>,
) -> Answered {
    let (current, RuleEnd { number, last_day, why }) = (id.0.clone(), body.value);
    decide(
        &shared,
        &caller,
        (key, body.digest, on),
        move |desk, actor| desk.rule(actor, &current),
        move |desk, actor, version| desk.end_rule(actor, &id.0, (number, last_day), why, version),
    )
    .await
}

/// Try rules on a case
///
/// The rules in force, or one that is not kept yet. Nothing of the case is kept. It is no legal advice: with each outcome stands who decides.
#[utoipa::path(
    operation_id = "try_rules",
    tag = "rules",
    request_body(content = Trial, example = json!({"rules": ["weekly_hours"], "work": {"organisation": "o-1", "purpose": "Kinderen leren techniek.", "title": "Techniekles", "tasks": [{"id": "les", "hours": 8}], "hours": {"min": 8, "max": 8}, "work_form": "combination_job", "reward": {"kind": "paid"}}, "person": {"commitments": [{"hours": 36}]}, "arrangement": {"hours": 8, "start": "2027-01-11"}})),
    responses((status = 200, description = "What comes out: possible, not, or unknown with what to ask.", body = Tried))
)]
#[post("/rules/_try")]
pub(crate) async fn try_rules(shared: web::Data<Shared>, caller: Caller, body: Checked<Trial>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.try_rules(actor, body.value)).await
}

/// List the fields that a rule may name
#[utoipa::path(
    operation_id = "list_rule_fields",
    tag = "rules",
    responses((status = 200, description = "The fields, each with what is asked when it is not told.", body = Vec<Field>))
)]
#[get("/rules/_fields")]
pub(crate) async fn list_rule_fields(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |_, _| Ok(FIELDS)).await
}

/// List the support measures
#[utoipa::path(
    operation_id = "list_instruments",
    tag = "rules",
    responses((status = 200, description = "The measures: what each does, who asks for it, where, and who decides.", body = Vec<Instrument>))
)]
#[get("/instruments")]
pub(crate) async fn list_instruments(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| desk.instruments(actor)).await
}
