//! The findings about requests to commubo. `A` is a row of the fact sheet, and `L n` is line n of
//! the page.

use crate::contract::findings;

findings! {
    vendor = "commubo";
    inferences {}
    UNKNOWN_PARAMETER_SENT = "commubo.unknown_parameter", Warning,
        "The query has a parameter that the page does not have.",
        "A service that ignores it returns another list than was meant. A service that checks it refuses the request.",
        "Use `start`, `end` and `expand`, in lower case.";
    BODY_SENT = "commubo.body_sent", Note,
        "The request has a body.",
        "Proxies may drop the body of a GET or refuse the request.",
        "Send none: the page says that none is needed (L50).";
    SAME_DAY = "commubo.same_day", Warning,
        "`start` and `end` are the same day.",
        "Where `end` is not in the range, as the page's example has it, nothing is ever listed.",
        "For one day give the next one as `end`, and leave out what the answer has of that one: under the other reading it is in.";
    UNBOUNDED = "commubo.unbounded", Note,
        "Neither `start` nor `end` is given.",
        "The list has no pages: all calls ever made come in one answer, more each day.",
        "Ask for a range of days.";
    EXPAND_ON_CALL = "commubo.expand_on_call", Note,
        "`expand` is given for one call.",
        "The page on one call has no parameters: the vendor may ignore it, or refuse the request.",
        "Leave it out, and read of customer and operator what comes.";
    AUTHORIZATION_SENT = "commubo.authorization_sent", Warning,
        "The request has an `Authorization` header.",
        "Nothing reads it here, so a secret travels for nothing, probably another service's.",
        "Send `x-commubo-tenantId` and `x-commubo-accessToken`, and nothing else.";
}
