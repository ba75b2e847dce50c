//! The vocabulary: its terms, and finding competences in free text.

use actix_web::{get, post, web};
use raakvlak_domain::languages::Language;
use raakvlak_domain::record;
use raakvlak_domain::texts::Prose;
use utoipa::ToSchema;

use super::answers::{Answered, read};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::paging::Limit;
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

/// Read the closed vocabularies
#[utoipa::path(
    operation_id = "list_terms",
    tag = "vocabulary",
    responses((status = 200, description = "Conditions, adaptations, activities, experience, forms of work and documents, with their labels.", body = Object))
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
    responses((status = 200, description = "The competences, best first, with the wording that matched.", body = Object))
)]
#[post("/vocabulary/link")]
pub(crate) async fn link_text(shared: web::Data<Shared>, caller: Caller, body: Checked<LinkText>) -> Answered {
    read(&shared, &caller, move |desk, actor| {
        let LinkText { text, language, limit } = body.value;
        desk.link_text(actor, text.as_str(), language, limit.get())
    })
    .await
}
