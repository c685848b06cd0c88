//! What CCAI Platform promises: its operations, behaviors, readings and findings. `1G.4` and other
//! numbers are sections of its fact sheet; `page L n` is line n of its page; `A1` to `F1` are the
//! page's examples.

use crate::contract::{
    Behavior, Catalogue, Conduct, behaviors, findings, not_emulated, operations, readings,
};

/// Everything that CCAI Platform promises.
pub static CATALOGUE: Catalogue = Catalogue {
    vendor: super::NAME,
    product: "Google CCAI Platform, Apps API",
    page: "https://docs.cloud.google.com/contact-center/ccai-platform/docs/apps-api-call",
    credential: "HTTP Basic, `subdomain:token`",
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
    CREATE_CALL = "create_call", "POST" "/apps/api/v1/calls", "page L164-1905",
        "Creates an outbound, inbound or scheduled call.";
    GET_CUSTOMER_FLAG = "get_customer_flag", "GET" "/apps/api/v1/calls/{id}/customer_flag", "page L1906-1926",
        "Shows what is known of the customer of a call.";
    UPDATE_CUSTOMER_FLAG = "update_customer_flag", "PATCH" "/apps/api/v1/calls/{id}/customer_flag", "page L1927-1939",
        "Changes what is known of the customer of a call.";
}

// The vendor's other pages on the Apps API and the Manager API (3).
not_emulated! {
    "GET" "/manager/api/v1/calls", "Lists calls.";
    "GET" "/manager/api/v1/agents", "Lists agents.";
    "GET" "/manager/api/v1/agents/current_status", "Lists what agents are doing.";
    "GET" "/manager/api/v1/agent_activity_logs", "Lists what agents did.";
    "GET" "/manager/api/v1/chats", "Lists chats.";
    "GET" "/manager/api/v1/menus", "Lists menus.";
    "GET" "/manager/api/v1/menus/tree", "Shows menus as a tree.";
    "GET" "/manager/api/v1/teams", "Lists teams.";
    "GET" "/manager/api/v1/teams/tree", "Shows teams as a tree.";
    "GET" "/manager/api/v1/teams/{id}", "Shows a team.";
    "GET" "/manager/api/v1/user_statuses", "Lists the statuses that agents can have.";
    "GET" "/manager/api/v1/settings/organization", "Shows the organisation.";
    "GET" "/manager/api/v1/calls/{id}", "Shows a call; no page has it, and clients look for it.";
    "GET" "/apps/api/v1/calls", "Lists calls; the Manager API does.";
    "GET" "/apps/api/v1/calls/{id}", "Shows a call; no page has it, and clients look for it.";
    "PATCH" "/apps/api/v1/calls/scheduled/cancel", "Cancels scheduled calls.";
    "PATCH" "/apps/api/v1/calls/scheduled/{id}/cancel", "Cancels a scheduled call.";
    "POST" "/apps/api/v1/calls/{id}/dial", "Calls a third party into a call.";
    "PUT" "/apps/api/v1/calls/add/{id}/dial", "Calls a third party into a call, as an older page has it.";
    "POST" "/apps/api/v1/calls/{id}/end_user", "Authenticates the end user of a call.";
    "POST" "/apps/api/v1/end_users", "Creates an end user.";
    "GET" "/apps/api/v1/end_users", "Finds an end user.";
    "GET" "/apps/api/v1/wait_times", "Shows how long callers wait.";
    "POST" "/apps/api/v1/agent_statuses", "Changes what agents are doing.";
    "POST" "/apps/api/v1/agent_statuses/force_logout", "Logs agents out.";
    "POST" "/apps/api/v1/chats", "Begins a chat.";
    "PATCH" "/apps/api/v1/chats/{id}", "Changes a chat.";
    "POST" "/apps/api/v1/sessionless_sms", "Sends a text message.";
}

