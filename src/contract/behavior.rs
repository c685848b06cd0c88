//! A behavior: one documented outcome or feature of a vendor, with a stable id and its source.

use serde::Serialize;

/// An operation of a vendor's API, as its page names it.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// The second segment of its behaviors' ids, such as `list_calls`.
    pub id: &'static str,
    /// The HTTP method or methods, as a person writes them: `GET`, `GET or POST`.
    pub method: &'static str,
    /// The path on callmock's port.
    pub path: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Where the vendor documents it.
    pub source: &'static str,
}

/// An operation that a vendor has and callmock does not serve.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct NotEmulated {
    /// The HTTP method, or the name of the parameter that names the operation.
    pub method: &'static str,
    /// The path, with `{…}` for what differs from request to request, or the operation's name.
    pub path: &'static str,
    /// One sentence.
    pub summary: &'static str,
}

impl NotEmulated {
    /// Whether a request is for this operation.
    #[must_use]
    pub fn is(&self, method: &str, path: &str) -> bool {
        let (own, given) = (self.path.split('/'), path.split('/'));
        let fits = |own: &str, given: &str| {
            if own.starts_with('{') { !given.is_empty() } else { own == given }
        };
        self.method == method
            && own.clone().count() == given.clone().count()
            && own.zip(given).all(|(own, given)| fits(own, given))
    }
}

/// Declares the operations that a vendor has and callmock does not serve.
macro_rules! not_emulated {
    ($( $method:literal $path:literal, $summary:literal; )+) => {
        /// Every operation of this vendor that is known from its public material and is not served.
        pub static NOT_EMULATED_OPERATIONS: &[$crate::contract::NotEmulated] = &[
            $( $crate::contract::NotEmulated { method: $method, path: $path, summary: $summary } ),+
        ];
    };
}

/// One outcome or feature of an operation.
///
/// An *outcome* decides the answer and has its status; each answer has exactly one. A *feature* is
/// something the request used on the way (a filter, an order, a reading's other option) and has no
/// status.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Behavior {
    /// `<vendor>.<operation>[.<branch>].<outcome>`; stable, users write it in their tests.
    pub id: &'static str,
    /// The HTTP status of an outcome; none for a feature.
    pub status: Option<u16>,
    /// What happens and when, in one sentence.
    pub summary: &'static str,
    /// Page and lines, or the numbered fact that says so.
    pub source: &'static str,
    /// How sure the source is.
    pub standing: Standing,
    /// Whether a client's request alone can bring it about.
    #[serde(skip_serializing_if = "ReachedBy::is_request")]
    pub reached_by: ReachedBy,
}

impl Behavior {
    /// The vendor's name: the id's first segment.
    #[must_use]
    pub fn vendor(&self) -> &'static str {
        self.segment(0)
    }

    /// The operation's id, or `any` for a refusal that every operation of the vendor shares.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.segment(1)
    }

    /// Whether this is what a person means by a name: the whole id, or its last segments.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.id.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// The reading, with its option, without which no request brings this about: summaries have it
    /// in parentheses.
    #[must_use]
    pub fn reading(&self) -> Option<&'static str> {
        self.summary.split_once("(reading `")?.1.split('`').next()
    }

    /// The last segment of its id.
    #[must_use]
    pub fn last_segment(&self) -> &'static str {
        self.id.rsplit('.').next().unwrap_or_default()
    }

    fn segment(&self, n: usize) -> &'static str {
        self.id.split('.').nth(n).unwrap_or_default()
    }
}

/// How sure we are that the vendor behaves so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// The vendor's own page says it.
    Documented,
    /// Other public material of the vendor, or its clients' code, says it.
    Inferred,
    /// Nobody says: callmock chose.
    Choice,
}

/// What it takes to bring a behavior about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReachedBy {
    /// A client's request, in a world that a scenario can describe.
    Request,
    /// Only an injected fault: no request and no scenario leads there.
    Fault,
}

impl ReachedBy {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
    fn is_request(&self) -> bool {
        *self == ReachedBy::Request
    }
}

/// Declares a vendor's operations and the list of them all.
macro_rules! operations {
    ($( $name:ident = $id:literal, $method:literal $path:literal, $source:literal, $summary:literal; )+) => {
        $(
            #[doc = $summary]
            pub static $name: $crate::contract::Operation = $crate::contract::Operation {
                id: $id, method: $method, path: $path, summary: $summary, source: $source,
            };
        )+
        /// Every operation of this vendor.
        pub static OPERATIONS: &[&$crate::contract::Operation] = &[$( &$name ),+];
    };
}

/// Declares a vendor's behaviors and the list of them all, so that no behavior can be missing from
/// the catalogue.
///
/// `NAME = "id", 200, Documented, "source", "summary";` is an outcome; `-` in place of the status
/// makes it a feature, and `, fault` before the semicolon marks one that only a fault can reach.
macro_rules! behaviors {
    (@status -) => { None };
    (@status $status:literal) => { Some($status) };
    (@reached fault) => { $crate::contract::ReachedBy::Fault };
    (@reached) => { $crate::contract::ReachedBy::Request };
    ($( $name:ident = $id:literal, $status:tt, $standing:ident, $source:literal, $summary:literal $(, $reached:ident)?; )+) => {
        $(
            #[doc = $summary]
            pub static $name: $crate::contract::Behavior = $crate::contract::Behavior {
                id: $id,
                status: $crate::contract::behaviors!(@status $status),
                summary: $summary,
                source: $source,
                standing: $crate::contract::Standing::$standing,
                reached_by: $crate::contract::behaviors!(@reached $($reached)?),
            };
        )+
        /// Every behavior of this vendor.
        pub static BEHAVIORS: &[&$crate::contract::Behavior] = &[$( &$name ),+];
    };
}

pub(crate) use {behaviors, not_emulated, operations};
