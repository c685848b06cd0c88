//! What Sencloud promises: its operation, behaviors, readings and findings. `R`, `P` and `A` are
//! rows of its fact sheet, numbers its sections; `page L n` is line n of its page.

use crate::contract::{
    Behavior, Catalogue, Conduct, Paging, behaviors, findings, not_emulated, operations, readings,
};

/// Everything that Sencloud promises.
pub static CATALOGUE: Catalogue = Catalogue {
    vendor: super::NAME,
    product: "Sencloud, eTelecom white label",
    page: "https://docs.sencloud.vn/api-sencloud/tong-dai/voip-api/lay-lich-su-cuoc-goi",
    credential: "`Authorization: Bearer` with the shop's key",
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
    LIST_CALL_LOGS = "list_call_logs", "POST" "/v1/shop.Sencloud/ListCallLogs", "page L1-17",
        "Lists a shop's call logs; also under shop.Etelecom, partner.Etelecom and shop.Interits.";
}

// The service's other methods, each under the names that the vendor's pages have it by (4b).
not_emulated! {
    "POST" "/v1/shop.Sencloud/CreateExtension", "Creates an extension.";
    "POST" "/v1/shop.Sencloud/GetExtensionInfo", "Shows an extension.";
    "POST" "/v1/shop.Sencloud/GetExtensions", "Lists extensions.";
    "POST" "/v1/shop.Sencloud/GetHotlines", "Lists hotlines.";
    "POST" "/v1/shop.Etelecom/CreateExtension", "Creates an extension.";
    "POST" "/v1/shop.Etelecom/GetExtensionInfo", "Shows an extension.";
    "POST" "/v1/shop.Etelecom/GetExtensions", "Lists extensions.";
    "POST" "/v1/shop.Etelecom/GetHotlines", "Lists hotlines.";
    "POST" "/v1/partner.Etelecom/CreateExtension", "Creates an extension.";
    "POST" "/v1/partner.Etelecom/GetExtensionInfo", "Shows an extension.";
    "POST" "/v1/partner.Etelecom/GetExtensions", "Lists extensions.";
    "POST" "/v1/partner.Etelecom/GetPartnerHotlineList", "Lists hotlines.";
    "POST" "/v1/shop.Interits/CreateExtension", "Creates an extension.";
    "POST" "/v1/shop.Interits/GetExtensionInfo", "Shows an extension.";
    "POST" "/v1/shop.Interits/GetExtensions", "Lists extensions.";
    "POST" "/v1/shop.Webhook/CreateWebhook", "Registers a webhook.";
    "POST" "/v1/shop.Webhook/GetWebhooks", "Lists webhooks.";
    "POST" "/v1/shop.Webhook/DeleteWebhook", "Removes a webhook.";
    "POST" "/v1/partner.Webhook/CreateWebhook", "Registers a webhook.";
    "POST" "/v1/partner.Webhook/GetWebhooks", "Lists webhooks.";
    "POST" "/v1/partner.Webhook/DeleteWebhook", "Removes a webhook.";
    "POST" "/v1/shop.Misc/CurrentAccount", "Shows whose key it is.";
    "POST" "/v1/partner.Misc/CurrentAccount", "Shows whose key it is.";
}

