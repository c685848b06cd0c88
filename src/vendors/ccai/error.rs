//! CCAI Platform's refusals: always `{"message": …}`, with the page's texts to the letter,
//! "well-formed" for outbound calls and "well formed" elsewhere (1G.5).

use axum::Json;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::contract as behaviors;
use crate::contract::{Behavior, distinct};
use crate::exchange::{Outcome, Refusal, RetryAfter};

/// Which of the two kinds of call that enter a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queued {
    Inbound,
    Scheduled,
}

/// Everything that CCAI Platform refuses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    #[error("Not Authorized")]
    NotAuthorized,
    #[error("Resource not found - Please check your subdomain")]
    WrongSubdomain,
    #[error("Not Found")]
    NotFound,
    #[error("Not Found")]
    NotEmulated,
    #[error("The request body did not come in time")]
    BodyTimeout,
    #[error("Service Unavailable")]
    Unavailable,
    #[error("Too Many Requests")]
    TooManyRequests(RetryAfter),
    #[error("Invalid JSON")]
    InvalidJson,
    #[error("The request body is too large")]
    TooLarge,
    #[error("The request body could not be read")]
    BrokenBody,
    #[error("Internal Server Error")]
    Internal,
    #[error("Invalid call type")]
    InvalidCallType,
    #[error("Agent email required")]
    AgentEmailRequired,
    #[error("ticket_id or end_user_number required")]
    TargetRequired,
    #[error("end_user_number is not well-formed")]
    OutboundNumberMalformed,
    #[error("Contact not found")]
    ContactNotFound,
    #[error("Language '{0}' is not found")]
    OutboundLanguageNotFound(String),
    #[error("Language '{0}' is not available")]
    OutboundLanguageNotAvailable(String),
    #[error("Not a valid agent email")]
    AgentEmailInvalid,
    #[error("Agent does not have access to make calls")]
    AgentNoAccess,
    #[error("Agent is not available to take this call")]
    AgentUnavailable,
    #[error("outbound_number is not well-formed")]
    ShownNumberMalformed,
    #[error("menu_id is required")]
    MenuRequired(Queued),
    #[error("end_user_number is required")]
    NumberRequired(Queued),
    #[error("scheduled_at is required")]
    ScheduledAtRequired,
    #[error("menu_id is not well formed")]
    MenuMalformed(Queued),
    #[error("call_id is not well formed")]
    CallIdMalformed,
    #[error("end_user_number is not well formed")]
    NumberMalformed(Queued),
    #[error("scheduled_at is not well formed")]
    ScheduledAtMalformed,
    #[error("scheduled_at must be a future time")]
    ScheduledAtPast,
    #[error("Language '{1}' is not found")]
    LanguageNotFound(Queued, String),
    #[error("Language '{1}' is not available")]
    LanguageNotAvailable(Queued, String),
    #[error("menu_id {1} is not found")]
    MenuNotFound(Queued, i64),
    #[error("call_id {0} is not found")]
    CallNotFound(i64),
    #[error("{}", match .0 {
        Queued::Inbound => "Only IVR and mobile menu IDs are permitted",
        Queued::Scheduled => "Only mobile and web menu IDs are permitted",
    })]
    MenuType(Queued),
    #[error("Contact not found")]
    QueuedContactNotFound(Queued),
    #[error("Menu is in 'manual redirection' state, can't accept calls")]
    ManualRedirection(Queued),
    #[error("Menu is in 'after hours' state, can't accept incoming calls")]
    AfterHours(Queued),
    #[error("Not Found")]
    FlagCallNotFound,
    #[error("Not Found")]
    FlagUpdateCallNotFound,
    #[error("{0} is not well formed")]
    FlagMalformed(&'static str),
    #[error("repeat_customers is not permitted")]
    PluralRefused,
}

