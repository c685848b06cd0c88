//! The metrics of a server, in the text format of Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// The metrics of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    durations: Family<Vendor, Histogram>,
    behaviors: Family<Behavior, Counter>,
    findings: Family<Finding, Counter>,
    faults: Family<Fault, Counter>,
    /// The number of open connections.
    pub connections: Gauge,
    /// The number of worlds, including the default one.
    pub worlds: Gauge,
    /// The number of calls in the default world's universe.
    pub calls: Gauge,
    /// The number of reloads of scenario files, by result.
    pub reloads: Family<Reload, Counter>,
    uptime: Gauge<f64, AtomicU64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    vendor: &'static str,
    operation: &'static str,
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Vendor {
    vendor: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Behavior {
    behavior: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Finding {
    finding: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Fault {
    vendor: &'static str,
    kind: &'static str,
}

/// The result of a reload, as a label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Reload {
    /// `applied` or `refused`.
    pub result: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("callmock");
        let durations = Family::<Vendor, Histogram>::new_with_constructor(|| {
            Histogram::new([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0])
        });
        let metrics = Self {
            answers: Family::default(),
            durations,
            behaviors: Family::default(),
            findings: Family::default(),
            faults: Family::default(),
            connections: Gauge::default(),
            worlds: Gauge::default(),
            calls: Gauge::default(),
            reloads: Family::default(),
            uptime: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register(
            "answers",
            "Vendors' answers; status `none` where the connection broke first",
            metrics.answers.clone(),
        );
        registry.register_with_unit(
            "answer_duration",
            "From a request's last byte to its answer's",
            Unit::Seconds,
            metrics.durations.clone(),
        );
        registry.register("behaviors", "Behaviors exercised", metrics.behaviors.clone());
        registry.register("findings", "Findings about clients' requests", metrics.findings.clone());
        registry.register("faults_injected", "Faults that happened", metrics.faults.clone());
        registry.register("connections", "Connections that are open", metrics.connections.clone());
        registry.register("worlds", "Worlds, the default one among them", metrics.worlds.clone());
        registry.register("calls", "Calls of the default world's universe", metrics.calls.clone());
        registry.register("reloads", "Reloads of the scenario's files", metrics.reloads.clone());
        registry.register_with_unit("uptime", "Since the start", Unit::Seconds, metrics.uptime.clone());
        Self { registry, ..metrics }
    }
}

impl Metrics {
    /// Counts an exchange whose answer is about to be sent.
    pub fn answered(&self, entry: &crate::world::Entry) {
        let status = entry.response.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        let operation = entry.operation.unwrap_or("none");
        self.answers.get_or_create(&Answer { vendor: entry.vendor, operation, status }).inc();
        for behavior in &entry.met.behaviors {
            self.behaviors.get_or_create(&Behavior { behavior: behavior.id }).inc();
        }
        for finding in &entry.met.findings {
            self.findings.get_or_create(&Finding { finding: finding.id }).inc();
        }
        for injected in &entry.faults {
            let kind = injected.kind;
            self.faults.get_or_create(&Fault { vendor: entry.vendor, kind }).inc();
        }
    }

    /// Records the duration of an exchange.
    pub fn took(&self, vendor: &'static str, duration: Duration) {
        self.durations.get_or_create(&Vendor { vendor }).observe(duration.as_secs_f64());
    }

    /// The current metrics in the `OpenMetrics` text format, which Prometheus reads.
    #[must_use]
    pub fn text(&self, uptime: Duration) -> String {
        self.uptime.set(uptime.as_secs_f64());
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "# incomplete");
        }
        text
    }
}