behaviors! {
    NOT_AUTHORIZED = "ccai.any.not_authorized", 401, Inferred, "3",
        "No credential, or one that is nobody's.";
    WRONG_SUBDOMAIN = "ccai.any.wrong_subdomain", 404, Documented, "page L163",
        "The Host names another subdomain than the credential.";
    NOT_FOUND = "ccai.any.not_found", 404, Inferred, "3",
        "A path or method that the API does not have.";
    NOT_EMULATED = "ccai.any.not_emulated", 404, Choice, "the vendor's other pages",
        "An operation that the vendor has and callmock has not; the answer is as for one that the API does not have.";
    BODY_TIMEOUT = "ccai.any.body_timeout", 408, Choice, "unstated",
        "A body that stops coming.";
    SERVICE_UNAVAILABLE = "ccai.any.service_unavailable", 503, Choice, "unstated",
        "The service has too much to do.", fault;
    TOO_MANY_REQUESTS = "ccai.any.too_many_requests", 429, Inferred, "3",
        "More than 10 requests in a second (reading `ccai.rate_limit: on`).";
    INVALID_JSON = "ccai.any.invalid_json", 400, Choice, "5",
        "A body that is not JSON.";
    TOO_LARGE = "ccai.any.payload_too_large", 413, Choice, "unstated",
        "A body over the limit.";
    BROKEN_BODY = "ccai.any.broken_body", 400, Choice, "unstated",
        "A body whose framing is broken.";
    INTERNAL_ERROR = "ccai.any.internal_error", 500, Inferred, "3",
        "The service failed.", fault;

    INVALID_CALL_TYPE = "ccai.create_call.invalid_call_type", 400, Documented, "page L159 (C3, D3, B4)",
        "A call type that does not exist.";

    OUTBOUND_CREATED = "ccai.create_call.outbound.created", 201, Documented, "A2, A3, B8",
        "An outbound call, assigned to its agent.";
    OUTBOUND_ACCEPTED = "ccai.create_call.outbound.accepted", 202, Documented, "A13, B5, B6, B9",
        "The agent must choose a number or a ticket first.";
    OUTBOUND_ACCEPTED_ECHO = "ccai.create_call.outbound.accepted_echo", 200, Documented, "A10, A12 (1G.4)",
        "The same as the page's mangled examples answer it (reading `ccai.accepted: echo_200`).";
    AGENT_EMAIL_REQUIRED = "ccai.create_call.outbound.agent_email_required", 400, Documented, "A6, B2",
        "No agent e-mail address.";
    TARGET_REQUIRED = "ccai.create_call.outbound.target_required", 400, Documented, "A4, B1 (1G.2)",
        "Neither a ticket nor a number.";
    OUTBOUND_NUMBER_MALFORMED = "ccai.create_call.outbound.end_user_number_malformed", 400, Documented, "A8, B11",
        "A number that cannot be one.";
    CONTACT_NOT_FOUND = "ccai.create_call.outbound.contact_not_found", 400, Documented, "A9, B13",
        "A ticket that nobody has.";
    OUTBOUND_LANGUAGE_NOT_FOUND = "ccai.create_call.outbound.language_not_found", 400, Inferred, "5",
        "A language that does not exist.";
    OUTBOUND_LANGUAGE_NOT_AVAILABLE = "ccai.create_call.outbound.language_not_available", 400, Inferred, "5",
        "A language that is not enabled.";
    AGENT_EMAIL_INVALID = "ccai.create_call.outbound.agent_email_invalid", 400, Documented, "A5, B12",
        "An address that is no agent's.";
    AGENT_NO_ACCESS = "ccai.create_call.outbound.agent_no_access", 400, Documented, "A7, B7",
        "An agent without the right to call.";
    AGENT_UNAVAILABLE = "ccai.create_call.outbound.agent_unavailable", 400, Documented, "A1, B10",
        "An agent who cannot call now.";
    SHOWN_NUMBER_MALFORMED = "ccai.create_call.outbound.outbound_number_malformed", 400, Inferred, "5",
        "An outbound number that cannot be one.";

    INBOUND_CREATED = "ccai.create_call.inbound.created", 201, Documented, "C6, C9",
        "An inbound call, queued.";
    INBOUND_MENU_REQUIRED = "ccai.create_call.inbound.menu_id_required", 400, Documented, "C4",
        "No menu.";
    INBOUND_NUMBER_REQUIRED = "ccai.create_call.inbound.end_user_number_required", 400, Documented, "C13",
        "No number.";
    INBOUND_MENU_MALFORMED = "ccai.create_call.inbound.menu_id_malformed", 400, Documented, "C12",
        "A menu id that is not an integer.";
    INBOUND_NUMBER_MALFORMED = "ccai.create_call.inbound.end_user_number_malformed", 400, Documented, "C1",
        "A number that cannot be one.";
    INBOUND_LANGUAGE_NOT_FOUND = "ccai.create_call.inbound.language_not_found", 400, Documented, "C10",
        "A language that does not exist.";
    INBOUND_LANGUAGE_NOT_AVAILABLE = "ccai.create_call.inbound.language_not_available", 400, Documented, "C8",
        "A language that is not enabled.";
    INBOUND_MENU_NOT_FOUND = "ccai.create_call.inbound.menu_not_found", 400, Documented, "C11",
        "A menu that does not exist.";
    INBOUND_MENU_TYPE = "ccai.create_call.inbound.menu_type", 400, Documented, "C5 (1G.7)",
        "A menu that inbound calls cannot enter.";
    INBOUND_CONTACT_NOT_FOUND = "ccai.create_call.inbound.contact_not_found", 400, Inferred, "5",
        "A ticket that nobody has.";
    INBOUND_REDIRECTION = "ccai.create_call.inbound.manual_redirection", 400, Documented, "C2",
        "A menu in manual redirection.";
    INBOUND_AFTER_HOURS = "ccai.create_call.inbound.after_hours", 400, Documented, "C7",
        "A menu after hours.";

    SCHEDULED_CREATED = "ccai.create_call.scheduled.created", 201, Documented, "D6, D7 (1G.9)",
        "A call for later, scheduled.";
    SCHEDULED_MENU_REQUIRED = "ccai.create_call.scheduled.menu_id_required", 400, Documented, "D4",
        "Neither a menu nor an earlier call.";
    SCHEDULED_NUMBER_REQUIRED = "ccai.create_call.scheduled.end_user_number_required", 400, Documented, "D13",
        "No number.";
    SCHEDULED_AT_REQUIRED = "ccai.create_call.scheduled.scheduled_at_required", 400, Documented, "D14",
        "No time.";
    SCHEDULED_MENU_MALFORMED = "ccai.create_call.scheduled.menu_id_malformed", 400, Documented, "D12",
        "A menu id that is not an integer.";
    CALL_ID_MALFORMED = "ccai.create_call.scheduled.call_id_malformed", 400, Inferred, "5",
        "A call id that is not an integer.";
    SCHEDULED_NUMBER_MALFORMED = "ccai.create_call.scheduled.end_user_number_malformed", 400, Documented, "D1",
        "A number that cannot be one.";
    SCHEDULED_AT_MALFORMED = "ccai.create_call.scheduled.scheduled_at_malformed", 400, Inferred, "5",
        "A time that is not ISO 8601.";
    SCHEDULED_AT_PAST = "ccai.create_call.scheduled.scheduled_at_past", 400, Choice, "page L1445 (5)",
        "A time that is not in the future.";
    SCHEDULED_LANGUAGE_NOT_FOUND = "ccai.create_call.scheduled.language_not_found", 400, Documented, "D10",
        "A language that does not exist.";
    SCHEDULED_LANGUAGE_NOT_AVAILABLE = "ccai.create_call.scheduled.language_not_available", 400, Documented, "D9",
        "A language that is not enabled.";
    SCHEDULED_MENU_NOT_FOUND = "ccai.create_call.scheduled.menu_not_found", 400, Documented, "D11",
        "A menu that does not exist.";
    CALL_NOT_FOUND = "ccai.create_call.scheduled.call_not_found", 400, Inferred, "5",
        "An earlier call that does not exist, or has no menu.";
    SCHEDULED_MENU_TYPE = "ccai.create_call.scheduled.menu_type", 400, Documented, "D5",
        "A menu that scheduled calls cannot enter.";
    SCHEDULED_CONTACT_NOT_FOUND = "ccai.create_call.scheduled.contact_not_found", 400, Inferred, "5",
        "A ticket that nobody has.";
    SCHEDULED_REDIRECTION = "ccai.create_call.scheduled.manual_redirection", 400, Documented, "D2",
        "A menu in manual redirection.";
    SCHEDULED_AFTER_HOURS = "ccai.create_call.scheduled.after_hours", 400, Documented, "D8",
        "A menu after hours.";

    FLAG_SHOWN = "ccai.get_customer_flag.shown", 200, Documented, "E1 (1G.16)",
        "The three flags.";
    FLAG_CALL_NOT_FOUND = "ccai.get_customer_flag.call_not_found", 404, Inferred, "3",
        "A call that does not exist.";
    FLAG_UPDATED = "ccai.update_customer_flag.updated", 200, Documented, "F1",
        "The three flags, as they are now.";
    FLAG_UPDATE_CALL_NOT_FOUND = "ccai.update_customer_flag.call_not_found", 404, Inferred, "3",
        "A call that does not exist.";
    FLAG_MALFORMED = "ccai.update_customer_flag.malformed", 400, Inferred, "5",
        "A flag that is not true or false.";
    PLURAL_REFUSED = "ccai.update_customer_flag.plural_refused", 400, Choice, "1G.6",
        "`repeat_customers` (reading `ccai.plural_flag: refuse`).";

    BY_TICKET = "ccai.create_call.by_ticket", -, Documented, "page L170, L1005 (A3, C9)",
        "The end user comes from a ticket.";
    BY_CALL_ID = "ccai.create_call.by_call_id", -, Documented, "page L1441 (D7)",
        "The menu comes from an earlier call.";
    DEFAULT_NUMBER = "ccai.create_call.default_number", -, Documented, "page L171, L1008",
        "No outbound number, or one that does not count: the default one.";
    DEPRECATED_CALL_TYPE = "ccai.create_call.deprecated_call_type", -, Documented, "page L167, L1003, L1439",
        "A call type by its old name.";
    AS_DOCUMENTED = "ccai.create_call.as_documented", -, Documented, "D6, D7 (1G.9)",
        "A scheduled call as the page's copies show it (reading `ccai.scheduled_response: as_documented`).";
    PLURAL_FLAG = "ccai.update_customer_flag.plural", -, Documented, "F1 (1G.6)",
        "`repeat_customers`, as the page's sample spells it.";
}

