//! The readings of Alibaba Cloud CCC: options where its page is ambiguous. Numbers are sections of
//! its fact sheet, and `page` is the operation's own page.

use crate::contract::readings;

readings! {
    Skew = "alibaba.skew", "3.1: more than 15 minutes off is refused",
        "Which clock is the time of signing held against?"
        { Real = "real", World = "world", Off = "off" }
    ContactTypeSpelling = "alibaba.contact_type", "page example against newer pages (6)",
        "How are contact types spelt in answers?"
        { Outbound = "Outbound", Upper = "OUTBOUND" }
    CallDuration = "alibaba.call_duration", "page example \"30\" against GetCallDetailRecord (6)",
        "Is `CallDuration` a string or an integer?"
        { String = "string", Integer = "integer" }
    ErrorShape = "alibaba.error_shape", "no real error body of the call centre is public (3.2)",
        "Which members has a refusal of the call centre: the gateway's and its own, the gateway's, or its own?"
        { Union = "union", Gateway = "gateway", Ccc = "ccc" }
    SuccessMessage = "alibaba.success_message", "page example 无, which means \"none\" (6)",
        "What is the `Message` of a success?"
        { Documented = "documented", Empty = "empty", Success = "success" }
    BadValue = "alibaba.bad_value", "page, error codes, against sibling operations (3.2, B4, B5)",
        "Is a value out of its range or its enumeration refused as by sibling operations, or by the page's only code for it?"
        { Siblings = "siblings", Documented = "documented" }
    UnknownContact = "alibaba.unknown_contact", "GetCallDetailRecord documents no answer (P1, P3)",
        "Is a call that is not there an error, or a success without `Data`?"
        { Error = "error", NoData = "no_data" }
    NoRecording = "alibaba.no_recording", "GetMonoRecording documents no answer for an unknown call (R5)",
        "Is an unknown call a success without `Data`, or an error?"
        { NoData = "no_data", Error = "error" }
    CallUnderWay = "alibaba.call_under_way", "the record is made after the end of the call, says the event push (P1, P4)",
        "Is a call under way not there yet, or shown without its end?"
        { NotExists = "not_exists", Partial = "partial" }
    Walk = "alibaba.walk", "no source says what becomes of page numbers while calls arrive (standing choice)",
        "Is a later page counted in the list as it is now, so that rows slide while calls arrive, or as it was at the first page?"
        { Live = "live", Frozen = "frozen" }
}
