//! A search finds what a look at every call finds: the same rows, in the same order, with the same
//! total, over random scenarios, clocks, filters, sorts and pages. The reference reads the rows
//! themselves, one by one, and shares nothing with the server's indexes.

use chrono::{DateTime, Utc};
use proptest::bool::weighted;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::agreement::moment;
use crate::alibaba::page;
use crate::mock::{Answer, Mock, list_at, number_at, text_at};
use crate::sencloud::{KEY, cursor};
use crate::{alibaba, sencloud};

/// The clock stands at noon of a day whose calls begin from 6:00 to 18:00.
const NOW: &str = "2024-05-14T12:00:00Z";
const MORNING: i64 = 1_715_666_400_000;

/// A call with what vendors add to it.
#[derive(Debug, Clone)]
struct Added {
    minute: u32,
    talk: u32,
    wait: u32,
    outbound: bool,
    what: usize,
    on: usize,
}

/// What the vendors add: other values than the neutral call's, and another instance.
const ADDITIONS: [&str; 7] = [
    "",
    ", alibaba: {CallDuration: 77, RingTime: 99, CalledNumber: \"0190\"}",
    ", alibaba: {InstanceId: other}",
    ", alibaba: {AgentIds: \"x,mai@ccc-test\", ContactType: Conference, TalkTime: 70000}",
    ", sencloud: {created_at: 2024-05-14T07:00:00Z, duration: 12, caller: \"0191\"}",
    ", sencloud: {updated_at: 2024-05-14T09:00:00Z, extension_id: \"9001\"}",
    ", sencloud: {created_at: 2024-05-15T07:00:00Z, updated_at: 2024-05-13T09:00:00Z}",
];
const HOLDERS: [&str; 4] = ["", ", on: [alibaba]", ", on: [sencloud]", ", on: [ccai, sencloud]"];

impl Added {
    fn yaml(&self, id: &str) -> String {
        let Self { minute, talk, wait, outbound, what, on } = self;
        let (direction, from, to) =
            if *outbound { ("outbound", "0201", "0901") } else { ("inbound", "0902", "0202") };
        let (hour, minute) = (6 + minute / 60, minute % 60);
        format!(
            "{{id: {id}, direction: {direction}, from: \"{from}\", to: \"{to}\", at: \
             2024-05-14T{hour:02}:{minute:02}:00Z, wait: {wait}s, ring: 3s, talk: {talk}s, outcome: answered, agent: \
             mai, queue: hot{}{}}}",
            ADDITIONS[*what], HOLDERS[*on]
        )
    }
}

fn added() -> impl Strategy<Value = Added> {
    // Few minutes, so that many calls begin or end together.
    (0_u32..40, 0_u32..5, 0_u32..3, any::<bool>(), 0..ADDITIONS.len(), 0..HOLDERS.len()).prop_map(
        |(minute, talk, wait, outbound, what, on)| Added {
            minute: minute * 18,
            talk: talk * 600,
            wait: wait * 600,
            outbound,
            what,
            on,
        },
    )
}

/// A scenario with listed and generated calls, with or without calls that only some vendors hold.
#[derive(Debug, Clone)]
struct Scene {
    seed: u64,
    listed: Vec<Added>,
    created: Vec<Added>,
    blocks: Vec<(u32, usize)>,
    coming: &'static str,
}

/// When calls come into lists and change after their ends.
const COMING: [&str; 3] = [
    "",
    "arrival: {delay: {median: 20m, p99: 3h}}\n",
    "arrival: {delay: 30m, sencloud: {median: 1m, p99: 2h}}\nrevisions: {recording: {median: 10m, p99: 5h}, \
     rating: 40m, note: 5m}\n",
];

fn scene() -> impl Strategy<Value = Scene> {
    let calls = |most| prop::collection::vec(added(), 0..most);
    let blocks = prop::collection::vec((1_u32..150, 0..HOLDERS.len()), 1..4);
    let coming = select(&COMING[..]);
    (any::<u64>(), calls(12), calls(6), blocks, coming)
        .prop_map(|(seed, listed, created, blocks, coming)| Scene { seed, listed, created, blocks, coming })
}

