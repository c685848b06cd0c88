//! The format of a state file.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::scenario::{Library, Provenance, Scenario};
use crate::version::VERSION;
use crate::world::{self, Clock, ClockState, Slot, Snapshot};

/// The version of the format.
pub const FORMAT: u32 = 1;

/// A state file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The version of the format: 1.
    #[serde(rename = "callmock_state")]
    _format: u32,
    /// The version of the callmock that wrote it, for people.
    #[serde(rename = "written_by")]
    _written_by: String,
    /// The machine's time at which it was written.
    pub saved_at: DateTime<Utc>,
    /// The worlds: the default one first, then the oldest.
    pub worlds: Vec<KeptWorld>,
}

/// The version of the format alone, which every version has.
#[derive(Debug, Deserialize)]
pub struct Format {
    /// The version of the format.
    pub callmock_state: u32,
}

/// One world in a state file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeptWorld {
    /// Its id.
    pub id: Arc<str>,
    /// Its display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The time for which it may be idle, in milliseconds. The default world has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl_ms: Option<NonZeroU64>,
    /// The machine's time at which it was forked.
    pub created_at: DateTime<Utc>,
    /// The public halves of its accounts, by vendor and by the public half in the scenario.
    #[serde(default)]
    pub credentials: BTreeMap<String, BTreeMap<String, String>>,
    /// Where its scenario came from.
    pub scenario: Provenance,
    /// The flags, the clock and the readings with which the world began.
    pub began: Began,
    /// The world itself.
    pub snapshot: Snapshot,
}

/// The beginning of a world, besides the calls of its scenario.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Began {
    /// The fixed time of `--now`, if the server was started with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<DateTime<Utc>>,
    /// The scenario's clock.
    pub clock: ClockState,
    /// The scenario's readings.
    pub readings: BTreeMap<String, String>,
}

impl Began {
    /// The beginning of a world of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let readings = scenario.readings.iter().map(|(id, option)| (id.to_owned(), option.to_owned()));
        Self { now: scenario.options.now, clock: scenario.clock.into(), readings: readings.collect() }
    }
}

impl KeptWorld {
    /// A world of a server, as it is now.
    fn of(slot: &Slot, library: &Library) -> Self {
        let world = slot.world();
        let scenario = world.scenario();
        let mut credentials: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for (vendor, of_scenario, own) in world.names().pairs() {
            let of_vendor = credentials.entry(vendor.to_owned()).or_default();
            of_vendor.insert(of_scenario.to_owned(), own.to_owned());
        }
        Self {
            id: Arc::clone(slot.id()),
            name: slot.name().map(str::to_owned),
            ttl_ms: slot.ttl().map(|ttl| {
                let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
                NonZeroU64::new(millis).unwrap_or(NonZeroU64::MIN)
            }),
            created_at: slot.created_at(),
            credentials,
            scenario: if **slot.id() == *world::Worlds::DEFAULT {
                Provenance::Own
            } else {
                library.provenance(scenario)
            },
            began: Began::of(scenario),
            snapshot: world.snapshot(),
        }
    }
}

/// The worlds of a server, to be written. Each is read when its turn has come, so a large state is
/// never in memory as a whole.
pub struct Worlds<'a>(pub &'a [Arc<Slot>], pub &'a Library);

impl Serialize for Worlds<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Each<'a>(&'a [Arc<Slot>], &'a Library);

        impl Serialize for Each<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.iter().map(|slot| KeptWorld::of(slot, self.1)))
            }
        }

        let Self(slots, library) = self;
        let mut state = serializer.serialize_struct("State", 4)?;
        state.serialize_field("callmock_state", &FORMAT)?;
        state.serialize_field("written_by", VERSION)?;
        state.serialize_field("saved_at", &Clock::machine())?;
        state.serialize_field("worlds", &Each(slots, library))?;
        state.end()
    }
}
