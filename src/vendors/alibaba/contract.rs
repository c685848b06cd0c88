//! What Alibaba Cloud CCC promises: its operation, behaviors, readings and findings. `B1`, `3.1`
//! and the like are rows and sections of its fact sheet; `page` is the operation's own page.

use crate::contract::{
    Behavior, Catalogue, Conduct, Paging, behaviors, findings, not_emulated, operations, readings,
};

/// Everything that Alibaba Cloud CCC promises.
pub static CATALOGUE: Catalogue = Catalogue {
    vendor: super::NAME,
    product: "Alibaba Cloud CCC 2020-07-01",
    page: "https://api.aliyun.com/document/CCC/2020-07-01/ListCallDetailRecords",
    credential: "access key, signed with ACS3-HMAC-SHA256 or HMAC-SHA1, and `InstanceId`",
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
    LIST_CALL_DETAIL_RECORDS = "list_call_detail_records", "GET or POST" "/", "page L1-5",
        "Lists the call detail records of an instance (`Action=ListCallDetailRecords`).";
}

// Those of the other operations that public programs call, or whose pages stand beside this one's.
not_emulated! {
    "Action" "GetCallDetailRecord", "Shows one call detail record.";
    "Action" "ListCallDetailRecordsV2", "Lists call detail records; the documented successor.";
    "Action" "ListRecentCallDetailRecords", "Lists recent call detail records.";
    "Action" "GetMonoRecording", "Fetches a recording's address.";
    "Action" "GetMultiChannelRecording", "Fetches the address of a recording in two channels.";
    "Action" "GetVoicemailRecording", "Fetches a voicemail's address.";
    "Action" "GetEarlyMediaRecording", "Fetches the address of what was heard before the answer.";
    "Action" "ListMonoRecordings", "Lists recordings.";
    "Action" "ListMultiChannelRecordings", "Lists recordings in two channels.";
    "Action" "StartBack2BackCall", "Calls two numbers and connects them.";
    "Action" "StartPredictiveCall", "Calls a number before an agent is free.";
    "Action" "MakeCall", "Calls a number.";
    "Action" "ReleaseCall", "Hangs up.";
    "Action" "AnswerCall", "Answers a call.";
    "Action" "ReadyForService", "Makes an agent available.";
    "Action" "TakeBreak", "Gives an agent a break.";
    "Action" "ListInstances", "Lists instances.";
    "Action" "ListInstancesOfUser", "Lists the instances of a user.";
    "Action" "GetInstance", "Shows an instance.";
    "Action" "ModifyInstance", "Changes an instance.";
    "Action" "ListUsers", "Lists agents.";
    "Action" "GetUser", "Shows an agent.";
    "Action" "CreateUser", "Creates an agent.";
    "Action" "AddPersonalNumbersToUser", "Gives an agent numbers.";
    "Action" "ListOutboundNumbersOfUser", "Lists the numbers of an agent.";
    "Action" "ListPrivilegesOfUser", "Lists an agent's rights.";
    "Action" "ListPhoneNumbers", "Lists numbers.";
    "Action" "ListSkillGroups", "Lists skill groups.";
    "Action" "ListRoles", "Lists roles.";
    "Action" "ListDevices", "Lists devices.";
    "Action" "ListContactFlows", "Lists contact flows.";
    "Action" "ListAgentStateLogs", "Lists what agents did.";
    "Action" "ListRealtimeAgentStates", "Lists what agents are doing.";
    "Action" "GetRealtimeInstanceStates", "Shows how an instance is doing.";
    "Action" "ListIntervalInstanceReport", "Reports on an instance by intervals.";
    "Action" "ListHistoricalAgentReport", "Reports on agents.";
    "Action" "GetHistoricalCallerReport", "Reports on a caller.";
}