impl Scene {
    /// A server of the scenario, in whose world some more calls were created.
    async fn serve(&self) -> Mock {
        let listed: String = self
            .listed
            .iter()
            .enumerate()
            .map(|(n, call)| format!("  - {}\n", call.yaml(&format!("l{n}"))))
            .collect();
        let block = |(calls, on): &(u32, usize)| {
            format!(
                "  - {{calls: {calls}, from: 2024-05-14T06:00:00Z, to: 2024-05-14T18:00:00Z{}}}\n",
                HOLDERS[*on]
            )
        };
        let blocks: String = self.blocks.iter().map(block).collect();
        let calls = if listed.is_empty() { String::new() } else { format!("calls:\n{listed}") };
        let yaml = format!(
            "callmock: 1\nseed: {}\naccounts: {{alibaba: [{{access_key_id: testid, access_key_secret: testsecret, \
             instances: [ccc-test, other]}}], sencloud: [{{api_key: \"{KEY}\"}}]}}\nreadings: \
             {{sencloud.number_match: substring}}\nagents: [{{id: mai, name: Mai, extension: \"101\"}}, {{id: duc, \
             name: Duc, extension: \"102\"}}]\nqueues: [{{id: hot, name: Hot}}, {{id: cold, name: \
             Cold}}]\n{calls}{}generate:\n{blocks}",
            self.seed, self.coming
        );
        let mock = Mock::at(&yaml, NOW).await;
        for (n, call) in self.created.iter().enumerate() {
            let request = mock.request("POST", "/_mock/calls").body(call.yaml(&format!("c{n}")));
            let answer = crate::mock::send(request).await;
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        mock
    }
}

/// A call as a vendor shows it by itself: the reference.
#[derive(Debug)]
struct Row {
    /// When the call began.
    at: DateTime<Utc>,
    /// The call's place: listed calls before generated ones, and created ones last.
    place: (usize, u32),
    shown: Value,
}

/// Every call that a vendor shows, each asked for by itself.
async fn rows(mock: &Mock, vendor: &str) -> Vec<Row> {
    rows_of(mock, "/_mock", vendor).await
}

/// Every call that a vendor shows in a world, whose resources are at `admin`.
async fn rows_of(mock: &Mock, admin: &str, vendor: &str) -> Vec<Row> {
    let all = mock.get(&format!("{admin}/calls?limit=1000")).await.json();
    let mut rows = vec![];
    for call in list_at(&all, "/calls") {
        let name = text_at(call, "/id");
        let (kind, number) = ["l", "gen-", "c"]
            .iter()
            .enumerate()
            .find_map(|(kind, prefix)| Some((kind, name.strip_prefix(prefix)?.parse().ok()?)))
            .expect("an id of the scene");
        let mut shown = mock.get(&format!("{admin}/calls/{name}")).await.json()["shown"][vendor].take();
        if shown.is_object() {
            rows.push(Row { at: moment(&call["at"]), place: (kind, number), shown: shown.take() });
        }
    }
    rows
}

/// The ids of rows, ordered by a key and then by place, or the other way round.
fn sorted<K: Ord>(mut rows: Vec<&Row>, id: &str, key: impl Fn(&Row) -> K, down: bool) -> Vec<String> {
    rows.sort_by_key(|row| (key(row), row.place));
    if down {
        rows.reverse();
    }
    rows.into_iter().map(|row| row.shown[id].as_str().expect("an id").to_owned()).collect()
}

/// A whole number, written as one or as text.
fn whole(value: &Value) -> i64 {
    value.as_str().map_or_else(|| value.as_i64().unwrap(), |text| text.parse().unwrap())
}

/// Parts of telephone numbers: of all, of some and of no calls.
const PARTS: [&str; 6] = ["0", "020", "0190", "55501", "1", "777777"];

/// A request to Alibaba.
#[derive(Debug, Clone)]
struct Search {
    field: usize,
    up: bool,
    size: usize,
    number: usize,
    part: Option<&'static str>,
    inbound: bool,
    agent: bool,
    minutes: Option<(i64, i64)>,
}

fn search() -> impl Strategy<Value = Search> {
    let filter = (option::weighted(0.3, select(&PARTS[..])), weighted(0.2), weighted(0.2));
    (0..FIELDS.len(), any::<bool>(), 1_usize..60, 1_usize..5, filter, option::of((0_i64..720, 0_i64..720)))
        .prop_map(|(field, up, size, number, (part, inbound, agent), minutes)| Search {
            field,
            up,
            size,
            number,
            part,
            inbound,
            agent,
            minutes,
        })
}

const FIELDS: [(&str, &str); 7] = [
    ("startTime", "StartTime"),
    ("callDuration", "CallDuration"),
    ("ringTime", "RingTime"),
    ("talkTime", "TalkTime"),
    ("dialingTime", "DialingTime"),
    ("ivrTime", "IvrTime"),
    ("queueTime", "QueueTime"),
];

impl Search {
    fn wants(&self, Row { at, shown, .. }: &Row) -> bool {
        let has = |name: &str, part: &str| shown[name].as_str().is_some_and(|text| text.contains(part));
        let millis = at.timestamp_millis();
        let (from, to) = self.range();
        shown["InstanceId"] == "ccc-test"
            && (from..=to).contains(&millis)
            && self.part.is_none_or(|part| has("CallingNumber", part) || has("CalledNumber", part))
            && (!self.inbound || shown["ContactType"] == "INBOUND" || shown["ContactType"] == "Inbound")
            && (!self.agent
                || shown["AgentIds"]
                    .as_str()
                    .is_some_and(|ids| ids.split(',').any(|id| id == "mai@ccc-test")))
    }

