//! The readings of commubo: options where the page contradicts itself or is silent. `A` is a row of
//! the fact sheet, and `page L n` is line n of the page.

use crate::contract::readings;

readings! {
    Numbers = "commubo.numbers", "page L78 against L138-140, L83 against L171-173, L113 against L332-334 (A1, A2)",
        "Are callType, talkTime and operatorVoiceId strings, as in the example, or integers, as described?"
        { String = "string", Integer = "integer" }
    VoiceIdKey = "commubo.voice_id_key", "page L113 against L332 (A3)",
        "Is the key of the operator's voice spelt as in the example or as in the description?"
        { OperatorVoiceId = "operatorVoiceId", OperatorVocieId = "operatorVocieId", Both = "both" }
    End = "commubo.end", "page L19 against L57-59 (A4)",
        "Is the day `end` in the range?"
        { Exclusive = "exclusive", Inclusive = "inclusive" }
    ReversedRange = "commubo.reversed_range", "unstated (A7)",
        "Is `start` after `end` an error or an empty range?"
        { Refuse = "refuse", Empty = "empty" }
    OpenRange = "commubo.open_range", "page L9-20 have no `required` mark (A9)",
        "May `start` be left out?"
        { Allow = "allow", Refuse = "refuse" }
    UnknownParameter = "commubo.unknown_parameter", "unstated (A12)",
        "Is a parameter that the page does not have an error?"
        { Ignore = "ignore", Refuse = "refuse" }
    Order = "commubo.order", "unstated (A13)",
        "Does the list begin with the oldest call or with the newest?"
        { Ascending = "ascending", Descending = "descending" }
    ErrorBody = "commubo.error_body", "page L430, L434: a body MAY state the cause (A16)",
        "Do refusals have a body?"
        { Json = "json", Empty = "empty" }
    Unset = "commubo.unset", "page L309-426 against L154, L170, L176, L188, L194, which alone say `not included`",
        "Are an operator, a scenario and a note that a call has not left out, or empty?"
        { Omit = "omit", Empty = "empty" }
    CallExpand = "commubo.call_expand", "the page on one call has no parameters; its example is cut inside `customer` (C4)",
        "Does one call show its customer and operator whole, or by their ids?"
        { All = "all", None = "none" }
    UnknownCall = "commubo.unknown_call", "no page has the answer to an unknown `callId` (C5)",
        "With which status is an unknown call refused?"
        { NotFound = "404", Forbidden = "403", NotAcceptable = "406" }
    NoSound = "commubo.no_sound", "the page on sounds is cut before it says (S3, S4)",
        "What is the answer for a call without a recording?"
        { NotFound = "404", NotAcceptable = "406", Empty = "empty" }
}
