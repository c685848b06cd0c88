//! The points on which CCAI Platform's page contradicts itself or is silent, with their options.
//! `1G.4` and other numbers are sections of the fact sheet, `page L n` is line n of the page, `A1` to
//! `F1` are the page's examples, `M3` and the like rows of the sheet of neighbouring operations.

use crate::contract::readings;

readings! {
    Accepted = "ccai.accepted", "examples A10, A12 against B5, B9 (1G.4)",
        "What is the answer where the agent must choose first?"
        { Empty202 = "empty_202", Echo200 = "echo_200" }
    ScheduledResponse = "ccai.scheduled_response", "examples D6, D7 against page L10-11, L140 (1G.9)",
        "Does a scheduled call say that it is one?"
        { Sane = "sane", AsDocumented = "as_documented" }
    InboundMenus = "ccai.inbound_menus", "page L1004 against L1108-1125 (1G.7)",
        "Which menus may inbound calls enter?"
        { IvrMobile = "ivr_mobile", IvrWeb = "ivr_web" }
    DeprecatedCallTypes = "ccai.deprecated_call_types", "page L167, L1003, L1439 (1G.11)",
        "Do the old names of call types still count?"
        { Accept = "accept", Refuse = "refuse" }
    PluralFlag = "ccai.plural_flag", "page L1935 against L1923 (1G.6)",
        "Does `repeat_customers` count?"
        { Accept = "accept", Refuse = "refuse" }
    Phone = "ccai.phone", "5: `is_possible` separates the page's examples, `is_valid` does not",
        "When is a number well-formed?"
        { Possible = "possible", Valid = "valid" }
    PastSchedule = "ccai.past_schedule", "page L1445 (5)",
        "May a call be scheduled for a time that has passed?"
        { Refuse = "refuse", Accept = "accept" }
    RateLimit = "ccai.rate_limit", "3: 10 requests a second, no answer documented",
        "Are requests limited?"
        { Off = "off", On = "on" }
    PerMax = "ccai.per_max", "the page on paging against the tables of the lists' own pages (M3, M3a)",
        "Which is the largest page?"
        { Hundred = "100", TwoHundred = "200" }
    BadPage = "ccai.bad_page", "unstated (M6)",
        "What becomes of a `page` or a `per` that is no number above 0?"
        { Fallback = "fallback", Error = "error" }
}
