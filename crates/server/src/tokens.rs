//! Access tokens: short-lived JSON web tokens (RFC 7519, profile of RFC 9068) signed with Ed25519 (RFC 8037), and the keys behind them.
//!
//! A token says who and in which session, never what someone may do: that is read anew for every request.

mod ring;

use jsonwebtoken::{Algorithm, Header, Validation};
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::UserId;
use serde::{Deserialize, Serialize};

pub use ring::{KeyRing, KeyRingError, PublicKey};

/// For whom every token is.
pub const AUDIENCE: &str = "raakvlak-api";

/// The type of token in its header.
const TOKEN_TYPE: &str = "at+jwt";

/// By how many seconds two clocks may differ.
const LEEWAY_SECONDS: i64 = 2;

/// The most bytes of a token that is looked at.
const LARGEST: usize = 4_096;

/// What a token says. Every claim must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made the token.
    pub iss: String,
    /// For whom it is.
    pub aud: String,
    /// The user.
    pub sub: String,
    /// The session.
    pub sid: String,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// From when it holds.
    pub nbf: i64,
    /// Until when it holds.
    pub exp: i64,
}

/// A token, as it goes to its user.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The token.
    pub text: String,
    /// For how many seconds it holds.
    pub expires_in: u32,
}

/// A token that is not accepted; the client is not told why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the access token is refused")]
pub struct Refused;

/// Makes and checks tokens.
#[derive(Debug)]
pub struct Tokens {
    ring: KeyRing,
    issuer: String,
    lifetime: u32,
}

impl Tokens {
    /// Tokens of this issuer that hold for so many seconds.
    #[must_use]
    pub fn new(ring: KeyRing, issuer: &str, lifetime: u32) -> Self {
        Self { ring, issuer: issuer.to_owned(), lifetime }
    }

    /// The keys.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// A new token for a user in a session.
    ///
    /// # Errors
    ///
    /// [`KeyRingError::Signing`] when the key does not sign.
    pub fn issue(&self, user: &UserId, session: &str, now: Instant) -> Result<AccessToken, KeyRingError> {
        let now = seconds(now);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: user.to_string(),
            sid: session.to_owned(),
            iat: now,
            nbf: now,
            exp: now + i64::from(self.lifetime),
        };
        Ok(AccessToken { text: self.ring.sign(&claims, TOKEN_TYPE)?, expires_in: self.lifetime })
    }

    /// The claims of a token that holds now.
    ///
    /// # Errors
    ///
    /// [`Refused`], whatever is wrong with it.
    pub fn check(&self, token: &str, now: Instant) -> Result<Claims, Refused> {
        if token.len() > LARGEST {
            return Err(Refused);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refused)?;
        if !is_ours(&header) {
            return Err(Refused);
        }
        let key = header.kid.as_deref().and_then(|kid| self.ring.verifying(kid)).ok_or(Refused)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation()).map_err(|_| Refused)?.claims;
        if holds(&claims, seconds(now)) { Ok(claims) } else { Err(Refused) }
    }

    /// What the library checks. Times are left to [`holds`], since the library reads the system's clock and not ours.
    fn validation(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[&self.issuer]);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation
    }
}

/// Whether the header is one that we write: anything more is a way to talk a verifier into another key or another meaning.
fn is_ours(header: &Header) -> bool {
    let names_a_key = header.jku.is_some() || header.jwk.is_some() || header.x5u.is_some() || header.x5c.is_some();
    header.alg == Algorithm::EdDSA && header.typ.as_deref() == Some(TOKEN_TYPE) && header.crit.is_none() && !names_a_key
}

fn holds(claims: &Claims, now: i64) -> bool {
    let begun = claims.nbf.max(claims.iat).saturating_sub(LEEWAY_SECONDS) <= now;
    let not_over = now < claims.exp.saturating_add(LEEWAY_SECONDS);
    begun && not_over && claims.nbf <= claims.exp
}

