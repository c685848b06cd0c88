//! The behaviors and refusals of the operation (fact sheet 1). `page L n` is line n of the vendor's
//! page, `A1` to `D14` are its examples, and `1G.4` and other numbers are sections of the fact
//! sheet.

use crate::contract::behaviors;
use crate::vendor::refusals;

behaviors! {
    in "ccai.create_call";

    OUTBOUND_CREATED = "outbound.created", 201, Documented, "A2, A3, B8",
        "An outbound call, assigned to its agent.";
    OUTBOUND_ACCEPTED = "outbound.accepted", 202, Documented, "A13, B5, B6, B9",
        "The agent must choose a number or a ticket first.";
    OUTBOUND_ACCEPTED_ECHO = "outbound.accepted_echo", 200, Documented, "A10, A12 (1G.4)",
        "The same as the page's mangled examples answer it (reading `ccai.accepted: echo_200`).";
    INBOUND_CREATED = "inbound.created", 201, Documented, "C6, C9",
        "An inbound call, queued.";
    SCHEDULED_CREATED = "scheduled.created", 201, Documented, "D6, D7 (1G.9)",
        "A call for later, scheduled.";
    BY_TICKET = "by_ticket", -, Documented, "page L170, L1005 (A3, C9)",
        "The end user comes from a ticket.";
    BY_CALL_ID = "by_call_id", -, Documented, "page L1441 (D7)",
        "The menu comes from an earlier call.";
    DEFAULT_NUMBER = "default_number", -, Documented, "page L171, L1008",
        "No outbound number, or one that does not count: the default one.";
    DEPRECATED_CALL_TYPE = "deprecated_call_type", -, Documented, "page L167, L1003, L1439",
        "A call type by its old name.";
    AS_DOCUMENTED = "as_documented", -, Documented, "D6, D7 (1G.9)",
        "A scheduled call as the page's copies show it (reading `ccai.scheduled_response: as_documented`).";
}

