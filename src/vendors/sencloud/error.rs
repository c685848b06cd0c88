//! Sencloud's refusals: code, message and status as its usage page and other public material have
//! them (fact sheet 4).

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::contract::{self as behaviors, ErrorCodes};
use crate::contract::{Behavior, distinct};
use crate::exchange::{Context, Outcome, Refusal};

/// Everything that Sencloud refuses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error("unsupported method {0:?} (only POST is allowed)")]
    WrongMethod(String),
    #[error("unexpected Content-Type: {0:?}")]
    WrongContentType(String),
    #[error("no handler for path {0:?}")]
    NoHandler(String),
    #[error("no handler for path {0:?}")]
    NotEmulated(String),
    #[error("the request body did not come in time")]
    BodyTimeout,
    #[error("the json request could not be decoded")]
    MalformedJson(String),
    #[error("Vui lòng đăng nhập (hoặc đăng ký nếu chưa có tài khoản).")]
    Unauthenticated,
    #[error("api_key không hợp lệ")]
    InvalidApiKey,
    #[error("Không tìm thấy hoặc cần quyền truy cập..")]
    PermissionDenied,
    #[error("the request body is too large")]
    TooLarge,
    #[error("the request body could not be read")]
    BrokenBody,
    #[error("Lỗi không xác định.")]
    Internal,
    #[error("invalid {0} {1:?}")]
    InvalidEnum(&'static str, String),
    #[error("extension_ids must be in filter")]
    TopLevelRefused,
    #[error("invalid {0} {1:?}")]
    InvalidDate(&'static str, String),
    #[error("date_to must be after date_from")]
    ReversedDates,
    #[error("must provide both DateFrom and DateTo")]
    OneDate,
    #[error("invalid limit")]
    InvalidLimit,
    #[error("paging is invalid")]
    BothCursors,
    #[error("paging is invalid (can not sort by more than 1 field)")]
    SortSeveral,
    #[error("paging is invalid (can not sort by id)")]
    SortById,
    #[error("paging is invalid (sorting by {0} is not supported)")]
    SortUnknown(String),
    #[error("paging is invalid (sort does not match)")]
    SortMismatch,
    #[error("paging is invalid (illegal base64 data at input byte {0})")]
    NotBase64(usize),
    #[error("paging is invalid (invalid cursor)")]
    InvalidCursor,
    #[error("paging is invalid")]
    WrongCursor,
    #[error(transparent)]
    Unreached(#[from] Unreached),
}

/// The service's codes that no request to this operation brings about, in any world: only an
/// injected fault does. The codes and statuses are the service's (4); its texts are not known but
/// for `not_found`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unreached {
    #[error("the request was canceled")]
    Canceled,
    #[error("unknown error")]
    Unknown,
    #[error("the deadline was exceeded")]
    DeadlineExceeded,
    #[error("Không tìm thấy.")]
    NotFound,
    #[error("it already exists")]
    AlreadyExists,
    #[error("too many requests")]
    ResourceExhausted,
    #[error("a precondition failed")]
    FailedPrecondition,
    #[error("the operation was aborted")]
    Aborted,
    #[error("a value is out of range")]
    OutOfRange,
    #[error("not implemented")]
    Unimplemented,
    #[error("the service is unavailable")]
    Unavailable,
    #[error("data was lost")]
    DataLoss,
}

impl Unreached {
    const ALL: [Self; 12] = [
        Self::Canceled,
        Self::Unknown,
        Self::DeadlineExceeded,
        Self::NotFound,
        Self::AlreadyExists,
        Self::ResourceExhausted,
        Self::FailedPrecondition,
        Self::Aborted,
        Self::OutOfRange,
        Self::Unimplemented,
        Self::Unavailable,
        Self::DataLoss,
    ];

    fn behavior(self) -> &'static Behavior {
        match self {
            Self::Canceled => &behaviors::CANCELED,
            Self::Unknown => &behaviors::UNKNOWN,
            Self::DeadlineExceeded => &behaviors::DEADLINE_EXCEEDED,
            Self::NotFound => &behaviors::NOT_FOUND,
            Self::AlreadyExists => &behaviors::ALREADY_EXISTS,
            Self::ResourceExhausted => &behaviors::RESOURCE_EXHAUSTED,
            Self::FailedPrecondition => &behaviors::FAILED_PRECONDITION,
            Self::Aborted => &behaviors::ABORTED,
            Self::OutOfRange => &behaviors::OUT_OF_RANGE,
            Self::Unimplemented => &behaviors::UNIMPLEMENTED,
            Self::Unavailable => &behaviors::UNAVAILABLE,
            Self::DataLoss => &behaviors::DATA_LOSS,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Canceled | Self::DeadlineExceeded => StatusCode::REQUEST_TIMEOUT,
            Self::Unknown | Self::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::AlreadyExists | Self::Aborted => StatusCode::CONFLICT,
            Self::ResourceExhausted => StatusCode::FORBIDDEN,
            Self::FailedPrecondition => StatusCode::PRECONDITION_FAILED,
            Self::OutOfRange => StatusCode::BAD_REQUEST,
            Self::Unimplemented => StatusCode::NOT_IMPLEMENTED,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Error {
    fn behavior(&self) -> &'static Behavior {
        match self {
            Error::WrongMethod(_) => &behaviors::WRONG_METHOD,
            Error::WrongContentType(_) => &behaviors::WRONG_CONTENT_TYPE,
            Error::NoHandler(_) => &behaviors::NO_HANDLER,
            Error::NotEmulated(_) => &behaviors::NOT_EMULATED,
            Error::BodyTimeout => &behaviors::BODY_TIMEOUT,
            Error::MalformedJson(_) => &behaviors::MALFORMED_JSON,
            Error::Unauthenticated => &behaviors::UNAUTHENTICATED,
            Error::InvalidApiKey => &behaviors::INVALID_API_KEY,
            Error::PermissionDenied => &behaviors::PERMISSION_DENIED,
            Error::TooLarge => &behaviors::TOO_LARGE,
            Error::BrokenBody => &behaviors::BROKEN_BODY,
            Error::Internal => &behaviors::INTERNAL,
            Error::InvalidEnum(..) => &behaviors::INVALID_ENUM,
            Error::TopLevelRefused => &behaviors::TOP_LEVEL_REFUSED,
            Error::InvalidDate(..) => &behaviors::INVALID_DATE,
            Error::ReversedDates => &behaviors::REVERSED_DATES,
            Error::OneDate => &behaviors::ONE_DATE,
            Error::InvalidLimit => &behaviors::INVALID_LIMIT,
            Error::BothCursors => &behaviors::BOTH_CURSORS,
            Error::SortSeveral => &behaviors::SORT_SEVERAL,
            Error::SortById => &behaviors::SORT_BY_ID,
            Error::SortUnknown(_) => &behaviors::SORT_UNKNOWN,
            Error::SortMismatch => &behaviors::SORT_MISMATCH,
            Error::NotBase64(_) | Error::InvalidCursor => &behaviors::INVALID_CURSOR,
            Error::WrongCursor => &behaviors::WRONG_CURSOR,
            Error::Unreached(error) => error.behavior(),
        }
    }

    /// One of each, as a fault brings it about; of those that share a code, the plainest first.
    fn samples() -> Vec<Self> {
        let text = || "unknown".to_owned();
        let mut samples: Vec<Self> = Unreached::ALL.map(Error::Unreached).into();
        samples.extend([
            Error::WrongMethod("GET".to_owned()),
            Error::WrongContentType(String::new()),
            Error::NoHandler("/v1/shop.Sencloud/ListCallLog".to_owned()),
            Error::NotEmulated("/v1/shop.Sencloud/GetExtensions".to_owned()),
            Error::BodyTimeout,
            Error::MalformedJson("EOF".to_owned()),
            Error::Unauthenticated,
            Error::InvalidApiKey,
            Error::PermissionDenied,
            Error::TooLarge,
            Error::BrokenBody,
            Error::Internal,
            Error::InvalidLimit,
            Error::InvalidEnum("direction", text()),
            Error::TopLevelRefused,
            Error::InvalidDate("date_from", text()),
            Error::ReversedDates,
            Error::OneDate,
            Error::BothCursors,
            Error::SortSeveral,
            Error::SortById,
            Error::SortUnknown(text()),
            Error::SortMismatch,
            Error::NotBase64(0),
            Error::WrongCursor,
        ]);
        samples
    }

    /// The names of all refusals: their codes.
    pub fn names() -> Vec<String> {
        let codes = Self::samples().into_iter().map(|error| error.codes());
        distinct(codes.flat_map(|(own, standard)| [Some(own), standard]).flatten().map(str::to_owned))
    }

    /// The refusal of a name: a code, or the last segments of a behavior's id.
    pub fn named(name: &str) -> Option<Self> {
        let by_code = Self::samples().into_iter().find(|error| error.codes().0 == name);
        by_code.or_else(|| Self::samples().into_iter().find(|error| error.behavior().is_called(name)))
    }

    /// The code, and the standard one that newer material has in its place.
    fn codes(&self) -> (&'static str, Option<&'static str>) {
        match self {
            Error::WrongMethod(_)
            | Error::WrongContentType(_)
            | Error::NoHandler(_)
            | Error::NotEmulated(_) => ("bad_route", Some("not_found")),
            Error::BodyTimeout => ("deadline_exceeded", None),
            Error::MalformedJson(_) | Error::BrokenBody => ("malformed", Some("invalid_argument")),
            Error::Unauthenticated | Error::InvalidApiKey => ("unauthenticated", None),
            Error::PermissionDenied => ("permission_denied", None),
            Error::TooLarge => ("resource_exhausted", None),
            Error::Internal => ("internal", None),
            Error::InvalidEnum(..)
            | Error::TopLevelRefused
            | Error::InvalidDate(..)
            | Error::ReversedDates
            | Error::OneDate
            | Error::InvalidLimit
            | Error::BothCursors
            | Error::SortSeveral
            | Error::SortById
            | Error::SortUnknown(_)
            | Error::SortMismatch
            | Error::NotBase64(_)
            | Error::InvalidCursor
            | Error::WrongCursor => ("invalid_argument", None),
            Error::Unreached(error) => (error.behavior().last_segment(), None),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Error::WrongMethod(_)
            | Error::WrongContentType(_)
            | Error::NoHandler(_)
            | Error::NotEmulated(_) => StatusCode::NOT_FOUND,
            Error::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Error::Unauthenticated | Error::InvalidApiKey => StatusCode::UNAUTHORIZED,
            Error::PermissionDenied => StatusCode::FORBIDDEN,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Error::MalformedJson(_)
            | Error::BrokenBody
            | Error::InvalidEnum(..)
            | Error::TopLevelRefused
            | Error::InvalidDate(..)
            | Error::ReversedDates
            | Error::OneDate
            | Error::InvalidLimit
            | Error::BothCursors
            | Error::SortSeveral
            | Error::SortById
            | Error::SortUnknown(_)
            | Error::SortMismatch
            | Error::NotBase64(_)
            | Error::InvalidCursor
            | Error::WrongCursor => StatusCode::BAD_REQUEST,
            Error::Unreached(error) => error.status(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(why: Refusal) -> Self {
        match why {
            Refusal::TooLarge => Error::TooLarge,
            Refusal::BrokenBody => Error::BrokenBody,
            Refusal::BodyTimeout => Error::BodyTimeout,
            Refusal::Overloaded => Unreached::Unavailable.into(),
            Refusal::Panic => Error::Internal,
            // The service has no 429, and nothing tells a client when to come back (4).
            Refusal::TooManyRequests(_) => Unreached::ResourceExhausted.into(),
        }
    }
}

/// What every refusal says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ErrorBody {
    code: &'static str,
    msg: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    meta: BTreeMap<&'static str, String>,
}

/// An error on its way out.
#[derive(Debug)]
pub struct Refused {
    error: Error,
    codes: ErrorCodes,
    route: String,
}

impl Refused {
    /// The refusal of a request.
    pub fn of(request: &Parts, error: Error) -> Self {
        let route = format!("{} {}", request.method, request.uri.path());
        Self { error, codes: Context::of(request).world.reading(), route }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { error, codes, route } = self;
        let (own, standard) = error.codes();
        let mut meta = BTreeMap::new();
        if own == "bad_route" {
            meta.insert("invalid_route", route);
        }
        if let Error::MalformedJson(cause) = &error {
            meta.insert("cause", cause.clone());
        }
        let code = match (codes, standard) {
            (ErrorCodes::Std, Some(standard)) => {
                meta.insert("xcode", own.to_owned());
                standard
            }
            _ => own,
        };
        let body = ErrorBody { code, msg: error.to_string(), meta };
        (error.status(), Outcome(error.behavior()), Json(body)).into_response()
    }
}
