//! Every error as a problem (RFC 9457) in the language of who asked: the only place where an error becomes an answer.

mod texts;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use raakvlak_domain::faults::Fault;
use raakvlak_domain::languages::Language;
use raakvlak_service::error::{Blocking, Error};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of every problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Before the code of a problem in its `type`.
const TYPE_PREFIX: &str = "urn:problem-type:raakvlak:";

/// How many seconds a client should wait when everything is taken or the store is away.
const RETRY_AFTER_SECONDS: u32 = 2;

/// Where in a request a fault lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// In the body; the pointer points into it.
    Body,
    /// In the query; the pointer holds the key.
    Query,
    /// In the path; the pointer holds the name of the variable.
    Path,
    /// In the headers; the pointer holds the name of the header.
    Header,
    /// In no part: a rule holds it back; the pointer holds the name of the rule.
    Rule,
}

/// Everything that can stand between a request and its answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// What the desk says.
    Desk(Error),
    /// Faults in another part of the request than the body.
    Faults {
        /// The part.
        part: Part,
        /// All of its faults.
        faults: Vec<Fault>,
    },
    /// The access token is not one of ours, not valid now, or its session has ended.
    TokenRefused,
    /// There is nothing at this path.
    UnknownRoute,
    /// The path exists, but not with this method.
    WrongMethod {
        /// The methods that exist, as in the `Allow` header.
        allow: String,
    },
    /// The request took too long to come in.
    TooSlow,
    /// The body is larger than is read.
    TooLarge {
        /// The most bytes that are read.
        most: usize,
    },
    /// The body is of another kind than is read.
    UnsupportedMediaType {
        /// The media type that is read.
        supported: &'static str,
    },
    /// None of the kinds of answer that the client accepts can be given.
    NotAcceptable,
    /// A change without `If-Match`.
    IfMatchMissing,
    /// A change that was built on another version, with the one that holds now.
    Stale {
        /// The version that holds now, as an entity tag.
        etag: Option<String>,
        /// The record as it is now, as this reader may see it.
        current: Option<Box<serde_json::Value>>,
    },
    /// The same request with the same key is being handled at this moment.
    Underway,
    /// Too many requests are being handled at this moment.
    Crowded,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Stale { current } => Self::Stale { etag: Some(crate::etag::of_version(current)), current: None },
            other => Self::Desk(other),
        }
    }
}

/// The body of a problem.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// What kind of problem, for programs; it does not change between versions.
    #[schema(format = "uri", example = "urn:problem-type:raakvlak:invalid")]
    pub r#type: String,
    /// What kind of problem, for people.
    #[schema(example = "Er klopt iets niet")]
    pub title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 400)]
    pub status: u16,
    /// What is the matter and what to do about it.
    #[schema(example = "Pas aan wat hieronder staat en probeer het opnieuw.")]
    pub detail: String,
    /// The route on which it happened. It holds no id, so that it can be kept in a log.
    #[schema(format = "uri-reference", example = "/api/v1/task-packages/:package")]
    pub instance: String,
    /// More about a conflict, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "capacity", nullable = false)]
    pub code: Option<&'static str>,
    /// Every fault of the request at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemFault>,
    /// After a stale change: the record as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    pub current: Option<Box<serde_json::Value>>,
}

/// One fault of a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Fault)]
pub struct ProblemFault {
    /// The part of the request.
    pub r#in: Part,
    /// The place in that part, as a JSON pointer (RFC 6901).
    #[schema(example = "/hours/min")]
    pub pointer: String,
    /// What is wrong, for programs.
    #[schema(example = "missing")]
    pub code: &'static str,
    /// What is wrong, for people.
    #[schema(example = "Dit moet je invullen.")]
    pub detail: String,
}

impl Problem {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Desk(error) => status_of(error),
            Self::Faults { .. } => StatusCode::BAD_REQUEST,
            Self::TokenRefused => StatusCode::UNAUTHORIZED,
            Self::UnknownRoute => StatusCode::NOT_FOUND,
            Self::WrongMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Underway => StatusCode::CONFLICT,
            Self::Stale { .. } => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::IfMatchMissing => StatusCode::PRECONDITION_REQUIRED,
            Self::Crowded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The problem as an answer, about this instance.
    #[must_use]
    pub fn answer(&self, language: Language, instance: String) -> HttpResponse {
        let body = self.body(language, instance);
        let mut answer = HttpResponse::build(self.status());
        answer.content_type(MEDIA_TYPE).insert_header((header::CONTENT_LANGUAGE, language.as_str()));
        answer.insert_header((header::VARY, "Accept-Language"));
        for (name, value) in self.headers() {
            answer.insert_header((name, value));
        }
        answer.body(serde_json::to_string(&body).unwrap_or_default())
    }

