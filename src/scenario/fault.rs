//! Faults: failures on purpose, as scenario files and the admin API write them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::values::Length;
use crate::contract::{Catalogue, Operation};
use crate::nearest::did_you_mean_or_known;
use crate::universe::Millis;

/// A fault: the requests that it affects, and its effect on them.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a fault such as `{vendor: NAME, do: {error: NAME}}`")]
pub struct Fault {
    /// The id. If left out, `fault-1`, `fault-2` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The vendor whose requests it affects.
    pub vendor: String,
    /// The operation that it affects. If left out, all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The matching requests on which it is due. If left out, all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// The most times that it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub times: Option<u64>,
    /// The effect.
    #[serde(rename = "do")]
    pub action: Action,
}

/// The matching requests on which a fault is due: one of `nth`, `after`, `every`, `probability`.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "`{nth: 3}`, `{after: 2}`, `{every: 2}` or `{probability: 0.1}`"
)]
pub struct When {
    /// The n-th matching request since the fault was added, counted from 1, and no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub nth: Option<u64>,
    /// Every matching request after the first ones, as many as this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub after: Option<u64>,
    /// Every n-th matching request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub every: Option<u64>,
    /// The probability, drawn from the world's seed: 0 is never, 1 is always.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub probability: Option<f64>,
}

/// The effect of a fault: one of the kinds. `delay` may be combined with any other.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "what happens, such as `{error: NAME}`, `{status: 503}`, `{delay: 2s}` or `{disconnect: reset}`"
)]
pub struct Action {
    /// The name of one of the vendor's own refusals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The status of an answer of any content.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 200, max = 599))]
    pub status: Option<u16>,
    /// With `status`, the headers of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
    /// With `status`, the body of the answer. A text is sent as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The time for which the answer is held back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// A body that is sent slowly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_body: Option<SlowBody>,
    /// A rate limit. Requests over it get the vendor's own throttling answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// A broken connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect: Option<Disconnect>,
    /// With `delay` or `disconnect`: the step after which it happens. If left out, it happens before
    /// the request is carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
}

/// The step of a request after which a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// The request was carried out. What it creates is there, whether its answer comes or not.
    Handler,
}

/// The delay of an answer, on the machine's clock: a duration, or a random one.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "a duration such as `250ms`, or `{median: 250ms, sigma: 0.5}`")]
pub enum Delay {
    /// One duration, used every time.
    Fixed(Length),
    /// A log-normal distribution, as the latencies of real services have.
    LogNormal(LogNormal),
}

/// A log-normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogNormal {
    /// The median.
    pub median: Length,
    /// The standard deviation of the logarithm: 0 is a fixed delay, 0.5 is usual, 5 is the most.
    #[schemars(range(min = 0.0, max = 5.0))]
    pub sigma: f64,
}

/// A body that is sent slowly.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlowBody {
    /// The rate in bytes per second, at least 1.
    #[schemars(range(min = 1))]
    pub bytes_per_second: u64,
}

/// A rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// The number of requests that a window lets through.
    pub requests: u64,
    /// The length of a window. A window begins with its first request.
    pub per: Length,
    /// The clock that ends a window.
    #[serde(default, skip_serializing_if = "LimitClock::is_either")]
    pub clock: LimitClock,
}

/// The clock that ends a window of a rate limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitClock {
    /// Whichever of the machine's and the world's clock passes the end first. So a client that
    /// waits as told gets through, and so does a test that advances the world's clock.
    #[default]
    Either,
    /// The world's clock alone. If it is fixed, the window never ends.
    World,
}

impl LimitClock {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
    fn is_either(&self) -> bool {
        *self == Self::Either
    }
}

/// The way in which a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Disconnect {
    /// A TCP RST instead of an answer.
    Reset,
    /// An orderly close without an answer.
    Close,
    /// A close after half of the answer's body.
    MidBody,
    /// Half of the body as a chunk, followed by bytes that are not a chunk.
    BadChunk,
}

/// A fault whose names have been looked up.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The fault as written.
    pub fault: Fault,
    /// The vendor's folder name.
    pub vendor: &'static str,
    /// The operation. None is all operations.
    pub operation: Option<&'static Operation>,
    /// The matching requests on which it is due.
    pub occasion: Occasion,
    /// The effect besides a delay.
    pub effect: Effect,
    /// The length of the body of its answer, in bytes.
    pub body_bytes: usize,
}