refusals! {
    in "ccai.create_call", of request;

    InvalidCallType = "invalid_call_type", 400 Documented, "page L159 (C3, D3, B4)",
        "A call type that does not exist.",
        "Invalid call type";

    AgentEmailRequired = "outbound.agent_email_required", 400 Documented, "A6, B2",
        "No agent e-mail address.",
        "Agent email required";
    TargetRequired = "outbound.target_required", 400 Documented, "A4, B1 (1G.2)",
        "Neither a ticket nor a number.",
        "ticket_id or end_user_number required";
    OutboundNumberMalformed = "outbound.end_user_number_malformed", 400 Documented, "A8, B11",
        "A number that cannot be one.",
        "end_user_number is not well-formed";
    OutboundContactNotFound = "outbound.contact_not_found", 400 Documented changing, "A9, B13",
        "A ticket that nobody has.",
        "Contact not found";
    OutboundLanguageNotFound(String = "en".to_owned()) = "outbound.language_not_found", 400 Inferred, "5",
        "A language that does not exist.",
        "Language '{0}' is not found";
    OutboundLanguageNotAvailable(String = "en".to_owned()) = "outbound.language_not_available", 400 Inferred, "5",
        "A language that is not enabled.",
        "Language '{0}' is not available";
    AgentEmailInvalid = "outbound.agent_email_invalid", 400 Documented changing, "A5, B12",
        "An address that is no agent's.",
        "Not a valid agent email";
    AgentNoAccess = "outbound.agent_no_access", 400 Documented changing, "A7, B7",
        "An agent without the right to call.",
        "Agent does not have access to make calls";
    AgentUnavailable = "outbound.agent_unavailable", 400 Documented changing, "A1, B10",
        "An agent who cannot call now.",
        "Agent is not available to take this call";
    ShownNumberMalformed = "outbound.outbound_number_malformed", 400 Inferred, "5",
        "An outbound number that cannot be one.",
        "outbound_number is not well-formed";

    InboundMenuRequired = "inbound.menu_id_required", 400 Documented, "C4",
        "No menu.",
        "menu_id is required";
    InboundNumberRequired = "inbound.end_user_number_required", 400 Documented, "C13",
        "No number.",
        "end_user_number is required";
    InboundMenuMalformed = "inbound.menu_id_malformed", 400 Documented, "C12",
        "A menu id that is not an integer.",
        "menu_id is not well formed";
    InboundNumberMalformed = "inbound.end_user_number_malformed", 400 Documented, "C1",
        "A number that cannot be one.",
        "end_user_number is not well formed";
    InboundLanguageNotFound(String = "en".to_owned()) = "inbound.language_not_found", 400 Documented, "C10",
        "A language that does not exist.",
        "Language '{0}' is not found";
    InboundLanguageNotAvailable(String = "en".to_owned()) = "inbound.language_not_available", 400 Documented, "C8",
        "A language that is not enabled.",
        "Language '{0}' is not available";
    InboundMenuNotFound(i64 = 1) = "inbound.menu_not_found", 400 Documented, "C11",
        "A menu that does not exist.",
        "menu_id {0} is not found";
    InboundMenuType = "inbound.menu_type", 400 Documented, "C5 (1G.7)",
        "A menu that inbound calls cannot enter.",
        "Only IVR and mobile menu IDs are permitted";
    InboundContactNotFound = "inbound.contact_not_found", 400 Inferred changing, "5",
        "A ticket that nobody has.",
        "Contact not found";
    InboundManualRedirection = "inbound.manual_redirection", 400 Documented changing, "C2",
        "A menu in manual redirection.",
        "Menu is in 'manual redirection' state, can't accept calls";
    InboundAfterHours = "inbound.after_hours", 400 Documented changing, "C7",
        "A menu after hours.",
        "Menu is in 'after hours' state, can't accept incoming calls";

    ScheduledMenuRequired = "scheduled.menu_id_required", 400 Documented, "D4",
        "Neither a menu nor an earlier call.",
        "menu_id is required";
    ScheduledNumberRequired = "scheduled.end_user_number_required", 400 Documented, "D13",
        "No number.",
        "end_user_number is required";
    ScheduledAtRequired = "scheduled.scheduled_at_required", 400 Documented, "D14",
        "No time.",
        "scheduled_at is required";
    ScheduledMenuMalformed = "scheduled.menu_id_malformed", 400 Documented, "D12",
        "A menu id that is not an integer.",
        "menu_id is not well formed";
    CallIdMalformed = "scheduled.call_id_malformed", 400 Inferred, "5",
        "A call id that is not an integer.",
        "call_id is not well formed";
    ScheduledNumberMalformed = "scheduled.end_user_number_malformed", 400 Documented, "D1",
        "A number that cannot be one.",
        "end_user_number is not well formed";
    ScheduledAtMalformed = "scheduled.scheduled_at_malformed", 400 Inferred, "5",
        "A time that is not ISO 8601.",
        "scheduled_at is not well formed";
    ScheduledAtPast = "scheduled.scheduled_at_past", 400 Choice changing, "page L1445 (5)",
        "A time that is not in the future.",
        "scheduled_at must be a future time";
    ScheduledLanguageNotFound(String = "en".to_owned()) = "scheduled.language_not_found", 400 Documented, "D10",
        "A language that does not exist.",
        "Language '{0}' is not found";
    ScheduledLanguageNotAvailable(String = "en".to_owned()) = "scheduled.language_not_available", 400 Documented, "D9",
        "A language that is not enabled.",
        "Language '{0}' is not available";
    ScheduledMenuNotFound(i64 = 1) = "scheduled.menu_not_found", 400 Documented, "D11",
        "A menu that does not exist.",
        "menu_id {0} is not found";
    CallNotFound(i64 = 1) = "scheduled.call_not_found", 400 Inferred changing, "5",
        "An earlier call that does not exist, or has no menu.",
        "call_id {0} is not found";
    ScheduledMenuType = "scheduled.menu_type", 400 Documented, "D5",
        "A menu that scheduled calls cannot enter.",
        "Only mobile and web menu IDs are permitted";
    ScheduledContactNotFound = "scheduled.contact_not_found", 400 Inferred changing, "5",
        "A ticket that nobody has.",
        "Contact not found";
    ScheduledManualRedirection = "scheduled.manual_redirection", 400 Documented changing, "D2",
        "A menu in manual redirection.",
        "Menu is in 'manual redirection' state, can't accept calls";
    ScheduledAfterHours = "scheduled.after_hours", 400 Documented changing, "D8",
        "A menu after hours.",
        "Menu is in 'after hours' state, can't accept incoming calls";
}
