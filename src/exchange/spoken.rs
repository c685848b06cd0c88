//! What a client says to callmock beside its request to the vendor: the test that it runs, and
//! what that test expects.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::masking::plain;

/// The header that names the test that sends the request.
pub static TEST: HeaderName = HeaderName::from_static("x-callmock-test");

/// The header with the ids of findings and refusals that the request causes on purpose.
pub static EXPECT: HeaderName = HeaderName::from_static("x-callmock-expect");

/// The longest name of a test, and the longest id, in characters. The rest is cut off.
const LONGEST: usize = 200;

/// The most ids that one request may expect.
const IDS: usize = 50;

/// The name of the test that sends a request, if the client says it.
pub fn test(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(&TEST).map(HeaderValue::as_bytes).map(String::from_utf8_lossy)?;
    let name: String = plain(name.trim()).chars().take(LONGEST).collect();
    Some(name).filter(|name| !name.is_empty())
}

/// The ids of findings and refusals that a request expects, each once, as the client wrote them.
pub fn expected(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(&EXPECT).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let mut ids: Vec<String> = vec![];
    for id in lines.flat_map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>()) {
        let id: String = plain(id.trim()).chars().take(LONGEST).collect();
        if !id.is_empty() && !ids.contains(&id) && ids.len() < IDS {
            ids.push(id);
        }
    }
    ids
}
