//! A behavior: one documented outcome or feature of a vendor, with a stable id and its source.

use serde::Serialize;

use super::number::Number;

/// An operation of a vendor's API, as its page documents it.
#[derive(Debug)]
pub struct Operation {
    /// The second segment of its behaviors' ids, such as `list_calls`.
    pub id: &'static str,
    /// The requests that call this operation.
    pub route: Route,
    /// The URL of the vendor's page on this operation.
    pub page: &'static str,
    /// A summary: what a client gets from the operation, in one sentence.
    pub summary: &'static str,
    /// The page and lines, or the numbered facts, that document it.
    pub source: &'static str,
    /// Whether its requests need no credential, because an address that an answer told is enough.
    pub open: bool,
    /// The outcomes that are not refusals, and the features.
    pub behaviors: &'static [&'static Behavior],
    /// The refusals of this operation alone.
    pub refusals: &'static [&'static Refusal],
}

impl Operation {
    /// The HTTP methods for people to read: `GET`, `GET or POST`.
    #[must_use]
    pub fn method(&self) -> String {
        self.route.methods().join(" or ")
    }

    /// The path on callmock's port, with `{name}` for each variable segment.
    #[must_use]
    pub fn path(&self) -> &'static str {
        match self.route {
            Route::Path { template, .. } => template,
            Route::Action { path, .. } => path,
        }
    }

    /// The path, followed by the parameter that names the operation, if there is one.
    #[must_use]
    pub fn request(&self) -> String {
        match self.route {
            Route::Path { template, .. } => template.to_owned(),
            Route::Action { path, parameter, name, .. } => format!("{path}?{parameter}={name}"),
        }
    }

    /// The behaviors of the operation and of its refusals.
    pub fn all_behaviors(&self) -> impl Iterator<Item = &'static Behavior> + Clone + use<> {
        self.behaviors.iter().copied().chain(self.refusals.iter().map(|refusal| &refusal.behavior))
    }
}

/// The requests that call one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// A path with its methods.
    Path {
        /// HTTP methods, in capitals.
        methods: &'static [&'static str],
        /// The path, with `{name}` for each variable segment.
        template: &'static str,
        /// Other paths of the same operation.
        aliases: &'static [&'static str],
    },
    /// A remote procedure call. A parameter names the operation.
    Action {
        /// HTTP methods, in capitals.
        methods: &'static [&'static str],
        /// The path that all such operations share.
        path: &'static str,
        /// The parameter that names the operation.
        parameter: &'static str,
        /// The operation's name, which is the value of the parameter.
        name: &'static str,
    },
}

impl Route {
    /// The route of a path without aliases.
    #[must_use]
    pub const fn of(methods: &'static [&'static str], template: &'static str) -> Self {
        Self::Path { methods, template, aliases: &[] }
    }

    /// The HTTP methods, in capitals.
    #[must_use]
    pub const fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Path { methods, .. } | Self::Action { methods, .. } => methods,
        }
    }
}

/// A row of a vendor's table of refusals.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The outcome.
    pub behavior: Behavior,
    /// The vendor's codes, the default one first. Empty if the vendor has none.
    pub codes: &'static [&'static str],
}

impl Refusal {
    /// The name by which a fault asks for the refusal: its first code, or the last segment of its
    /// behavior's id.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.codes.first().copied().unwrap_or(self.behavior.last_segment())
    }
}

/// Whether a client can recover from a refusal by trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Another try cannot help: the same request is always refused in the same way.
    Never,
    /// The reason passes by itself. The same request may be sent again later.
    Passing,
    /// The reason is the credential, not the request.
    Credential,
    /// The reason is a state that others change. To send the request again is not a mistake.
    Changing,
}

/// An operation that the vendor has and callmock does not serve.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct NotEmulated {
    /// The HTTP method, or the name of the parameter that names the operation.
    pub method: &'static str,
    /// The path, with `{…}` for each variable segment, or the operation's name.
    pub path: &'static str,
    /// A summary: what a client gets from the operation, in one sentence.
    pub summary: &'static str,
}

impl NotEmulated {
    /// Whether a request calls this operation.
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
        /// Every operation that is known from the vendor's public material and is not served.
        pub static NOT_EMULATED_OPERATIONS: &[$crate::contract::NotEmulated] = &[
            $( $crate::contract::NotEmulated { method: $method, path: $path, summary: $summary } ),+
        ];
    };
}

