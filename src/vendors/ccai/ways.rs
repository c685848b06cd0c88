//! Requests that meet each behavior of CCAI Platform that is not a refusal.

use crate::contract::Step::{Fetch, Keep, Send};
use crate::contract::{Step, ways};

/// Keeps the address of a file from the list of calls.
const ADDRESS: Step =
    Keep { filter: "[.[].recording_url | values][0]", request: "GET /manager/api/v1/calls?per=100" };

ways! {
    "create_call.outbound.created" =>
        r#"POST /apps/api/v1/calls {"call_type":"Voice Outbound (API)","agent_email":"admin@somedomain.com","end_user_number":"+1 859-657-9625","outbound_number":"+1 339-219-5276"}"#;
    "create_call.outbound.accepted" =>
        r#"POST /apps/api/v1/calls {"call_type":"Voice Outbound (API)","agent_email":"admin@somedomain.com","end_user_number":"+1 859-657-9625"}"#;
    "create_call.outbound.accepted_echo" =>
        r#"POST /apps/api/v1/calls {"call_type":"Voice Outbound (API)","agent_email":"admin@somedomain.com","end_user_number":"+1 859-657-9625"}"#;
    "create_call.inbound.created" =>
        r#"POST /apps/api/v1/calls {"call_type":"Voice Inbound (API)","menu_id":9,"end_user_number":"+1 859-657-9625"}"#;
    "create_call.scheduled.created" =>
        r#"POST /apps/api/v1/calls {"call_type":"Voice Scheduled (API)","menu_id":9,"end_user_number":"+1 859-657-9625","scheduled_at":"2019-09-15T00:19:14.421Z"}"#;
    "create_call.by_ticket" =>
        r#"POST /apps/api/v1/calls {"call_type":"Voice Inbound (API)","menu_id":9,"ticket_id":"76517","end_user_number":"+1 859-657-9625"}"#;
    "create_call.by_call_id" =>
        r#"POST /apps/api/v1/calls {"call_type":"Voice Scheduled (API)","call_id":514,"end_user_number":"+1 859-657-9625","scheduled_at":"2019-09-15T00:19:14.421Z"}"#;
    "create_call.default_number" =>
        r#"POST /apps/api/v1/calls {"call_type":"Voice Inbound (API)","menu_id":9,"end_user_number":"+1 859-657-9625"}"#;
    "create_call.deprecated_call_type" =>
        r#"POST /apps/api/v1/calls {"call_type":"OutboundCall","agent_email":"admin@somedomain.com","end_user_number":"+1 859-657-9625","outbound_number":"+1 339-219-5276"}"#;
    "create_call.as_documented" =>
        r#"POST /apps/api/v1/calls {"call_type":"Voice Scheduled (API)","menu_id":9,"end_user_number":"+1 859-657-9625","scheduled_at":"2019-09-15T00:19:14.421Z"}"#;
    "get_customer_flag.shown" => "GET /apps/api/v1/calls/514/customer_flag";
    "update_customer_flag.updated" => r#"PATCH /apps/api/v1/calls/514/customer_flag {"bad_actor":true}"#;
    "update_customer_flag.plural" => r#"PATCH /apps/api/v1/calls/514/customer_flag {"repeat_customers":true}"#;
    "list_calls.listed" => "GET /manager/api/v1/calls";
    "list_calls.empty" => "GET /manager/api/v1/calls?page=9";
    "list_calls.under_way" => [
        Send(r#"POST /apps/api/v1/calls {"call_type":"Voice Inbound (API)","menu_id":9,"end_user_number":"+1 859-657-9625"}"#),
        Send("GET /manager/api/v1/calls?sort_column=created_at"),
    ];
    "list_calls.next_page" in "busy-day" => "GET /manager/api/v1/calls?page=1";
    "list_calls.last_page" => "GET /manager/api/v1/calls?page=1";
    "list_calls.per" => "GET /manager/api/v1/calls?per=10";
    "list_calls.per_reduced" => "GET /manager/api/v1/calls?per=101";
    "list_calls.per_over_100" => "GET /manager/api/v1/calls?per=200";
    "list_calls.page_fallback" => "GET /manager/api/v1/calls?page=0";
    "list_calls.updated_at" => "GET /manager/api/v1/calls?updated_at[from]=2019-09-10T00:00:00Z";
    "list_calls.created_at" => "GET /manager/api/v1/calls?created_at[from]=2019-09-10T00:00:00Z";
    "list_calls.ids" => "GET /manager/api/v1/calls?id[]=514";
    "list_calls.default_order" => "GET /manager/api/v1/calls";
    "list_calls.sorted" => "GET /manager/api/v1/calls?sort_column=status";
    "list_calls.sort_ignored" => "GET /manager/api/v1/calls?sort_column=nothing";
    "list_calls.descending" => "GET /manager/api/v1/calls?sort_direction=DESC";
    "fetch_recording.fetched" in "busy-day" => [ADDRESS, Fetch("GET {kept}")];
    "fetch_recording.part" in "busy-day" => [ADDRESS, Fetch("GET {kept}\nRange: bytes=0-999")];
    "fetch_recording.not_modified" in "busy-day" => [ADDRESS, Fetch("GET {kept}\nIf-None-Match: *")];
}