    fn range(&self) -> (i64, i64) {
        let (from, length) = self.minutes.unwrap_or((0, 1440));
        (MORNING + from * 60_000, MORNING + (from + length) * 60_000)
    }

    /// The page of the rows that filtering and sorting gives, and the total that its answer tells.
    fn expected(&self, rows: &[Row]) -> (Vec<String>, u64) {
        let wanted: Vec<&Row> = rows.iter().filter(|row| self.wants(row)).collect();
        let total = if self.number == 1 { wanted.len() as u64 } else { 0 };
        let key = |row: &Row| match self.field {
            0 => row.at.timestamp_micros(),
            field => whole(&row.shown[FIELDS[field].1]),
        };
        let all = sorted(wanted, "ContactId", key, !self.up);
        (all.into_iter().skip((self.number - 1) * self.size).take(self.size).collect(), total)
    }

    /// Sends the request to the world whose base URL ends in `base`.
    async fn send(&self, mock: &Mock, base: &str) -> Answer {
        let (from, to) = self.range();
        let mut call = page()
            .at(base, "/")
            .with("PageNumber", &self.number.to_string())
            .with("PageSize", &self.size.to_string())
            .with("OrderByField", FIELDS[self.field].0)
            .with("SortOrder", if self.up { "ASC" } else { "DESC" })
            .with("StartTime", &from.to_string())
            .with("EndTime", &to.to_string());
        if let Some(part) = self.part {
            call = call.with("Criteria", &json!({ "phoneNumber": part }).to_string());
        }
        if self.inbound {
            call = call.with("ContactType", "Inbound");
        }
        if self.agent {
            call = call.with("AgentId", "mai@ccc-test");
        }
        call.send(mock).await
    }
}

/// A list of Sencloud.
#[derive(Debug, Clone)]
struct List {
    field: &'static str,
    down: bool,
    limit: usize,
    part: Option<&'static str>,
    longer: Option<i64>,
    extension: bool,
    minutes: Option<(i64, i64)>,
}

fn list_of_logs() -> impl Strategy<Value = List> {
    let fields = select(&["started_at", "created_at", "updated_at"][..]);
    let filter =
        (option::weighted(0.3, select(&PARTS[..])), option::weighted(0.2, 0_i64..300), weighted(0.2));
    (fields, any::<bool>(), 1_usize..100, filter, option::weighted(0.4, (0_i64..720, 0_i64..720))).prop_map(
        |(field, down, limit, (part, longer, extension), minutes)| List {
            field,
            down,
            limit,
            part,
            longer,
            extension,
            minutes,
        },
    )
}

impl List {
    fn range(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let at = |minute: i64| DateTime::from_timestamp_millis(MORNING + minute * 60_000).expect("a time");
        self.minutes.map(|(from, length)| (at(from), at(from + length)))
    }

