//! The readings of Sencloud: options where its page leaves a point open. `A` is a row of the fact
//! sheet, a number is one of its sections, and `page L n` is line n of the page.

use crate::contract::readings;

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
