//! The behaviors and refusals of the operation. `R`, `P` and `A` are rows of the fact sheet, a
//! number is one of its sections, and `page L n` is line n of the page.

use crate::contract::behaviors;
use crate::vendor::cursor::Unsealed;
use crate::vendor::refusals;

behaviors! {
    in "sencloud.list_call_logs";

    LISTED = "listed", 200, Documented, "page L53-103",
        "Logs, as a page.";
    EMPTY = "empty", 200, Inferred, "P8",
        "No log on the page asked for.";
    FIRST_PAGE = "first_page", -, Documented, "page L285 (P2)",
        "No cursor: the first page.";
    LAST_PAGE = "last_page", -, Inferred, "P2",
        "`before: \".\"`: the last page.";
    NEXT_PAGE = "next_page", -, Documented, "page L289 (R18)",
        "The page after a cursor.";
    PREVIOUS_PAGE = "previous_page", -, Documented, "page L289 (R19)",
        "The page before a cursor.";
    PAGING_IN_QUERY = "paging_in_query", -, Documented, "page L289",
        "A cursor or another member of `paging` in the query string, where the body has none.";
    PAGING_IN_QUERY_IGNORED = "paging_in_query_ignored", -, Choice, "page L289 against L38-51",
        "The query string is skipped (reading `sencloud.query_paging: ignore`).";
    DATE_TO_EXCLUSIVE = "date_to_exclusive", -, Inferred, "A10",
        "Calls before `date_to`, without its own moment (reading `sencloud.date_to: exclusive`).";
    LIMIT_CLAMPED = "limit_clamped", -, Inferred, "P1 (A7)",
        "A limit over 100 counts as 100.";
    SORT_STARTED_AT = "sort_started_at", -, Inferred, "P4",
        "By start, which is the default.";
    SORT_CREATED_AT = "sort_created_at", -, Inferred, "P4",
        "By creation.";
    SORT_UPDATED_AT = "sort_updated_at", -, Inferred, "P4",
        "By the last change.";
    ASCENDING = "ascending", -, Inferred, "P4",
        "Oldest first.";
    DESCENDING = "descending", -, Documented, "page L285 (R17)",
        "Newest first, which is the default.";
    UNSET_ENUM = "unset_enum", -, Inferred, "1.3 (A13, A14)",
        "A zero enum value (`unknown`, `unknow`) is no filter.";
    TOP_LEVEL_EXTENSION_IDS = "top_level_extension_ids", -, Documented, "page L111-113 (A1)",
        "`extension_ids` at top level, as in the page's curl.";
    TOP_LEVEL_IGNORED = "top_level_ignored", -, Inferred, "A1",
        "`extension_ids` at top level is skipped (reading `sencloud.extension_ids: ignore`).";
    FILTER_CALL_NUMBER = "filter_call_number", -, Documented, "page L150-154 (R6)",
        "Calls from or to a number.";
    FILTER_CALL_STATE = "filter_call_state", -, Documented, "page L162-166 (R7)",
        "Calls that were answered, or not.";
    FILTER_DATE_FROM = "filter_date_from", -, Documented, "page L168-172 (R8)",
        "Calls of a moment or later.";
    FILTER_DATE_TO = "filter_date_to", -, Documented, "page L174-178 (R8)",
        "Calls of a moment or earlier.";
    FILTER_DIRECTION = "filter_direction", -, Documented, "page L30, L123 (R9)",
        "Calls of a direction.";
    FILTER_EXTENSION_IDS = "filter_extension_ids", -, Documented, "page L144-148 (R10)",
        "Calls of any of some extensions.";
    FILTER_HOTLINE_IDS = "filter_hotline_ids", -, Documented, "page L156-160 (R11)",
        "Calls of any of some hotlines.";
    FILTER_EXTERNAL_ID = "filter_external_id", -, Documented, "page L180-184 (R12)",
        "The call of an external id.";
    FILTER_EXTERNAL_SESSION_ID = "filter_external_session_id", -, Documented, "page L186-190 (R12)",
        "The call of an external session id.";
    FILTER_DEPARTMENT_ID = "filter_department_id", -, Documented, "page L29 (R13)",
        "Calls of a department.";
    FILTER_USER_ID = "filter_user_id", -, Documented, "page L43 (R13)",
        "Calls of a user.";
    FILTER_DURATION = "filter_duration", -, Inferred, "page L31-34 (R14, A15)",
        "Calls longer or shorter than a duration.";
}

refusals! {
    in "sencloud.list_call_logs", of request;

    // The plainest refusal is first, because a fault with the shared code gives the first row.
    InvalidLimit = "invalid_limit", 400 Inferred, "P1",
        "A negative limit.",
        "invalid limit", "invalid_argument";
    InvalidEnum(&'static str = "direction", String = "unknown".to_owned()) = "invalid_enum", 400 Choice, "A16",
        "A value that its enumeration does not have.",
        "invalid {0} {1:?}", "invalid_argument";
    TopLevelRefused = "top_level_refused", 400 Choice, "page L111-113 (A1)",
        "`extension_ids` at top level (reading `sencloud.extension_ids: refuse`).",
        "extension_ids must be in filter", "invalid_argument";
    InvalidDate(&'static str = "date_from", String = "unknown".to_owned()) = "invalid_date", 400 Inferred, "page L168-178 (A12)",
        "A date that is not RFC 3339.",
        "invalid {0} {1:?}", "invalid_argument";
    ReversedDates = "reversed_dates", 400 Inferred, "A11",
        "`date_to` before `date_from`; under `sencloud.one_date: refuse` also `date_from` alone.",
        "date_to must be after date_from", "invalid_argument";
    OneDate = "one_date", 400 Inferred, "A11",
        "Only `date_to` (reading `sencloud.one_date: refuse`).",
        "must provide both DateFrom and DateTo", "invalid_argument";
    BothCursors = "both_cursors", 400 Inferred, "P3",
        "Both `after` and `before`.",
        "paging is invalid", "invalid_argument";
    SortSeveral = "sort_several", 400 Inferred, "P4",
        "A sort by several fields.",
        "paging is invalid (can not sort by more than 1 field)", "invalid_argument";
    SortById = "sort_by_id", 400 Inferred, "P4",
        "A sort by id.",
        "paging is invalid (can not sort by id)", "invalid_argument";
    SortUnknown(String = "unknown".to_owned()) = "sort_unknown", 400 Inferred, "P4",
        "A sort by a field that cannot be sorted by.",
        "paging is invalid (sorting by {0} is not supported)", "invalid_argument";
    SortMismatch = "sort_mismatch", 400 Inferred, "P7",
        "A cursor of another sort than the request's.",
        "paging is invalid (sort does not match)", "invalid_argument";
    InvalidCursor(Unreadable = Unreadable::NotBase64(0)) = "invalid_cursor", 400 Inferred, "P7, A32",
        "A cursor that is damaged, forged or another shop's.",
        "paging is invalid ({0})", "invalid_argument";
    WrongCursor = "wrong_cursor", 400 Inferred, "A3, A32",
        "A `next` cursor in `before`.",
        "paging is invalid", "invalid_argument";
}

/// The reason why a cursor cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("illegal base64 data at input byte {0}")]
    NotBase64(usize),
    #[error("invalid cursor")]
    Invalid,
}

impl From<Unsealed> for Unreadable {
    fn from(why: Unsealed) -> Self {
        match why {
            Unsealed::NotBase64(at) => Unreadable::NotBase64(at),
            Unsealed::Invalid => Unreadable::Invalid,
        }
    }
}
