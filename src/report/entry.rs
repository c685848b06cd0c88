//! One entry of the catalogue for people: what it is, where it comes from, and for a behavior how
//! to meet it.

use serde_json::{Value, json};

use super::how::{How, how};
use super::source;
use crate::contract::{Behavior, Catalogue, Finding, Inference, ReachedBy, Reading};
use crate::vendor::Vendor;

/// An entry of the catalogue.
#[derive(Debug)]
pub enum Entry {
    /// A behavior, its vendor's catalogue, and the way to meet it.
    Behavior(&'static Behavior, &'static Catalogue, Option<How>),
    /// A finding.
    Finding(&'static Finding),
    /// An inference.
    Inference(&'static Inference),
    /// A reading.
    Reading(&'static Reading),
}

/// The ids of all entries.
pub fn ids(catalogues: impl Iterator<Item = &'static Catalogue>) -> impl Iterator<Item = &'static str> {
    catalogues.flat_map(|catalogue| {
        let behaviors = catalogue.behaviors().map(|behavior| behavior.id);
        let findings = catalogue.findings.iter().map(|finding| finding.id);
        let inferences = catalogue.inferences.iter().map(|inference| inference.id);
        let readings = catalogue.readings.iter().map(|reading| reading.id);
        behaviors.chain(findings).chain(inferences).chain(readings)
    })
}

/// The entry with an id, and the way to meet it at a server with a base URL. Where a finding and a
/// reading share an id, it is the finding.
#[must_use]
pub fn of(id: &str, vendors: &[&'static dyn Vendor], url: &str) -> Option<Entry> {
    vendors.iter().map(|vendor| vendor.catalogue()).find_map(|catalogue| {
        let behavior = catalogue.behaviors().find(|behavior| behavior.id == id);
        let behavior = behavior.map(|found| Entry::Behavior(found, catalogue, how(found, vendors, url)));
        let finding = || catalogue.findings.iter().find(|finding| finding.id == id);
        let inference = || catalogue.inferences.iter().find(|inference| inference.id == id);
        let reading = || catalogue.readings.iter().find(|reading| reading.id == id);
        behavior
            .or_else(|| finding().map(|finding| Entry::Finding(finding)))
            .or_else(|| inference().map(|inference| Entry::Inference(inference)))
            .or_else(|| reading().map(|reading| Entry::Reading(reading)))
    })
}

impl Entry {
    /// The entry as text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Behavior(behavior, catalogue, how) => {
                let status = behavior.status.map_or_else(String::new, |status| format!("{status}: "));
                let how = how.as_ref().map_or_else(String::new, |how| {
                    let by = match (behavior.reached_by, behavior.status) {
                        (ReachedBy::Fault, _) => "only a fault leads to it",
                        (_, Some(400..)) => "a fault always leads to it",
                        _ => "a request leads to it",
                    };
                    format!("\n# {by}:\n{}", how.text())
                });
                format!(
                    "# {}\n# {status}{}\n# source: {} ({})\n# standing: {}\n{how}",
                    behavior.id,
                    behavior.summary,
                    source::words(behavior),
                    source::page(behavior, catalogue),
                    source::standing(behavior.standing),
                )
            }
            Self::Finding(finding) => format!(
                "# {} ({})\n# {}\n# {}\n# instead: {}\n",
                finding.id,
                finding.severity.name(),
                finding.summary,
                finding.why,
                finding.fix
            ),
            Self::Inference(inference) => format!("# {}\n# {}\n", inference.id, inference.summary),
            Self::Reading(reading) => format!(
                "# {}\n# {}\n# options: {} (the first is the default)\n",
                reading.id,
                reading.question,
                reading.options.join(", ")
            ),
        }
    }

    /// The entry as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Behavior(behavior, catalogue, how) => {
                let mut value = json!(behavior);
                value["page"] = source::page(behavior, catalogue).into();
                value["source"] = source::words(behavior).into();
                if let Some(how) = how {
                    value["how"] = json!({ "server": how.server, "more": how.more, "script": how.script });
                }
                value
            }
            Self::Finding(finding) => json!(finding),
            Self::Inference(inference) => json!(inference),
            Self::Reading(reading) => {
                json!({ "id": reading.id, "question": reading.question, "options": reading.options })
            }
        }
    }
}