impl Error {
    fn behavior(&self) -> &'static Behavior {
        use Queued::{Inbound, Scheduled};
        match self {
            Error::NotAuthorized => &behaviors::NOT_AUTHORIZED,
            Error::WrongSubdomain => &behaviors::WRONG_SUBDOMAIN,
            Error::NotFound => &behaviors::NOT_FOUND,
            Error::NotEmulated => &behaviors::NOT_EMULATED,
            Error::BodyTimeout => &behaviors::BODY_TIMEOUT,
            Error::Unavailable => &behaviors::SERVICE_UNAVAILABLE,
            Error::TooManyRequests(_) => &behaviors::TOO_MANY_REQUESTS,
            Error::InvalidJson => &behaviors::INVALID_JSON,
            Error::TooLarge => &behaviors::TOO_LARGE,
            Error::BrokenBody => &behaviors::BROKEN_BODY,
            Error::Internal => &behaviors::INTERNAL_ERROR,
            Error::InvalidCallType => &behaviors::INVALID_CALL_TYPE,
            Error::AgentEmailRequired => &behaviors::AGENT_EMAIL_REQUIRED,
            Error::TargetRequired => &behaviors::TARGET_REQUIRED,
            Error::OutboundNumberMalformed => &behaviors::OUTBOUND_NUMBER_MALFORMED,
            Error::ContactNotFound => &behaviors::CONTACT_NOT_FOUND,
            Error::OutboundLanguageNotFound(_) => &behaviors::OUTBOUND_LANGUAGE_NOT_FOUND,
            Error::OutboundLanguageNotAvailable(_) => &behaviors::OUTBOUND_LANGUAGE_NOT_AVAILABLE,
            Error::AgentEmailInvalid => &behaviors::AGENT_EMAIL_INVALID,
            Error::AgentNoAccess => &behaviors::AGENT_NO_ACCESS,
            Error::AgentUnavailable => &behaviors::AGENT_UNAVAILABLE,
            Error::ShownNumberMalformed => &behaviors::SHOWN_NUMBER_MALFORMED,
            Error::MenuRequired(Inbound) => &behaviors::INBOUND_MENU_REQUIRED,
            Error::MenuRequired(Scheduled) => &behaviors::SCHEDULED_MENU_REQUIRED,
            Error::NumberRequired(Inbound) => &behaviors::INBOUND_NUMBER_REQUIRED,
            Error::NumberRequired(Scheduled) => &behaviors::SCHEDULED_NUMBER_REQUIRED,
            Error::ScheduledAtRequired => &behaviors::SCHEDULED_AT_REQUIRED,
            Error::MenuMalformed(Inbound) => &behaviors::INBOUND_MENU_MALFORMED,
            Error::MenuMalformed(Scheduled) => &behaviors::SCHEDULED_MENU_MALFORMED,
            Error::CallIdMalformed => &behaviors::CALL_ID_MALFORMED,
            Error::NumberMalformed(Inbound) => &behaviors::INBOUND_NUMBER_MALFORMED,
            Error::NumberMalformed(Scheduled) => &behaviors::SCHEDULED_NUMBER_MALFORMED,
            Error::ScheduledAtMalformed => &behaviors::SCHEDULED_AT_MALFORMED,
            Error::ScheduledAtPast => &behaviors::SCHEDULED_AT_PAST,
            Error::LanguageNotFound(Inbound, _) => &behaviors::INBOUND_LANGUAGE_NOT_FOUND,
            Error::LanguageNotFound(Scheduled, _) => &behaviors::SCHEDULED_LANGUAGE_NOT_FOUND,
            Error::LanguageNotAvailable(Inbound, _) => &behaviors::INBOUND_LANGUAGE_NOT_AVAILABLE,
            Error::LanguageNotAvailable(Scheduled, _) => &behaviors::SCHEDULED_LANGUAGE_NOT_AVAILABLE,
            Error::MenuNotFound(Inbound, _) => &behaviors::INBOUND_MENU_NOT_FOUND,
            Error::MenuNotFound(Scheduled, _) => &behaviors::SCHEDULED_MENU_NOT_FOUND,
            Error::CallNotFound(_) => &behaviors::CALL_NOT_FOUND,
            Error::MenuType(Inbound) => &behaviors::INBOUND_MENU_TYPE,
            Error::MenuType(Scheduled) => &behaviors::SCHEDULED_MENU_TYPE,
            Error::QueuedContactNotFound(Inbound) => &behaviors::INBOUND_CONTACT_NOT_FOUND,
            Error::QueuedContactNotFound(Scheduled) => &behaviors::SCHEDULED_CONTACT_NOT_FOUND,
            Error::ManualRedirection(Inbound) => &behaviors::INBOUND_REDIRECTION,
            Error::ManualRedirection(Scheduled) => &behaviors::SCHEDULED_REDIRECTION,
            Error::AfterHours(Inbound) => &behaviors::INBOUND_AFTER_HOURS,
            Error::AfterHours(Scheduled) => &behaviors::SCHEDULED_AFTER_HOURS,
            Error::FlagCallNotFound => &behaviors::FLAG_CALL_NOT_FOUND,
            Error::FlagUpdateCallNotFound => &behaviors::FLAG_UPDATE_CALL_NOT_FOUND,
            Error::FlagMalformed(_) => &behaviors::FLAG_MALFORMED,
            Error::PluralRefused => &behaviors::PLURAL_REFUSED,
        }
    }

    /// One of each, as a fault brings it about.
    fn samples() -> Vec<Self> {
        let lang = || "en".to_owned();
        let mut samples = vec![
            Error::NotAuthorized,
            Error::WrongSubdomain,
            Error::NotFound,
            Error::NotEmulated,
            Error::BodyTimeout,
            Error::Unavailable,
            Error::TooManyRequests(RetryAfter::default()),
            Error::InvalidJson,
            Error::TooLarge,
            Error::BrokenBody,
            Error::Internal,
            Error::InvalidCallType,
            Error::AgentEmailRequired,
            Error::TargetRequired,
            Error::OutboundNumberMalformed,
            Error::ContactNotFound,
            Error::OutboundLanguageNotFound(lang()),
            Error::OutboundLanguageNotAvailable(lang()),
            Error::AgentEmailInvalid,
            Error::AgentNoAccess,
            Error::AgentUnavailable,
            Error::ShownNumberMalformed,
            Error::ScheduledAtRequired,
            Error::ScheduledAtMalformed,
            Error::ScheduledAtPast,
            Error::CallIdMalformed,
            Error::CallNotFound(1),
            Error::FlagCallNotFound,
            Error::FlagUpdateCallNotFound,
            Error::FlagMalformed("repeat_customer"),
            Error::PluralRefused,
        ];
        for queued in [Queued::Inbound, Queued::Scheduled] {
            samples.extend([
                Error::MenuRequired(queued),
                Error::NumberRequired(queued),
                Error::MenuMalformed(queued),
                Error::NumberMalformed(queued),
                Error::LanguageNotFound(queued, lang()),
                Error::LanguageNotAvailable(queued, lang()),
                Error::MenuNotFound(queued, 1),
                Error::MenuType(queued),
                Error::QueuedContactNotFound(queued),
                Error::ManualRedirection(queued),
                Error::AfterHours(queued),
            ]);
        }
        samples
    }

    /// The names of all refusals: the last segments of their behaviors' ids. Where kinds of call
    /// share one, the first kind's is meant; `inbound.after_hours` and `scheduled.after_hours` tell
    /// them apart.
    pub fn names() -> Vec<String> {
        distinct(Self::samples().iter().map(|error| error.behavior().last_segment().to_owned()))
    }

    /// The refusal of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::samples().into_iter().find(|error| error.behavior().is_called(name))
    }

    fn status(&self) -> StatusCode {
        match self {
            Error::NotAuthorized => StatusCode::UNAUTHORIZED,
            Error::WrongSubdomain
            | Error::NotFound
            | Error::NotEmulated
            | Error::FlagCallNotFound
            | Error::FlagUpdateCallNotFound => StatusCode::NOT_FOUND,
            Error::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Error::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Error::InvalidJson
            | Error::BrokenBody
            | Error::InvalidCallType
            | Error::AgentEmailRequired
            | Error::TargetRequired
            | Error::OutboundNumberMalformed
            | Error::ContactNotFound
            | Error::OutboundLanguageNotFound(_)
            | Error::OutboundLanguageNotAvailable(_)
            | Error::AgentEmailInvalid
            | Error::AgentNoAccess
            | Error::AgentUnavailable
            | Error::ShownNumberMalformed
            | Error::MenuRequired(_)
            | Error::NumberRequired(_)
            | Error::ScheduledAtRequired
            | Error::MenuMalformed(_)
            | Error::CallIdMalformed
            | Error::NumberMalformed(_)
            | Error::ScheduledAtMalformed
            | Error::ScheduledAtPast
            | Error::LanguageNotFound(..)
            | Error::LanguageNotAvailable(..)
            | Error::MenuNotFound(..)
            | Error::CallNotFound(_)
            | Error::MenuType(_)
            | Error::QueuedContactNotFound(_)
            | Error::ManualRedirection(_)
            | Error::AfterHours(_)
            | Error::FlagMalformed(_)
            | Error::PluralRefused => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<Refusal> for Error {
    fn from(why: Refusal) -> Self {
        match why {
            Refusal::TooLarge => Error::TooLarge,
            Refusal::BrokenBody => Error::BrokenBody,
            Refusal::BodyTimeout => Error::BodyTimeout,
            Refusal::Overloaded => Error::Unavailable,
            Refusal::Panic => Error::Internal,
            Refusal::TooManyRequests(wait) => Error::TooManyRequests(wait),
        }
    }
}

/// What every refusal says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ErrorBody {
    message: String,
}

/// An error on its way out.
#[derive(Debug)]
pub struct Refused(Error);

impl Refused {
    /// The refusal of a request.
    pub fn of(_: &Parts, error: Error) -> Self {
        Self(error)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let body = Json(ErrorBody { message: error.to_string() });
        let mut response = (error.status(), Outcome(error.behavior()), body).into_response();
        if error == Error::NotAuthorized {
            // RFC 9110, 15.5.2, which the page is silent about: clients that wait for a challenge
            // send nothing without.
            let challenge = HeaderValue::from_static("Basic realm=\"Application\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Error::TooManyRequests(wait) = error {
            response.headers_mut().insert(header::RETRY_AFTER, wait.as_seconds().into());
        }
        response
    }
}