behaviors! {
    // The order of the checks (4): method, content type, path, JSON, key, values.
    WRONG_METHOD = "sencloud.any.wrong_method", 404, Inferred, "4",
        "A method other than POST.";
    WRONG_CONTENT_TYPE = "sencloud.any.wrong_content_type", 404, Inferred, "4 (R3)",
        "A Content-Type other than application/json, or none.";
    NO_HANDLER = "sencloud.any.no_handler", 404, Inferred, "4",
        "A method name that the service does not have.";
    NOT_EMULATED = "sencloud.any.not_emulated", 404, Choice, "4b",
        "A method that the service has and callmock has not; the answer is as for one that it does not have.";
    BODY_TIMEOUT = "sencloud.any.body_timeout", 408, Choice, "unstated",
        "A body that stops coming.";
    MALFORMED_JSON = "sencloud.any.malformed_json", 400, Inferred, "4",
        "A body that is not JSON, or has a member of another type.";
    UNAUTHENTICATED = "sencloud.any.unauthenticated", 401, Inferred, "4",
        "No bearer key.";
    INVALID_API_KEY = "sencloud.any.invalid_api_key", 401, Inferred, "4",
        "A key that is nobody's.";
    PERMISSION_DENIED = "sencloud.any.permission_denied", 403, Inferred, "4",
        "A partner-shop key that is nobody's: those begin with `shop`.";
    TOO_LARGE = "sencloud.any.payload_too_large", 413, Choice, "unstated",
        "A body over the limit.";
    BROKEN_BODY = "sencloud.any.broken_body", 400, Choice, "unstated",
        "A body whose framing is broken.";
    INTERNAL = "sencloud.any.internal", 500, Inferred, "4",
        "The service failed.", fault;
    // The service's other codes with their statuses; the texts that the fact sheet does not have
    // are callmock's.
    CANCELED = "sencloud.any.canceled", 408, Inferred, "4",
        "The service's code `canceled`.", fault;
    UNKNOWN = "sencloud.any.unknown", 500, Inferred, "4",
        "The service's code `unknown`.", fault;
    DEADLINE_EXCEEDED = "sencloud.any.deadline_exceeded", 408, Inferred, "4",
        "The service's code `deadline_exceeded`.", fault;
    NOT_FOUND = "sencloud.any.not_found", 404, Inferred, "4",
        "Something that does not exist.", fault;
    ALREADY_EXISTS = "sencloud.any.already_exists", 409, Inferred, "4",
        "The service's code `already_exists`.", fault;
    RESOURCE_EXHAUSTED = "sencloud.any.resource_exhausted", 403, Inferred, "4",
        "The service's code `resource_exhausted`.", fault;
    FAILED_PRECONDITION = "sencloud.any.failed_precondition", 412, Inferred, "4",
        "The service's code `failed_precondition`.", fault;
    ABORTED = "sencloud.any.aborted", 409, Inferred, "4",
        "The service's code `aborted`.", fault;
    OUT_OF_RANGE = "sencloud.any.out_of_range", 400, Inferred, "4",
        "The service's code `out_of_range`.", fault;
    UNIMPLEMENTED = "sencloud.any.unimplemented", 501, Inferred, "4",
        "The service's code `unimplemented`.", fault;
    UNAVAILABLE = "sencloud.any.unavailable", 503, Inferred, "4",
        "The service's code `unavailable`.", fault;
    DATA_LOSS = "sencloud.any.data_loss", 500, Inferred, "4",
        "The service's code `data_loss`.", fault;
    INVALID_ENUM = "sencloud.list_call_logs.invalid_enum", 400, Choice, "A16",
        "A value that its enumeration does not have.";
    TOP_LEVEL_REFUSED = "sencloud.list_call_logs.top_level_refused", 400, Choice, "page L111-113 (A1)",
        "`extension_ids` at top level (reading `sencloud.extension_ids: refuse`).";
    INVALID_DATE = "sencloud.list_call_logs.invalid_date", 400, Inferred, "page L168-178 (A12)",
        "A date that is not RFC 3339.";
    REVERSED_DATES = "sencloud.list_call_logs.reversed_dates", 400, Inferred, "A11",
        "`date_to` before `date_from`; under `sencloud.one_date: refuse` also `date_from` alone.";
    ONE_DATE = "sencloud.list_call_logs.one_date", 400, Inferred, "A11",
        "Only `date_to` (reading `sencloud.one_date: refuse`).";
    INVALID_LIMIT = "sencloud.list_call_logs.invalid_limit", 400, Inferred, "P1",
        "A negative limit.";
    BOTH_CURSORS = "sencloud.list_call_logs.both_cursors", 400, Inferred, "P3",
        "Both `after` and `before`.";
    SORT_SEVERAL = "sencloud.list_call_logs.sort_several", 400, Inferred, "P4",
        "A sort by several fields.";
    SORT_BY_ID = "sencloud.list_call_logs.sort_by_id", 400, Inferred, "P4",
        "A sort by id.";
    SORT_UNKNOWN = "sencloud.list_call_logs.sort_unknown", 400, Inferred, "P4",
        "A sort by a field that cannot be sorted by.";
    SORT_MISMATCH = "sencloud.list_call_logs.sort_mismatch", 400, Inferred, "P7",
        "A cursor of another sort than the request's.";
    INVALID_CURSOR = "sencloud.list_call_logs.invalid_cursor", 400, Inferred, "P7, A32",
        "A cursor that is damaged, forged or another shop's.";
    WRONG_CURSOR = "sencloud.list_call_logs.wrong_cursor", 400, Inferred, "A3, A32",
        "A `next` cursor in `before`.";

    LISTED = "sencloud.list_call_logs.listed", 200, Documented, "page L53-103",
        "Logs, as a page.";
    EMPTY = "sencloud.list_call_logs.empty", 200, Inferred, "P8",
        "No log on the page asked for.";
    FIRST_PAGE = "sencloud.list_call_logs.first_page", -, Documented, "page L285 (P2)",
        "No cursor: the first page.";
    LAST_PAGE = "sencloud.list_call_logs.last_page", -, Inferred, "P2",
        "`before: \".\"`: the last page.";
    NEXT_PAGE = "sencloud.list_call_logs.next_page", -, Documented, "page L289 (R18)",
        "The page after a cursor.";
    PREVIOUS_PAGE = "sencloud.list_call_logs.previous_page", -, Documented, "page L289 (R19)",
        "The page before a cursor.";
    PAGING_IN_QUERY = "sencloud.list_call_logs.paging_in_query", -, Documented, "page L289",
        "A cursor or another member of `paging` in the query string, where the body has none.";
    PAGING_IN_QUERY_IGNORED = "sencloud.list_call_logs.paging_in_query_ignored", -, Choice, "page L289 against L38-51",
        "The query string is skipped (reading `sencloud.query_paging: ignore`).";
    DATE_TO_EXCLUSIVE = "sencloud.list_call_logs.date_to_exclusive", -, Inferred, "A10",
        "Calls before `date_to`, without its own moment (reading `sencloud.date_to: exclusive`).";
    LIMIT_CLAMPED = "sencloud.list_call_logs.limit_clamped", -, Inferred, "P1 (A7)",
        "A limit over 100 counts as 100.";
    SORT_STARTED_AT = "sencloud.list_call_logs.sort_started_at", -, Inferred, "P4",
        "By start, which is the default.";
    SORT_CREATED_AT = "sencloud.list_call_logs.sort_created_at", -, Inferred, "P4",
        "By creation.";
    SORT_UPDATED_AT = "sencloud.list_call_logs.sort_updated_at", -, Inferred, "P4",
        "By the last change.";
    ASCENDING = "sencloud.list_call_logs.ascending", -, Inferred, "P4",
        "Oldest first.";
    DESCENDING = "sencloud.list_call_logs.descending", -, Documented, "page L285 (R17)",
        "Newest first, which is the default.";
    UNSET_ENUM = "sencloud.list_call_logs.unset_enum", -, Inferred, "1.3 (A13, A14)",
        "A zero enum value (`unknown`, `unknow`) is no filter.";
    TOP_LEVEL_EXTENSION_IDS = "sencloud.list_call_logs.top_level_extension_ids", -, Documented, "page L111-113 (A1)",
        "`extension_ids` at top level, as in the page's curl.";
    TOP_LEVEL_IGNORED = "sencloud.list_call_logs.top_level_ignored", -, Inferred, "A1",
        "`extension_ids` at top level is skipped (reading `sencloud.extension_ids: ignore`).";
    FILTER_CALL_NUMBER = "sencloud.list_call_logs.filter_call_number", -, Documented, "page L150-154 (R6)",
        "Calls from or to a number.";
    FILTER_CALL_STATE = "sencloud.list_call_logs.filter_call_state", -, Documented, "page L162-166 (R7)",
        "Calls that were answered, or not.";
    FILTER_DATE_FROM = "sencloud.list_call_logs.filter_date_from", -, Documented, "page L168-172 (R8)",
        "Calls of a moment or later.";
    FILTER_DATE_TO = "sencloud.list_call_logs.filter_date_to", -, Documented, "page L174-178 (R8)",
        "Calls of a moment or earlier.";
    FILTER_DIRECTION = "sencloud.list_call_logs.filter_direction", -, Documented, "page L30, L123 (R9)",
        "Calls of a direction.";
    FILTER_EXTENSION_IDS = "sencloud.list_call_logs.filter_extension_ids", -, Documented, "page L144-148 (R10)",
        "Calls of any of some extensions.";
    FILTER_HOTLINE_IDS = "sencloud.list_call_logs.filter_hotline_ids", -, Documented, "page L156-160 (R11)",
        "Calls of any of some hotlines.";
    FILTER_EXTERNAL_ID = "sencloud.list_call_logs.filter_external_id", -, Documented, "page L180-184 (R12)",
        "The call of an external id.";
    FILTER_EXTERNAL_SESSION_ID = "sencloud.list_call_logs.filter_external_session_id", -, Documented, "page L186-190 (R12)",
        "The call of an external session id.";
    FILTER_DEPARTMENT_ID = "sencloud.list_call_logs.filter_department_id", -, Documented, "page L29 (R13)",
        "Calls of a department.";
    FILTER_USER_ID = "sencloud.list_call_logs.filter_user_id", -, Documented, "page L43 (R13)",
        "Calls of a user.";
    FILTER_DURATION = "sencloud.list_call_logs.filter_duration", -, Inferred, "page L31-34 (R14, A15)",
        "Calls longer or shorter than a duration.";
}

