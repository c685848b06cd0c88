//! The findings about requests to commubo. `A` is a row of the fact sheet, and `L n` is line n of
//! the page.

use super::name::NAME;
use crate::contract::{Listing, findings};

/// The rules about the list of past calls that is asked for again and again.
pub static LISTING: Listing =
    Listing { vendor: NAME, window_gap: &WINDOW_GAP, no_overlap: &NO_OVERLAP, never_reread: &NEVER_REREAD };

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
    WINDOW_GAP = "commubo.window_gap", Warning,
        "Between two ranges that were asked for lies a stretch of time that no request asked for.",
        "The calls of that time are lost, and nothing says so.",
        "Begin each range where the last one that was answered ended, and earlier by as much as calls come late.";
    NO_OVERLAP = "commubo.no_overlap", Warning,
        "Each range begins after the last request, or too little before it, although calls come later than that.",
        "A call comes into the list when its call has ended, or later still: its time has then been asked for already.",
        "Begin each range earlier by more than the longest call and delay, and replace what is there by its id.";
    NEVER_REREAD = "commubo.never_reread", Note,
        "A call was shown before all of it had come, and never asked for again.",
        "What comes later (a recording, a rating, a note) is never had.",
        "Ask again for the calls of the last days, and replace what changed.";
}