    fn wants(&self, Row { at, shown, .. }: &Row) -> bool {
        let has = |name: &str, part: &str| shown[name].as_str().is_some_and(|text| text.contains(part));
        self.range().is_none_or(|(from, to)| (from..=to).contains(at))
            && self.part.is_none_or(|part| has("caller", part) || has("callee", part))
            && self.longer.is_none_or(|value| whole(&shown["duration"]) > value)
            && (!self.extension || shown["extension_id"] == "9001")
    }

    fn body(&self, paging: &Value) -> Value {
        let mut filter = json!({});
        if let Some((from, to)) = self.range() {
            filter["date_from"] = json!(from.to_rfc3339());
            filter["date_to"] = json!(to.to_rfc3339());
        }
        if let Some(part) = self.part {
            filter["call_number"] = json!(part);
        }
        if let Some(value) = self.longer {
            filter["duration"] = json!({ "comparison": "greater_than", "value": value });
        }
        if self.extension {
            filter["extension_ids"] = json!(["9001", "nobody's"]);
        }
        let mut paging = paging.clone();
        paging["limit"] = json!(self.limit);
        paging["sort"] = json!(format!("{}{}", if self.down { "-" } else { "" }, self.field));
        json!({ "filter": filter, "paging": paging })
    }
}

/// What happens to a world between two searches.
#[derive(Debug, Clone)]
enum Event {
    /// The clock is set to so many minutes after six in the morning.
    Clock(i64),
    Reading(&'static str, &'static str),
    Agent(&'static str),
    Create(Added),
    Reset,
    /// The world is kept, and restored at the next `Restore`.
    Keep,
    Restore,
    Fork,
    Remove,
}

const READINGS: [(&str, &str); 4] = [
    ("alibaba.call_duration", "integer"),
    ("alibaba.call_duration", "string"),
    ("alibaba.contact_type", "OUTBOUND"),
    ("alibaba.contact_type", "Outbound"),
];

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (-60_i64..800).prop_map(Event::Clock),
        2 => select(&READINGS[..]).prop_map(|(reading, option)| Event::Reading(reading, option)),
        1 => select(&["available", "unavailable"][..]).prop_map(Event::Agent),
        3 => added().prop_map(Event::Create),
        1 => Just(Event::Reset),
        2 => Just(Event::Keep),
        2 => Just(Event::Restore),
        2 => Just(Event::Fork),
        1 => Just(Event::Remove),
    ]
}

/// A world of a mock, with what was kept of it.
struct Kept {
    admin: String,
    base: String,
    snapshot: Option<String>,
}

