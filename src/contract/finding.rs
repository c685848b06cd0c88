//! A finding: something wrong or fragile in a client's request that the vendor does not reject.

use serde::{Deserialize, Serialize};

use super::number::Number;

/// A rule about clients' requests. It never changes the answer.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// `<vendor>.<what>`. It is stable, because users write it in their tests.
    pub id: &'static str,
    /// The severity.
    pub severity: Severity,
    /// The client's mistake.
    pub summary: &'static str,
    /// The consequence for the client.
    pub why: &'static str,
    /// The remedy: a request that has no such finding.
    pub fix: &'static str,
    /// The number by which it is counted.
    #[serde(skip)]
    pub number: Number,
}

/// The severity of a finding, the least severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The request works, and may be intended.
    Note,
    /// The request works until an ordinary event breaks it, or does not do what it seems to do.
    Warning,
    /// The request gives wrong results, or exposes a secret.
    Error,
}

impl Severity {
    /// The name, as it is written, and as SARIF writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A conclusion from the order of requests: the client did the right thing with an answer.
///
/// Coverage only knows that an answer was given. If the next request shows how the client handled
/// it, that is counted as well. It does not prove that the client's tests checked it.
#[derive(Debug, Serialize)]
pub struct Inference {
    /// `<vendor>.<what>`. It is stable.
    pub id: &'static str,
    /// The client's conduct, and the requests that show it.
    pub summary: &'static str,
    /// The number by which it is counted.
    #[serde(skip)]
    pub number: Number,
}

/// The rules about how one request follows another. Every vendor has them, under its own ids.
#[derive(Debug)]
pub struct Common {
    /// The client retried at once after a refusal that passes by itself.
    pub retried_at_once: &'static Finding,
    /// The client retried before the answer allowed it.
    pub retry_after_ignored: &'static Finding,
    /// The client repeated the same request after a refusal that does not pass.
    pub refused_again: &'static Finding,
    /// The URL contains a secret.
    pub secret_in_url: &'static Finding,
    /// The body has an encoding that the vendor's page does not promise to read.
    pub content_encoding: &'static Finding,
    /// The body begins with a byte order mark.
    pub byte_order_mark: &'static Finding,
    /// The client retried no sooner than the answer allowed.
    pub waited: &'static Inference,
    /// The client retried after a refusal that passes by itself, and was answered.
    pub retried: &'static Inference,
    /// The client repeated a request with another credential or signature, and was answered.
    pub credential_corrected: &'static Inference,
}

/// The rules about walks through a vendor's lists.
#[derive(Debug)]
pub struct Paging {
    /// The client asked for a page that the walk already had.
    pub repeated: &'static Finding,
    /// The client left a list before its end.
    pub stopped_early: &'static Finding,
    /// A page was refused, and the client never asked for it again.
    pub page_lost: &'static Finding,
    /// A row moved to another page between two requests of the client. None in a list along cursors.
    pub row_slid: Option<&'static Finding>,
    /// The client asked for a page that an earlier page led to.
    pub next_asked: &'static Inference,
    /// The client walked a list to its end.
    pub walked_to_end: &'static Inference,
}

/// The rules about a list of past calls that a client asks for again and again.
#[derive(Debug)]
pub struct Listing {
    /// The vendor.
    pub vendor: &'static str,
    /// The client left out a stretch of time between two ranges.
    pub window_gap: &'static Finding,
    /// The client's ranges begin where the last one ended, although records come later.
    pub no_overlap: &'static Finding,
    /// The client was shown a record before something of it came, and never asked for it again.
    pub never_reread: &'static Finding,
}

/// Declares a vendor's findings and inferences, including those that every vendor has, and the
/// lists of them.
macro_rules! findings {
    (
        vendor = $vendor:literal;
        inferences { $( $inference:ident = $inference_id:literal, $meaning:literal; )* }
        $( $name:ident = $id:literal, $severity:ident, $summary:literal, $why:literal, $fix:literal; )+
    ) => {
        $crate::contract::findings!(@rules $( $name = $id, $severity, $summary, $why, $fix; )+
            RETRIED_AT_ONCE = concat!($vendor, ".retried_at_once"), Warning,
                "After a failure that passes by itself the same was asked again at once, or over and over without a longer wait.",
                "Many clients that do so keep a service down that would have come back.",
                "Wait before each further try, longer each time and by chance: 1 s, 2 s, 4 s, each give or take a half.";
            RETRY_AFTER_IGNORED = concat!($vendor, ".retry_after_ignored"), Warning,
                "The same was asked again before the time that the answer had said.",
                "It is refused again, and many services count such tries against the client.",
                "Read how long the answer says to wait, and wait so long.";
            REFUSED_AGAIN = concat!($vendor, ".refused_again"), Note,
                "What was refused for good was sent again without a change, and refused again.",
                "No number of tries makes a wrong request right: they only hide the mistake.",
                "Try again only after failures that pass by themselves (429, 5xx, throttling); report the others.";
            SECRET_IN_URL = concat!($vendor, ".secret_in_url"), Error,
                "A secret stands in the URL.",
                "URLs end up in the logs of every server and proxy on the way.",
                "Send it where the vendor's page has it.";
            CONTENT_ENCODING_SENT = concat!($vendor, ".content_encoding"), Warning,
                "The body is compressed or otherwise encoded (`Content-Encoding`).",
                "The vendor's page promises nowhere that it is decoded: the bytes are read as they are, and refused.",
                "Send the body as it is, without `Content-Encoding`.";
            RECORDING_NOT_WHOLE = concat!($vendor, ".recording_not_whole"), Warning,
                "A recording was not fetched to its end.",
                "The file is cut, and many players and speech services take it without a word.",
                "Read to the end: compare the bytes read with `Content-Length`, or ask for every range.";
            BYTE_ORDER_MARK = concat!($vendor, ".byte_order_mark"), Warning,
                "The body begins with a byte order mark (BOM).",
                "No JSON and no form begins so (RFC 8259, 8.1): strict readers refuse it, and nothing is seen of it on a screen.",
                "Send the text without a byte order mark (BOM): in .NET `new UTF8Encoding(false)`, in PowerShell `utf8NoBOM`.";
            DIRTY_CREDENTIAL = concat!($vendor, ".dirty_credential"), Warning,
                "The credential has white space, a line ending or quotation marks at one of its ends.",
                "It is compared byte by byte, so it is another: `echo` adds a newline, and env files keep quotation marks.",
                "Send the credential alone: `printf %s` or `echo -n` in place of `echo`, and no quotation marks in env files.";
            NOT_EMULATED_SENT = concat!($vendor, ".not_emulated"), Warning,
                "The operation is one that the vendor has and callmock has not.",
                "The answer is the one for something that does not exist, which the vendor would not give.",
                "Test it in another way; `callmock contract --format markdown` lists what is not emulated.";
            REAL_LOOKING_KEY = concat!($vendor, ".real_looking_key"), Error,
                "A key that is nobody's here, and looks like a real one, was sent.",
                "A test that holds real keys gives them to everyone who reads it, and may one day reach the real service.",
                "Use the keys of the scenario (`GET /_mock` shows them); where it must be this one, add it there with `allow_real_keys: true`.";
        );
        $crate::contract::findings!(@inferences $( $inference = $inference_id, $meaning; )*
            WAITED = concat!($vendor, ".waited_for_retry_after"),
                "The client came back no sooner than the answer had said.";
            RETRIED = concat!($vendor, ".retried"),
                "After a failure that passes by itself the same was asked again, and answered.";
            CREDENTIAL_CORRECTED = concat!($vendor, ".credential_corrected"),
                "After a refusal of who asks, or of the signature, the same was asked again with another proof, and answered.";
        );
        /// The findings and inferences that every vendor has.
        pub static COMMON: $crate::contract::Common = $crate::contract::Common {
            retried_at_once: &RETRIED_AT_ONCE,
            retry_after_ignored: &RETRY_AFTER_IGNORED,
            refused_again: &REFUSED_AGAIN,
            secret_in_url: &SECRET_IN_URL,
            content_encoding: &CONTENT_ENCODING_SENT,
            byte_order_mark: &BYTE_ORDER_MARK,
            waited: &WAITED,
            retried: &RETRIED,
            credential_corrected: &CREDENTIAL_CORRECTED,
        };
    };
    (@rules $( $name:ident = $id:expr, $severity:ident, $summary:literal, $why:literal, $fix:literal; )+) => {
        $(
            #[doc = $summary]
            pub static $name: $crate::contract::Finding = $crate::contract::Finding {
                id: $id,
                severity: $crate::contract::Severity::$severity,
                summary: $summary,
                why: $why,
                fix: $fix,
                number: $crate::contract::Number::none(),
            };
        )+
        /// Every finding of this vendor.
        pub static FINDINGS: &[&$crate::contract::Finding] = &[$( &$name ),+];
    };
    (@inferences $( $name:ident = $id:expr, $summary:literal; )+) => {
        $(
            #[doc = $summary]
            pub static $name: $crate::contract::Inference = $crate::contract::Inference {
                id: $id,
                summary: $summary,
                number: $crate::contract::Number::none(),
            };
        )+
        /// Every inference of this vendor.
        pub static INFERENCES: &[&$crate::contract::Inference] = &[$( &$name ),+];
    };
}

pub(crate) use findings;
