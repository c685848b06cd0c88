//! What goes out: a call log with every member, as the page's samples have it (L56-103). What is
//! not there is a zero value, never missing (fact sheet 1.2).

use std::collections::HashSet;

use axum::Json;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::NAME;
use super::auth::Shop;
use super::contract::{DateColumn, EmptyArrays, ExtensionMatch, NumberMatch, StatusOfUnknown, Times};
use super::query::{Comparison, Filter, Search, SortField};
use crate::dialects::sencloud as data;
use crate::universe::{Agent, Call, Decimals, Direction, Ordinal, CallOutcome, Queue, Ref};
use crate::world::{View, World};

type Text<'a> = std::borrow::Cow<'a, str>;

/// Vietnam's time, all year.
const VIETNAM: FixedOffset = FixedOffset::east_opt(7 * 3600).expect("seven hours is an offset");

/// How one answer writes its logs.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    times: Times,
    empty_arrays: EmptyArrays,
    status_of_unknown: StatusOfUnknown,
}

impl Style {
    /// As the world's readings say.
    pub fn of(world: &World) -> Self {
        Self { times: world.reading(), empty_arrays: world.reading(), status_of_unknown: world.reading() }
    }

    /// A time as the live service writes it, or as the page's samples are (A29); nothing is the
    /// zero time.
    fn time(self, at: Option<DateTime<Utc>>) -> String {
        let Some(at) = at else { return "0001-01-01T00:00:00Z".to_owned() };
        match self.times {
            Times::OffsetMicros => at.with_timezone(&VIETNAM).to_rfc3339_opts(SecondsFormat::Micros, false),
            Times::ZuluMillis => at.to_rfc3339_opts(SecondsFormat::Millis, true),
        }
    }

    fn list<T>(self, items: Vec<T>) -> List<T> {
        List { items, as_null: self.empty_arrays == EmptyArrays::Null }
    }
}

/// An array, which is null when empty under one reading (A23).
#[derive(Debug)]
struct List<T> {
    items: Vec<T>,
    as_null: bool,
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.items.is_empty() && self.as_null {
            serializer.serialize_none()
        } else {
            self.items.serialize(serializer)
        }
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn schema_name() -> Text<'static> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Null where it is empty under reading `sencloud.empty_arrays: null`.",
            "type": ["array", "null"],
            "items": generator.subschema_for::<T>(),
        })
    }
}

/// A call as a shop sees it: every member through one accessor, the scenario's own value first, for
/// filters, sorts and answers alike.
pub struct Log<'a> {
    view: &'a View,
    ordinal: Ordinal,
    call: &'a Call,
    given: Option<&'a data::Call>,
}

impl<'a> Log<'a> {
    /// The log of a call, if the shop holds it.
    pub fn of(view: &'a View, ordinal: Ordinal, shop: &Shop) -> Option<Self> {
        let call = view.listed(ordinal, NAME, &shop.id)?;
        let given = call.data.as_ref().and_then(|data| data.sencloud.as_deref());
        Some(Self { view, ordinal, call, given })
    }

    fn text(&self, field: impl Fn(&'a data::Call) -> Option<&'a String>) -> Option<&'a str> {
        self.given.and_then(field).map(String::as_str)
    }

    /// A log's id, whoever asks.
    pub fn wire_id(view: &View, ordinal: Ordinal) -> Option<String> {
        let call = view.call(ordinal)?;
        let given = call.data.as_ref().and_then(|data| data.sencloud.as_deref());
        Some(Log { view, ordinal, call, given }.id().into_owned())
    }

