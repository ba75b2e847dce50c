//! Templates and texts for task packages that an organisation can borrow.

use actix_web::{get, web};
use raakvlak_service::templates::Templates;

use super::answers::{Answered, read};
use crate::authentication::Caller;
use crate::shared::Shared;

/// List the templates and texts to borrow for a task package
///
/// Packages to begin with, in Dutch and English, and sentences for single fields. Everything can be changed; nothing has to be used.
#[utoipa::path(
    operation_id = "list_package_templates",
    tag = "task-packages",
    responses((status = 200, description = "The templates and texts.", body = Templates))
)]
#[get("/package-templates")]
pub(crate) async fn list_package_templates(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| desk.templates(actor)).await
}
