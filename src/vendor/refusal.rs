//! Tables of refusals, and the reasons why a request never reaches its handler.

use std::any::Any;
use std::fmt::{Debug, Display};
use std::time::Duration;

use crate::contract;

/// A refusal with its payload: a value of an enum that `refusals!` made. `Display` is the
/// vendor's text.
pub trait Refusing: Any + Debug + Display + Send + Sync {
    /// The refusal's row in its table.
    fn row(&self) -> &'static contract::Refusal;
}

/// A refusal of any table of a vendor.
#[derive(Debug)]
pub struct AnyRefusal(Box<dyn Refusing>);

impl<E: Refusing> From<E> for AnyRefusal {
    fn from(refusal: E) -> Self {
        Self(Box::new(refusal))
    }
}

impl AnyRefusal {
    /// The refusal's row in its table.
    #[must_use]
    pub fn row(&self) -> &'static contract::Refusal {
        self.0.row()
    }

    /// The refusal as a value of one table's enum, if it belongs to that table.
    #[must_use]
    pub fn get<E: Refusing>(&self) -> Option<&E> {
        (&*self.0 as &dyn Any).downcast_ref()
    }

    /// The vendor's text.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.to_string()
    }
}

/// The reason why a request never reaches its handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unhandled {
    /// The body is larger than `--max-body`.
    TooLarge,
    /// The body ended early, or its framing is invalid.
    BrokenBody,
    /// The body paused for longer than `--body-idle`.
    BodyTimeout,
    /// All bodies in memory together are larger than `--max-bodies`.
    Overloaded,
    /// The handler panicked: a bug of callmock.
    Panic,
    /// An injected rate limit is exceeded.
    TooManyRequests(RetryAfter),
}

/// The time until a client may retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter(pub Duration);

impl RetryAfter {
    /// A time of `n` seconds.
    #[must_use]
    pub const fn seconds(n: u64) -> Self {
        Self(Duration::from_secs(n))
    }

    /// The time in whole seconds, rounded up and at least 1, so that a client never waits too
    /// briefly.
    #[must_use]
    pub fn as_seconds(self) -> u64 {
        u64::try_from(self.0.as_millis().div_ceil(1000)).unwrap_or(u64::MAX).max(1)
    }

    /// The time in milliseconds, at least 1.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX).max(1)
    }
}

impl Default for RetryAfter {
    fn default() -> Self {
        Self::seconds(1)
    }
}

/// Declares a table of refusals, of one operation or of a whole vendor. A row is:
///
/// `Variant(Type = default) = "segment", 400 Documented marks, "source", "summary", "text",
/// "code";`
///
/// The payload is optional. Its default is the payload of an injected fault. Marks are `fault` (the
/// refusal occurs only by a fault) and one of `passing`, `credential` and `changing` (see
/// [`contract::Recovery`]). The text is the vendor's, to the full stop, with `{0}` for the payload.
/// Codes are optional.
///
/// The macro makes the enum `Error` with its `Display`, a static of each row (`rows::Variant`), the
/// list of rows (`REFUSALS`), and one refusal of each row as a fault injects it (`samples`).
macro_rules! refusals {
    (@reached) => { $crate::contract::ReachedBy::Request };
    (@reached fault $($rest:ident)*) => { $crate::contract::ReachedBy::Fault };
    (@reached $other:ident $($rest:ident)*) => { $crate::vendor::refusals!(@reached $($rest)*) };
    (@recovery) => { $crate::contract::Recovery::Never };
    (@recovery passing $($rest:ident)*) => { $crate::contract::Recovery::Passing };
    (@recovery credential $($rest:ident)*) => { $crate::contract::Recovery::Credential };
    (@recovery changing $($rest:ident)*) => { $crate::contract::Recovery::Changing };
    (@recovery $other:ident $($rest:ident)*) => { $crate::vendor::refusals!(@recovery $($rest)*) };
    (
        in $prefix:literal, of $request:ident;
        $(
            $variant:ident $(( $($payload:ty = $default:expr),+ $(,)? ))? = $id:literal,
                $status:literal $standing:ident $($mark:ident)*, $source:literal, $summary:literal,
                $text:literal $(, $code:literal)*;
        )+
    ) => {
        /// A refusal of this table.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        pub enum Error {
            $( #[doc = $summary] #[error($text)] $variant $(( $($payload),+ ))?, )+
        }

        /// The rows of the table, by their variants' names.
        #[allow(non_upper_case_globals, reason = "a row is named as its variant")]
        pub mod rows {
            $(
                #[doc = $summary]
                pub static $variant: $crate::contract::Refusal = $crate::contract::Refusal {
                    behavior: $crate::contract::Behavior {
                        id: concat!($prefix, ".", $id),
                        status: Some($status),
                        summary: $summary,
                        source: $source,
                        standing: $crate::contract::Standing::$standing,
                        reached_by: $crate::vendor::refusals!(@reached $($mark)*),
                        recovery: $crate::vendor::refusals!(@recovery $($mark)*),
                        number: $crate::contract::Number::none(),
                    },
                    codes: &[$($code),*],
                };
            )+
        }

        /// Every row of the table.
        pub static REFUSALS: &[&$crate::contract::Refusal] = &[$( &rows::$variant ),+];

        impl $crate::vendor::Refusing for Error {
            fn row(&self) -> &'static $crate::contract::Refusal {
                match self { $( Self::$variant { .. } => &rows::$variant, )+ }
            }
        }

        /// One refusal of each row, as a fault injects it into a request.
        pub fn samples($request: &axum::http::request::Parts) -> Vec<$crate::vendor::AnyRefusal> {
            let _ = $request;
            vec![$( Error::$variant $(( $($default),+ ))?.into() ),+]
        }
    };
}

pub(crate) use refusals;
