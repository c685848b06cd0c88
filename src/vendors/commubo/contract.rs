//! What commubo promises: its operation, behaviors, readings and findings. `S`, `F` and `A` are
//! rows of its fact sheet; `page L n` is line n of its page.

use crate::contract::{
    Behavior, Catalogue, Conduct, behaviors, findings, not_emulated, operations, readings,
};

/// Everything that commubo promises.
pub static CATALOGUE: Catalogue = Catalogue {
    vendor: super::NAME,
    product: "commubo connect API, Softfront",
    page: "https://commubo.com/api/calls-list.html",
    credential: "headers `x-commubo-tenantId` and `x-commubo-accessToken`",
    operations: OPERATIONS,
    not_emulated: NOT_EMULATED_OPERATIONS,
    behaviors: BEHAVIORS,
    readings: READINGS,
    findings: FINDINGS,
    inferences: INFERENCES,
    conduct: Conduct { passing: PASSING, credential: CREDENTIAL, changing: CHANGING, common: &COMMON },
    errors: super::error::Error::names,
};

operations! {
    LIST_CALLS = "list_calls", "GET" "/v1/calls", "page L1-7", "Lists the calls between commubo and customers.";
}

// The vendor's pages on single calls; the paths of its other operations are not public.
not_emulated! {
    "GET" "/v1/calls/{callId}", "Shows one call.";
    "GET" "/v1/calls/{callId}/sound", "Fetches a call's recording.";
    "GET" "/v1/calls/{callId}/conversations", "Shows what was said in a call.";
    "POST" "/v1/calls/{callId}/usercall", "Calls a person into a call.";
}

