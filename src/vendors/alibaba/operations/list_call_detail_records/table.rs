//! The behaviors and refusals of `ListCallDetailRecords`.

use super::super::super::call_centre::call_centre_refusals;
use super::super::super::gateway::instance_of;
use crate::contract::behaviors;

/// The values of `SortOrder`.
pub const SORT_ORDERS: [&str; 2] = ["ASC", "DESC"];

/// The reason in the refusal of a malformed `Criteria`.
pub const CRITERIA: &str = "It must be a JSON object whose only field is phoneNumber.";

behaviors! {
    in "alibaba.list_call_detail_records";

    LISTED = "listed", 200, Documented, "page, example (B2)",
        "Records, as a page.";
    EMPTY = "empty", 200, Inferred, "B8",
        "No record on the page asked for.";
    FIRST_PAGE = "first_page", -, Documented, "page L4 (B10)",
        "Page 1, with the number of all matches in `TotalCount`.";
    LATER_PAGE = "later_page", -, Documented, "page L4 (B10)",
        "A later page, with 0 in `TotalCount`.";
    DEFAULT_START_TIME = "default_start_time", -, Documented, "page, StartTime (B9)",
        "No `StartTime`: from 00:00 of today in China.";
    DEFAULT_END_TIME = "default_end_time", -, Documented, "page, EndTime (B9)",
        "No `EndTime`: until now.";
    FILTER_START_TIME = "filter_start_time", -, Documented, "page, StartTime (B9)",
        "Calls that began at `StartTime` or later.";
    FILTER_END_TIME = "filter_end_time", -, Documented, "page, EndTime (B9)",
        "Calls that began at `EndTime` or earlier.";
    FILTER_CONTACT_ID = "filter_contact_id", -, Documented, "page, ContactId (B8)",
        "One call by its id; every other filter is ignored, but `PageNumber` still cuts the page.";
    FILTER_CONTACT_TYPE = "filter_contact_type", -, Documented, "page, ContactType",
        "Calls of a type.";
    FILTER_CONTACT_TYPE_LIST = "filter_contact_type_list", -, Documented, "page, ContactTypeList",
        "Calls of any of some types.";
    FILTER_CONTACT_DISPOSITION = "filter_contact_disposition", -, Documented, "page, ContactDisposition",
        "Calls that ended in a way.";
    FILTER_CONTACT_DISPOSITION_LIST = "filter_contact_disposition_list", -, Documented, "page, ContactDispositionList",
        "Calls that ended in any of some ways.";
    FILTER_EARLY_MEDIA_STATE_LIST = "filter_early_media_state_list", -, Documented, "page, EarlyMediaStateList",
        "Calls that were not connected for any of some reasons.";
    FILTER_AGENT_ID = "filter_agent_id", -, Documented, "page, AgentId",
        "Calls of an agent.";
    FILTER_SKILL_GROUP_ID = "filter_skill_group_id", -, Documented, "page, SkillGroupId",
        "Calls of a skill group.";
    FILTER_CRITERIA = "filter_criteria", -, Documented, "page, Criteria (B12)",
        "Calls with a part of the caller's or the called number.";
    FILTER_CALLING_NUMBER = "filter_calling_number", -, Documented, "page, CallingNumber",
        "Calls from a number.";
    FILTER_CALLED_NUMBER = "filter_called_number", -, Documented, "page, CalledNumber",
        "Calls to a number.";
    FILTER_SATISFACTION_LIST = "filter_satisfaction_list", -, Documented, "page, SatisfactionList",
        "Calls with any of some scores.";
    FILTER_SATISFACTION_SURVEY_CHANNEL = "filter_satisfaction_survey_channel", -, Documented, "page, SatisfactionSurveyChannel",
        "Calls with a survey by a channel.";
    FILTER_SATISFACTION_DESCRIPTION_LIST = "filter_satisfaction_description_list", -, Documented, "page, SatisfactionDescriptionList",
        "Calls with any of some described scores.";
    COMMA_LIST = "comma_list", -, Documented, "page, SatisfactionList; 6 (B6)",
        "A list written with commas instead of as JSON.";
    SORT_START_TIME = "sort_start_time", -, Documented, "page, OrderByField",
        "By start.";
    SORT_CALL_DURATION = "sort_call_duration", -, Documented, "page, OrderByField (B11)",
        "By duration, as a number.";
    SORT_TALK_TIME = "sort_talk_time", -, Documented, "page, OrderByField",
        "By talk.";
    SORT_RING_TIME = "sort_ring_time", -, Documented, "page, OrderByField",
        "By ringing.";
    SORT_DIALING_TIME = "sort_dialing_time", -, Documented, "page, OrderByField",
        "By dialling.";
    SORT_IVR_TIME = "sort_ivr_time", -, Documented, "page, OrderByField",
        "By time in the menu.";
    SORT_QUEUE_TIME = "sort_queue_time", -, Documented, "page, OrderByField",
        "By time in the queue.";
    ASCENDING = "ascending", -, Documented, "page, SortOrder",
        "In ascending order.";
    DESCENDING = "descending", -, Documented, "page, SortOrder (B11)",
        "In descending order, which is the default.";
}