    fn id(&self) -> Text<'a> {
        let derived = || format!("1{}", Decimals::<18>::of(self.view).id(self.ordinal));
        self.text(|g| g.id.as_ref()).map_or_else(|| derived().into(), Text::from)
    }

    fn agent(&self) -> Option<&'a Agent> {
        self.call.agent.map(|agent| self.view.agent(agent))
    }

    fn extension_id(&self) -> Text<'a> {
        let given = self.text(|g| g.extension_id.as_ref()).map(Text::from);
        let agents = || self.call.agent.map(|agent| agents_extension_id(self.view, agent));
        given.or_else(agents).unwrap_or(Text::Borrowed(NOBODY))
    }

    fn user_id(&self) -> Text<'a> {
        let given = self.text(|g| g.user_id.as_ref()).map(Text::from);
        let agents = || self.call.agent.map(|agent| agents_user_id(self.view, agent));
        given.or_else(agents).unwrap_or(Text::Borrowed(NOBODY))
    }

    fn contact_id(&self) -> Text<'a> {
        let given = self.text(|g| g.contact_id.as_ref()).map(Text::from);
        let customers = || {
            let customer = self.call.customer?;
            let given =
                self.view.customer(customer).data.sencloud.as_ref().and_then(|g| g.contact_id.as_deref());
            Some(given.map_or_else(|| derived_id(self.view, "contact", customer.index()).into(), Text::from))
        };
        given.or_else(customers).unwrap_or(Text::Borrowed(NOBODY))
    }

    fn caller(&self) -> &'a str {
        self.text(|g| g.caller.as_ref()).unwrap_or(&self.call.from)
    }

    fn callee(&self) -> &'a str {
        self.text(|g| g.callee.as_ref()).unwrap_or(&self.call.to)
    }

    fn direction(&self) -> &'a str {
        self.text(|g| g.direction.as_ref()).unwrap_or(match self.call.direction {
            Direction::Inbound => "in",
            Direction::Outbound => "out",
            // Upstream keeps two rows of such a call; this is one (A31).
            Direction::Internal => "ext",
        })
    }

    fn call_state(&self) -> &'a str {
        self.text(|g| g.call_state.as_ref()).unwrap_or(match self.call.outcome {
            CallOutcome::Answered => "answered",
            _ => "not_answered",
        })
    }

    fn duration(&self) -> u64 {
        self.given.and_then(|g| g.duration).unwrap_or(self.call.talk.as_seconds())
    }

    fn ended_at(&self) -> DateTime<Utc> {
        self.given.and_then(|g| g.ended_at).unwrap_or_else(|| self.call.ended_at())
    }

    /// When the row was written: as the call began, unless the scenario says otherwise.
    fn created_at(&self) -> DateTime<Utc> {
        self.given.and_then(|g| g.created_at).unwrap_or(self.call.at)
    }

    /// When the row was last changed: as the call ended, unless the scenario says otherwise.
    fn updated_at(&self) -> DateTime<Utc> {
        self.given.and_then(|g| g.updated_at).unwrap_or_else(|| self.ended_at())
    }

    /// What a list is ordered by, in microseconds.
    pub fn key(&self, field: SortField) -> i64 {
        match field {
            SortField::StartedAt => self.call.at,
            SortField::CreatedAt => self.created_at(),
            SortField::UpdatedAt => self.updated_at(),
        }
        .timestamp_micros()
    }

    /// Whether a search wants this log; `whose` is what its filter says of people and queues.
    pub fn passes(&self, filter: &Filter, whose: &Whose) -> bool {
        let is =
            |wanted: &Option<String>, got: Option<&str>| wanted.as_deref().is_none_or(|w| got == Some(w));
        let number = |wanted: &str, how: NumberMatch| match how {
            NumberMatch::Exact => self.caller() == wanted || self.callee() == wanted,
            NumberMatch::Substring => self.caller().contains(wanted) || self.callee().contains(wanted),
        };
        let agent = self.call.agent.map(Ref::index);
        let extension = |ids: &HashSet<String>, how: ExtensionMatch| match self
            .text(|g| g.extension_id.as_ref())
        {
            None => whose.extensions.has(agent),
            Some(id) => {
                let number = self.agent().and_then(|agent| agent.extension.as_deref());
                ids.contains(id)
                    || how == ExtensionMatch::IdOrNumber && number.is_some_and(|number| ids.contains(number))
            }
        };
        let queue = self.call.queue.map(|queue| self.view.queue(queue));
        let queues = queue.and_then(|queue| queue.data.sencloud.as_deref());
        let at = match filter.date_column {
            Some(DateColumn::CreatedAt) => self.created_at(),
            Some(DateColumn::StartedAt) | None => self.call.at,
        };
        filter.call_number.as_ref().is_none_or(|(wanted, how)| number(wanted, *how))
            && is(&filter.call_state, Some(self.call_state()))
            && is(&filter.direction, Some(self.direction()))
            && filter.from.is_none_or(|from| at >= from)
            && filter.to.is_none_or(|to| at <= to)
            && is(&filter.department_id, queues.and_then(|queue| queue.department_id.as_deref()))
            && filter.duration.is_none_or(|(how, value)| how.holds(self.duration(), value))
            && filter.extension_ids.as_ref().is_none_or(|(ids, how)| extension(ids, *how))
            && is(&filter.external_id, self.text(|g| g.external_id.as_ref()))
            && is(&filter.external_session_id, self.text(|g| g.external_session_id.as_ref()))
            && filter.hotline_ids.as_ref().is_none_or(|_| whose.hotlines.has(self.call.queue.map(Ref::index)))
            && filter.user_id.as_deref().is_none_or(|wanted| match self.text(|g| g.user_id.as_ref()) {
                None => whose.users.has(agent),
                Some(id) => id == wanted,
            })
    }

    fn item(&self, style: Style) -> CallLog<'a> {
        let call_state = self.call_state();
        let time = |at| style.time(Some(at));
        let recording = || self.call.recording.as_ref().and_then(|recording| recording.url.as_deref());
        CallLog {
            call_state,
            call_status: self.text(|g| g.call_status.as_ref()).unwrap_or(
                match (call_state, style.status_of_unknown) {
                    ("answered", _) => "P",
                    ("unknown", StatusOfUnknown::Z) => "Z",
                    _ => "NS",
                },
            ),
            call_targets: style.list(self.targets(style)),
            callee: self.callee(),
            caller: self.caller(),
            contact_id: self.contact_id(),
            created_at: time(self.created_at()),
            direction: self.direction(),
            duration: self.duration(),
            ended_at: time(self.ended_at()),
            extension_id: self.extension_id(),
            external_id: self.text(|g| g.external_id.as_ref()).unwrap_or_default(),
            external_session_id: self.text(|g| g.external_session_id.as_ref()).unwrap_or_default(),
            id: self.id(),
            note: self.text(|g| g.note.as_ref()).or(self.call.note.as_deref()).unwrap_or_default(),
            recording_urls: style.list(match self.given.and_then(|g| g.recording_urls.as_ref()) {
                Some(urls) => urls.iter().map(String::as_str).collect(),
                None => recording().into_iter().collect(),
            }),
            started_at: time(self.call.at),
            updated_at: time(self.updated_at()),
            user_id: self.user_id(),
        }
    }

    /// The extensions that it went to: the agent's, from when it began to ring there.
    fn targets(&self, style: Style) -> Vec<CallTarget<'a>> {
        if let Some(targets) = self.given.and_then(|g| g.call_targets.as_ref()) {
            return targets.iter().map(|target| CallTarget::given(target, style)).collect();
        }
        let Some(agent) = self.agent() else { return vec![] };
        let call = self.call;
        let rang_at = call.at + TimeDelta::from(call.dial + call.ivr + call.wait);
        let target = CallTarget {
            add_time: style.time(Some(rang_at)),
            answered_time: style.time(call.answered_at()),
            end_reason: "",
            ended_time: style.time(Some(call.ended_at())),
            fail_code: 0,
            ring_duration: call.ring.as_seconds(),
            ring_time: style.time(Some(rang_at)),
            status: self.call_state(),
            target_number: agent.extension.as_deref().unwrap_or_default(),
            trunk_name: "",
        };
        vec![target]
    }
}

