//! Reports: how fairly places, offers and matches are spread, and who is shown to nobody.

use actix_web::{HttpRequest, get, web};
use raakvlak_domain::calendar::Date;
use raakvlak_service::figures::{Fairness, Period, Unseen};
use raakvlak_service::knobs::{KeptOutByThreshold, ThresholdReport};

use super::answers::{Answered, PageQuery, rank, rank_rows, read};
use super::knobs::{PageOfScopeQuery, scope};
use crate::authentication::Caller;
use crate::paging::PageWith;
use crate::parameters::{InQuery, query};
use crate::shared::Shared;

query! {
    /// Which period.
    pub struct PeriodQuery {
        /// The first day; ninety days before the last when left out.
        pub from("from"): Option<Date>,
        /// The last day; today when left out.
        pub until("until"): Option<Date>,
    }
}

impl From<PeriodQuery> for Period {
    fn from(query: PeriodQuery) -> Self {
        Self { from: query.from, until: query.until }
    }
}

/// See how places, offers and matches were spread over people
///
/// In groups that are told apart by what matching knows: aside or not, unseen or not, how much is told, needs, Dutch, form of work, province. Counts under
/// ten are null, and so are others from which those could be worked out.
#[utoipa::path(
    operation_id = "get_fairness_report",
    tag = "reports",
    params(PeriodQuery),
    responses((status = 200, description = "The figures of the period.", body = Fairness))
)]
#[get("/reports/fairness")]
pub(crate) async fn get_fairness_report(shared: web::Data<Shared>, caller: Caller, query: InQuery<PeriodQuery>) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.fairness(actor, query.0.into())).await
}

/// See who was in no shortlist, and why
///
/// A mediator also sees who; each of them can read that they were looked at.
#[utoipa::path(
    operation_id = "get_unseen_report",
    tag = "reports",
    params(PeriodQuery),
    responses((status = 200, description = "How many people were in no list in the period, and what keeps them out today.", body = Unseen))
)]
#[get("/reports/unseen")]
pub(crate) async fn get_unseen_report(shared: web::Data<Shared>, caller: Caller, query: InQuery<PeriodQuery>) -> Answered {
    rank(&shared, &caller, move |desk, actor| desk.unseen(actor, query.0.into())).await
}

/// See whom the threshold keeps out, alone
///
/// For every open package in the scope, by id: how many people nothing but an essential requirement keeps out, or nothing but a diploma. Counts under ten are
/// null for whoever sees no people.
#[utoipa::path(
    operation_id = "get_threshold_report",
    tag = "reports",
    params(PageOfScopeQuery),
    responses((
        status = 200,
        description = "A page of the packages, each with whom it keeps out; the `Link` header leads to the next.",
        body = PageWith<ThresholdReport, KeptOutByThreshold>
    ))
)]
#[get("/reports/threshold")]
pub(crate) async fn get_threshold_report(
    shared: web::Data<Shared>,
    caller: Caller,
    request: HttpRequest,
    query: InQuery<PageOfScopeQuery>,
) -> Answered {
    let PageOfScopeQuery { scope: kind, id, limit, cursor } = query.0;
    let page = PageQuery { limit, cursor };
    rank_rows(&shared, &request, &caller, page, move |desk, actor, page| desk.threshold_report(actor, &scope(kind, id.as_ref())?, page))
        .await
}
