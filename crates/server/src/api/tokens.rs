//! Signing in and out: access tokens for a code or a refresh token, links by e-mail, codes on paper.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::record;
use raakvlak_domain::texts::{EmailAddress, Line};
use raakvlak_service::error::Error;
use raakvlak_service::sessions::{OpenSession, SignedIn};
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::{Answered, act, ask_openly, done, no_body, read};
use crate::authentication::Caller;
use crate::body::Checked;
use crate::idempotency::IdempotencyKey;
use crate::parameters::InPath;
use crate::problem::Problem;
use crate::shared::Shared;

record! {
    /// What somebody signs in with: exactly one of the two.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct TokenRequest {
        /// The code from a link by e-mail or from paper.
        pub code: Option<Line>,
        /// The token that renews a session, once.
        pub refresh_token: Option<Line>,
    }
    check(reading) {
        if code.as_ref().zip(refresh_token.as_ref()).is_some_and(|(code, token)| code.is_some() == token.is_some()) {
            reading.fault(FaultKind::ExactlyOne { of: &["code", "refresh_token"] });
        }
    }
}

record! {
    /// Where a sign-in link goes.
    #[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
    pub struct LinkRequest {
        /// The address.
        pub email: EmailAddress,
    }
}

/// What somebody signs requests with.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenAnswer {
    /// Goes into the header `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// For how many seconds the access token holds.
    pub expires_in: u32,
    /// Renews the session, once.
    pub refresh_token: String,
    /// Until when the session can be renewed.
    pub refresh_expires_at: Instant,
}

/// A session that holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionAnswer {
    /// Names the session.
    pub id: String,
    /// When it was last renewed.
    pub renewed_at: Instant,
    /// Until when it holds unless it is renewed.
    pub expires_at: Instant,
}

/// A code on paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct PaperCodeAnswer {
    /// The code, in groups of four; it is nowhere kept.
    pub code: String,
    /// Until when it works.
    pub expires_at: Instant,
}

/// Sign in, or renew a session
///
/// With the code from a link or from paper, or with a refresh token. A refresh token works once; one that comes back ends its session.
#[utoipa::path(
    operation_id = "create_token",
    tag = "sign-in",
    security(()),
    request_body(content = TokenRequest, example = json!({"code": "…from the link…"})),
    responses((status = 200, description = "The tokens.", body = TokenAnswer), (status = 401, description = "The code or token does not work (any more)."))
)]
#[post("/tokens")]
pub(crate) async fn create_token(shared: web::Data<Shared>, request: HttpRequest, body: Checked<TokenRequest>) -> Answered {
    shared.limits.count_sign_in(&request)?;
    let TokenRequest { code, refresh_token } = body.value;
    let signed_in = ask_openly(&shared, move |desk| match (&code, &refresh_token) {
        (Some(code), _) => desk.redeem_code(code.as_str()),
        (None, Some(token)) => desk.renew_session(token.as_str()),
        (None, None) => Err(Error::NotSignedIn),
    });
    token_answer(&shared, signed_in.await?)
}

fn token_answer(shared: &Shared, signed_in: SignedIn) -> Answered {
    let SignedIn { actor, session, refresh_token, expires_at } = signed_in;
    let issued = shared.tokens.issue(&actor.user, &session, shared.door.now());
    let issued = issued.map_err(|error| Problem::Desk(Error::Internal(error.to_string())))?;
    Ok(HttpResponse::Ok().json(TokenAnswer {
        access_token: issued.text,
        token_type: "Bearer",
        expires_in: issued.expires_in,
        refresh_token,
        refresh_expires_at: expires_at,
    }))
}

/// Send a sign-in link
///
/// The answer is the same whether somebody has the address or not.
#[utoipa::path(
    operation_id = "request_sign_in_link",
    tag = "sign-in",
    security(()),
    request_body(content = LinkRequest, example = json!({"email": "noor@example.org"})),
    responses((status = 202, description = "If somebody has this address, a link is on its way."))
)]
#[post("/sign-in-links")]
pub(crate) async fn request_sign_in_link(shared: web::Data<Shared>, request: HttpRequest, body: Checked<LinkRequest>) -> Answered {
    shared.limits.count_sign_in(&request)?;
    ask_openly(&shared, move |desk| desk.request_sign_in(&body.value.email)).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// Make a code on paper
///
/// For somebody without e-mail. It lets them in once, within two weeks; one made before does not work any more.
#[utoipa::path(
    operation_id = "create_paper_code",
    tag = "sign-in",
    params(("user" = UserId, Path, description = "The user."), IdempotencyKey),
    responses((status = 201, description = "The code.", body = PaperCodeAnswer))
)]
#[post("/users/{user}/paper-codes")]
pub(crate) async fn create_paper_code(shared: web::Data<Shared>, caller: Caller, user: InPath<UserId>, key: IdempotencyKey) -> Answered {
    act(&shared, &caller, (key, no_body()), actix_web::http::StatusCode::CREATED, move |desk, actor| {
        let made = desk.make_paper_code(actor, &user.0)?;
        Ok(PaperCodeAnswer { code: made.code, expires_at: made.expires_at })
    })
    .await
}

/// List one's own sessions
#[utoipa::path(
    operation_id = "list_sessions",
    tag = "sign-in",
    responses((status = 200, description = "The sessions that hold, oldest first.", body = Vec<SessionAnswer>))
)]
#[get("/sessions")]
pub(crate) async fn list_sessions(shared: web::Data<Shared>, caller: Caller) -> Answered {
    read(&shared, &caller, |desk, actor| {
        let shown = |OpenSession { session, renewed_at, expires_at }| SessionAnswer { id: session, renewed_at, expires_at };
        Ok(desk.sessions(actor)?.into_iter().map(shown).collect::<Vec<_>>())
    })
    .await
}

/// Sign out
#[utoipa::path(
    operation_id = "delete_current_session",
    tag = "sign-in",
    responses((status = 204, description = "The session has ended."))
)]
#[delete("/sessions/current")]
pub(crate) async fn delete_current_session(shared: web::Data<Shared>, caller: Caller) -> Answered {
    done(&shared, &caller, |desk, actor| desk.sign_out(actor)).await
}

/// Sign out everywhere
///
/// Every session ends, this one too, and no code or link that is still on its way works any more.
#[utoipa::path(
    operation_id = "delete_sessions",
    tag = "sign-in",
    responses((status = 204, description = "Nobody is signed in as you any more."))
)]
#[delete("/sessions")]
pub(crate) async fn delete_sessions(shared: web::Data<Shared>, caller: Caller) -> Answered {
    done(&shared, &caller, |desk, actor| desk.sign_out_everywhere(actor, &actor.user)).await
}

/// Sign a user out everywhere
///
/// For somebody who lost a telephone or a letter. They can sign in again at once, with a new link or code.
#[utoipa::path(
    operation_id = "delete_user_sessions",
    tag = "sign-in",
    params(("user" = UserId, Path, description = "The user.")),
    responses((status = 204, description = "Nobody is signed in as this user any more."))
)]
#[delete("/users/{user}/sessions")]
pub(crate) async fn delete_user_sessions(shared: web::Data<Shared>, caller: Caller, id: InPath<UserId>) -> Answered {
    done(&shared, &caller, move |desk, actor| desk.sign_out_everywhere(actor, &id.0)).await
}