/// One outcome or feature of an operation.
///
/// An *outcome* decides the answer and has its status; each answer has exactly one. A *feature* is
/// something that the request used on the way (a filter, an order, another option of a reading) and
/// has no status.
#[derive(Debug, Serialize)]
pub struct Behavior {
    /// `<vendor>.<operation>[.<branch>].<outcome>`. It is stable, because users write it in their
    /// tests.
    pub id: &'static str,
    /// The HTTP status of an outcome. None for a feature.
    pub status: Option<u16>,
    /// A summary: the event and its condition, in one sentence.
    pub summary: &'static str,
    /// The page and lines, or the numbered fact, that document it.
    pub source: &'static str,
    /// The reliability of the source.
    pub standing: Standing,
    /// Whether a client's request alone can cause it.
    #[serde(skip_serializing_if = "ReachedBy::is_request")]
    pub reached_by: ReachedBy,
    /// For a refusal, whether a retry can help.
    #[serde(skip)]
    pub recovery: Recovery,
    /// The number by which it is counted.
    #[serde(skip)]
    pub number: Number,
}

impl Behavior {
    /// The vendor's folder name, which is the first segment of the id.
    #[must_use]
    pub fn vendor(&self) -> &'static str {
        self.segment(0)
    }

    /// The operation's id. For behaviors that all operations of the vendor share, `any`.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.segment(1)
    }

    /// Whether a name means this behavior. A name is the whole id, or its last segments.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.id.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// The reading and option, as `id: option`, without which no request can cause this behavior.
    /// They stand in parentheses in the summary.
    #[must_use]
    pub fn reading(&self) -> Option<&'static str> {
        self.summary.split_once("(reading `")?.1.split('`').next()
    }

    /// The last segment of the id.
    #[must_use]
    pub fn last_segment(&self) -> &'static str {
        self.id.rsplit('.').next().unwrap_or_default()
    }

    /// Whether the same request is always refused in the same way: a client error that no retry can
    /// help.
    #[must_use]
    pub fn is_for_good(&self) -> bool {
        self.recovery == Recovery::Never && self.status.is_some_and(|status| (400..500).contains(&status))
    }

    fn segment(&self, n: usize) -> &'static str {
        self.id.split('.').nth(n).unwrap_or_default()
    }
}

/// The reliability of the source of a behavior.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// The vendor's own page says so.
    Documented,
    /// Other public material of the vendor, or the code of its clients, says so.
    Inferred,
    /// No source says so. It is callmock's choice.
    Choice,
}

impl Standing {
    /// The name, as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Standing::Documented => "documented",
            Standing::Inferred => "inferred",
            Standing::Choice => "choice",
        }
    }
}

/// The means by which a behavior can be caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReachedBy {
    /// A client's request, in a world that a scenario can describe.
    Request,
    /// Only an injected fault. No request and no scenario causes it.
    Fault,
}

impl ReachedBy {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
    fn is_request(&self) -> bool {
        *self == ReachedBy::Request
    }
}

/// Declares the behaviors of one operation, or of a whole vendor, and the list of them.
///
/// The list begins with `in "vendor.operation";`. A line
/// `NAME = "segment", 200, Documented, "source", "summary";` declares an outcome, and one with `-`
/// in place of the status a feature. Refusals are declared by `refusals!`.
macro_rules! behaviors {
    (@status -) => { None };
    (@status $status:literal) => { Some($status) };
    (in $prefix:literal; $( $name:ident = $id:literal, $status:tt, $standing:ident, $source:literal, $summary:literal; )*) => {
        $(
            #[doc = $summary]
            pub static $name: $crate::contract::Behavior = $crate::contract::Behavior {
                id: concat!($prefix, ".", $id),
                status: $crate::contract::behaviors!(@status $status),
                summary: $summary,
                source: $source,
                standing: $crate::contract::Standing::$standing,
                reached_by: $crate::contract::ReachedBy::Request,
                recovery: $crate::contract::Recovery::Never,
                number: $crate::contract::Number::none(),
            };
        )*
        /// Every outcome that is not a refusal, and every feature.
        pub static BEHAVIORS: &[&$crate::contract::Behavior] = &[$( &$name ),*];
    };
}

pub(crate) use {behaviors, not_emulated};
