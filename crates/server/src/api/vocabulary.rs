//! The vocabulary: its terms, and finding competences in free text.

use actix_web::{get, post, web};
use raakvlak_domain::identifiers::CompetenceId;
use raakvlak_domain::languages::Language;
use raakvlak_domain::record;
use raakvlak_domain::texts::Prose;
use raakvlak_service::terms::{CompetenceView, FoundCompetence, LinkedText, Terms, Translation};
use utoipa::ToSchema;

use super::answers::{Answered, read};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::paging::Limit;
use crate::parameters::{InPath, InQuery, query};
use crate::shared::Shared;

record! {
    /// A text to find competences in.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct LinkText {
        /// The text.
        pub text: Prose,
        /// The language that it is in.
        pub language: Language = Language::Nl,
        /// The most competences, 1 to 100.
        pub limit: Limit,
    }
}

record! {
    /// Something that somebody says of themselves, or that care says of them.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct TranslateTerm {
        /// The text.
        pub text: Prose,
        /// The language that it is in.
        pub language: Language = Language::Nl,
        /// The most meanings, 1 to 100.
        pub limit: Limit,
    }
}

query! {
    /// Which competences.
    pub struct CompetencesQuery {
        /// Words in the language of people, or a part of a label.
        pub q("q"): Prose,
        /// The language that they are in; not told: Dutch.
        pub language("language"): Option<Language>,
        /// The most competences, 1 to 100.
        pub limit("limit"): Limit,
    }
}

query! {
    /// How much of a competence.
    pub struct NeighboursQuery {
        /// The most neighbours, 1 to 100.
        pub limit("limit"): Limit,
    }
}

/// Read the closed vocabularies
#[utoipa::path(
    operation_id = "list_terms",
    tag = "vocabulary",
    responses((status = 200, description = "Conditions, adaptations, activities, experience, forms of work and documents, with their labels.", body = Terms))
)]
#[get("/vocabulary/terms")]
pub(crate) async fn list_terms(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| desk.terms(actor)).await
}

/// Find competences in free text
///
/// The text is not kept.
#[utoipa::path(
    operation_id = "link_text",
    tag = "vocabulary",
    request_body(content = LinkText, example = json!({"text": "ik kan goed luisteren en ik kook graag", "language": "nl", "limit": 5})),
    responses((status = 200, description = "The competences, best first, with the wording that matched.", body = LinkedText))
)]
#[post("/vocabulary/link")]
pub(crate) async fn link_text(shared: web::Data<Shared>, caller: Caller, body: Checked<LinkText>) -> Answered {
    read(&shared, &caller, move |desk, actor| {
        let LinkText { text, language, limit } = body.value;
        desk.link_text(actor, text.as_str(), language, limit.get())
    })
    .await
}

/// Search competences
///
/// By everyday words as well as by labels; what is typed is not kept.
#[utoipa::path(
    operation_id = "search_competences",
    tag = "vocabulary",
    params(CompetencesQuery),
    responses((status = 200, description = "The competences, best first, with the wording that matched.", body = Vec<FoundCompetence>))
)]
#[get("/vocabulary/competences")]
pub(crate) async fn search_competences(shared: web::Data<Shared>, caller: Caller, query: InQuery<CompetencesQuery>) -> Answered {
    read(&shared, &caller, move |desk, actor| {
        let CompetencesQuery { q, language, limit } = query.0;
        desk.find_competences(actor, q.as_str(), language.unwrap_or(Language::Nl), limit.get())
    })
    .await
}

/// Read a competence, and what is like it
///
/// An id that is a web address is sent percent-encoded.
#[utoipa::path(
    operation_id = "get_competence",
    tag = "vocabulary",
    params(("competence" = CompetenceId, Path, description = "The competence."), NeighboursQuery),
    responses((status = 200, description = "The competence, with what counts for it and why.", body = CompetenceView))
)]
#[get("/vocabulary/competences/{competence}")]
pub(crate) async fn get_competence(
    shared: web::Data<Shared>,
    caller: Caller,
    id: InPath<CompetenceId>,
    query: InQuery<NeighboursQuery>,
) -> Answered {
    read(&shared, &caller, move |desk, actor| desk.competence(actor, &id.0, query.0.limit.get())).await
}

/// Translate what somebody says into a need and an adaptation
///
/// In own words or in words of care. The text is not kept, not noted, and stands in no answer; nothing is filled in without the person's yes.
#[utoipa::path(
    operation_id = "translate_term",
    tag = "vocabulary",
    request_body(content = TranslateTerm, example = json!({"text": "ik raak snel overprikkeld", "language": "nl", "limit": 3})),
    responses((status = 200, description = "What it may mean, most likely first, and what to do next.", body = Translation))
)]
#[post("/terms/_translate")]
pub(crate) async fn translate_term(shared: web::Data<Shared>, caller: Caller, body: Checked<TranslateTerm>) -> Answered {
    read(&shared, &caller, move |desk, actor| {
        let TranslateTerm { text, language, limit } = body.value;
        desk.translate_term(actor, text.as_str(), language, limit.get())
    })
    .await
}
