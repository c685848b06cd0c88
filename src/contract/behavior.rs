//! A behavior: one documented outcome or feature of a vendor, with a stable id and its source.

use serde::Serialize;

/// An operation of a vendor's API: what its page promises.
#[derive(Debug)]
pub struct Operation {
    /// The second segment of its behaviors' ids, such as `list_calls`.
    pub id: &'static str,
    /// The requests that are for this operation.
    pub route: Route,
    /// The URL of the vendor's page on this operation.
    pub page: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The page and lines, or the facts, that document it.
    pub source: &'static str,
    /// Its answers that are no refusals, and its features.
    pub behaviors: &'static [&'static Behavior],
    /// Its own refusals.
    pub refusals: &'static [&'static Refusal],
}

impl Operation {
    /// The HTTP methods as a person writes them: `GET`, `GET or POST`.
    #[must_use]
    pub fn method(&self) -> String {
        self.route.methods().join(" or ")
    }

    /// The path on callmock's port, with `{name}` for a segment that differs.
    #[must_use]
    pub fn path(&self) -> &'static str {
        match self.route {
            Route::Path { template, .. } => template,
            Route::Action { path, .. } => path,
        }
    }

    /// The path, followed by the parameter that names the operation where one does.
    #[must_use]
    pub fn request(&self) -> String {
        match self.route {
            Route::Path { template, .. } => template.to_owned(),
            Route::Action { path, parameter, name, .. } => format!("{path}?{parameter}={name}"),
        }
    }

    /// Its behaviors and those of its refusals.
    pub fn all_behaviors(&self) -> impl Iterator<Item = &'static Behavior> + Clone + use<> {
        self.behaviors.iter().copied().chain(self.refusals.iter().map(|refusal| &refusal.behavior))
    }
}

/// The requests that are for one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Methods of a path.
    Path {
        /// HTTP methods, in capitals.
        methods: &'static [&'static str],
        /// The path, with `{name}` for a segment that differs from request to request.
        template: &'static str,
        /// Other paths of the same operation.
        aliases: &'static [&'static str],
    },
    /// A remote procedure call: a parameter names the operation.
    Action {
        /// HTTP methods, in capitals.
        methods: &'static [&'static str],
        /// The one path of all such operations.
        path: &'static str,
        /// The parameter that names the operation.
        parameter: &'static str,
        /// The operation's name, the parameter's value.
        name: &'static str,
    },
}

impl Route {
    /// A method of a path.
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
    /// The vendor's codes, the one that is told by default first; empty where it has none.
    pub codes: &'static [&'static str],
}

impl Refusal {
    /// The name by which a fault asks for it: its code, or the last segment of its behavior's id.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.codes.first().copied().unwrap_or(self.behavior.last_segment())
    }
}

/// What a refusal means to a client that thinks of trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// The same request is refused in the same way for ever.
    Never,
    /// It passes by itself: the same request may be sent again, later.
    Passing,
    /// It is about who asks, not about what is asked.
    Credential,
    /// It depends on a state that others change: to ask again is no mistake.
    Changing,
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
#[derive(Debug, Serialize)]
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
    /// For a refusal: whether trying again can help.
    #[serde(skip)]
    pub recovery: Recovery,
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

    /// Whether it refuses the same request in the same way for ever: a client error without a way
    /// out.
    #[must_use]
    pub fn is_for_good(&self) -> bool {
        self.recovery == Recovery::Never && self.status.is_some_and(|status| (400..500).contains(&status))
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

impl Standing {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Standing::Documented => "documented",
            Standing::Inferred => "inferred",
            Standing::Choice => "choice",
        }
    }
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

/// Declares the outcomes and features of one operation, or of a whole vendor, and the list of them.
///
/// `in "vendor.operation";` begins it. `NAME = "segment", 200, Documented, "source", "summary";` is
/// an outcome; `-` in place of the status makes it a feature. Refusals stand in `refusals!`.
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
            };
        )*
        /// Every outcome that is no refusal, and every feature.
        pub static BEHAVIORS: &[&$crate::contract::Behavior] = &[$( &$name ),*];
    };
}

pub(crate) use {behaviors, not_emulated};
