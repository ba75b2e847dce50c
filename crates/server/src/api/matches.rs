//! Matches: every verb of a match's life, one door each.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, get, post, web};
use raakvlak_domain::identifiers::{ExpertId, MatchId, PackageId};
use raakvlak_domain::matches::{Approval, CheckIn, Evaluation, MatchState, Offer, Reasoned, Rejection, Remark, Suggestion};
use raakvlak_domain::quantities::Count;
use raakvlak_service::explanations::{Voice, WordedExplanation};
use raakvlak_service::matches::{ArrangementView, CheckInView, Decision, EventView, MatchFilter, MatchKnob, MatchView};
use raakvlak_service::rules::matches::{MatchInstrument, MatchRules};
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::{Answered, PageQuery, act, decide, make, no_body, read, read_page, read_record};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::etag::IfMatch;
use crate::idempotency::IdempotencyKey;
use crate::negotiation::language;
use crate::paging::{Cursor, Limit, Listed, Page};
use crate::parameters::{BothInPath, InPath, InQuery, query};
use crate::shared::Shared;

query! {
    /// Which matches.
    pub struct MatchesQuery {
        /// Only on this package.
        pub package("package"): Option<PackageId>,
        /// Only of this expert.
        pub expert("expert"): Option<ExpertId>,
        /// Only in this state.
        pub state("state"): Option<MatchState>,
        /// The most items, 1 to 100.
        pub limit("limit"): Limit,
        /// Where the page starts, from the `Link` header of the page before.
        pub cursor("cursor"): Option<Cursor>,
    }
}

/// Something that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Made {
    /// Names it.
    pub id: String,
}

async fn decided(
    shared: &Shared,
    caller: &Caller,
    id: MatchId,
    (key, digest, on): (IdempotencyKey, [u8; 32], IfMatch),
    decision: Decision,
) -> Answered {
    let current = id.clone();
    let now = move |desk: &raakvlak_service::desk::Desk, actor: &raakvlak_service::actor::Actor| desk.get_match(actor, &current);
    decide(shared, caller, (key, digest, on), now, move |desk, actor, version| desk.decide(actor, &id, decision, version)).await
}

/// Suggest a match
///
/// A mediator names somebody; an expert who shows interest leaves `expert` out. The score and its explanation are kept with the match.
#[utoipa::path(
    operation_id = "suggest_match",
    tag = "matches",
    params(IdempotencyKey),
    request_body(content = Suggestion, example = json!({"package": "p-1", "expert": "e-1", "why": "Zij kookt graag met anderen."})),
    responses((status = 201, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches")]
pub(crate) async fn suggest_match(shared: web::Data<Shared>, caller: Caller, key: IdempotencyKey, body: Checked<Suggestion>) -> Answered {
    make(&shared, &caller, key, body.digest, Some("/matches"), move |desk, actor| desk.suggest(actor, body.value)).await
}

/// List matches
///
/// Their own for an expert, those after an introduction for an organisation, all for a mediator.
#[utoipa::path(
    operation_id = "list_matches",
    tag = "matches",
    params(MatchesQuery),
    responses((status = 200, description = "A page; the `Link` header leads to the next.", body = Page<Listed<MatchView>>))
)]
#[get("/matches")]
pub(crate) async fn list_matches(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    query: InQuery<MatchesQuery>,
) -> Answered {
    let MatchesQuery { package, expert, state, limit, cursor } = query.0;
    let filter = MatchFilter { package, expert, state };
    read_page(&shared, &request, &caller, PageQuery { limit, cursor }, move |desk, actor, page| desk.list_matches(actor, filter, page))
        .await
}

/// Read a match
#[utoipa::path(
    operation_id = "get_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match.")),
    responses((status = 200, description = "The match, as this reader may see it.", body = MatchView, headers(("ETag"))))
)]
#[get("/matches/{match}")]
pub(crate) async fn get_match(shared: web::Data<Shared>, caller: Caller, id: InPath<MatchId>) -> Answered {
    read_record(&shared, &caller, move |desk, actor| desk.get_match(actor, &id.0)).await
}

/// Read every step of a match
#[utoipa::path(
    operation_id = "list_match_history",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match.")),
    responses((status = 200, description = "The steps, oldest first.", body = Vec<EventView>))
)]
#[get("/matches/{match}/history")]
pub(crate) async fn list_match_history(shared: web::Data<Shared>, caller: Caller, id: InPath<MatchId>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.match_history(actor, &id.0)).await
}