impl Kept {
    async fn change(&mut self, mock: &Mock, n: usize, event: &Event) {
        let (method, resource, body) = match event {
            Event::Clock(minute) => {
                let at = DateTime::from_timestamp_millis(MORNING + minute * 60_000).expect("a time");
                ("PUT", "clock", json!({ "mode": "fixed", "now": at.to_rfc3339() }).to_string())
            }
            Event::Reading(reading, option) => ("PATCH", "readings", json!({ *reading: option }).to_string()),
            Event::Agent(state) => ("PATCH", "agents/mai", json!({ "state": state }).to_string()),
            Event::Create(call) => ("POST", "calls", call.yaml(&format!("c{}", 100 + n))),
            Event::Reset => ("POST", "reset", String::new()),
            Event::Keep => {
                self.snapshot = Some(mock.get(&format!("{}/snapshot", self.admin)).await.body);
                return;
            }
            Event::Restore => {
                let Some(snapshot) = self.snapshot.clone() else { return };
                ("PUT", "snapshot", snapshot)
            }
            Event::Fork | Event::Remove => return,
        };
        let request = mock.request(method, &format!("{}/{resource}", self.admin)).body(body);
        let answer = crate::mock::send(request).await;
        assert!((200..300).contains(&answer.status), "{event:?}: {}", answer.body);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// The same holds while clocks move, agents, readings and calls change, and worlds are forked,
    /// reset, kept, restored and removed.
    #[test]
    fn a_search_finds_the_same_in_each_world_whatever_happens_to_it_and_to_others(
        scene in scene(),
        steps in prop::collection::vec((event(), any::<prop::sample::Index>(), search()), 1..14),
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mock = scene.serve().await;
            let mut worlds = vec![Kept { admin: "/_mock".into(), base: String::new(), snapshot: None }];
            for (n, (event, whose, search)) in steps.iter().enumerate() {
                let place = whose.index(worlds.len());
                worlds[place].change(&mock, n, event).await;
                match event {
                    Event::Fork => {
                        let forked = mock.fork(json!({})).await;
                        let (admin, base) = (format!("/_mock/worlds/{}", forked.id()), format!("/w/{}", forked.id()));
                        worlds.push(Kept { admin, base, snapshot: None });
                    }
                    // The default world stays.
                    Event::Remove if place > 0 => {
                        let removed = worlds.remove(place);
                        let remove = crate::mock::send(mock.request("DELETE", &removed.admin)).await;
                        assert_eq!(remove.status, 204, "{}", remove.body);
                        assert_eq!(search.send(&mock, &removed.base).await.status, 404);
                    }
                    _ => {}
                }
                for world in &worlds {
                    let (page, total) = search.expected(&rows_of(&mock, &world.admin, "alibaba").await);
                    let answer = search.send(&mock, &world.base).await;
                    assert_eq!(alibaba::ids(&answer), page, "{n}: {event:?}, then {search:?}");
                    assert_eq!(number_at(&answer.json(), "/Data/TotalCount"), total, "{n}: {event:?}, {search:?}");
                }
            }
        });
    }

    /// Every page of every search is the one that filtering and sorting the rows gives.
    #[test]
    fn a_search_by_page_number_finds_what_a_look_at_every_call_finds(
        scene in scene(), searches in prop::collection::vec(search(), 12)
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mock = scene.serve().await;
            let rows = rows(&mock, "alibaba").await;
            for search in searches {
                let (page, total) = search.expected(&rows);
                let answer = search.send(&mock, "").await;
                assert_eq!(alibaba::ids(&answer), page, "{search:?}");
                assert_eq!(number_at(&answer.json(), "/Data/TotalCount"), total, "{search:?}");
            }
        });
    }

    /// A walk along the cursors, to the end and back, gives the list that filtering and sorting the
    /// rows gives.
    #[test]
    fn a_walk_along_cursors_finds_what_a_look_at_every_call_finds(
        scene in scene(), lists in prop::collection::vec(list_of_logs(), 8)
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let mock = scene.serve().await;
            let rows = rows(&mock, "sencloud").await;
            for list in lists {
                let wanted = rows.iter().filter(|row| list.wants(row)).collect();
                let key = |row: &Row| match list.field {
                    "started_at" => row.at,
                    field => moment(&row.shown[field]),
                };
                let expected = sorted(wanted, "id", key, list.down);
                let mut onward = vec![];
                let mut paging = json!({});
                let mut last = loop {
                    let answer = sencloud::list(&mock, list.body(&paging)).await;
                    onward.extend(sencloud::ids(&answer));
                    match cursor(&answer, "next") {
                        next if next.is_empty() => break answer,
                        next => paging = json!({ "after": next }),
                    }
                };
                assert_eq!(onward, expected, "{list:?}");
                let mut back = sencloud::ids(&last);
                loop {
                    let prev = cursor(&last, "prev");
                    if prev.is_empty() {
                        break;
                    }
                    last = sencloud::list(&mock, list.body(&json!({ "before": prev }))).await;
                    back.splice(0..0, sencloud::ids(&last));
                }
                assert_eq!(back, expected, "back: {list:?}");
            }
        });
    }
}