/// Which agents and queues a filter wants: found once for all calls, however many ids the filter
/// has.
#[derive(Debug, Default)]
pub struct Whose {
    extensions: Wanted,
    users: Wanted,
    hotlines: Wanted,
}

/// Which entries of a kind are wanted, by their index; and whether nobody is.
#[derive(Debug, Default)]
struct Wanted {
    entries: Vec<bool>,
    nobody: bool,
}

impl Wanted {
    fn has(&self, index: Option<usize>) -> bool {
        index.map_or(self.nobody, |index| self.entries.get(index).copied().unwrap_or_default())
    }
}

impl Whose {
    /// What a filter says of the people and queues of a view.
    pub fn of(view: &View, filter: &Filter) -> Self {
        let extensions = filter.extension_ids.as_ref().map(|(ids, how)| {
            let wanted = |(reference, agent): (Ref<Agent>, &Agent)| {
                let number = agent.extension.as_deref().filter(|_| *how == ExtensionMatch::IdOrNumber);
                ids.contains(&*agents_extension_id(view, reference))
                    || number.is_some_and(|number| ids.contains(number))
            };
            Wanted { entries: view.agents().map(wanted).collect(), nobody: ids.contains(NOBODY) }
        });
        let users = filter.user_id.as_deref().map(|id| Wanted {
            entries: view.agents().map(|(agent, _)| *agents_user_id(view, agent) == *id).collect(),
            nobody: id == NOBODY,
        });
        let hotlines = filter.hotline_ids.as_ref().map(|ids| {
            let wanted = |(_, queue): (Ref<Queue>, &Queue)| {
                let given = queue.data.sencloud.as_ref().and_then(|queue| queue.hotline_id.as_deref());
                ids.contains(given.unwrap_or(&queue.id))
            };
            Wanted { entries: view.queues().map(wanted).collect(), nobody: false }
        });
        Self {
            extensions: extensions.unwrap_or_default(),
            users: users.unwrap_or_default(),
            hotlines: hotlines.unwrap_or_default(),
        }
    }
}

