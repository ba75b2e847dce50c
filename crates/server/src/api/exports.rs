//! Exports: everything as a dataset folder in a zip file, made by itself and taken when it is done.

use std::fs::File;
use std::io::Read;

use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, delete, get, post, web};
use futures_util::stream;
use raakvlak_domain::texts::Line;
use raakvlak_service::transfers::{Direction, Request, TransferView};

use super::answers::{Answered, ask, no_body, read};
use super::imports::{MEDIA_TYPE, blocking};
use crate::authentication::Caller;
use crate::idempotency::IdempotencyKey;
use crate::operations::PREFIX;
use crate::parameters::InPath;
use crate::shared::Shared;

/// How much of a file is read at once.
const AT_ONCE: u64 = 256 * 1024;

/// Take everything out
///
/// Everything but sessions, codes and keys, as the dataset folder that an import takes. It is noted in the trail. One import or export runs at a time.
#[utoipa::path(
    operation_id = "create_export",
    tag = "transfers",
    params(IdempotencyKey),
    responses((status = 202, description = "The export, which has begun.", body = TransferView, headers(("Location" = String, description = "Where to see how far it is."))))
)]
#[post("/exports")]
pub(crate) async fn create_export(shared: web::Data<Shared>, caller: Caller, key: IdempotencyKey) -> Answered {
    let transfers = shared.transfers.clone();
    let asked = Request { digest: key.request_digest(&no_body()), key: key.key };
    let begun = ask(&shared, &caller, move |desk, actor| transfers.export(desk, actor, asked)).await?;
    let place = format!("{PREFIX}/exports/{}", begun.id);
    Ok(HttpResponse::Accepted().insert_header((header::LOCATION, place)).json(begun))
}

/// See how far an export is
///
/// An export and its file are taken away an hour after it was done, and when the server starts.
#[utoipa::path(
    operation_id = "get_export",
    tag = "transfers",
    params(("export" = String, Path, description = "The export.")),
    responses((status = 200, description = "How far it is.", body = TransferView))
)]
#[get("/exports/{export}")]
pub(crate) async fn get_export(shared: web::Data<Shared>, caller: Caller, id: InPath<Line>) -> Answered {
    let transfers = shared.transfers.clone();
    read(&shared, &caller, move |desk, actor| transfers.transfer(desk, actor, Direction::Export, id.0.as_str())).await
}

/// Take the file of an export
///
/// Each time is noted in the trail.
#[utoipa::path(
    operation_id = "get_export_content",
    tag = "transfers",
    params(("export" = String, Path, description = "The export.")),
    responses((status = 200, description = "The zip file.", body = String, content_type = "application/zip"))
)]
#[get("/exports/{export}/content")]
pub(crate) async fn get_export_content(shared: web::Data<Shared>, caller: Caller, id: InPath<Line>) -> Answered {
    let transfers = shared.transfers.clone();
    let path = ask(&shared, &caller, move |desk, actor| transfers.file(desk, actor, id.0.as_str())).await?;
    let (file, length) = blocking(move || File::open(path).and_then(|file| file.metadata().map(|about| (file, about.len())))).await?;
    let pieces = stream::try_unfold(file, |file| async move {
        let read = web::block(move || next_piece(file)).await.map_err(std::io::Error::other)?;
        read.map(|(file, bytes)| (!bytes.is_empty()).then(|| (Bytes::from(bytes), file)))
    });
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"raakvlak.zip\""))
        .body(SizedStream::new(length, Box::pin(pieces))))
}

fn next_piece(mut file: File) -> std::io::Result<(File, Vec<u8>)> {
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(AT_ONCE).read_to_end(&mut bytes)?;
    Ok((file, bytes))
}

/// Take an export away
#[utoipa::path(
    operation_id = "delete_export",
    tag = "transfers",
    params(("export" = String, Path, description = "The export.")),
    responses((status = 204, description = "It and its file are gone."), (status = 409, description = "It is not done yet."))
)]
#[delete("/exports/{export}")]
pub(crate) async fn delete_export(shared: web::Data<Shared>, caller: Caller, id: InPath<Line>) -> Answered {
    let transfers = shared.transfers.clone();
    ask(&shared, &caller, move |desk, actor| transfers.cancel(desk, actor, Direction::Export, id.0.as_str())).await?;
    Ok(HttpResponse::NoContent().finish())
}
