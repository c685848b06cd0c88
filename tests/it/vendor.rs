//! What the suites need of a vendor: one implementation a vendor, in `tests/it/<vendor>/vendor.rs`.
//! A suite takes the vendors from [`ALL`] and names none.

use std::collections::BTreeMap;

use callmock::vendor::Vendor;
use callmock::vendors;
use futures_util::future::LocalBoxFuture;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::client::World;
use crate::mock::{Answer, Mock, send};
use crate::{alibaba, ccai, commubo, sencloud};

/// Every vendor, in the order of `callmock::vendors::ALL`.
pub static ALL: &[&dyn TestVendor] =
    &[&commubo::vendor::Commubo, &ccai::vendor::Ccai, &alibaba::vendor::Alibaba, &sencloud::vendor::Sencloud];

/// What an async method of [`TestVendor`] returns.
pub type Boxed<'a, T> = LocalBoxFuture<'a, T>;

/// Answers, each with the id of what it shows.
pub type Shown = Vec<(&'static str, Answer)>;

/// A vendor as its clients and the suites see it.
pub trait TestVendor: Sync {
    /// Its name in `callmock::vendors::ALL`.
    fn name(&self) -> &'static str;

    /// An account for a scenario, as a YAML flow mapping.
    fn account(&self) -> &'static str;

    /// The members of a world's credential that are its public half and its secret.
    fn halves(&self) -> (&'static str, &'static str);

    /// The public half of a credential and its secret.
    fn parts(&self, credentials: &Value) -> (String, String) {
        let (public, secret) = self.halves();
        let text = |name: &str| credentials[name].as_str().expect("a part of a credential").to_owned();
        (text(public), text(secret))
    }

    /// A credential with another public half and another secret.
    fn credentials(&self, credentials: &Value, public: &str, secret: &str) -> Value {
        let mut other = credentials.clone();
        let names = self.halves();
        other[names.0] = public.into();
        other[names.1] = secret.into();
        other
    }

    /// A good request, with a credential of the world's or of the test's. Two requests of one
    /// credential ask for the same, so that the second is a retry.
    fn request(&self, world: &World<'_>, credentials: &Value) -> RequestBuilder;

    /// The good request once for every place in which a credential may stand.
    fn places(&self, world: &World<'_>, credentials: &Value) -> Vec<(&'static str, RequestBuilder)> {
        vec![("its only place", self.request(world, credentials))]
    }

    /// The operations whose answers show calls.
    fn shows(&self) -> Vec<Shows>;

    /// A request for each behavior that a request can reach, with its answer.
    fn probes(&self) -> Boxed<'_, Shown>;

    /// A request for each finding that shows at once and not at every vendor alike, in the default
    /// world of [`DAY`](day), with its answer.
    fn causes<'a>(&'a self, mock: &'a Mock) -> Boxed<'a, Shown>;

    /// The findings that show only from what follows, and have tests of their own.
    fn found_later(&self) -> &'static [&'static str];

    /// A client that uses every operation and makes no mistake.
    fn careful<'a>(&'a self, world: &'a World<'_>) -> Boxed<'a, Vec<Answer>>;

    /// How a request over an injected rate limit is refused.
    fn throttled(&self) -> Throttled;

    /// The header by which an answer says how long to wait.
    fn wait(&self, seconds: u64) -> (&'static str, String) {
        ("retry-after", seconds.to_string())
    }

    /// The request that a fault refuses by a behavior.
    fn request_for(&self, _behavior: &str, world: &World<'_>) -> RequestBuilder {
        self.request(world, world.credentials(self.name()))
    }

    /// Whether a refusal is the one that an error's name means.
    fn is_error(&self, answer: &Answer, name: &str) -> bool {
        answer.outcome().split('.').next_back() == Some(name)
    }

    /// Whether a refusal may have no body.
    fn may_be_silent(&self) -> bool {
        false
    }
}

impl std::fmt::Debug for dyn TestVendor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// An operation whose answers show calls.
pub struct Shows {
    /// Its id in the catalogue.
    pub operation: &'static str,
    /// How it comes to show all of them.
    pub how: How,
    /// Everything that it shows of a world, as raw JSON of the wire.
    pub all: for<'a> fn(&'a World<'_>) -> Boxed<'a, Vec<Value>>,
    /// A row of a team's table, made of one shown call by code that knows nothing of the neutral
    /// calls. What the vendor does not tell is left out, or null.
    pub row_of: fn(&Value) -> Value,
    /// Members that are told of some calls only, by what a neutral call does not have: no row has
    /// them.
    pub left_out: &'static [&'static str],
}