fn seconds(instant: Instant) -> i64 {
    instant.microseconds().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    const NOW: i64 = 1_800_000_000;

    fn at(seconds: i64) -> Instant {
        Instant::from_microseconds(seconds * 1_000_000)
    }

    fn tokens() -> (Tokens, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::open(folder.path(), at(NOW)).unwrap();
        (Tokens::new(ring, "https://raakvlak.example", 600), folder)
    }

    fn claims() -> Value {
        json!({"iss": "https://raakvlak.example", "aud": AUDIENCE, "sub": "u1", "sid": "s1", "iat": NOW, "nbf": NOW, "exp": NOW + 600})
    }

    fn signed(tokens: &Tokens, claims: &Value) -> String {
        tokens.ring.sign(claims, TOKEN_TYPE).unwrap()
    }

    #[test]
    fn accepts_its_own_token_for_ten_minutes() {
        let (tokens, _folder) = tokens();
        let token = tokens.issue(&UserId::new("u1").unwrap(), "s1", at(NOW)).unwrap();
        assert_eq!(token.expires_in, 600);
        let claims = tokens.check(&token.text, at(NOW + 599)).unwrap();
        assert_eq!((claims.sub.as_str(), claims.sid.as_str()), ("u1", "s1"));
        assert_eq!(tokens.check(&token.text, at(NOW + 602)), Err(Refused));
        assert_eq!(tokens.check(&token.text, at(NOW - 3)), Err(Refused));
    }

    #[test]
    fn refuses_every_missing_or_wrong_claim() {
        let (tokens, _folder) = tokens();
        assert!(tokens.check(&signed(&tokens, &claims()), at(NOW)).is_ok());
        for claim in ["iss", "aud", "sub", "sid", "iat", "nbf", "exp"] {
            let mut without = claims();
            without.as_object_mut().unwrap().remove(claim);
            assert_eq!(tokens.check(&signed(&tokens, &without), at(NOW)), Err(Refused), "without {claim}");
            let mut other = claims();
            other[claim] = json!([]);
            assert_eq!(tokens.check(&signed(&tokens, &other), at(NOW)), Err(Refused), "{claim} of another type");
        }
        let wrong = [
            ("iss", json!("https://elsewhere.example")),
            ("aud", json!("else")),
            ("nbf", json!(NOW + 60)),
            ("iat", json!(NOW + 60)),
            ("exp", json!(NOW - 3)),
        ];
        for (claim, value) in wrong {
            let mut other = claims();
            other[claim] = value;
            assert_eq!(tokens.check(&signed(&tokens, &other), at(NOW)), Err(Refused), "wrong {claim}");
        }
    }

    /// A token with this header, signed as its algorithm says with whatever key an attacker has.
    fn forged(tokens: &Tokens, header: Value, sign: impl Fn(&str) -> Vec<u8>) -> String {
        let mut header = header;
        header["kid"] = json!(tokens.ring.signing_key_id());
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(&claims()));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(sign(&message)))
    }

    #[test]
    fn refuses_other_algorithms() {
        let (tokens, _folder) = tokens();
        let none = |_: &str| Vec::new();
        for algorithm in ["none", "None", "HS256", "RS256", "ES256"] {
            assert_eq!(
                tokens.check(&forged(&tokens, json!({"alg": algorithm, "typ": TOKEN_TYPE}), none), at(NOW)),
                Err(Refused),
                "{algorithm}"
            );
        }
        // The public key used as a shared secret: the classic confusion of algorithms.
        let public = URL_SAFE_NO_PAD.decode(tokens.ring.public_keys()[0].x.clone()).unwrap();
        let with_public_key = |message: &str| {
            let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &public);
            aws_lc_rs::hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
        };
        assert_eq!(tokens.check(&forged(&tokens, json!({"alg": "HS256", "typ": TOKEN_TYPE}), with_public_key), at(NOW)), Err(Refused));
    }

    #[test]
    fn refuses_other_types_and_headers() {
        let (tokens, _folder) = tokens();
        let sign = |message: &str| tokens.ring.signature(message.as_bytes());
        let with = |key: &str, value: Value| {
            let mut header = json!({"alg": "EdDSA", "typ": TOKEN_TYPE});
            header[key] = value;
            tokens.check(&forged(&tokens, header, sign), at(NOW))
        };
        assert!(with("typ", json!(TOKEN_TYPE)).is_ok());
        assert_eq!(with("typ", json!("JWT")), Err(Refused));
        assert_eq!(with("crit", json!(["exp"])), Err(Refused));
        assert_eq!(with("jku", json!("https://elsewhere.example/keys")), Err(Refused));
    }

    #[test]
    fn refuses_changed_and_absurd_tokens() {
        let (tokens, _folder) = tokens();
        let token = signed(&tokens, &claims());
        let (other, _other_folder) = self::tokens();
        assert_eq!(other.check(&token, at(NOW)), Err(Refused));
        for at_byte in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at_byte] = if changed[at_byte] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(changed == token || tokens.check(&changed, at(NOW)).is_err(), "{at_byte}");
        }
        for text in ["", ".", "..", "a.b.c", &"x".repeat(100_000)] {
            assert_eq!(tokens.check(text, at(NOW)), Err(Refused));
        }
    }
}