call_centre_refusals! {
    in "alibaba.list_call_detail_records", of request;

    MissingPageNumber = "missing_page_number", 400 Inferred, "1.5, 3.1 (B4)",
        "No `PageNumber`, or an empty one.",
        "PageNumber is mandatory for this action.", "MissingPageNumber";
    MissingPageSize = "missing_page_size", 400 Inferred, "1.5, 3.1 (B4)",
        "No `PageSize`, or an empty one.",
        "PageSize is mandatory for this action.", "MissingPageSize";
    InvalidPageNumber = "invalid_page_number", 400 Inferred, "3.1 (B4)",
        "A `PageNumber` that is not an integer.",
        "Specified parameter PageNumber is not valid.", "InvalidPageNumber";
    InvalidPageSize = "invalid_page_size", 400 Inferred, "3.1 (B4)",
        "A `PageSize` that is not an integer.",
        "Specified parameter PageSize is not valid.", "InvalidPageSize";
    InvalidStartTime = "invalid_start_time", 400 Inferred, "3.1",
        "A `StartTime` that is not an integer.",
        "Specified parameter StartTime is not valid.", "InvalidStartTime";
    InvalidEndTime = "invalid_end_time", 400 Inferred, "3.1",
        "An `EndTime` that is not an integer.",
        "Specified parameter EndTime is not valid.", "InvalidEndTime";
    Minimum(&'static str = "PageNumber", i64 = 1) = "parameter_minimum", 400 Inferred, "3.2 (B4)",
        "`PageNumber` or `PageSize` under 1.",
        "The parameter {0} must be greater than or equal to {1}.", "Parameter.Minimum";
    Maximum(&'static str = "PageSize", i64 = 100) = "parameter_maximum", 400 Inferred, "3.2 (B4)",
        "`PageNumber` or `PageSize` over 100.",
        "The parameter {0} must be less than or equal to {1}.", "Parameter.Maximum";
    Enumeration(&'static str = "SortOrder", String = SORT_ORDERS.join(", ")) = "parameter_enumeration", 400 Inferred, "3.2 (B5)",
        "A value that its enumeration does not have.",
        "The parameter {0} must be one of the value of enumeration [{1}].", "Parameter.Enumeration";
    ParameterFormat(&'static str = "Criteria", &'static str = CRITERIA) = "parameter_format", 400 Documented, "page, error codes (B6)",
        "A list or `Criteria` that is not what it should be.",
        "The format of parameter {0} is invalid. {1}", "Parameter.Format";
    ReversedRange = "parameter_invalid", 400 Inferred, "3.2 (B9)",
        "`StartTime` after `EndTime`.",
        "The parameter StartTime is invalid. It must not be after EndTime.", "Parameter.Invalid";
    ParameterBlank(String = "InstanceId".to_owned()) = "parameter_blank", 400 Inferred fault, "3.2",
        "A parameter that must not be blank; the gateway is first to say so here.",
        "The parameter {0} must not be null or empty.", "Parameter.Blank";
    ParameterEmpty(String = "InstanceId".to_owned()) = "parameter_empty", 400 Inferred fault, "3.2",
        "A parameter that must not be empty; the gateway is first to say so here.",
        "The parameter {0} may not be null or empty.", "Parameter.Empty";
    ParameterNull(String = "InstanceId".to_owned()) = "parameter_null", 400 Inferred fault, "3.2",
        "A parameter that must be there; the gateway is first to say so here.",
        "The parameter {0} may not be null.", "Parameter.Null";
    JobNotFound(String = "job-1".to_owned()) = "job_not_found", 404 Inferred fault changing, "3.2",
        "A call that does not exist; this operation lists nothing instead.",
        "The call {0} does not exist.", "NotExists.JobId";
    UserNotFound(String = "agent".to_owned(), String = instance_of(request)) = "user_not_found", 404 Inferred fault changing, "3.2",
        "An agent that does not exist; this operation lists nothing instead.",
        "The user {0} does not exist in instance {1}.", "NotExists.UserId";
    SkillGroupNotFound(String = "skillgroup".to_owned(), String = instance_of(request)) = "skill_group_not_found", 404 Inferred fault changing, "3.2",
        "A skill group that does not exist; this operation lists nothing instead.",
        "The skill group ID {0} does not exist in instance {1}.", "NotExists.SkillGroupId";
}
