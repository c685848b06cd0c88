//! Requests that meet each behavior of Alibaba Cloud CCC that is not a refusal. Signature and
//! common parameters are added when a request is shown.

use crate::contract::Step::{Fetch, Keep, Send};
use crate::contract::{Step, ways};

/// Keeps the address of a file.
const ADDRESS: Step = Keep {
    filter: ".Data.FileUrl",
    request: "GET /?Action=GetMonoRecording&ContactId=job-12515239414412****",
};

ways! {
    "any.signed_acs3" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000\nAuthorization: ACS3-HMAC-SHA256";
    "any.signed_rpc" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000";
    "any.form_body" =>
        "POST /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000\nContent-Type: application/x-www-form-urlencoded";
    "any.security_token"
        with "accounts: {alibaba: [{access_key_id: temporary, access_key_secret: testsecret, security_token: TOKEN, instances: [ccc-test]}]}" =>
        "GET /?AccessKeyId=temporary&Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000";
    "any.format_xml" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&Format=XML";
    "any.skew_world" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000";
    "any.skew_off" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000";
    "list_call_detail_records.listed" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000";
    "list_call_detail_records.empty" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=0&EndTime=1";
    "list_call_detail_records.first_page" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000";
    "list_call_detail_records.later_page" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=2&PageSize=10&StartTime=1532448000000";
    "list_call_detail_records.default_start_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10";
    "list_call_detail_records.default_end_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000";
    "list_call_detail_records.filter_start_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000";
    "list_call_detail_records.filter_end_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&EndTime=1532534400000";
    "list_call_detail_records.filter_contact_id" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&ContactId=job-12515239414412****";
    "list_call_detail_records.filter_contact_type" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&ContactType=Outbound";
    "list_call_detail_records.filter_contact_type_list" =>
        r#"GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&ContactTypeList=["Outbound"]"#;
    "list_call_detail_records.filter_contact_disposition" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&ContactDisposition=Success";
    "list_call_detail_records.filter_contact_disposition_list" =>
        r#"GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&ContactDispositionList=["Success"]"#;
    "list_call_detail_records.filter_early_media_state_list" =>
        r#"GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&EarlyMediaStateList=["Busy"]"#;
    "list_call_detail_records.filter_agent_id" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&AgentId=agent@ccc-test";
    "list_call_detail_records.filter_skill_group_id" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&SkillGroupId=skillgroup@ccc-test";
    "list_call_detail_records.filter_criteria" =>
        r#"GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&Criteria={"phoneNumber":"133"}"#;
    "list_call_detail_records.filter_calling_number" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&CallingNumber=0533128****";
    "list_call_detail_records.filter_called_number" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&CalledNumber=1332315****";
    "list_call_detail_records.filter_satisfaction_list" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&SatisfactionList=[1]";
    "list_call_detail_records.filter_satisfaction_survey_channel" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&SatisfactionSurveyChannel=IVR";
    "list_call_detail_records.filter_satisfaction_description_list" =>
        r#"GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&SatisfactionDescriptionList=["满意"]"#;
    "list_call_detail_records.comma_list" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&SatisfactionList=1,2";
    "list_call_detail_records.sort_start_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&OrderByField=startTime";
    "list_call_detail_records.sort_call_duration" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&OrderByField=callDuration";
    "list_call_detail_records.sort_talk_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&OrderByField=talkTime";
    "list_call_detail_records.sort_ring_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&OrderByField=ringTime";
    "list_call_detail_records.sort_dialing_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&OrderByField=dialingTime";
    "list_call_detail_records.sort_ivr_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&OrderByField=ivrTime";
    "list_call_detail_records.sort_queue_time" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&OrderByField=queueTime";
    "list_call_detail_records.ascending" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000&SortOrder=ASC";
    "list_call_detail_records.descending" =>
        "GET /?Action=ListCallDetailRecords&PageNumber=1&PageSize=10&StartTime=1532448000000";
    "get_call_detail_record.shown" =>
        "GET /?Action=GetCallDetailRecord&ContactId=job-12515239414412****";
    "get_call_detail_record.partial" => [
        Send(r#"PUT /_mock/clock {"mode":"fixed","now":"2018-07-25T00:00:20+08:00"}"#),
        Send("GET /?Action=GetCallDetailRecord&ContactId=job-12515239414412****"),
    ];
    "get_call_detail_record.no_data" => "GET /?Action=GetCallDetailRecord&ContactId=job-1";
    "get_mono_recording.told" => "GET /?Action=GetMonoRecording&ContactId=job-12515239414412****";
    "get_mono_recording.no_data" => "GET /?Action=GetMonoRecording&ContactId=job-1";
    "get_mono_recording.expire_seconds" =>
        "GET /?Action=GetMonoRecording&ContactId=job-12515239414412****&ExpireSeconds=3600";
    "fetch_recording.fetched" => [ADDRESS, Fetch("GET {kept}")];
    "fetch_recording.part" => [ADDRESS, Fetch("GET {kept}\nRange: bytes=0-999")];
    "fetch_recording.not_modified" => [ADDRESS, Fetch("GET {kept}\nIf-None-Match: *")];
}
