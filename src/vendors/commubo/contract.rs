//! The parts of commubo's promise that its operations share: the operations that are not served,
//! readings and findings. `S`, `F` and `A` are rows of its fact sheet; `page L n` is line n of its
//! page.

use super::{error, operations};
use crate::contract::{Catalogue, findings, not_emulated, readings};

/// Everything that commubo promises.
pub static CATALOGUE: Catalogue = Catalogue {
    vendor: super::NAME,
    product: "commubo connect API, Softfront",
    page: "https://commubo.com/api/calls-list.html",
    credential: "headers `x-commubo-tenantId` and `x-commubo-accessToken`",
    operations: operations::OPERATIONS,
    not_emulated: NOT_EMULATED_OPERATIONS,
    features: &[],
    refusals: error::REFUSALS,
    readings: READINGS,
    findings: FINDINGS,
    inferences: INFERENCES,
    common: &COMMON,
};

// The vendor's pages on single calls; the paths of its other operations are not public.
not_emulated! {
    "GET" "/v1/calls/{callId}", "Shows one call.";
    "GET" "/v1/calls/{callId}/sound", "Fetches a call's recording.";
    "GET" "/v1/calls/{callId}/conversations", "Shows what was said in a call.";
    "POST" "/v1/calls/{callId}/usercall", "Calls a person into a call.";
}

readings! {
    Numbers = "commubo.numbers", "page L78 against L138-140, L83 against L171-173, L113 against L332-334 (A1, A2)",
        "Are callType, talkTime and operatorVoiceId strings, as in the example, or integers, as described?"
        { String = "string", Integer = "integer" }
    VoiceIdKey = "commubo.voice_id_key", "page L113 against L332 (A3)",
        "Is the key of the operator's voice spelt as in the example or as in the description?"
        { OperatorVoiceId = "operatorVoiceId", OperatorVocieId = "operatorVocieId", Both = "both" }
    End = "commubo.end", "page L19 against L57-59 (A4)",
        "Is the day `end` in the range?"
        { Exclusive = "exclusive", Inclusive = "inclusive" }
    ReversedRange = "commubo.reversed_range", "unstated (A7)",
        "Is `start` after `end` an error or an empty range?"
        { Refuse = "refuse", Empty = "empty" }
    OpenRange = "commubo.open_range", "page L9-20 have no `required` mark (A9)",
        "May `start` be left out?"
        { Allow = "allow", Refuse = "refuse" }
    UnknownParameter = "commubo.unknown_parameter", "unstated (A12)",
        "Is a parameter that the page does not have an error?"
        { Ignore = "ignore", Refuse = "refuse" }
    Order = "commubo.order", "unstated (A13)",
        "Does the list begin with the oldest call or with the newest?"
        { Ascending = "ascending", Descending = "descending" }
    ErrorBody = "commubo.error_body", "page L430, L434: a body MAY state the cause (A16)",
        "Do refusals have a body?"
        { Json = "json", Empty = "empty" }
    Unset = "commubo.unset", "page L309-426 against L154, L170, L176, L188, L194, which alone say `not included`",
        "Are an operator, a scenario and a note that a call has not left out, or empty?"
        { Omit = "omit", Empty = "empty" }
}

findings! {
    vendor = "commubo";
    inferences {}
    UNKNOWN_PARAMETER_SENT = "commubo.unknown_parameter", Warning,
        "The query has a parameter that the page does not have.",
        "Where it is ignored the list is another than was meant, and where it is not (A12) it is refused.",
        "Use `start`, `end` and `expand`, in lower case.";
    BODY_SENT = "commubo.body_sent", Note,
        "The request has a body.",
        "Proxies may drop the body of a GET or refuse the request.",
        "Send none: the page says that none is needed (L50).";
    SAME_DAY = "commubo.same_day", Warning,
        "`start` and `end` are the same day.",
        "Where `end` is not in the range, as the page's example has it, nothing is ever listed (A4).",
        "For one day give the next one as `end`, and leave out what the answer has of that one: under the other reading it is in.";
    UNBOUNDED = "commubo.unbounded", Note,
        "Neither `start` nor `end` is given.",
        "The list has no pages: all calls ever made come in one answer, more each day.",
        "Ask for a range of days.";
    AUTHORIZATION_SENT = "commubo.authorization_sent", Warning,
        "The request has an `Authorization` header.",
        "Nothing reads it here, so a secret travels for nothing, probably another service's.",
        "Send `x-commubo-tenantId` and `x-commubo-accessToken`, and nothing else.";
}
