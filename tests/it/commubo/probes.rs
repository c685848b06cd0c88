//! A request for each behavior of commubo: what brings it about, and the proof that the suite meets
//! them all.

use super::{TENANT, TOKEN, VECTORS, reading};
use crate::mock::{Answer, Mock, impatient, send};

/// Every behavior with the readings and the request that bring it about.
const PROBES: &[(&str, &str, Probe)] = &[
    ("listed", "", Probe::List("?start=2018-09-01")),
    ("empty", "", Probe::List("?start=2030-01-01")),
    ("start", "", Probe::List("?start=2018-09-01")),
    ("open_start", "", Probe::List("?end=2018-09-01")),
    ("end_exclusive", "", Probe::List("?end=2018-09-01")),
    ("end_inclusive", "commubo.end: inclusive", Probe::List("?end=2018-09-01")),
    ("open_end", "", Probe::List("")),
    ("reversed_empty", "commubo.reversed_range: empty", Probe::List("?start=2018-09-02&end=2018-09-01")),
    ("expand_none", "", Probe::List("")),
    ("expand_customer", "", Probe::List("?expand=customer")),
    ("expand_operator", "", Probe::List("?expand=operator")),
    ("expand_all", "", Probe::List("?expand=all")),
    ("descending", "commubo.order: descending", Probe::List("")),
    ("missing_credentials", "", Probe::As(&[])),
    ("unknown_tenant", "", Probe::As(&[("x-commubo-tenantId", "x"), ("x-commubo-accessToken", TOKEN)])),
    ("wrong_token", "", Probe::As(&[("x-commubo-tenantId", TENANT), ("x-commubo-accessToken", "x")])),
    ("invalid_start", "", Probe::List("?start=x")),
    ("invalid_end", "", Probe::List("?end=x")),
    ("invalid_expand", "", Probe::List("?expand=x")),
    ("reversed_range", "", Probe::List("?start=2018-09-02&end=2018-09-01")),
    ("repeated_parameter", "", Probe::List("?expand=all&expand=all")),
    ("malformed_query", "", Probe::List("?start=%")),
    ("unknown_parameter", "commubo.unknown_parameter: refuse", Probe::List("?x=1")),
    ("missing_start", "commubo.open_range: refuse", Probe::List("")),
    ("not_found", "", Probe::Path("GET", "/v1/nothing")),
    ("not_emulated", "", Probe::Path("GET", "/v1/calls/1234567890123456/conversations")),
    ("unset_empty", "commubo.unset: empty", Probe::List("?start=2018-09-01")),
    ("body_timeout", "", Probe::Raw("Content-Length: 10\r\n\r\n{")),
    ("method_not_allowed", "", Probe::Path("POST", "/v1/calls")),
    ("payload_too_large", "", Probe::Raw("Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n")),
    ("broken_body", "", Probe::Raw("Transfer-Encoding: chunked\r\n\r\nnot a chunk\r\n")),
];

enum Probe {
    List(&'static str),
    As(&'static [(&'static str, &'static str)]),
    Path(&'static str, &'static str),
    Raw(&'static str),
}

/// Sends every probe; the last segment of the behavior each is for, with its answer.
pub async fn answers() -> Vec<(&'static str, Answer)> {
    let mut answers = vec![];
    for (behavior, readings, probe) in PROBES {
        let mock = Mock::with(&reading(VECTORS, readings), impatient()).await;
        let answer = match probe {
            Probe::List(query) => super::list(&mock, query).await,
            Probe::As(headers) => {
                let request = mock.request("GET", "/v1/calls");
                send(headers.iter().fold(request, |r, (name, value)| r.header(*name, *value))).await
            }
            Probe::Path(method, path) => send(mock.request(method, path)).await,
            Probe::Raw(rest) => {
                mock.raw(format!("GET /v1/calls HTTP/1.1\r\nHost: x\r\n{rest}").as_bytes()).await
            }
        };
        answers.push((*behavior, answer));
    }
    answers.extend(super::get_call::probes().await);
    answers.extend(super::get_call_sound::probes().await);
    answers
}