/// How an operation comes to show all calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Page by page.
    Listed,
    /// A request for each call.
    OneByOne,
    /// As the client creates them.
    Created,
}

/// How a vendor refuses a request over a rate limit.
pub struct Throttled {
    pub status: u16,
    /// The member of the body that has the code, and the code.
    pub code: Option<(&'static str, &'static str)>,
    /// The header that says when to come back, and how many of its units are a second.
    pub wait: Option<(&'static str, u64)>,
}

impl dyn TestVendor {
    /// The vendor that is tested.
    pub fn served(&self) -> &'static dyn Vendor {
        let found = vendors::ALL.iter().find(|vendor| vendor.name() == self.name());
        *found.unwrap_or_else(|| panic!("{} is no vendor", self.name()))
    }

    /// Sends the good request with the world's own credential.
    pub async fn ask(&self, world: &World<'_>) -> Answer {
        send(self.request(world, world.credentials(self.name()))).await
    }

    /// The id of one of its findings or inferences.
    pub fn id(&self, what: &str) -> String {
        format!("{}.{what}", self.name())
    }

    /// A world's credential with a wrong secret.
    pub fn with_wrong_secret(&self, world: &World<'_>) -> Value {
        let own = world.credentials(self.name());
        self.credentials(own, &self.parts(own).0, "wrong")
    }

    /// A world's credential with a public half that is nobody's.
    pub fn with_strange_half(&self, world: &World<'_>) -> Value {
        let own = world.credentials(self.name());
        self.credentials(own, "99999", &self.parts(own).1)
    }

    /// A row for each call that it shows in a world. Of a call that several operations show, the
    /// row has all that they tell, without what any of them leaves out.
    pub async fn table(&self, world: &World<'_>, wanted: &[How]) -> Vec<Value> {
        let mut rows: BTreeMap<String, Value> = BTreeMap::new();
        let mut all = self.shows();
        let left_out: Vec<&str> = all.iter().flat_map(|shows| shows.left_out).copied().collect();
        // What is created is listed, too, once it is over.
        all.sort_by_key(|shows| shows.how != How::Created);
        for shows in all.into_iter().filter(|shows| wanted.contains(&shows.how)) {
            let records = (shows.all)(world).await;
            if shows.how == How::Created {
                world.admin("POST", "clock/advance", &json!({ "by": "P2D" })).await;
            }
            for record in records {
                let mut row = (shows.row_of)(&record);
                row["vendor"] = self.name().into();
                let known = rows.entry(row["id"].to_string()).or_insert_with(|| json!({}));
                let row = row.as_object().expect("a row").iter();
                for (name, value) in row.filter(|(name, _)| !left_out.contains(&name.as_str())) {
                    if known[name].is_null() {
                        known[name] = value.clone();
                    }
                }
            }
        }
        rows.into_values().collect()
    }
}

/// The vendor of a name.
pub fn of(name: &str) -> &'static dyn TestVendor {
    let found = ALL.iter().find(|vendor| vendor.name() == name);
    *found.unwrap_or_else(|| panic!("{name} has no implementation of TestVendor in tests/it/vendor.rs"))
}

/// A scenario with an account of every vendor, people and a queue, and what a test adds.
pub fn scenario(clock: &str, more: &str) -> String {
    let accounts: String =
        ALL.iter().map(|vendor| format!("  {}: [{}]\n", vendor.name(), vendor.account())).collect();
    format!(
        r#"
callmock: 1
clock: {clock}
accounts:
{accounts}agents: [{{id: admin, name: Admin, email: admin@somedomain.com, extension: "101"}}, {{id: li, name: Li, extension: "102"}}]
customers: [{{id: suzuki, name: Suzuki, phones: ["+12051234567"], tickets: ["1"]}}, {{id: ann, name: Ann}}]
queues: [{{id: lockstar, name: Lock Star, ccai: {{menu_id: 9, menu_type: ivr_menu, entry: [ivr, mobile]}}}}, {{id: sales, name: Sales}}]
{more}
"#
    )
}

