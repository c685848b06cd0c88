//! A request for each behavior of Alibaba CCC: what brings it about, and the proof that the suite
//! meets them all.

use super::client::{Call, Style};
use super::{CALLS, page, reading};
use crate::mock::{Answer, Mock, impatient, send};

/// Sends every probe; the last segment of the behavior each is for, with its answer.
pub async fn answers() -> Vec<(&'static str, Answer)> {
    let mock = Mock::of(CALLS).await;
    let mut answers = vec![];
    for (behavior, call) in calls() {
        answers.push((behavior, call.send(&mock).await));
    }
    for (behavior, readings) in [("skew_world", "alibaba.skew: world"), ("skew_off", "alibaba.skew: off")] {
        let mock = Mock::of(&reading(CALLS, readings)).await;
        answers.push((behavior, page().time("2024-05-14T04:00:00Z").send(&mock).await));
    }
    answers.push(("unsupported_http_method", send(mock.request("DELETE", "/")).await));
    answers.push(("request_parameter_malformed", mock.get("/?a=%").await));
    answers.push(("invalid_action", mock.get("/?Version=2020-07-01").await));
    let post = "POST / HTTP/1.1\r\nHost: x\r\n";
    let large = format!("{post}Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n");
    answers.push(("request_too_large", mock.raw(large.as_bytes()).await));
    let broken = format!("{post}Transfer-Encoding: chunked\r\n\r\nnot a chunk\r\n");
    answers.push(("broken_body", mock.raw(broken.as_bytes()).await));
    let half = format!("{post}Content-Length: 10\r\n\r\n{{");
    answers.push(("body_timeout", Mock::with(CALLS, impatient()).await.raw(half.as_bytes()).await));
    answers.push(("not_emulated", page().with("Action", "MakeCall").send(&mock).await));
    answers.extend(super::get_call_detail_record::probes().await);
    answers.extend(super::get_mono_recording::probes().await);
    answers
}

fn calls() -> Vec<(&'static str, Call)> {
    let with = |name: &str, value: &str| page().with(name, value);
    vec![
        ("signed_acs3", page().style(Style::Acs3)),
        ("signed_rpc", page()),
        ("form_body", page().style(Style::RpcForm)),
        ("security_token", page().key("sts").token("TOKEN+/=")),
        ("format_xml", with("Format", "XML")),
        ("repeated_parameter", page().again("PageSize", "1")),
        ("invalid_format", with("Format", "YAML")),
        ("missing_version", page().without("Version")),
        ("invalid_version", with("Version", "1")),
        ("missing_access_key_id", page().without("AccessKeyId")),
        ("missing_timestamp", page().without("Timestamp")),
        ("invalid_timestamp_format", page().time("x")),
        ("invalid_timestamp_expired", page().time("2001-01-01T00:00:00Z")),
        ("missing_signature_nonce", page().without("SignatureNonce")),
        ("missing_signature_method", page().without("SignatureMethod")),
        ("invalid_signature_method", with("SignatureMethod", "MD5")),
        ("missing_signature", page().without("Signature")),
        ("access_key_not_found", page().key("nobody")),
        ("access_key_inactive", page().key("off")),
        ("security_token_malformed", page().key("sts").token("a b")),
        ("security_token_mismatch", page().key("sts").token("other")),
        ("security_token_expired", page().key("old").token("OLD")),
        ("incomplete_signature", page().style(Style::Acs3).without("Signature")),
        ("signature_mismatch_acs3", page().style(Style::Acs3).secret("x")),
        ("signature_mismatch_rpc", page().secret("x")),
        ("listed", page().nonce("once")),
        ("signature_nonce_used", page().nonce("once")),
        ("forbidden_ram", page().key("denied")),
        ("missing_instance_id", page().without("InstanceId")),
        ("missing_page_number", page().without("PageNumber")),
        ("missing_page_size", page().without("PageSize")),
        ("invalid_page_number", with("PageNumber", "x")),
        ("invalid_page_size", with("PageSize", "x")),
        ("invalid_start_time", with("StartTime", "x")),
        ("invalid_end_time", with("EndTime", "x")),
        ("instance_not_found", with("InstanceId", "x")),
        ("instance_ceased", with("InstanceId", "stopped")),
        ("instance_creating", with("InstanceId", "creating")),
        ("instance_disabled", with("InstanceId", "disabled")),
        ("parameter_minimum", with("PageNumber", "0")),
        ("parameter_maximum", with("PageSize", "101")),
        ("parameter_enumeration", with("SortOrder", "x")),
        ("parameter_format", with("Criteria", "x")),
        ("parameter_invalid", with("StartTime", "2").with("EndTime", "1")),
        ("empty", with("ContactId", "x")),
        ("first_page", page()),
        ("later_page", with("PageNumber", "2")),
        ("default_start_time", page()),
        ("default_end_time", page()),
        ("filter_start_time", with("StartTime", "0")),
        ("filter_end_time", with("EndTime", "1715684400000")),
        ("filter_contact_id", with("ContactId", "in")),
        ("filter_contact_type", with("ContactType", "Inbound")),
        ("filter_contact_type_list", with("ContactTypeList", "Inbound")),
        ("filter_contact_disposition", with("ContactDisposition", "Success")),
        ("filter_contact_disposition_list", with("ContactDispositionList", "Success")),
        ("filter_early_media_state_list", with("EarlyMediaStateList", "Busy")),
        ("filter_agent_id", with("AgentId", "x")),
        ("filter_skill_group_id", with("SkillGroupId", "x")),
        ("filter_criteria", with("Criteria", r#"{"phoneNumber":"1"}"#)),
        ("filter_calling_number", with("CallingNumber", "1")),
        ("filter_called_number", with("CalledNumber", "1")),
        ("filter_satisfaction_list", with("SatisfactionList", "[1]")),
        ("filter_satisfaction_survey_channel", with("SatisfactionSurveyChannel", "IVR")),
        ("filter_satisfaction_description_list", with("SatisfactionDescriptionList", r#"["x"]"#)),
        ("comma_list", with("SatisfactionList", "1,2")),
        ("sort_start_time", with("OrderByField", "startTime")),
        ("sort_call_duration", with("OrderByField", "callDuration")),
        ("sort_talk_time", with("OrderByField", "talkTime")),
        ("sort_ring_time", with("OrderByField", "ringTime")),
        ("sort_dialing_time", with("OrderByField", "dialingTime")),
        ("sort_ivr_time", with("OrderByField", "ivrTime")),
        ("sort_queue_time", with("OrderByField", "queueTime")),
        ("ascending", with("SortOrder", "ASC")),
        ("descending", page()),
    ]
}
