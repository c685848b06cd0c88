//! A way to meet a behavior: requests that bring it about at a server of a built-in scenario. A
//! refusal needs none, because an injected fault always leads to it.

/// The requests that bring a behavior about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// The behavior's id without the vendor, such as `list_calls.listed`.
    pub behavior: &'static str,
    /// The built-in scenario that the server must have.
    pub scenario: &'static str,
    /// Additions to the scenario, in the format of scenario files. Empty if the scenario suffices.
    pub more: &'static str,
    /// The requests, in the order in which they are sent. The last one meets the behavior.
    pub steps: &'static [Step],
}

/// A request of a [`Way`].
///
/// A request is written as `METHOD TARGET BODY`, without the credential, and with `Name: value`
/// lines for headers. The body is optional. `{kept}` stands for the value that an earlier step has
/// kept; as the target, it is the address of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Sends a request.
    Send(&'static str),
    /// Sends a request and discards the answer's body, because a binary file cannot be shown in a
    /// terminal.
    Fetch(&'static str),
    /// Sends a request, and keeps the part of its JSON answer that a jq filter selects.
    Keep {
        /// The jq filter.
        filter: &'static str,
        /// The request.
        request: &'static str,
    },
}

/// Declares the ways of a vendor: `"behavior" => "request";`. Several requests stand in brackets,
/// as [`Step`]s. `in "scenario"` names another scenario than `documented`, and `with "text"` adds
/// to it.
macro_rules! ways {
    (@steps $request:literal) => { &[$crate::contract::Step::Send($request)] };
    (@steps [$($step:expr),+ $(,)?]) => { &[$($step),+] };
    (@scenario) => { "documented" };
    (@scenario $scenario:literal) => { $scenario };
    (@more) => { "" };
    (@more $more:literal) => { $more };
    ($( $behavior:literal $(in $scenario:literal)? $(with $more:literal)? => $steps:tt; )+) => {
        /// A way to meet each behavior that is not a refusal.
        pub static WAYS: &[$crate::contract::Way] = &[
            $( $crate::contract::Way {
                behavior: $behavior,
                scenario: $crate::contract::ways!(@scenario $($scenario)?),
                more: $crate::contract::ways!(@more $($more)?),
                steps: $crate::contract::ways!(@steps $steps),
            } ),+
        ];
    };
}

pub(crate) use ways;
