//! Requests that meet each behavior of commubo that is not a refusal.

use crate::contract::Step::{Fetch, Send};
use crate::contract::ways;

ways! {
    "list_calls.listed" => "GET /v1/calls?start=2018-09-01";
    "list_calls.empty" => "GET /v1/calls?start=2030-01-01";
    "list_calls.start" => "GET /v1/calls?start=2018-09-01";
    "list_calls.open_start" => "GET /v1/calls?end=2018-10-01";
    "list_calls.end_exclusive" => "GET /v1/calls?start=2018-09-01&end=2018-10-01";
    "list_calls.end_inclusive" => "GET /v1/calls?start=2018-09-01&end=2018-09-01";
    "list_calls.open_end" => "GET /v1/calls?start=2018-09-01";
    "list_calls.reversed_empty" => "GET /v1/calls?start=2018-09-02&end=2018-09-01";
    "list_calls.expand_none" => "GET /v1/calls?start=2018-09-01";
    "list_calls.expand_customer" => "GET /v1/calls?start=2018-09-01&expand=customer";
    "list_calls.expand_operator" => "GET /v1/calls?start=2018-09-01&expand=operator";
    "list_calls.expand_all" => "GET /v1/calls?start=2018-09-01&expand=all";
    "list_calls.descending" => "GET /v1/calls?start=2018-09-01";
    "list_calls.unset_empty" => "GET /v1/calls?start=2018-09-01";
    "get_call.shown" => "GET /v1/calls/1234567890123456";
    "get_call.under_way" => [
        Send(r#"PUT /_mock/clock {"mode":"fixed","now":"2018-09-01T13:02:00+09:00"}"#),
        Send("GET /v1/calls/1234567890123456"),
    ];
    "get_call.expand_all" => "GET /v1/calls/1234567890123456";
    "get_call.expand_none" => "GET /v1/calls/1234567890123456";
    "get_call.expand_asked" => "GET /v1/calls/1234567890123456?expand=customer";
    "get_call_sound.fetched" => [Fetch("GET /v1/calls/1234567890123456/sound")];
    "get_call_sound.part" => [Fetch("GET /v1/calls/1234567890123456/sound\nRange: bytes=0-999")];
    "get_call_sound.not_modified" => [Fetch("GET /v1/calls/1234567890123456/sound\nIf-None-Match: *")];
    "get_call_sound.no_sound_empty"
        with "calls: [{id: silent, on: [commubo], direction: inbound, from: '1', to: '2', at: 2018-09-02T10:00:00+09:00, outcome: no_answer, commubo: {callId: '1'}}]"
        => "GET /v1/calls/1/sound";
}