/// Read what the rules say of a match
///
/// To a mediator without what touches an income, to the person with it. It is no legal advice: with each outcome stands who decides.
#[utoipa::path(
    operation_id = "get_match_rules",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match.")),
    responses((status = 200, description = "What they say now, and what they said at earlier steps.", body = MatchRules))
)]
#[get("/matches/{match}/rules")]
pub(crate) async fn get_match_rules(shared: web::Data<Shared>, caller: Caller, id: InPath<MatchId>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.match_rules(actor, &id.0)).await
}

/// See how the knobs stood when a match was made
///
/// Each with who turned it so, when and why; a knob without a version stood at its start. It says nothing of the person.
#[utoipa::path(
    operation_id = "list_match_knobs",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match.")),
    responses((status = 200, description = "The knobs, in their order.", body = Vec<MatchKnob>))
)]
#[get("/matches/{match}/knobs")]
pub(crate) async fn list_match_knobs(shared: web::Data<Shared>, caller: Caller, id: InPath<MatchId>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.match_knobs(actor, &id.0)).await
}

/// List the support measures for a match
#[utoipa::path(
    operation_id = "list_match_instruments",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match.")),
    responses((status = 200, description = "The measures that may help, each with who asks for it, where, and who decides.", body = Vec<MatchInstrument>))
)]
#[get("/matches/{match}/instruments")]
pub(crate) async fn list_match_instruments(shared: web::Data<Shared>, caller: Caller, id: InPath<MatchId>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.match_instruments(actor, &id.0)).await
}

/// Read a version of what is arranged
#[utoipa::path(
    operation_id = "get_arrangement",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), ("version" = u32, Path, description = "The version of the arrangement.")),
    responses((status = 200, description = "The arrangement, with every yes to it.", body = ArrangementView))
)]
#[get("/matches/{match}/arrangements/{version}")]
pub(crate) async fn get_arrangement(shared: web::Data<Shared>, caller: Caller, both: BothInPath<MatchId, Count>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.arrangement(actor, &both.0, i64::from(both.1.get()))).await
}

/// Write down why this could fit
#[utoipa::path(
    operation_id = "review_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Reasoned, example = json!({"text": "Rustige groep, en zij kookt graag."})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/review")]
pub(crate) async fn review_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Reasoned>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Review(body.value.text)).await
}

/// See no fit, with a reason that the person may read
#[utoipa::path(
    operation_id = "dismiss_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Reasoned, example = json!({"text": "Het werk is al begonnen."})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/dismiss")]
pub(crate) async fn dismiss_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Reasoned>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Dismiss(body.value.text)).await
}

/// Ask the expert, with an arrangement and a deadline
#[utoipa::path(
    operation_id = "offer_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Offer, example = json!({"arrangement": {"hours": 8, "start": "2027-01-11", "dayparts": ["tue_am"], "adaptations": ["quiet_place"]}, "deadline": "2026-12-10T17:00:00Z", "text": "Wil je dit proberen?"})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/offer")]
pub(crate) async fn offer_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Offer>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Offer(body.value)).await
}

/// Change what is arranged, and ask the expert again
#[utoipa::path(
    operation_id = "rearrange_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Offer, example = json!({"arrangement": {"hours": 8, "start": "2027-01-11", "dayparts": ["tue_am"], "adaptations": ["quiet_place"]}, "deadline": "2026-12-10T17:00:00Z", "text": "Wil je dit proberen?"})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/rearrange")]
pub(crate) async fn rearrange_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Offer>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Rearrange(body.value)).await
}

/// Say yes, as the expert
#[utoipa::path(
    operation_id = "accept_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Approval, example = json!({"arrangement_version": 1})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/accept")]
pub(crate) async fn accept_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Approval>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Accept(body.value)).await
}

/// Say no, as the expert
///
/// A no needs no reason and costs nothing.
#[utoipa::path(
    operation_id = "decline_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Remark, example = json!({})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/decline")]
pub(crate) async fn decline_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Remark>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Decline(body.value.text)).await
}

/// Let the organisation meet the expert
#[utoipa::path(
    operation_id = "introduce_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Remark, example = json!({})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/introduce")]
pub(crate) async fn introduce_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Remark>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Introduce(body.value.text)).await
}

/// Say yes, as the organisation
#[utoipa::path(
    operation_id = "agree_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Approval, example = json!({"arrangement_version": 1})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/agree")]
pub(crate) async fn agree_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Approval>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Agree(body.value)).await
}

/// Say no, as the organisation
#[utoipa::path(
    operation_id = "reject_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Rejection, example = json!({"reason": "hours"})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/reject")]
pub(crate) async fn reject_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Rejection>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Reject(body.value)).await
}