/// Generated calls of one day, held by every vendor.
pub fn day(calls: u32) -> String {
    let generate = format!(
        "generate: {{calls: {calls}, from: 2024-05-14, to: 2024-05-14T11:00:00+08:00, offset: +08:00}}"
    );
    scenario("2024-05-14T12:00:00+08:00", &generate)
}

/// The ways in which a call can come out.
const OUTCOMES: [&str; 9] = [
    "answered",
    "no_answer",
    "busy",
    "rejected",
    "abandoned_ivr",
    "abandoned_queue",
    "abandoned_ring",
    "voicemail",
    "failed",
];

/// Two calls of each outcome in each direction, held by every vendor. No two of a call's durations
/// are equal, so that none is taken for another.
pub fn every_outcome() -> String {
    let mut calls = String::from("calls:\n");
    let mut n = 0;
    for outcome in OUTCOMES {
        for direction in ["inbound", "outbound", "internal"] {
            for (agent, customer, queue) in [("admin", "suzuki", "lockstar"), ("li", "ann", "sales")] {
                n += 1;
                let more = match outcome {
                    "answered" => format!(
                        "talk: {}s, hold: 11s, recording: {{url: \"https://example.com/{n}.mp3\", duration: {}s}}, \
                         rating: {{score: {}, label: label-{n}, channel: {}}}, ",
                        100 + n,
                        200 + n,
                        n % 5 + 1,
                        if n % 2 == 0 { "ivr" } else { "sms" }
                    ),
                    "voicemail" => format!("recording: {{duration: {}s}}, ", 200 + n),
                    _ => String::new(),
                };
                let parent = if n > 6 { "parent: c1, " } else { "" };
                calls += &format!(
                    "  - {{id: c{n}, direction: {direction}, from: \"07351{n:02}\", to: \"40010{n:02}\", \
                     at: 2024-05-14T09:{n:02}:00.123456+08:00, dial: 2s, ivr: 3s, wait: 5s, ring: 7s, {more}{parent}\
                     agent: {agent}, customer: {customer}, queue: {queue}, outcome: {outcome}}}\n"
                );
            }
        }
    }
    scenario("2024-05-14T12:00:00+08:00", &calls)
}

/// What is told only of the file of a recording: no row has it, for a row is made of one answer.
pub const FILE: &[&str] = &["recording_bytes", "recording_sha256"];

/// The first file that a world serves at one of some addresses, fetched whole.
pub async fn files<'a>(world: &World<'_>, urls: impl Iterator<Item = &'a Value>) -> Option<Answer> {
    let own = urls.filter_map(Value::as_str).find_map(|url| url.strip_prefix(&world.mock.url("")))?;
    Some(send(world.mock.request("GET", own)).await)
}

/// The list at a member of a row's answer.
pub fn rows(body: &mut Value, pointer: &str) -> Vec<Value> {
    match body.pointer_mut(pointer).map(Value::take) {
        Some(Value::Array(rows)) => rows,
        _ => panic!("there is no list at {pointer:?} of {body:#}"),
    }
}

#[test]
fn every_vendor_that_is_served_is_tested() {
    let served: Vec<&str> = vendors::ALL.iter().map(|vendor| vendor.name()).collect();
    let tested: Vec<&str> = ALL.iter().map(|vendor| vendor.name()).collect();
    similar_asserts::assert_eq!(served: served, tested: tested, "the list is ALL in tests/it/vendor.rs");
}

#[test]
fn every_outcome_of_a_call_is_in_the_scenario_that_has_them_all() {
    let schema = callmock::scenario::schema(&callmock::vendors::catalogues().collect::<Vec<_>>()).to_string();
    for outcome in OUTCOMES {
        assert!(schema.contains(&format!("\"{outcome}\"")), "{outcome}");
    }
    let document: Value = serde_json::from_str(&schema).expect("JSON");
    let kinds = &document["$defs"]["Outcome"];
    let named = |list: &Value| list.as_array().map_or(0, Vec::len);
    let listed = named(&kinds["enum"]) + named(&kinds["oneOf"]);
    assert_eq!(listed, OUTCOMES.len(), "{kinds:#}");
}
