//! Faults: what goes wrong on purpose, as scenario files and the admin API write it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::values::Length;
use crate::contract::{Catalogue, Operation};
use crate::nearest::did_you_mean_or_known;
use crate::universe::Millis;

/// A fault: on which requests, and what happens to them.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a fault such as `{vendor: NAME, do: {error: NAME}}`")]
pub struct Fault {
    /// What to call it; `fault-1` and so on, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whose requests.
    pub vendor: String,
    /// Which of them; all, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// On which of these; on every one, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// How often at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub times: Option<u64>,
    /// What happens.
    #[serde(rename = "do")]
    pub action: Action,
}

/// On which matching requests a fault is due: one of `nth`, `every`, `probability`.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default, expecting = "`{nth: 3}`, `{every: 2}` or `{probability: 0.1}`")]
pub struct When {
    /// On the n-th matching request since the fault was added, from 1, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub nth: Option<u64>,
    /// On every n-th.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub every: Option<u64>,
    /// By chance, drawn from the world's seed: 0 never, 1 always.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub probability: Option<f64>,
}

/// What happens: one of the kinds; `delay` may stand beside any other.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "what happens, such as `{error: NAME}`, `{status: 503}`, `{delay: 2s}` or `{disconnect: reset}`"
)]
pub struct Action {
    /// A refusal of the vendor's own, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Any answer, by its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 200, max = 599))]
    pub status: Option<u16>,
    /// With `status`: the answer's headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
    /// With `status`: the answer's body, a text as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The answer comes later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Delay>,
    /// The answer's body comes slowly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_body: Option<SlowBody>,
    /// Requests over a rate get the vendor's own throttling answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimit>,
    /// The connection breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disconnect: Option<Disconnect>,
}

/// How long an answer is held back, on the machine's clock: a duration, or one drawn by chance.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "a duration such as `250ms`, or `{median: 250ms, sigma: 0.5}`")]
pub enum Delay {
    /// The same every time.
    Fixed(Length),
    /// Log-normal, as latencies of real services are.
    LogNormal(LogNormal),
}

/// A log-normal distribution.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogNormal {
    /// Half of all are shorter.
    pub median: Length,
    /// The standard deviation of the logarithm: 0 is fixed, 0.5 is usual, 5 at most.
    #[schemars(range(min = 0.0, max = 5.0))]
    pub sigma: f64,
}

/// A slow body.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlowBody {
    /// How fast, at least 1.
    #[schemars(range(min = 1))]
    pub bytes_per_second: u64,
}

/// A rate limit.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// How many requests a window lets through.
    pub requests: u64,
    /// How long a window is; it begins with its first request.
    pub per: Length,
    /// Which clock ends a window.
    #[serde(default, skip_serializing_if = "LimitClock::is_either")]
    pub clock: LimitClock,
}

/// Which clock ends a window of a rate limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitClock {
    /// Whichever has passed it first: a client that waits as it is told gets through, and so does a
    /// test that advances the world's clock.
    #[default]
    Either,
    /// The world's alone: where it stands, the window never ends.
    World,
}

impl LimitClock {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
    fn is_either(&self) -> bool {
        *self == Self::Either
    }
}

/// How a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Disconnect {
    /// By a TCP RST instead of an answer.
    Reset,
    /// It is closed in order, but without an answer.
    Close,
    /// It is closed after half of the answer's body.
    MidBody,
    /// Half of the body comes as a chunk, and then what is no chunk.
    BadChunk,
}

/// A fault whose names were looked up.
#[derive(Debug, Clone)]
pub struct Rule {
    /// As it was written.
    pub fault: Fault,
    /// The vendor's folder name.
    pub vendor: &'static str,
    /// The operation; none for all.
    pub operation: Option<&'static Operation>,
    /// On which matching requests.
    pub occasion: Occasion,
    /// What happens besides a delay.
    pub effect: Effect,
    /// How long its answer's body is.
    pub body_bytes: usize,
}

impl Rule {
    /// What it does, as data, without a body that is longer than a journal should keep again and
    /// again.
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
/// The longest that the journal shows with each exchange.
const SHOWN_BODY: usize = 1 << 10;
/// The longest delay: a client that gives up is not seen to, so its connection stays for as long.
pub const LONGEST_DELAY: Millis = Millis(600_000);

/// On which matching requests a fault is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Occasion {
    /// On every one.
    Always,
    /// On the n-th, once.
    Nth(u64),
    /// On every n-th.
    Every(u64),
    /// By chance.
    Probability(f64),
}

/// What happens to a request besides a delay.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Nothing.
    None,
    /// The vendor refuses it, by this name.
    Error(String),
    /// This answer, whatever was asked for.
    Answer {
        /// The status.
        status: u16,
        /// Names and values, checked.
        headers: Vec<(String, String)>,
        /// The body.
        body: Option<Value>,
    },
    /// The body comes slowly: so many bytes a second.
    SlowBody(u64),
    /// The vendor's throttling answer over a rate.
    RateLimit(RateLimit),
    /// The connection breaks.
    Disconnect(Disconnect),
}

/// What is wrong with a fault: the path to it, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Such as `do.error`.
    pub path: &'static str,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    /// Looks up its names.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
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
            When { every: Some(0), .. } => wrong("when.every", "expected 1 or more, found 0".to_owned()),
            When { probability: Some(p), .. } if !(0.0..=1.0).contains(&p) => {
                wrong("when.probability", format!("expected 0 to 1, found {p}"))
            }
            When { nth: Some(n), every: None, probability: None } => Ok(Occasion::Nth(n)),
            When { nth: None, every: Some(n), probability: None } => Ok(Occasion::Every(n)),
            When { nth: None, every: None, probability: Some(p) } => Ok(Occasion::Probability(p)),
            When { .. } => wrong("when", "expected one of `nth`, `every`, `probability`".to_owned()),
        }
    }
}

impl Action {
    /// Its kind, as it is written: `delay` where it does nothing else.
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