behaviors! {
    LISTED = "commubo.list_calls.listed", 200, Documented, "page L67-76 (S1)",
        "Calls of the range, as a bare JSON array.";
    EMPTY = "commubo.list_calls.empty", 200, Documented, "page L69 (S2)",
        "No call in the range: an empty array, never 404.";
    START = "commubo.list_calls.start", -, Documented, "page L9-14, L52-54 (R6, R9)",
        "The range begins on a day, at 00:00 in Japan.";
    OPEN_START = "commubo.list_calls.open_start", -, Inferred, "page L9 (A9)",
        "No `start`: the range has no beginning.";
    END_EXCLUSIVE = "commubo.list_calls.end_exclusive", -, Inferred, "page L57-59 (A4)",
        "The range ends before the day `end`: exactly September has `end=2018-10-01`.";
    END_INCLUSIVE = "commubo.list_calls.end_inclusive", -, Choice, "page L19 (A4)",
        "The day `end` is in the range (reading `commubo.end: inclusive`).";
    OPEN_END = "commubo.list_calls.open_end", -, Documented, "page L52-54 (R9)",
        "No `end`: the range has no end.";
    REVERSED_EMPTY = "commubo.list_calls.reversed_empty", -, Choice, "unstated (A7)",
        "`start` after `end` is an empty range (reading `commubo.reversed_range: empty`).";
    EXPAND_NONE = "commubo.list_calls.expand_none", -, Documented, "page L27-30 (R8)",
        "Customers and operators by their ids only.";
    EXPAND_CUSTOMER = "commubo.list_calls.expand_customer", -, Documented, "page L31-33 (R8)",
        "Customers whole, operators by their ids.";
    EXPAND_OPERATOR = "commubo.list_calls.expand_operator", -, Documented, "page L34-35 (R8)",
        "Operators whole, customers by their ids.";
    EXPAND_ALL = "commubo.list_calls.expand_all", -, Documented, "page L36-37 (R8)",
        "Customers and operators whole.";
    DESCENDING = "commubo.list_calls.descending", -, Choice, "unstated (A13)",
        "The newest call first (reading `commubo.order: descending`).";
    UNSET_EMPTY = "commubo.list_calls.unset_empty", -, Choice, "page L309-426 have no rule of omission",
        "Operator, scenario and note that a call has not are empty (reading `commubo.unset: empty`).";
    MISSING_CREDENTIALS = "commubo.any.missing_credentials", 403, Inferred, "page L428-430 (S3, A17)",
        "A tenant header is missing, repeated or not text.";
    UNKNOWN_TENANT = "commubo.any.unknown_tenant", 403, Documented, "page L428-430 (S3)",
        "The tenant id is nobody's.";
    WRONG_TOKEN = "commubo.any.wrong_token", 403, Documented, "page L428-430 (S3, A19)",
        "The access token is not this tenant's.";
    INVALID_START = "commubo.list_calls.invalid_start", 406, Documented, "page L432-434, L14 (S4, A10)",
        "`start` is not a day in the form YYYY-MM-DD.";
    INVALID_END = "commubo.list_calls.invalid_end", 406, Documented, "page L432-434, L20 (S4, A10)",
        "`end` is not a day in the form YYYY-MM-DD.";
    INVALID_EXPAND = "commubo.list_calls.invalid_expand", 406, Documented, "page L432-434, L25 (S4, A11)",
        "`expand` is not one of none, customer, operator, all.";
    REVERSED_RANGE = "commubo.list_calls.reversed_range", 406, Inferred, "page L432-434 (A7)",
        "`start` is after `end`.";
    REPEATED_PARAMETER = "commubo.list_calls.repeated_parameter", 406, Choice, "unstated (A12)",
        "A parameter of the page is given twice.";
    MALFORMED_QUERY = "commubo.list_calls.malformed_query", 406, Inferred, "page L432-434",
        "The query is not percent-encoded UTF-8.";
    UNKNOWN_PARAMETER = "commubo.list_calls.unknown_parameter", 406, Choice, "unstated (A12)",
        "A parameter that the page does not have (reading `commubo.unknown_parameter: refuse`).";
    MISSING_START = "commubo.list_calls.missing_start", 406, Choice, "page L9 (A9)",
        "No `start` (reading `commubo.open_range: refuse`).";
    NOT_FOUND = "commubo.any.not_found", 404, Choice, "unstated (A25)",
        "A path that is not the page's.";
    NOT_EMULATED = "commubo.any.not_emulated", 404, Choice, "the vendor's other pages",
        "An operation that the vendor has and callmock has not; the answer is as for a path that nobody has.";
    METHOD_NOT_ALLOWED = "commubo.any.method_not_allowed", 405, Choice, "unstated (A25)",
        "A method other than GET, HEAD among them.";
    TOO_LARGE = "commubo.any.payload_too_large", 413, Choice, "unstated",
        "A body over the limit, where no body is needed at all.";
    BROKEN_BODY = "commubo.any.broken_body", 406, Choice, "unstated",
        "A body whose framing is broken.";
    BODY_TIMEOUT = "commubo.any.body_timeout", 408, Choice, "unstated",
        "A body that stops coming.";
    SERVICE_UNAVAILABLE = "commubo.any.service_unavailable", 503, Choice, "unstated",
        "The service has too much to do.", fault;
    INTERNAL_ERROR = "commubo.any.internal_error", 500, Choice, "unstated",
        "The service failed.", fault;
    TOO_MANY_REQUESTS = "commubo.any.too_many_requests", 429, Choice, "unstated",
        "More requests than an injected rate limit lets through.", fault;
}

/// Refusals that pass by themselves.
static PASSING: &[&Behavior] = &[&TOO_MANY_REQUESTS, &INTERNAL_ERROR, &SERVICE_UNAVAILABLE, &BODY_TIMEOUT];

/// Refusals of who asks.
static CREDENTIAL: &[&Behavior] = &[&MISSING_CREDENTIALS, &UNKNOWN_TENANT, &WRONG_TOKEN];

/// Refusals that depend on a state which others change.
static CHANGING: &[&Behavior] = &[&NOT_EMULATED];

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
