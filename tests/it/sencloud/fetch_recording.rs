//! The files that the addresses in answers lead to.

use crate::mock::{Answer, Mock, send};

/// A call with a recording of ten milliseconds.
const RECORDED: &str = r#"
callmock: 1
calls:
  - {id: talked, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:00:00Z, talk: 3s, outcome: answered, recording: {duration: 10ms}}
  - {id: never, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:02:00Z, ring: 9s, outcome: no_answer}
"#;

const FILE: &str = "/_files/default/sencloud-1.wav";

/// A request for each behavior of the operation.
pub async fn probes() -> Vec<(&'static str, Answer)> {
    let mock = Mock::of(RECORDED).await;
    let etag = mock.get(FILE).await.header("etag").to_owned();
    vec![
        ("fetch_recording.fetched", mock.get(FILE).await),
        ("fetch_recording.part", send(mock.request("GET", FILE).header("range", "bytes=0-43")).await),
        ("fetch_recording.not_modified", send(mock.request("GET", FILE).header("if-none-match", etag)).await),
        (
            "fetch_recording.range_not_satisfiable",
            send(mock.request("GET", FILE).header("range", "bytes=99999-")).await,
        ),
        ("fetch_recording.not_found", mock.get("/_files/default/sencloud-2.wav").await),
    ]
}

#[tokio::test]
async fn a_file_is_a_wav_file_of_the_recordings_length_and_needs_no_credential() {
    let mock = Mock::of(RECORDED).await;
    let answer = mock.request("GET", FILE).send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "audio/wav");
    let file = answer.bytes().await.expect("a body");
    assert_eq!((file.len(), &file[..4]), (44 + 160, &b"RIFF"[..]));
    let head = mock.request("HEAD", FILE).send().await.expect("an answer");
    assert_eq!((head.status().as_u16(), &head.headers()["content-length"]), (200, &"204".parse().unwrap()));
    let again =
        send(mock.request("GET", FILE).header("if-range", "\"x\"").header("range", "bytes=0-1")).await;
    assert_eq!(again.status, 200, "the range was for another file");
}
