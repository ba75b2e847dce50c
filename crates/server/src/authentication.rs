//! Who asks: the access token of a request, checked against its session for every request anew.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use raakvlak_domain::identifiers::UserId;
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;

use crate::problem::Problem;
use crate::shared::Shared;

/// Who sent a request, as far as they said so.
#[derive(Debug, Clone)]
pub enum Identity {
    /// Somebody who is signed in.
    Known(Arc<Actor>),
    /// Somebody with a token that is not accepted, or who cannot be looked up now.
    Refused(Problem),
}

/// The user who asks; a handler that takes one answers 401 to everybody else.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Actor>);

impl FromRequest for Caller {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.extensions().get::<Identity>() {
            Some(Identity::Known(actor)) => Ok(Self(Arc::clone(actor))),
            Some(Identity::Refused(problem)) => Err(problem.clone().into()),
            None => Err(Problem::Desk(Error::NotSignedIn).into()),
        })
    }
}

/// Finds out who sent a request; `None` when it says nothing about that.
pub async fn identity(request: &ServiceRequest, shared: &Shared) -> Option<Identity> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let value = values.next()?;
    let token = value.to_str().ok().and_then(bearer).filter(|_| values.next().is_none());
    let Some(token) = token else { return Some(Identity::Refused(Problem::TokenRefused)) };
    Some(match known(token, shared).await {
        Ok(actor) => Identity::Known(Arc::new(actor)),
        Err(problem) => Identity::Refused(problem),
    })
}

async fn known(token: &str, shared: &Shared) -> Result<Actor, Problem> {
    let claims = shared.tokens.check(token, shared.door.now()).map_err(|_| Problem::TokenRefused)?;
    let user = UserId::new(&claims.sub).map_err(|_| Problem::TokenRefused)?;
    shared.limits.count_user(&user)?;
    let door = Arc::clone(&shared.door);
    let admitted = shared.blocking(move || door.admit(&user, &claims.sid)).await;
    // A session that ended looks to its client like a token that ran out: the remedy is the same.
    admitted.map_err(|problem| if problem == Problem::Desk(Error::NotSignedIn) { Problem::TokenRefused } else { problem })
}

/// The token in a header's value (RFC 6750, section 2.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_token() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        for value in ["Bearer", "Bearer ", "Basic abc", "abc", ""] {
            assert_eq!(bearer(value), None, "{value}");
        }
    }
}
