//! The findings about requests to Alibaba Cloud CCC.

use super::name::NAME;
use crate::contract::{Listing, Paging, findings};

/// The rules about walks through the pages of a list.
pub static PAGING: Paging = Paging {
    repeated: &REPEATED_PAGE,
    stopped_early: &STOPPED_EARLY,
    page_lost: &PAGE_LOST,
    row_slid: Some(&ROW_SLID),
    next_asked: &NEXT_PAGE_ASKED,
    walked_to_end: &WALKED_TO_END,
};

/// The rules about the list of past calls that is asked for again and again.
pub static LISTING: Listing =
    Listing { vendor: NAME, window_gap: &WINDOW_GAP, no_overlap: &NO_OVERLAP, never_reread: &NEVER_REREAD };

findings! {
    vendor = "alibaba";
    inferences {
        NEXT_PAGE_ASKED = "alibaba.next_page_asked",
            "A page that page 1 said would be there was asked for.";
        WALKED_TO_END = "alibaba.walked_to_end",
            "Every page of a list was asked for.";
    }
    AUTHORIZATION_SCHEME = "alibaba.authorization_scheme", Warning,
        "`Authorization` has another scheme than ACS3-HMAC-SHA256.",
        "The gateway knows no Bearer and no Basic: it is refused. A ~/.netrc entry can put one there.",
        "Sign the request, or leave `Authorization` out and sign in the parameters.";
    UNKNOWN_PARAMETER = "alibaba.unknown_parameter", Warning,
        "A parameter that neither the gateway nor the operation has.",
        "It is ignored, so the list is another than was meant.",
        "Check its spelling against the operation's 21 parameters: they begin with a capital.";
    PAGE_PAST_END = "alibaba.page_past_end", Note,
        "A page after the last one was asked for.",
        "Each walk through the list costs one request too many, and the quota counts requests.",
        "Stop at the last page: TotalCount of page 1 says how many there are.";
    BAD_PAGE_SENT = "alibaba.bad_page", Note,
        "Page 0 was refused, and the client went on with another page.",
        "Pages are counted from 1: each walk has a refused request, and one that ends a page early loses the last page.",
        "Begin with `PageNumber=1`, and report a refusal instead of going on.";
    TOTAL_BEYOND_REACH = "alibaba.total_beyond_reach", Error,
        "More records match than 100 pages of this size can show.",
        "`PageNumber` ends at 100: the rest cannot be had, and nothing says so.",
        "Ask for larger pages, or for shorter ranges of time.";
    REPEATED_PAGE = "alibaba.repeated_page", Warning,
        "A page that this walk through the list had already.",
        "Its records are counted twice.",
        "Ask for the next `PageNumber` each time.";
    PAGE_SIZE_CHANGED = "alibaba.page_size_changed", Error,
        "A later page was asked for with another `PageSize` than page 1.",
        "Pages of another size begin elsewhere: records are lost or come twice.",
        "Keep `PageSize` for all pages of a list.";
    SEARCH_CHANGED = "alibaba.search_changed", Warning,
        "A later page was asked for with other filters, times or order than the pages before.",
        "It is a page of another list: records are lost or come twice.",
        "Keep every parameter but `PageNumber` for all pages of a list; take `EndTime` once, before page 1.";
    STOPPED_EARLY = "alibaba.paging_stopped_early", Warning,
        "Not all pages of a list were asked for.",
        "The records on the others are missing, and the first page alone looks like a whole list.",
        "Ask for every page up to TotalCount / PageSize, rounded up.";
    SMALL_PAGES = "alibaba.small_pages", Note,
        "A list needs more than ten pages of this size.",
        "Each page counts against the quota, and new calls shift the pages while one walks.",
        "Ask for up to 100 records a page.";
    TIME_UNIT = "alibaba.time_unit", Error,
        "A time is not in milliseconds, by its size.",
        "Seconds mean a day in January 1970, microseconds one in a far future: the list is empty, or has everything.",
        "Give milliseconds since 1970: 13 digits.";
    DEFAULT_RANGE = "alibaba.default_range", Warning,
        "No `StartTime`: only the calls of today are listed.",
        "Today begins at 00:00 in China, wherever the client is: near midnight the list is empty.",
        "Give `StartTime` and `EndTime`.";
    EXPIRED_LINK = "alibaba.expired_link", Error,
        "The address of a recording was used after its time.",
        "It is refused: a job that stores addresses and fetches the files later has none of them.",
        "Fetch the file at once, or ask for its address again right before.";
    CLOCK_OFF = "alibaba.clock_off", Warning,
        "The time of signing is more than a minute off.",
        "At 15 minutes every request is refused; clocks that are off go on drifting.",
        "Sign with UTC from a clock that is kept right, right before sending.";
    NONCE_REUSED = "alibaba.nonce_reused", Error,
        "A nonce was used twice.",
        "It is refused; a client that repeats requests as they are can never try again.",
        "Make a new nonce and signature for each try, a random UUID for instance.";
    FORMAT_LEFT_OUT = "alibaba.format_left_out", Warning,
        "A request of the older style does not say which format it wants.",
        "The pages do not agree on the default: some say XML.",
        "Send `Format=JSON`.";
    WINDOW_GAP = "alibaba.window_gap", Warning,
        "Between two ranges that were asked for lies a stretch of time that no request asked for.",
        "The records of that time are lost, and nothing says so.",
        "Begin each range where the last one that was answered ended, and earlier by as much as records come late.";
    NO_OVERLAP = "alibaba.no_overlap", Warning,
        "Each range begins after the last request, or too little before it, although records come later than that.",
        "A record comes into the list when its call has ended, or later still: its time has then been asked for already.",
        "Begin each range earlier by more than the longest call and delay, and replace what is there by its id.";
    NEVER_REREAD = "alibaba.never_reread", Note,
        "A record was shown before all of it had come, and never asked for again.",
        "What comes later (a recording, a rating, a note) is never had.",
        "Ask again for the records of the last days, and replace what changed.";
    PAGE_LOST = "alibaba.page_lost", Warning,
        "A page was refused and never asked for again.",
        "Its records are missing, as are those of the pages after it if the walk ended there.",
        "Ask for the page again after a wait; if that fails too, keep nothing of the walk and begin it anew.";
    ROW_SLID = "alibaba.row_slid", Warning,
        "A row was on one page and again on the next: records came into the list between two requests of a walk.",
        "As many that came are on pages that were read already: they are passed over, and others are had twice.",
        "Ask for a range of time that is over, sort by the start in ascending order, or walk again until two walks agree.";
}
