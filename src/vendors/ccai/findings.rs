//! The findings about requests to CCAI Platform that it lets pass, or refuses for another reason.

use crate::contract::findings;

findings! {
    vendor = "ccai";
    inferences {}
    DEPRECATED_CALL_TYPE_SENT = "ccai.deprecated_call_type", Warning,
        "The call type is one of the deprecated names.",
        "The page says that they go.",
        "Write `Voice Outbound (API)`, `Voice Inbound (API)` or `Voice Scheduled (API)`.";
    AUTHORIZATION_SCHEME = "ccai.authorization_scheme", Warning,
        "`Authorization` has another scheme than Basic.",
        "The page has Basic only: it is refused whatever credential follows. A ~/.netrc entry can replace a header, too.",
        "Send `Authorization: Basic` with the Base64 of `subdomain:token`.";
    UNKNOWN_KEY = "ccai.unknown_key", Warning,
        "The body has a member that the page does not have for this kind of call.",
        "It is ignored: what it was meant to do does not happen.",
        "Check its spelling against the page.";
    PLURAL_FLAG_SENT = "ccai.plural_flag", Warning,
        "The body has `repeat_customers`, which only the page's sample spells so.",
        "The table and the answer have the singular; one of the two is ignored.",
        "Write `repeat_customer`.";
    NAIVE_TIME = "ccai.naive_time", Error,
        "`scheduled_at` has no offset from UTC.",
        "It is refused; and where a service guesses the offset, the call comes hours off.",
        "Write RFC 3339 with `Z` or an offset: 2030-01-31T09:00:00Z.";
    CONTENT_TYPE_MISSING = "ccai.content_type", Warning,
        "The body is JSON, but `Content-Type` does not say so.",
        "The page sends `application/json` with each body (L173-188); frameworks ignore bodies of other types.",
        "Send `Content-Type: application/json`.";
    BODY_ON_GET = "ccai.body_on_get", Note,
        "A GET has a body.",
        "Nothing reads it; proxies may drop it or refuse the request.",
        "Send none.";
    NUMBER_AS_TEXT = "ccai.number_as_text", Note,
        "An id that is an integer on the page is sent as a text.",
        "It counts today because digits are taken for a number; nothing promises that.",
        "Send the number without quotes.";
    TWO_TARGETS = "ccai.two_targets", Note,
        "Both a ticket and a number are given.",
        "The ticket's customer is called; the number is not even looked at, so a wrong one is never noticed.",
        "Send the one that is meant.";
}