behaviors! {
    // How a request may be put.
    SIGNED_ACS3 = "alibaba.any.signed_acs3", -, Documented, "5.1",
        "Signed with ACS3-HMAC-SHA256 in headers.";
    SIGNED_RPC = "alibaba.any.signed_rpc", -, Documented, "5.2",
        "Signed with HMAC-SHA1 in parameters.";
    FORM_BODY = "alibaba.any.form_body", -, Inferred, "1.1",
        "Parameters in a form body.";
    SECURITY_TOKEN = "alibaba.any.security_token", -, Documented, "1.1",
        "A temporary (STS) credential with its token.";
    FORMAT_XML = "alibaba.any.format_xml", -, Documented, "2.5 (B15)",
        "The answer in XML (`Format=XML`).";
    SKEW_WORLD = "alibaba.any.skew_world", -, Choice, "3.1",
        "The time of signing is held against the world's clock (reading `alibaba.skew: world`).";
    SKEW_OFF = "alibaba.any.skew_off", -, Choice, "3.1",
        "The time of signing is not held against any clock (reading `alibaba.skew: off`).";

    // The gateway's refusals, in the order of its checks (B1).
    UNSUPPORTED_METHOD = "alibaba.any.unsupported_http_method", 403, Inferred, "3.1",
        "A method other than GET and POST.";
    TOO_LARGE = "alibaba.any.request_too_large", 413, Choice, "unstated",
        "A body over the limit.";
    BROKEN_BODY = "alibaba.any.broken_body", 400, Choice, "unstated",
        "A body whose framing is broken.";
    MALFORMED_ENCODING = "alibaba.any.request_parameter_malformed", 400, Inferred, "3.1",
        "Parameters that are not percent-encoded UTF-8.";
    REPEATED_PARAMETER = "alibaba.any.repeated_parameter", 400, Choice, "unstated",
        "A parameter that the gateway or the operation reads is given twice.";
    INVALID_FORMAT = "alibaba.any.invalid_format", 400, Documented, "3.1",
        "`Format` is neither JSON nor XML.";
    INVALID_ACTION = "alibaba.any.invalid_action", 404, Inferred, "3.1",
        "No `Action`, or one that does not exist.";
    NOT_EMULATED = "alibaba.any.not_emulated", 404, Choice, "the vendor's other pages",
        "An `Action` that the vendor has and callmock has not; the answer is as for one that does not exist.";
    BODY_TIMEOUT = "alibaba.any.body_timeout", 408, Choice, "unstated",
        "A body that stops coming.";
    MISSING_VERSION = "alibaba.any.missing_version", 400, Inferred, "3.1",
        "No `Version`.";
    INVALID_VERSION = "alibaba.any.invalid_version", 400, Inferred, "3.1",
        "A `Version` other than 2020-07-01.";
    MISSING_ACCESS_KEY_ID = "alibaba.any.missing_access_key_id", 400, Documented, "3.1 (B1a)",
        "No access key id, or no Authorization at all.";
    MISSING_TIMESTAMP = "alibaba.any.missing_timestamp", 400, Inferred, "3.1",
        "No time of signing.";
    INVALID_TIMESTAMP_FORMAT = "alibaba.any.invalid_timestamp_format", 400, Documented, "3.1",
        "A time of signing in another form than YYYY-MM-DDThh:mm:ssZ.";
    INVALID_TIMESTAMP_EXPIRED = "alibaba.any.invalid_timestamp_expired", 400, Documented, "3.1",
        "A time of signing more than 15 minutes off.";
    MISSING_SIGNATURE_NONCE = "alibaba.any.missing_signature_nonce", 400, Documented, "3.1",
        "No nonce.";
    MISSING_SIGNATURE_METHOD = "alibaba.any.missing_signature_method", 400, Inferred, "3.1",
        "No `SignatureMethod`.";
    INVALID_SIGNATURE_METHOD = "alibaba.any.invalid_signature_method", 400, Documented, "3.1",
        "A signature method that does not exist.";
    MISSING_SIGNATURE = "alibaba.any.missing_signature", 400, Inferred, "3.1",
        "No `Signature`.";
    ACCESS_KEY_NOT_FOUND = "alibaba.any.access_key_not_found", 404, Inferred, "3.1",
        "An access key id that is nobody's.";
    ACCESS_KEY_INACTIVE = "alibaba.any.access_key_inactive", 400, Documented, "3.1",
        "An access key that is switched off.";
    SECURITY_TOKEN_MALFORMED = "alibaba.any.security_token_malformed", 400, Documented, "3.1",
        "A security token with characters that no token has.";
    SECURITY_TOKEN_MISMATCH = "alibaba.any.security_token_mismatch", 400, Documented, "3.1",
        "A security token of another key, or none where the key needs one.";
    SECURITY_TOKEN_EXPIRED = "alibaba.any.security_token_expired", 400, Documented, "3.1",
        "A security token past its end.";
    INCOMPLETE_SIGNATURE = "alibaba.any.incomplete_signature", 400, Documented, "3.1, 5.1",
        "An Authorization without all its parts, or that does not sign the headers it must.";
    SIGNATURE_MISMATCH_ACS3 = "alibaba.any.signature_mismatch_acs3", 400, Inferred, "3.1",
        "An ACS3 signature that is not the one computed; the answer shows what was signed here.";
    SIGNATURE_MISMATCH_RPC = "alibaba.any.signature_mismatch_rpc", 400, Inferred, "3.1, 2.4",
        "An HMAC-SHA1 signature that is not the one computed; the answer shows the string to sign.";
    SIGNATURE_NONCE_USED = "alibaba.any.signature_nonce_used", 400, Documented, "3.1",
        "A nonce that was used before.";
    FORBIDDEN_RAM = "alibaba.any.forbidden_ram", 403, Documented, "3.1",
        "A key without the right to the operation.";
    MISSING_INSTANCE_ID = "alibaba.list_call_detail_records.missing_instance_id", 400, Inferred, "1.5, 3.1",
        "No `InstanceId`, or an empty one.";
    MISSING_PAGE_NUMBER = "alibaba.list_call_detail_records.missing_page_number", 400, Inferred, "1.5, 3.1 (B4)",
        "No `PageNumber`, or an empty one.";
    MISSING_PAGE_SIZE = "alibaba.list_call_detail_records.missing_page_size", 400, Inferred, "1.5, 3.1 (B4)",
        "No `PageSize`, or an empty one.";
    INVALID_PAGE_NUMBER = "alibaba.list_call_detail_records.invalid_page_number", 400, Inferred, "3.1 (B4)",
        "A `PageNumber` that is not an integer.";
    INVALID_PAGE_SIZE = "alibaba.list_call_detail_records.invalid_page_size", 400, Inferred, "3.1 (B4)",
        "A `PageSize` that is not an integer.";
    INVALID_START_TIME = "alibaba.list_call_detail_records.invalid_start_time", 400, Inferred, "3.1",
        "A `StartTime` that is not an integer.";
    INVALID_END_TIME = "alibaba.list_call_detail_records.invalid_end_time", 400, Inferred, "3.1",
        "An `EndTime` that is not an integer.";

    // The call centre's own refusals.
    INSTANCE_NOT_FOUND = "alibaba.list_call_detail_records.instance_not_found", 404, Inferred, "3.2 (B7)",
        "An instance that the key's account does not have.";
    INSTANCE_CEASED = "alibaba.list_call_detail_records.instance_ceased", 403, Inferred, "3.2 (B7)",
        "An instance that is stopped.";
    INSTANCE_CREATING = "alibaba.list_call_detail_records.instance_creating", 403, Inferred, "3.2 (B7)",
        "An instance that is being created.";
    INSTANCE_DISABLED = "alibaba.list_call_detail_records.instance_disabled", 403, Inferred, "3.2 (B7)",
        "An instance whose service is not enabled.";
    PARAMETER_MINIMUM = "alibaba.list_call_detail_records.parameter_minimum", 400, Inferred, "3.2 (B4)",
        "`PageNumber` or `PageSize` under 1.";
    PARAMETER_MAXIMUM = "alibaba.list_call_detail_records.parameter_maximum", 400, Inferred, "3.2 (B4)",
        "`PageNumber` or `PageSize` over 100.";
    PARAMETER_ENUMERATION = "alibaba.list_call_detail_records.parameter_enumeration", 400, Inferred, "3.2 (B5)",
        "A value that its enumeration does not have.";
    PARAMETER_FORMAT = "alibaba.list_call_detail_records.parameter_format", 400, Documented, "page, error codes (B6)",
        "A list or `Criteria` that is not what it should be.";
    PARAMETER_INVALID = "alibaba.list_call_detail_records.parameter_invalid", 400, Inferred, "3.2 (B9)",
        "`StartTime` after `EndTime`.";

    // What a search may use.
    LISTED = "alibaba.list_call_detail_records.listed", 200, Documented, "page, example (B2)",
        "Records, as a page.";
    EMPTY = "alibaba.list_call_detail_records.empty", 200, Inferred, "B8",
        "No record on the page asked for.";
    FIRST_PAGE = "alibaba.list_call_detail_records.first_page", -, Documented, "page L4 (B10)",
        "Page 1, with the number of all matches in `TotalCount`.";
    LATER_PAGE = "alibaba.list_call_detail_records.later_page", -, Documented, "page L4 (B10)",
        "A later page, with 0 in `TotalCount`.";
    DEFAULT_START_TIME = "alibaba.list_call_detail_records.default_start_time", -, Documented, "page, StartTime (B9)",
        "No `StartTime`: from 00:00 of today in China.";
    DEFAULT_END_TIME = "alibaba.list_call_detail_records.default_end_time", -, Documented, "page, EndTime (B9)",
        "No `EndTime`: until now.";
    FILTER_START_TIME = "alibaba.list_call_detail_records.filter_start_time", -, Documented, "page, StartTime (B9)",
        "Calls that began at `StartTime` or later.";
    FILTER_END_TIME = "alibaba.list_call_detail_records.filter_end_time", -, Documented, "page, EndTime (B9)",
        "Calls that began at `EndTime` or earlier.";
    FILTER_CONTACT_ID = "alibaba.list_call_detail_records.filter_contact_id", -, Documented, "page, ContactId (B8)",
        "One call by its id; every other filter is ignored, but `PageNumber` still cuts the page.";
    FILTER_CONTACT_TYPE = "alibaba.list_call_detail_records.filter_contact_type", -, Documented, "page, ContactType",
        "Calls of a type.";
    FILTER_CONTACT_TYPE_LIST = "alibaba.list_call_detail_records.filter_contact_type_list", -, Documented, "page, ContactTypeList",
        "Calls of any of some types.";
    FILTER_CONTACT_DISPOSITION = "alibaba.list_call_detail_records.filter_contact_disposition", -, Documented, "page, ContactDisposition",
        "Calls that ended in a way.";
    FILTER_CONTACT_DISPOSITION_LIST = "alibaba.list_call_detail_records.filter_contact_disposition_list", -, Documented, "page, ContactDispositionList",
        "Calls that ended in any of some ways.";
    FILTER_EARLY_MEDIA_STATE_LIST = "alibaba.list_call_detail_records.filter_early_media_state_list", -, Documented, "page, EarlyMediaStateList",
        "Calls that were not connected for any of some reasons.";
    FILTER_AGENT_ID = "alibaba.list_call_detail_records.filter_agent_id", -, Documented, "page, AgentId",
        "Calls of an agent.";
    FILTER_SKILL_GROUP_ID = "alibaba.list_call_detail_records.filter_skill_group_id", -, Documented, "page, SkillGroupId",
        "Calls of a skill group.";
    FILTER_CRITERIA = "alibaba.list_call_detail_records.filter_criteria", -, Documented, "page, Criteria (B12)",
        "Calls with a part of the caller's or the called number.";
    FILTER_CALLING_NUMBER = "alibaba.list_call_detail_records.filter_calling_number", -, Documented, "page, CallingNumber",
        "Calls from a number.";
    FILTER_CALLED_NUMBER = "alibaba.list_call_detail_records.filter_called_number", -, Documented, "page, CalledNumber",
        "Calls to a number.";
    FILTER_SATISFACTION_LIST = "alibaba.list_call_detail_records.filter_satisfaction_list", -, Documented, "page, SatisfactionList",
        "Calls with any of some scores.";
    FILTER_SATISFACTION_SURVEY_CHANNEL = "alibaba.list_call_detail_records.filter_satisfaction_survey_channel", -, Documented, "page, SatisfactionSurveyChannel",
        "Calls with a survey by a channel.";
    FILTER_SATISFACTION_DESCRIPTION_LIST = "alibaba.list_call_detail_records.filter_satisfaction_description_list", -, Documented, "page, SatisfactionDescriptionList",
        "Calls with any of some described scores.";
    COMMA_LIST = "alibaba.list_call_detail_records.comma_list", -, Documented, "page, SatisfactionList; 6 (B6)",
        "A list written with commas instead of as JSON.";
    SORT_START_TIME = "alibaba.list_call_detail_records.sort_start_time", -, Documented, "page, OrderByField",
        "By start.";
    SORT_CALL_DURATION = "alibaba.list_call_detail_records.sort_call_duration", -, Documented, "page, OrderByField (B11)",
        "By duration, as a number.";
    SORT_TALK_TIME = "alibaba.list_call_detail_records.sort_talk_time", -, Documented, "page, OrderByField",
        "By talk.";
    SORT_RING_TIME = "alibaba.list_call_detail_records.sort_ring_time", -, Documented, "page, OrderByField",
        "By ringing.";
    SORT_DIALING_TIME = "alibaba.list_call_detail_records.sort_dialing_time", -, Documented, "page, OrderByField",
        "By dialling.";
    SORT_IVR_TIME = "alibaba.list_call_detail_records.sort_ivr_time", -, Documented, "page, OrderByField",
        "By time in the menu.";
    SORT_QUEUE_TIME = "alibaba.list_call_detail_records.sort_queue_time", -, Documented, "page, OrderByField",
        "By time in the queue.";
    ASCENDING = "alibaba.list_call_detail_records.ascending", -, Documented, "page, SortOrder",
        "In ascending order.";
    DESCENDING = "alibaba.list_call_detail_records.descending", -, Documented, "page, SortOrder (B11)",
        "In descending order, which is the default.";

    // What only a fault brings about.
    THROTTLING_USER = "alibaba.any.throttling_user", 400, Documented, "3.1",
        "Too many requests of one user.", fault;
    THROTTLING_API = "alibaba.any.throttling_api", 400, Documented, "3.1",
        "Too many requests of one operation.", fault;
    THROTTLING = "alibaba.any.throttling", 400, Documented, "3.1",
        "Too many requests.", fault;
    NEED_SSL = "alibaba.any.need_ssl", 404, Documented, "3.1",
        "A request without TLS where it is required.", fault;
    PRODUCT_NOT_FOUND = "alibaba.any.product_not_found", 404, Documented, "3.1",
        "A host that is no product's.", fault;
    INTERNAL_ERROR = "alibaba.any.internal_error", 500, Documented, "3.1",
        "The gateway failed.", fault;
    SERVICE_UNAVAILABLE = "alibaba.any.service_unavailable", 503, Documented, "3.1",
        "The gateway failed for a while.", fault;
    INTERNAL_SERVICE_COMMON = "alibaba.list_call_detail_records.internal_service_common", 500, Documented, "page, error codes",
        "The call centre failed.", fault;
    INTERNAL_SERVICE_DB = "alibaba.list_call_detail_records.internal_service_db", 500, Inferred, "3.2",
        "The call centre's database failed.", fault;
    INTERNAL_SERVICE_AC = "alibaba.list_call_detail_records.internal_service_ac", 500, Inferred, "3.2",
        "The call centre's access control failed.", fault;
    INTERNAL_SERVICE_ACCOUNT = "alibaba.list_call_detail_records.internal_service_account", 500, Inferred, "3.2",
        "The call centre's accounts failed.", fault;
    INTERNAL_SERVICE_CTI = "alibaba.list_call_detail_records.internal_service_cti", 500, Inferred, "3.2",
        "The call centre's telephony failed.", fault;
    PARAMETER_BLANK = "alibaba.list_call_detail_records.parameter_blank", 400, Inferred, "3.2",
        "A parameter that must not be blank; the gateway is first to say so here.", fault;
    PARAMETER_EMPTY = "alibaba.list_call_detail_records.parameter_empty", 400, Inferred, "3.2",
        "A parameter that must not be empty; the gateway is first to say so here.", fault;
    PARAMETER_NULL = "alibaba.list_call_detail_records.parameter_null", 400, Inferred, "3.2",
        "A parameter that must be there; the gateway is first to say so here.", fault;
    JOB_NOT_FOUND = "alibaba.list_call_detail_records.job_not_found", 404, Inferred, "3.2",
        "A call that does not exist; this operation lists nothing instead.", fault;
    USER_NOT_FOUND = "alibaba.list_call_detail_records.user_not_found", 404, Inferred, "3.2",
        "An agent that does not exist; this operation lists nothing instead.", fault;
    SKILL_GROUP_NOT_FOUND = "alibaba.list_call_detail_records.skill_group_not_found", 404, Inferred, "3.2",
        "A skill group that does not exist; this operation lists nothing instead.", fault;
    PERMISSION_COMMON = "alibaba.list_call_detail_records.permission_common", 403, Inferred, "3.2",
        "No permission at the call centre.", fault;
}

