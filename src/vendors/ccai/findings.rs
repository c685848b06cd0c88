//! The findings about requests that CCAI Platform accepts, or refuses for another reason.

use crate::contract::{Paging, findings};

findings! {
    vendor = "ccai";
    inferences {
        NEXT_PAGE_ASKED = "ccai.next_page_asked",
            "A page that `Total` or `Link` said would be there was asked for.";
        WALKED_TO_END = "ccai.walked_to_end",
            "Every page of a list was asked for.";
    }
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
        "`scheduled_at`, or the time of a filter, has no offset from UTC.",
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
    CREATED_TWICE = "ccai.created_twice", Error,
        "A call whose creation was carried out, but not answered, was created again.",
        "The customer is called twice: a lost answer does not tell whether the request was carried out.",
        "Before a further try look into the list of calls whether the first one was carried out.";
    UNKNOWN_PARAMETER = "ccai.unknown_parameter", Warning,
        "The query has a parameter that the list does not have.",
        "It is ignored: the list is another than was meant.",
        "Check its spelling: ranges are `updated_at[from]`, lists `id[]`.";
    REPEATED_PARAMETER = "ccai.repeated_parameter", Warning,
        "A parameter is given twice.",
        "The last one counts, and the others do nothing.",
        "Give it once.";
    UNKNOWN_SORT = "ccai.unknown_sort", Warning,
        "`sort_column` is no member that can be sorted by, or `sort_direction` neither ASC nor DESC.",
        "The page does not say what becomes of it; here it is ignored, so the list is in another order.",
        "Sort by a member of the answer that is a number, a time or a text, `ASC` or `DESC`.";
    BAD_PAGE_SENT = "ccai.bad_page", Warning,
        "`page` or `per` is no number above 0.",
        "The page does not say what becomes of it; here the default is taken, and elsewhere it may be refused.",
        "Send whole numbers from 1 on.";
    PER_OVER_MAX = "ccai.per_over_max", Warning,
        "`per` is over the maximum.",
        "It is reduced without a word: a client that counts on pages of its own size skips records.",
        "Ask for 100 at most, and read `Per-Page`, or follow `Link`.";
    REPEATED_PAGE = "ccai.repeated_page", Warning,
        "A page that this walk through the list had already.",
        "Its calls are counted twice.",
        "Follow the `Link` with `rel=\"next\"`, or count `page` up.";
    PAGE_SIZE_CHANGED = "ccai.page_size_changed", Error,
        "A later page was asked for with another `per` than page 1.",
        "Pages of another size begin elsewhere: calls are lost or come twice.",
        "Keep `per` for all pages of a list, or follow `Link`.";
    SEARCH_CHANGED = "ccai.search_changed", Warning,
        "A later page was asked for with other filters or another order than page 1.",
        "It is a page of another list: calls are lost or come twice.",
        "Keep every parameter but `page`, or follow `Link`.";
    STOPPED_EARLY = "ccai.paging_stopped_early", Warning,
        "Not all pages of a list were asked for.",
        "The calls on the others are missing, and the first page alone looks like a whole list.",
        "Follow the `Link` with `rel=\"next\"` until there is none.";
    PAGE_LOST = "ccai.page_lost", Warning,
        "A page was refused and never asked for again.",
        "Its calls are missing, as are those of the pages after it if the walk ended there.",
        "Ask for the page again after a wait; if that fails too, keep nothing of the walk and begin it anew.";
    ROW_SLID = "ccai.row_slid", Warning,
        "A row was on one page and again on the next: calls came into the list between two requests of a walk.",
        "As many that came are on pages that were read already: they are passed over, and others are had twice.",
        "Ask for a range of time that is over, sort by the start in ascending order, or walk again until two walks agree.";
}

/// The rules about walks through the pages of a list.
pub static PAGING: Paging = Paging {
    repeated: &REPEATED_PAGE,
    stopped_early: &STOPPED_EARLY,
    page_lost: &PAGE_LOST,
    row_slid: Some(&ROW_SLID),
    next_asked: &NEXT_PAGE_ASKED,
    walked_to_end: &WALKED_TO_END,
};