impl Rule {
    /// The action as data. A long body is replaced by its length, because the journal shows it with
    /// each exchange.
    #[must_use]
    pub fn shown(&self) -> Value {
        let mut action = self.fault.action.clone();
        if self.body_bytes > SHOWN_BODY {
            action.body = Some(format!("({} bytes)", self.body_bytes).into());
        }
        serde_json::to_value(&action).unwrap_or_default()
    }
}

/// The longest body of a fault's answer, in bytes.
const LONGEST_BODY: usize = 1 << 20;
/// The longest body that the journal shows with each exchange, in bytes.
const SHOWN_BODY: usize = 1 << 10;
/// The longest delay. The server does not notice a client that gives up, so the connection stays
/// open for the whole delay.
pub const LONGEST_DELAY: Millis = Millis(600_000);

/// The matching requests on which a fault is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Occasion {
    /// Every request.
    Always,
    /// The n-th request, and no other.
    Nth(u64),
    /// Every request after the first n.
    After(u64),
    /// Every n-th request.
    Every(u64),
    /// A random request, with this probability.
    Probability(f64),
}

/// The effect of a fault besides a delay.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// No effect.
    None,
    /// The vendor's own refusal with this name.
    Error(String),
    /// A given answer, whatever was requested.
    Answer {
        /// The status.
        status: u16,
        /// The headers' names and values, which are valid.
        headers: Vec<(String, String)>,
        /// The body.
        body: Option<Value>,
    },
    /// A body that is sent slowly, at a rate in bytes per second.
    SlowBody(u64),
    /// The vendor's throttling answer, above a rate.
    RateLimit(RateLimit),
    /// A broken connection.
    Disconnect(Disconnect),
}

/// A mistake in a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The path of the mistake, such as `do.error`.
    pub path: &'static str,
    /// A description of the mistake, and what to write instead.
    pub message: String,
}