/// Refusals that pass by themselves.
static PASSING: &[&Behavior] = &[&TOO_MANY_REQUESTS, &INTERNAL_ERROR, &SERVICE_UNAVAILABLE, &BODY_TIMEOUT];

/// Refusals of who asks.
static CREDENTIAL: &[&Behavior] = &[&NOT_AUTHORIZED, &WRONG_SUBDOMAIN];

/// Refusals that depend on a state which others change.
static CHANGING: &[&Behavior] = &[
    &NOT_EMULATED,
    &CONTACT_NOT_FOUND,
    &AGENT_EMAIL_INVALID,
    &AGENT_NO_ACCESS,
    &AGENT_UNAVAILABLE,
    &INBOUND_CONTACT_NOT_FOUND,
    &INBOUND_REDIRECTION,
    &INBOUND_AFTER_HOURS,
    &SCHEDULED_CONTACT_NOT_FOUND,
    &SCHEDULED_REDIRECTION,
    &SCHEDULED_AFTER_HOURS,
    &SCHEDULED_AT_PAST,
    &CALL_NOT_FOUND,
    &FLAG_CALL_NOT_FOUND,
    &FLAG_UPDATE_CALL_NOT_FOUND,
];

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
}

findings! {
    vendor = "ccai";
    inferences {}
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
        "`scheduled_at` has no offset from UTC.",
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
}
