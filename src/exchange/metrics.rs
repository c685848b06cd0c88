//! The metrics of a server, in the text format of Prometheus.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::contract::CoverageCounter;
use crate::world::Kept;

/// The metrics of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// The durations of each vendor's exchanges.
    durations: Vec<(&'static str, Histogram)>,
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

/// The answers, behaviors and findings that coverage counts anyway.
#[derive(Debug)]
struct Counted(Arc<CoverageCounter>);

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let counts = self.0.counts();
        let mut write = |name, help, all: Vec<(Box<dyn Labels>, u64)>| {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for (labels, count) in all {
                labels.encode(&mut family, count)?;
            }
            Ok::<_, std::fmt::Error>(())
        };
        let answers = counts.answers.iter().map(|((vendor, operation, status), count)| {
            let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
            let answer = Answer { vendor, operation: operation.unwrap_or("none"), status };
            (Box::new(answer) as Box<dyn Labels>, *count)
        });
        let help = "Vendors' answers; status `none` where the connection broke first";
        write("answers", help, answers.collect())?;
        let behaviors = counts.behaviors.iter().map(|(behavior, count)| {
            (Box::new(Behavior { behavior: behavior.id }) as Box<dyn Labels>, *count)
        });
        write("behaviors", "Behaviors exercised", behaviors.collect())?;
        let findings = counts
            .findings
            .iter()
            .map(|(finding, count)| (Box::new(Finding { finding: finding.id }) as Box<dyn Labels>, *count));
        write("findings", "Findings about clients' requests", findings.collect())
    }
}

/// The labels of a counter.
trait Labels {
    fn encode(
        &self,
        family: &mut prometheus_client::encoding::MetricEncoder<'_>,
        count: u64,
    ) -> std::fmt::Result;
}

impl<L: EncodeLabelSet> Labels for L {
    fn encode(
        &self,
        family: &mut prometheus_client::encoding::MetricEncoder<'_>,
        count: u64,
    ) -> std::fmt::Result {
        ConstCounter::new(count).encode(family.encode_family(self)?)
    }
}

impl Metrics {
    /// The metrics of a server with some vendors, whose coverage is counted in `total`.
    #[must_use]
    pub fn of(vendors: impl Iterator<Item = &'static str>, total: Arc<CoverageCounter>) -> Self {
        let mut registry = Registry::with_prefix("callmock");
        let durations = Family::<Vendor, Histogram>::new_with_constructor(|| {
            Histogram::new([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0])
        });
        registry.register_collector(Box::new(Counted(total)));
        registry.register_with_unit(
            "answer_duration",
            "From a request's last byte to its answer's",
            Unit::Seconds,
            durations.clone(),
        );
        let metrics = Self {
            durations: vendors
                .map(|vendor| (vendor, durations.get_or_create_owned(&Vendor { vendor })))
                .collect(),
            faults: Family::default(),
            connections: Gauge::default(),
            worlds: Gauge::default(),
            calls: Gauge::default(),
            reloads: Family::default(),
            uptime: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("faults_injected", "Faults that happened", metrics.faults.clone());
        registry.register("connections", "Connections that are open", metrics.connections.clone());
        registry.register("worlds", "Worlds, the default one among them", metrics.worlds.clone());
        registry.register("calls", "Calls of the default world's universe", metrics.calls.clone());
        registry.register("reloads", "Reloads of the scenario's files", metrics.reloads.clone());
        registry.register_with_unit("uptime", "Since the start", Unit::Seconds, metrics.uptime.clone());
        Self { registry, ..metrics }
    }

    /// Counts the faults that were injected into an exchange.
    pub fn injected(&self, kept: &Kept) {
        for injected in &kept.faults {
            let kind = injected.kind;
            self.faults.get_or_create(&Fault { vendor: kept.vendor, kind }).inc();
        }
    }

    /// Records the duration of an exchange.
    pub fn took(&self, vendor: &'static str, duration: Duration) {
        if let Some((_, durations)) = self.durations.iter().find(|(of, _)| *of == vendor) {
            durations.observe(duration.as_secs_f64());
        }
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
