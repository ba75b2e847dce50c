//! Imports: send a dataset folder as a zip file, see how far it is, and stop it while nothing has been written.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use aws_lc_rs::digest::{Context, SHA256};
use futures_util::StreamExt;
use raakvlak_domain::texts::Line;
use raakvlak_service::error::Error;
use raakvlak_service::transfers::{Direction, Request, TransferView};

use super::answers::{Answered, ask, read};
use crate::authentication::Caller;
use crate::idempotency::IdempotencyKey;
use crate::operations::PREFIX;
use crate::parameters::{InPath, InQuery};
use crate::problem::Problem;
use crate::shared::Shared;

/// The media type of a dataset folder.
pub(crate) const MEDIA_TYPE: &str = "application/zip";

/// How long a file may take to come in.
const PATIENCE: Duration = Duration::from_secs(600);

/// How much is received before it is written.
const AT_ONCE: usize = 1 << 20;

crate::parameters::query! {
    /// How an import is done.
    pub struct ImportQuery {
        /// Whether to look for faults alone, and keep nothing.
        pub dry_run("dryRun"): Option<bool>,
    }
}

/// Bring a dataset folder in
///
/// A zip file with the files of a dataset folder. It is read, checked against what is here already, and kept as a whole or not at all. One import or export
/// runs at a time.
#[utoipa::path(
    operation_id = "create_import",
    tag = "transfers",
    params(ImportQuery, IdempotencyKey),
    request_body(content = String, content_type = "application/zip", description = "The files of a dataset folder under their own names, as a zip file."),
    responses(
        (status = 202, description = "The import, which has begun.", body = TransferView, headers(("Location" = String, description = "Where to see how far it is."))),
        (status = 413, description = "The file is larger than this server takes (the setting `import_mebibytes`)."),
        (status = 415, description = "The body is not `application/zip`."),
    )
)]
#[post("/imports")]
pub(crate) async fn create_import(
    shared: web::Data<Shared>,
    caller: Caller,
    key: IdempotencyKey,
    query: InQuery<ImportQuery>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answered {
    let transfers = shared.transfers.clone();
    let place = ask(&shared, &caller, move |_, actor| transfers.place_to_receive(actor)).await?;
    let most = shared.settings.import_mebibytes.get() as usize * AT_ONCE;
    let received = received(&request, payload.into_inner(), place.join("archive.zip"), most).await;
    let digest = match received {
        Ok(digest) => digest,
        Err(problem) => {
            shared.transfers.give_back(&place);
            return Err(problem);
        }
    };
    let asked = Request { digest: key.request_digest(&digest), key: key.key };
    let dry_run = query.0.dry_run.unwrap_or(false);
    let transfers = shared.transfers.clone();
    let begun = ask(&shared, &caller, move |desk, actor| transfers.import(desk, actor, place, dry_run, asked)).await?;
    let place = format!("{PREFIX}/imports/{}", begun.id);
    Ok(HttpResponse::Accepted().insert_header((header::LOCATION, place)).json(begun))
}

/// Writes the body into a file as it comes in, never more of it in memory than a little; gives its digest.
async fn received(request: &HttpRequest, payload: actix_web::dev::Payload, path: PathBuf, most: usize) -> Result<[u8; 32], Problem> {
    let is_zip =
        request.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(MEDIA_TYPE.as_bytes()));
    let told = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if !is_zip {
        crate::body::discard(payload, Duration::from_secs(20)).await;
        return Err(Problem::UnsupportedMediaType { supported: MEDIA_TYPE });
    }
    if told.is_some_and(|told| told > most) {
        crate::body::discard(payload, Duration::from_secs(20)).await;
        return Err(Problem::TooLarge { most });
    }
    tokio::time::timeout(PATIENCE, written(payload, path, most)).await.unwrap_or(Err(Problem::TooSlow))
}

async fn written(mut payload: actix_web::dev::Payload, path: PathBuf, most: usize) -> Result<[u8; 32], Problem> {
    let mut digest = Context::new(&SHA256);
    let mut file = blocking(move || created(&path)).await?;
    let (mut waiting, mut length) = (Vec::with_capacity(AT_ONCE), 0);
    while let Some(chunk) = payload.next().await {
        // A body that breaks off has no reader any more: what is answered does not matter.
        let chunk = chunk.map_err(|_| Problem::TooSlow)?;
        length += chunk.len();
        if length > most {
            crate::body::discard(payload, Duration::from_secs(20)).await;
            return Err(Problem::TooLarge { most });
        }
        digest.update(&chunk);
        waiting.extend_from_slice(&chunk);
        if waiting.len() >= AT_ONCE {
            file = appended(file, std::mem::take(&mut waiting)).await?;
        }
    }
    appended(file, waiting).await?;
    Ok(digest.finish().as_ref().try_into().unwrap_or_default())
}

fn created(path: &Path) -> std::io::Result<File> {
    File::create_new(path)
}

async fn appended(mut file: File, bytes: Vec<u8>) -> Result<File, Problem> {
    blocking(move || file.write_all(&bytes).map(|()| file)).await
}

/// Does work on a file on a thread for such work.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T, Problem> {
    let broken = |why: String| Problem::Desk(Error::Unavailable(why));
    match web::block(work).await {
        Ok(done) => done.map_err(|error| broken(error.to_string())),
        Err(error) => Err(broken(error.to_string())),
    }
}

/// See how far an import is
///
/// With every fault once they are all known, and what came in or would have. An import is forgotten an hour after it ended, and when the server stops.
#[utoipa::path(
    operation_id = "get_import",
    tag = "transfers",
    params(("import" = String, Path, description = "The import.")),
    responses((status = 200, description = "How far it is.", body = TransferView))
)]
#[get("/imports/{import}")]
pub(crate) async fn get_import(shared: web::Data<Shared>, caller: Caller, id: InPath<Line>) -> Answered {
    let transfers = shared.transfers.clone();
    read(&shared, &caller, move |desk, actor| transfers.transfer(desk, actor, Direction::Import, id.0.as_str())).await
}

/// Stop an import
///
/// While nothing has been written; then nothing is kept.
#[utoipa::path(
    operation_id = "cancel_import",
    tag = "transfers",
    params(("import" = String, Path, description = "The import.")),
    responses((status = 204, description = "It is stopped, and nothing is kept."), (status = 409, description = "It is too late for that."))
)]
#[delete("/imports/{import}")]
pub(crate) async fn cancel_import(shared: web::Data<Shared>, caller: Caller, id: InPath<Line>) -> Answered {
    let transfers = shared.transfers.clone();
    ask(&shared, &caller, move |desk, actor| transfers.cancel(desk, actor, Direction::Import, id.0.as_str())).await?;
    Ok(HttpResponse::NoContent().finish())
}