/// Confirm, as a mediator without an interest
#[utoipa::path(
    operation_id = "confirm_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Approval, example = json!({"arrangement_version": 1})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/confirm")]
pub(crate) async fn confirm_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Approval>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Confirm(body.value)).await
}

/// End the work before its time
#[utoipa::path(
    operation_id = "end_early_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Remark, example = json!({})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/end-early")]
pub(crate) async fn end_early_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Remark>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::EndEarly(body.value.text)).await
}

/// Close work that came to its end
#[utoipa::path(
    operation_id = "close_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Remark, example = json!({})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/close")]
pub(crate) async fn close_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Remark>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Close(body.value.text)).await
}

/// Step back, as the expert
#[utoipa::path(
    operation_id = "withdraw_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Remark, example = json!({})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/withdraw")]
pub(crate) async fn withdraw_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Remark>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Withdraw(body.value.text)).await
}

/// Put a question
#[utoipa::path(
    operation_id = "ask_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Reasoned, example = json!({"text": "Is er een lift?"})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/ask")]
pub(crate) async fn ask_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Reasoned>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Ask(body.value.text)).await
}

/// Answer a question
#[utoipa::path(
    operation_id = "answer_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    request_body(content = Reasoned, example = json!({"text": "Ja, naast de ingang."})),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/answer")]
pub(crate) async fn answer_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
    body: Checked<Reasoned>,
) -> Answered {
    decided(&shared, &caller, id.0, (key, body.digest, on), Decision::Answer(body.value.text)).await
}

/// Begin the work
#[utoipa::path(
    operation_id = "start_match",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IfMatch, IdempotencyKey),
    responses((status = 200, description = "The match.", body = MatchView, headers(("ETag"))))
)]
#[post("/matches/{match}/start")]
pub(crate) async fn start_match(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    on: IfMatch,
    key: IdempotencyKey,
) -> Answered {
    decided(&shared, &caller, id.0, (key, no_body(), on), Decision::Start).await
}

/// Tell how it goes
#[utoipa::path(
    operation_id = "create_check_in",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IdempotencyKey),
    request_body(content = CheckIn, example = json!({"energy": 4, "need": "none"})),
    responses((status = 201, description = "It is kept.", body = Made))
)]
#[post("/matches/{match}/check-ins")]
pub(crate) async fn create_check_in(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    key: IdempotencyKey,
    body: Checked<CheckIn>,
) -> Answered {
    act(&shared, &caller, (key, body.digest), StatusCode::CREATED, move |desk, actor| {
        Ok(Made { id: desk.check_in(actor, &id.0, body.value)? })
    })
    .await
}

/// Read how it goes
#[utoipa::path(
    operation_id = "list_check_ins",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match.")),
    responses((status = 200, description = "All of it for a mediator, their own for the expert.", body = Vec<CheckInView>))
)]
#[get("/matches/{match}/check-ins")]
pub(crate) async fn list_check_ins(shared: web::Data<Shared>, caller: Caller, id: InPath<MatchId>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.check_ins(actor, &id.0)).await
}

/// Look back on a match that is over
#[utoipa::path(
    operation_id = "create_evaluation",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), IdempotencyKey),
    request_body(content = Evaluation, example = json!({"rating": 4, "again": true})),
    responses((status = 201, description = "It is kept; it never becomes part of a person's score.", body = Evaluation))
)]
#[post("/matches/{match}/evaluations")]
pub(crate) async fn create_evaluation(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<MatchId>,
    key: IdempotencyKey,
    body: Checked<Evaluation>,
) -> Answered {
    act(&shared, &caller, (key, body.digest), StatusCode::CREATED, move |desk, actor| desk.evaluate(actor, &id.0, body.value)).await
}

query! {
    /// For whom an explanation is written.
    pub struct VoiceQuery {
        /// The voice; each is for its own readers, and mediators may read all.
        pub voice("voice"): Voice,
    }
}

/// Read in words why a match was thought of
///
/// As it was worked out when the match was made, in Dutch or English by `Accept-Language`. Each voice says what its reader may see.
#[utoipa::path(
    operation_id = "get_match_explanation",
    tag = "matches",
    params(("match" = MatchId, Path, description = "The match."), VoiceQuery),
    responses((status = 200, description = "The explanation, part by part.", body = WordedExplanation))
)]
#[get("/matches/{match}/explanation")]
pub(crate) async fn get_match_explanation(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    path: InPath<MatchId>,
    query: InQuery<VoiceQuery>,
) -> Answered {
    let language = language(request.headers());
    read(&shared, &caller, move |desk, actor| desk.worded_explanation(actor, &path.0, query.0.voice, language)).await
}