impl Fault {
    /// Looks up the names in the fault.
    ///
    /// # Errors
    /// The first mistake found.
    pub fn rule(self, catalogues: &[&'static Catalogue]) -> Result<Rule, Wrong> {
        let wrong = |path, message: String| Err(Wrong { path, message });
        let Some(catalogue) = catalogues.iter().copied().find(|c| c.vendor == self.vendor) else {
            let hint = did_you_mean_or_known(&self.vendor, catalogues.iter().map(|c| c.vendor));
            return wrong("vendor", format!("there is no vendor `{}`{hint}", self.vendor));
        };
        let operation = match &self.operation {
            None => None,
            Some(name) => match catalogue.operations.iter().copied().find(|o| o.id == name) {
                None => {
                    let hint = did_you_mean_or_known(name, catalogue.operations.iter().map(|o| o.id));
                    let message = format!("{} has no operation `{name}`{hint}", catalogue.vendor);
                    return wrong("operation", message);
                }
                found => found,
            },
        };
        let fits = |id: &str| (1..=100).contains(&id.chars().count()) && !id.chars().any(char::is_control);
        if self.id.as_deref().is_some_and(|id| !fits(id)) {
            return wrong("id", "expected 1 to 100 printable characters; leave it out to get one".to_owned());
        }
        let body_bytes = self.action.body.as_ref().map_or(0, |body| body.to_string().len());
        if body_bytes > LONGEST_BODY {
            return wrong("do.body", format!("expected {LONGEST_BODY} bytes at most, found {body_bytes}"));
        }
        if self.times == Some(0) {
            return wrong("times", "expected 1 or more, found 0".to_owned());
        }
        let occasion = self.when.as_ref().map_or(Ok(Occasion::Always), When::occasion)?;
        let effect = self.action.effect(catalogue)?;
        Ok(Rule { vendor: catalogue.vendor, operation, occasion, effect, body_bytes, fault: self })
    }
}

impl When {
    fn occasion(&self) -> Result<Occasion, Wrong> {
        let wrong = |path, message: String| Err(Wrong { path, message });
        match *self {
            When { nth: Some(0), .. } => wrong("when.nth", "expected 1 or more, found 0".to_owned()),
            When { after: Some(0), .. } => wrong("when.after", "expected 1 or more, found 0".to_owned()),
            When { every: Some(0), .. } => wrong("when.every", "expected 1 or more, found 0".to_owned()),
            When { probability: Some(p), .. } if !(0.0..=1.0).contains(&p) => {
                wrong("when.probability", format!("expected 0 to 1, found {p}"))
            }
            When { nth: Some(n), after: None, every: None, probability: None } => Ok(Occasion::Nth(n)),
            When { nth: None, after: Some(n), every: None, probability: None } => Ok(Occasion::After(n)),
            When { nth: None, after: None, every: Some(n), probability: None } => Ok(Occasion::Every(n)),
            When { nth: None, after: None, every: None, probability: Some(p) } => {
                Ok(Occasion::Probability(p))
            }
            When { .. } => wrong("when", "expected one of `nth`, `after`, `every`, `probability`".to_owned()),
        }
    }
}

impl Action {
    /// The kind of the action, as it is written. `delay` if it has no other effect.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self { error: Some(_), .. } => "error",
            Self { status: Some(_), .. } => "status",
            Self { slow_body: Some(_), .. } => "slow_body",
            Self { rate_limit: Some(_), .. } => "rate_limit",
            Self { disconnect: Some(_), .. } => "disconnect",
            _ => "delay",
        }
    }

    const KINDS: &'static str = "one of `error`, `status`, `slow_body`, `rate_limit`, `disconnect`, with or without `delay`, or `delay` alone";

    fn effect(&self, catalogue: &Catalogue) -> Result<Effect, Wrong> {
        let wrong = |path, message: String| Err(Wrong { path, message });
        if self.status.is_none() && (self.headers.is_some() || self.body.is_some()) {
            return wrong("do", "`headers` and `body` need a `status` beside them".to_owned());
        }
        if let Some(Delay::Fixed(length) | Delay::LogNormal(LogNormal { median: length, .. })) = self.delay
            && length.0 > LONGEST_DELAY
        {
            return wrong("do.delay", format!("expected {LONGEST_DELAY} at most, found {}", length.0));
        }
        if let Some(Delay::LogNormal(LogNormal { sigma, .. })) = self.delay
            && !(0.0..=5.0).contains(&sigma)
        {
            return wrong("do.delay.sigma", format!("expected 0 to 5, found {sigma}"));
        }
        let mut effects = vec![];
        if let Some(name) = &self.error {
            effects.push(error(name, catalogue)?);
        }
        if let Some(status) = self.status {
            effects.push(self.answer(status)?);
        }
        if let Some(SlowBody { bytes_per_second }) = self.slow_body {
            if bytes_per_second == 0 {
                return wrong("do.slow_body.bytes_per_second", "expected 1 or more, found 0".to_owned());
            }
            effects.push(Effect::SlowBody(bytes_per_second));
        }
        if let Some(limit) = self.rate_limit {
            if limit.per.0.0 == 0 {
                return wrong("do.rate_limit.per", "expected more than nothing, such as `1s`".to_owned());
            }
            effects.push(Effect::RateLimit(limit));
        }
        effects.extend(self.disconnect.map(Effect::Disconnect));
        if self.after.is_some() && self.disconnect.is_none() && self.delay.is_none() {
            return wrong("do.after", "expected `disconnect` or `delay` beside it".to_owned());
        }
        match (effects.len(), self.delay) {
            (0, None) => wrong("do", format!("expected {}", Self::KINDS)),
            (0, Some(_)) => Ok(Effect::None),
            (1, _) => Ok(effects.swap_remove(0)),
            (n, _) => wrong("do", format!("{n} kinds at once; expected {}", Self::KINDS)),
        }
    }

    fn answer(&self, status: u16) -> Result<Effect, Wrong> {
        let wrong = |path, message: String| Err(Wrong { path, message });
        if !(200..=599).contains(&status) {
            return wrong("do.status", format!("expected 200 to 599, found {status}"));
        }
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        for (name, value) in self.headers.iter().flatten() {
            if name.is_empty() || !name.chars().all(token) {
                return wrong("do.headers", format!("`{name}` cannot be the name of a header"));
            }
            if !value.chars().all(|c| c == '\t' || (' '..='~').contains(&c)) {
                return wrong("do.headers", format!("the value of `{name}` is not printable ASCII"));
            }
            if ["content-length", "transfer-encoding", "connection"]
                .contains(&name.to_ascii_lowercase().as_str())
            {
                return wrong(
                    "do.headers",
                    format!("`{name}` is set by the server; see `disconnect` for broken answers"),
                );
            }
        }
        let headers = self.headers.clone().unwrap_or_default().into_iter().collect();
        Ok(Effect::Answer { status, headers, body: self.body.clone() })
    }
}

fn error(name: &str, catalogue: &Catalogue) -> Result<Effect, Wrong> {
    let names = catalogue.errors();
    let called = || catalogue.all_refusals().any(|refusal| refusal.behavior.is_called(name));
    if names.contains(&name) || called() {
        return Ok(Effect::Error(name.to_owned()));
    }
    let hint = did_you_mean_or_known(name, names.iter().copied());
    let message = format!("{} has no error `{name}`{hint}", catalogue.vendor);
    Err(Wrong { path: "do.error", message })
}
