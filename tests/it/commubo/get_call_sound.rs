//! `GET /v1/calls/{callId}/sound`. `S1` and the like are rows of the fact sheet on the operations
//! beside the list.

use super::get_call::call;
use super::{TENANT, TOKEN, VECTORS, reading};
use crate::mock::{Answer, Mock, send};

/// Calls with a recording, with talk alone, and that were never connected.
const SOUNDS: &str = r#"
callmock: 1
accounts: {commubo: [{tenant_id: 12345678-90AB-CDEF-1234-567890ABCDEF, access_token: FEDCBA09-8765-4321-FEDC-BA0987654321}]}
calls:
  - {id: talked, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:00:00+09:00, talk: 3s, outcome: answered, commubo: {callId: talked}}
  - {id: recorded, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:01:00+09:00, talk: 9s, outcome: answered, recording: {duration: 2500ms}, commubo: {callId: recorded}}
  - {id: never, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:02:00+09:00, ring: 9s, outcome: no_answer, commubo: {callId: never}}
"#;

/// A recording with some headers.
async fn sound(mock: &Mock, id: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let request = mock.request("GET", &format!("/v1/calls/{id}/sound"));
    let request = request.header("x-commubo-tenantId", TENANT).header("x-commubo-accessToken", TOKEN);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.expect("an answer")
}

/// A request for each behavior of the operation.
pub async fn probes() -> Vec<(&'static str, Answer)> {
    let mock = Mock::of(SOUNDS).await;
    let part = |range: &'static str| {
        let request = mock.request("GET", "/v1/calls/talked/sound").header("range", range);
        send(request.header("x-commubo-tenantId", TENANT).header("x-commubo-accessToken", TOKEN))
    };
    let etag = sound(&mock, "talked", &[]).await.headers()["etag"].to_str().expect("text").to_owned();
    let known = mock.request("GET", "/v1/calls/talked/sound").header("if-none-match", etag);
    let known = known.header("x-commubo-tenantId", TENANT).header("x-commubo-accessToken", TOKEN);
    let mut answers = vec![
        ("get_call_sound.part", part("bytes=0-43").await),
        ("get_call_sound.range_not_satisfiable", part("bytes=999999-").await),
        ("get_call_sound.not_modified", send(known).await),
    ];
    for (behavior, readings, path) in [
        ("get_call_sound.fetched", "", "short/sound"),
        ("get_call_sound.sound_not_found", "", "never/sound"),
        ("get_call_sound.sound_not_acceptable", "commubo.no_sound: 406", "never/sound"),
        ("get_call_sound.no_sound_empty", "commubo.no_sound: empty", "never/sound"),
        ("get_call_sound.call_not_found", "", "x/sound"),
        ("get_call_sound.call_forbidden", "commubo.unknown_call: 403", "x/sound"),
        ("get_call_sound.call_not_acceptable", "commubo.unknown_call: 406", "x/sound"),
    ] {
        let short = SOUNDS.replace("id: talked,", "id: short,").replace("talk: 3s", "talk: 10ms");
        let short = short.replace("callId: talked", "callId: short");
        answers.push((behavior, call(&Mock::of(&reading(&short, readings)).await, path).await));
    }
    answers
}

#[tokio::test]
async fn the_sound_is_a_wav_file_exactly_as_long_as_the_recording_or_the_talk() {
    let mock = Mock::of(SOUNDS).await;
    let mut files = vec![];
    for (id, bytes) in [("talked", 3 * 16_000), ("recorded", 40_000)] {
        let answer = sound(&mock, id, &[]).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"audio/wav".parse().unwrap())
        );
        assert_eq!(answer.headers()["content-length"], (44 + bytes).to_string());
        assert_eq!(
            (&answer.headers()["accept-ranges"], answer.headers().get("content-disposition")),
            (&"bytes".parse().unwrap(), None)
        );
        let file = answer.bytes().await.expect("a body");
        assert_eq!((&file[..4], &file[8..12], file.len()), (&b"RIFF"[..], &b"WAVE"[..], 44 + bytes));
        assert_eq!(u32::from_le_bytes(file[40..44].try_into().unwrap()) as usize, bytes);
        assert_eq!(u32::from_le_bytes(file[24..28].try_into().unwrap()), 8000);
        files.push(file);
    }
    assert_ne!(files[0][44..20_000], files[1][44..20_000], "the tones differ by call");
    let again = sound(&Mock::of(SOUNDS).await, "talked", &[]).await.bytes().await.expect("a body");
    assert_eq!(again, files[0], "the same seed gives the same bytes");
}

#[tokio::test]
async fn a_range_is_a_part_of_the_same_bytes() {
    let mock = Mock::of(SOUNDS).await;
    let whole = sound(&mock, "talked", &[]).await.bytes().await.expect("a body");
    let head = sound(&mock, "talked", &[("range", "bytes=0-43")]).await;
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-range"]),
        (206, &"bytes 0-43/48044".parse().unwrap())
    );
    assert_eq!(head.bytes().await.expect("a body"), whole[..44]);
    let tail = sound(&mock, "talked", &[("range", "bytes=-1000")]).await.bytes().await.expect("a body");
    assert_eq!(tail, whole[whole.len() - 1000..]);
    let beyond = sound(&mock, "talked", &[("range", "bytes=48044-")]).await;
    assert_eq!(
        (beyond.status().as_u16(), &beyond.headers()["content-range"]),
        (416, &"bytes */48044".parse().unwrap())
    );
}

#[tokio::test]
async fn a_recording_that_is_not_fetched_whole_is_told() {
    let mock = Mock::of(SOUNDS).await;
    let findings = || async {
        let all = mock.get("/_mock/findings").await.json();
        let all = all["findings"].as_array().cloned().unwrap_or_default();
        all.iter().map(|finding| finding["id"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    for range in ["bytes=0-9999", "bytes=10000-29999", "bytes=30000-"] {
        sound(&mock, "talked", &[("range", range)]).await.bytes().await.expect("a body");
    }
    sound(&mock, "recorded", &[]).await.bytes().await.expect("a body");
    assert_eq!(findings().await, Vec::<String>::new(), "all of it came, in three parts");
    sound(&mock, "recorded", &[("range", "bytes=0-999")]).await.bytes().await.expect("a body");
    assert_eq!(findings().await, ["commubo.recording_not_whole"]);
    sound(&mock, "recorded", &[]).await.bytes().await.expect("a body");
    assert_eq!(findings().await, Vec::<String>::new(), "the whole came after the part");
}

#[tokio::test]
async fn a_client_that_hangs_up_in_the_middle_is_told() {
    let long = VECTORS.replace(
        "outcome: answered, commubo: {callId: A}",
        "talk: 2h, outcome: answered, commubo: {callId: A}",
    );
    let mock = Mock::of(&long).await;
    let mut answer = sound(&mock, "A", &[]).await;
    assert!(answer.chunk().await.expect("a body").is_some());
    drop(answer);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !mock.get("/_mock/findings").await.body.contains("commubo.recording_not_whole") {
        assert!(std::time::Instant::now() < deadline, "the finding is never made");
        tokio::task::yield_now().await;
    }
}