/// The id of somebody where there is nobody.
const NOBODY: &str = "0";

/// An id that the scenario leaves open: 19 digits, as the vendor's own are.
fn derived_id(view: &View, kind: &str, index: usize) -> String {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&view.opaque(kind, index)[..8]);
    format!("1{:018}", u64::from_be_bytes(bytes) % 1_000_000_000_000_000_000)
}

fn agents_extension_id(view: &View, agent: Ref<Agent>) -> Text<'_> {
    let given = view.agent(agent).data.sencloud.as_ref().and_then(|g| g.extension_id.as_deref());
    given.map_or_else(|| derived_id(view, "extension", agent.index()).into(), Text::from)
}

fn agents_user_id(view: &View, agent: Ref<Agent>) -> Text<'_> {
    let given = view.agent(agent).data.sencloud.as_ref().and_then(|g| g.user_id.as_deref());
    given.map_or_else(|| derived_id(view, "user", agent.index()).into(), Text::from)
}

impl Comparison {
    fn holds(self, duration: u64, value: i64) -> bool {
        let duration = i128::from(duration);
        let value = i128::from(value);
        match self {
            Comparison::Equal => duration == value,
            Comparison::LessThan => duration < value,
            Comparison::LessThanOrEqualTo => duration <= value,
            Comparison::GreaterThan => duration > value,
            Comparison::GreaterThanOrEqualTo => duration >= value,
        }
    }
}

/// A call log, its members in the samples' order (page L62-103).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct CallLog<'a> {
    call_state: &'a str,
    call_status: &'a str,
    call_targets: List<CallTarget<'a>>,
    callee: &'a str,
    caller: &'a str,
    contact_id: Text<'a>,
    created_at: String,
    direction: &'a str,
    duration: u64,
    ended_at: String,
    extension_id: Text<'a>,
    external_id: &'a str,
    external_session_id: &'a str,
    id: Text<'a>,
    note: &'a str,
    recording_urls: List<&'a str>,
    started_at: String,
    updated_at: String,
    user_id: Text<'a>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct CallTarget<'a> {
    add_time: String,
    answered_time: String,
    end_reason: &'a str,
    ended_time: String,
    fail_code: i64,
    ring_duration: u64,
    ring_time: String,
    status: &'a str,
    target_number: &'a str,
    trunk_name: &'a str,
}

impl<'a> CallTarget<'a> {
    fn given(target: &'a data::CallTarget, style: Style) -> Self {
        Self {
            add_time: style.time(target.add_time),
            answered_time: style.time(target.answered_time),
            end_reason: &target.end_reason,
            ended_time: style.time(target.ended_time),
            fail_code: target.fail_code,
            ring_duration: target.ring_duration,
            ring_time: style.time(target.ring_time),
            status: &target.status,
            target_number: &target.target_number,
            trunk_name: &target.trunk_name,
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Answer<'a> {
    call_logs: List<CallLog<'a>>,
    paging: Paging<'a>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Paging<'a> {
    after: &'a str,
    before: &'a str,
    limit: usize,
    next: String,
    prev: String,
    sort: &'a str,
}

/// A page of logs as the answer.
pub fn page<'a>(
    logs: impl Iterator<Item = Log<'a>>,
    search: &Search,
    prev: String,
    next: String,
    style: Style,
) -> Response {
    let echo = &search.page.echo;
    Json(Answer {
        call_logs: style.list(logs.map(|log| log.item(style)).collect()),
        paging: Paging {
            after: &echo.after,
            before: &echo.before,
            limit: search.page.limit,
            next,
            prev,
            sort: &echo.sort,
        },
    })
    .into_response()
}