    /// The problem in words.
    #[must_use]
    pub fn body(&self, language: Language, instance: String) -> ProblemBody {
        let texts = texts::of(self, language);
        ProblemBody {
            r#type: format!("{TYPE_PREFIX}{}", texts.code),
            title: texts.title.to_owned(),
            status: self.status().as_u16(),
            detail: texts.detail,
            instance,
            code: if let Self::Desk(Error::Conflict(conflict)) = self { Some(conflict.code()) } else { None },
            errors: self.errors(language),
            current: if let Self::Stale { current, .. } = self { current.clone() } else { None },
        }
    }

    fn errors(&self, language: Language) -> Vec<ProblemFault> {
        let (part, faults) = match self {
            Self::Desk(Error::RuleBlocks(blocking)) => return blocking.iter().map(|blocking| held_back(blocking, language)).collect(),
            Self::Desk(Error::Invalid(faults)) => (Part::Body, faults),
            Self::Faults { part, faults } => (*part, faults),
            _ => return Vec::new(),
        };
        let named = |fault: &Fault| ProblemFault {
            r#in: part,
            pointer: fault.pointer.clone(),
            code: fault.kind.code(),
            detail: fault.detail(language),
        };
        faults.iter().map(named).collect()
    }

    fn headers(&self) -> Vec<(header::HeaderName, String)> {
        match self {
            Self::Desk(Error::NotSignedIn) => vec![(header::WWW_AUTHENTICATE, "Bearer realm=\"raakvlak\"".into())],
            Self::TokenRefused => vec![(header::WWW_AUTHENTICATE, "Bearer realm=\"raakvlak\", error=\"invalid_token\"".into())],
            Self::WrongMethod { allow } => vec![(header::ALLOW, allow.clone())],
            Self::UnsupportedMediaType { supported } => vec![(header::ACCEPT, (*supported).into())],
            Self::Stale { etag: Some(etag), .. } => vec![(header::ETAG, etag.clone())],
            Self::Desk(Error::TooMany { retry_after }) => vec![(header::RETRY_AFTER, retry_after.to_string())],
            Self::Desk(Error::Unavailable(_)) | Self::Crowded | Self::Underway => {
                vec![(header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string())]
            }
            // Whatever more the client sends of this request will not be read.
            Self::TooSlow => vec![(header::CONNECTION, "close".into())],
            _ => Vec::new(),
        }
    }

    /// The problem that stands for a failure of the web framework itself; its own wording is never passed on.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::UnknownRoute,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge { most: crate::body::LARGEST },
            StatusCode::REQUEST_TIMEOUT => Self::TooSlow,
            status if status.is_client_error() => Self::Desk(Error::Invalid(Vec::new())),
            status => Self::Desk(Error::Internal(format!("the web framework answered {status}"))),
        }
    }
}

/// A rule that holds something back; it is no fault of the request, so that it points at no part of it.
fn held_back(blocking: &Blocking, language: Language) -> ProblemFault {
    let pointer = format!("/{}", blocking.rule.as_str().replace('~', "~0").replace('/', "~1"));
    ProblemFault { r#in: Part::Rule, pointer, code: "rule_blocks", detail: blocking.detail(language) }
}

fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::NotSignedIn => StatusCode::UNAUTHORIZED,
        Error::NotAllowed => StatusCode::FORBIDDEN,
        Error::Stale { .. } => StatusCode::PRECONDITION_FAILED,
        Error::Invalid(_) => StatusCode::BAD_REQUEST,
        Error::Conflict(_) | Error::RuleBlocks(_) => StatusCode::CONFLICT,
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Desk(error) => error.fmt(formatter),
            other => formatter.write_str(texts::of(other, Language::En).code),
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// An empty answer: the outermost layer writes the problem itself, since only there the request's language is known.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status())
    }
}

/// The problem behind an error of the web framework.
#[must_use]
pub fn of_error(error: &actix_web::Error) -> Problem {
    match error.as_error::<Problem>() {
        Some(problem) => problem.clone(),
        None => Problem::of_status(error.as_response_error().status_code()),
    }
}