/// Refusals that pass by themselves.
static PASSING: &[&Behavior] = &[
    &THROTTLING_USER,
    &THROTTLING_API,
    &THROTTLING,
    &INTERNAL_ERROR,
    &SERVICE_UNAVAILABLE,
    &INTERNAL_SERVICE_COMMON,
    &INTERNAL_SERVICE_DB,
    &INTERNAL_SERVICE_AC,
    &INTERNAL_SERVICE_ACCOUNT,
    &INTERNAL_SERVICE_CTI,
    &BODY_TIMEOUT,
];

/// Refusals of who asks.
static CREDENTIAL: &[&Behavior] = &[
    &MISSING_ACCESS_KEY_ID,
    &MISSING_TIMESTAMP,
    &INVALID_TIMESTAMP_FORMAT,
    &INVALID_TIMESTAMP_EXPIRED,
    &MISSING_SIGNATURE_NONCE,
    &MISSING_SIGNATURE_METHOD,
    &INVALID_SIGNATURE_METHOD,
    &MISSING_SIGNATURE,
    &ACCESS_KEY_NOT_FOUND,
    &ACCESS_KEY_INACTIVE,
    &SECURITY_TOKEN_MALFORMED,
    &SECURITY_TOKEN_MISMATCH,
    &SECURITY_TOKEN_EXPIRED,
    &INCOMPLETE_SIGNATURE,
    &SIGNATURE_MISMATCH_ACS3,
    &SIGNATURE_MISMATCH_RPC,
    &SIGNATURE_NONCE_USED,
    &FORBIDDEN_RAM,
    &PERMISSION_COMMON,
];

/// Refusals that depend on a state which others change.
static CHANGING: &[&Behavior] = &[
    &NOT_EMULATED,
    &INSTANCE_NOT_FOUND,
    &INSTANCE_CEASED,
    &INSTANCE_CREATING,
    &INSTANCE_DISABLED,
    &JOB_NOT_FOUND,
    &USER_NOT_FOUND,
    &SKILL_GROUP_NOT_FOUND,
];

/// The rules about walks through lists.
pub static PAGING: Paging = Paging {
    repeated: &REPEATED_PAGE,
    stopped_early: &STOPPED_EARLY,
    next_asked: &NEXT_PAGE_ASKED,
    walked_to_end: &WALKED_TO_END,
};

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
}

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
}
