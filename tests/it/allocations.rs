//! What a longer answer takes in memory: nothing for each row but the row's own bytes.

use reqwest::RequestBuilder;
use tokio::runtime::Runtime;

use crate::alibaba::page;
use crate::mock::Mock;

const SCENARIO: &str = "
callmock: 1
clock: 2024-06-01T00:00:00Z
accounts:
  alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]
  commubo: [{tenant_id: t, access_token: token-of-t}]
generate: {calls: 4000, from: 2024-05-01, to: 2024-05-31}
";

/// The allocations of a request and its answer, and the answer's length. The server and the client
/// are on this thread, so all of them are counted.
fn of(runtime: &Runtime, request: &dyn Fn() -> RequestBuilder) -> (u64, usize) {
    let answer = |request: RequestBuilder| {
        runtime.block_on(async {
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 200);
            answer.bytes().await.expect("a body").len()
        })
    };
    // What is kept once made is made by then.
    for _ in 0..3 {
        answer(request());
    }
    let (mut length, next) = (0, request());
    let counted = allocation_counter::measure(|| length = answer(next));
    (counted.count_total, length)
}

#[test]
fn a_longer_page_takes_no_allocation_for_a_row() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mock = runtime.block_on(Mock::of(SCENARIO));
    let records = |size: usize| {
        let request = || {
            let call = page().with("StartTime", "1714500000000").with("EndTime", "1717100000000");
            call.with("PageSize", &size.to_string()).request(&mock)
        };
        of(&runtime, &request)
    };
    let days = |days: u32| {
        let path = format!("/v1/calls?start=2024-05-13&end=2024-05-{}", 13 + days);
        let headers = [("x-commubo-tenantId", "t"), ("x-commubo-accessToken", "token-of-t")];
        let request = || {
            headers
                .iter()
                .fold(mock.request("GET", &path), |request, (name, value)| request.header(*name, *value))
        };
        of(&runtime, &request)
    };
    for (what, few, many) in
        [("90 records more", records(10), records(100)), ("a day more", days(1), days(2))]
    {
        let rows_more = (many.1 - few.1) / 900;
        assert!(rows_more > 30, "{what}: {few:?}, {many:?}");
        // The longer body is read in a few pieces more.
        assert!(many.0 < few.0 + rows_more as u64 / 2, "{what}: {few:?} and {many:?} allocations and bytes");
    }
}