/// Refusals that pass by themselves.
static PASSING: &[&Behavior] = &[
    &RESOURCE_EXHAUSTED,
    &INTERNAL,
    &CANCELED,
    &UNKNOWN,
    &DEADLINE_EXCEEDED,
    &ABORTED,
    &UNAVAILABLE,
    &DATA_LOSS,
    &BODY_TIMEOUT,
];

/// Refusals of who asks.
static CREDENTIAL: &[&Behavior] = &[&UNAUTHENTICATED, &INVALID_API_KEY, &PERMISSION_DENIED];

/// Refusals that depend on a state which others change.
static CHANGING: &[&Behavior] = &[&NOT_EMULATED, &NOT_FOUND, &ALREADY_EXISTS, &FAILED_PRECONDITION];

/// The rules about walks through lists.
pub static PAGING: Paging = Paging {
    repeated: &REPEATED_PAGE,
    stopped_early: &STOPPED_EARLY,
    next_asked: &NEXT_PAGE_ASKED,
    walked_to_end: &WALKED_TO_END,
};

readings! {
    TopLevel = "sencloud.extension_ids", "page L111-113 against L24-37 (A1)",
        "What becomes of `extension_ids` at top level, where the page's curl has it?"
        { Honour = "honour", Ignore = "ignore", Refuse = "refuse" }
    ExtensionMatch = "sencloud.extension_match", "page L112 against L247-251 (A2)",
        "Do `extension_ids` name extensions by id, or by number too?"
        { IdOrNumber = "id_or_number", Id = "id" }
    Prev = "sencloud.prev", "page L289 against other public material (A3)",
        "Which member takes a `prev` cursor?"
        { Either = "either", Before = "before", After = "after" }
    Edges = "sencloud.edges", "page L289 \"if any\" against P8 (A5)",
        "Are `prev` on the first page and `next` on the last empty?"
        { Empty = "empty", Always = "always" }
    DateColumn = "sencloud.date_column", "unstated (A10)",
        "Which time do the dates filter?"
        { StartedAt = "started_at", CreatedAt = "created_at" }
    OneDate = "sencloud.one_date", "unstated (A11)",
        "May one of the two dates stand alone?"
        { Open = "open", Refuse = "refuse" }
    NumberMatch = "sencloud.number_match", "page L150-154 (A17)",
        "Must `call_number` be the whole number?"
        { Exact = "exact", Substring = "substring" }
    StatusOfUnknown = "sencloud.status_of_unknown", "samples against other public material (A20)",
        "Which `call_status` has a call whose state is unknown?"
        { Z = "Z", Ns = "NS" }
    EmptyArrays = "sencloud.empty_arrays", "unstated (A23)",
        "How are empty arrays written?"
        { Brackets = "brackets", Null = "null" }
    ErrorCodes = "sencloud.error_codes", "two states of public material (4)",
        "Are bad routes and bad JSON told by their own codes, or by standard ones with meta.xcode?"
        { Documented = "documented", Std = "std" }
    Times = "sencloud.times", "page samples against a live one (A29)",
        "How are times written?"
        { OffsetMicros = "offset_micros", ZuluMillis = "zulu_millis" }
    QueryPaging = "sencloud.query_paging", "page L289, which has `after` in the query string, against L38-51",
        "Do `after`, `before`, `limit` and `sort` count in the query string, where the body has none?"
        { Honour = "honour", Ignore = "ignore" }
    DateTo = "sencloud.date_to", "unstated (A10); the vendor's public export of this table is half-open",
        "Is the moment `date_to` itself in the list?"
        { Inclusive = "inclusive", Exclusive = "exclusive" }
}

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
}
