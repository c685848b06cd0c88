//! The findings about requests to Sencloud. `A` is a row of the fact sheet, a number is one of its
//! sections, and `page L n` is line n of the page.

use super::name::NAME;
use crate::contract::{Listing, Paging, findings};

/// The rules about walks through the pages of a list.
pub static PAGING: Paging = Paging {
    repeated: &REPEATED_PAGE,
    stopped_early: &STOPPED_EARLY,
    page_lost: &PAGE_LOST,
    row_slid: None,
    next_asked: &NEXT_PAGE_ASKED,
    walked_to_end: &WALKED_TO_END,
};

/// The rules about the list of past calls that is asked for again and again.
pub static LISTING: Listing =
    Listing { vendor: NAME, window_gap: &WINDOW_GAP, no_overlap: &NO_OVERLAP, never_reread: &NEVER_REREAD };

findings! {
    vendor = "sencloud";
    inferences {
        NEXT_PAGE_ASKED = "sencloud.next_page_asked",
            "The page after an answer's `next` was asked for.";
        WALKED_TO_END = "sencloud.walked_to_end",
            "A list was walked until `next` was empty.";
    }
    TOP_LEVEL_EXTENSION_IDS_SENT = "sencloud.top_level_extension_ids", Warning,
        "`extension_ids` stands at top level, as in the page's curl.",
        "Other public material says that it is skipped there: the list has every extension's calls.",
        "Put it into `filter`.";
    AUTHORIZATION_SCHEME = "sencloud.authorization_scheme", Warning,
        "`Authorization` has another scheme than Bearer, or none.",
        "It is refused whatever key follows. A ~/.netrc entry makes some clients send Basic in place of the header that was set.",
        "Send `Authorization: Bearer` and the key.";
    PAGING_IN_QUERY_SENT = "sencloud.paging_in_query", Note,
        "A member of `paging` stands in the query string.",
        "The page says so of `after` in one sentence (L289), and has it in the body everywhere else; one of the two is ignored.",
        "Put it into the body: `{\"paging\": {\"after\": \"…\"}}`.";
    UNKNOWN_QUERY = "sencloud.unknown_query", Warning,
        "The query string has a parameter that the page does not have.",
        "It is skipped, so the list is another than was meant.",
        "Put filters into the body's `filter`, and cursors into its `paging`.";
    ZERO_TIME = "sencloud.zero_time", Note,
        "A date is the zero time that Go writes for nothing (0001-01-01T00:00:00Z).",
        "It counts as not set, as in the vendor's own answers; nothing promises that.",
        "Leave the member out: a pointer with `omitempty`, or `omitzero`.";
    UNKNOWN_KEY = "sencloud.unknown_key", Warning,
        "The body has a member that the page does not have.",
        "It is skipped, so the list is another than was meant.",
        "Check its spelling against the page.";
    PREV_IN_AFTER = "sencloud.prev_in_after", Warning,
        "A `prev` cursor stands in `after`, as the page says.",
        "Other public material says that it then gives the same page again, less its first row.",
        "Put it into `before`.";
    PAGE_PAST_END = "sencloud.page_past_end", Note,
        "A page after the last one was asked for.",
        "Each walk through the list costs one request too many.",
        "Stop where `next` is empty.";
    REPEATED_PAGE = "sencloud.repeated_page", Warning,
        "The same page after a cursor was asked for before.",
        "Its logs are counted twice.",
        "Go on with the `next` of the answer.";
    FILTER_CHANGED = "sencloud.filter_changed", Error,
        "A cursor is used with another filter or sort than it was given for.",
        "It is a place in another list: logs are lost, and nothing says so.",
        "Send the same filter and sort with each page.";
    STOPPED_EARLY = "sencloud.paging_stopped_early", Warning,
        "A list went on, but its next page was never asked for.",
        "The logs that follow are missing, and one page alone looks like a whole list.",
        "Ask on with `next` in `after` until it is empty.";
    LIMIT_OVER_100 = "sencloud.limit_over_100", Warning,
        "`limit` is over 100.",
        "It counts as 100: a client that takes a page of less than its limit for the last one loses the rest.",
        "Ask for 100 at most, and stop where `next` is empty.";
    BOTH_CURSORS_SENT = "sencloud.both_cursors", Error,
        "Both `after` and `before` are given.",
        "It is refused: a page lies on one side of a cursor.",
        "Send `after` to go on, `before` to go back.";
    SORT_WITH_CURSOR = "sencloud.sort_with_cursor", Error,
        "A cursor is used with another sort than it was given for.",
        "It is refused: a place in one order is none in another.",
        "Send the `sort` of the first page with each page, or none with any.";
    NAIVE_TIME = "sencloud.naive_time", Error,
        "A date has no offset from UTC.",
        "It is refused; and where a service guesses the offset, the list is seven hours off.",
        "Write RFC 3339 with `Z` or an offset: 2024-05-31T00:00:00+07:00.";
    UNSET_ENUM_SENT = "sencloud.unset_enum", Note,
        "A value stands for `not set` (`unknown`, `unknow`).",
        "It filters nothing, which is rarely what is meant by naming a value.",
        "Leave the member out.";
    WINDOW_GAP = "sencloud.window_gap", Warning,
        "Between two ranges that were asked for lies a stretch of time that no request asked for.",
        "The logs of that time are lost, and nothing says so.",
        "Begin each range where the last one that was answered ended, and earlier by as much as logs come late.";
    NO_OVERLAP = "sencloud.no_overlap", Warning,
        "Each range begins after the last request, or too little before it, although logs come later than that.",
        "A log comes into the list when its call has ended, or later still: its time has then been asked for already.",
        "Begin each range earlier by more than the longest call and delay, and replace what is there by its id.";
    NEVER_REREAD = "sencloud.never_reread", Note,
        "A log was shown before all of it had come, and never asked for again.",
        "What comes later (a recording, a rating, a note) is never had.",
        "Ask again for the logs of the last days, and replace what changed.";
    PAGE_LOST = "sencloud.page_lost", Warning,
        "A page was refused and never asked for again.",
        "Its logs are missing, as are those of the pages after it if the walk ended there.",
        "Ask for the page again after a wait; if that fails too, keep nothing of the walk and begin it anew.";
}
