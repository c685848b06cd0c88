//! A team's own words: the names of its columns, and the words in them, in callmock's terms.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::nearest::did_you_mean_or_known;
use crate::times::{NoSuchZone, Zone};
use crate::universe::{CallOutcome, Direction};
use crate::vendor::Field;
use crate::yaml::{self, Bounds};

/// The file of `--map`. Everything that it does not name is in callmock's words already.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    /// The vendor of every row, for a table of one vendor without such a column.
    vendor: Option<String>,
    /// By the team's name of a column: `vendor`, `id`, or a field. A column without a name is left
    /// out.
    columns: BTreeMap<String, Option<String>>,
    /// By field: the team's words, and callmock's. A word for nothing stands for null.
    words: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// The zone of times without an offset, such as `Asia/Tokyo` or `+09:00`; by default, the
    /// vendor's offset.
    zone: Option<String>,
}

/// The words of a field that has a closed list of them.
fn known_words(field: &str) -> Option<Vec<String>> {
    let plain = |value: Value| value.as_str().map(str::to_owned);
    let of = |values: Vec<Value>| values.into_iter().filter_map(plain).collect();
    match field {
        "direction" => Some(of([Direction::Inbound, Direction::Outbound, Direction::Internal]
            .map(|direction| serde_json::json!(direction))
            .to_vec())),
        "outcome" => {
            let outcomes = [
                CallOutcome::Answered,
                CallOutcome::NoAnswer,
                CallOutcome::Busy,
                CallOutcome::Rejected,
                CallOutcome::AbandonedIvr,
                CallOutcome::AbandonedQueue,
                CallOutcome::AbandonedRing,
                CallOutcome::Voicemail,
                CallOutcome::Failed,
            ];
            let mut words: Vec<String> = of(outcomes.map(|outcome| serde_json::json!(outcome)).to_vec());
            // A vendor has one word for several outcomes.
            words.extend(["abandoned", "not_answered"].map(str::to_owned));
            Some(words)
        }
        _ => None,
    }
}

impl Words {
    /// Reads a file in YAML or JSON.
    ///
    /// # Errors
    /// The first mistake, and how to correct it.
    pub fn read(text: &str, vendors: &[&str]) -> Result<Self, String> {
        let words: Self = yaml::whole(text, Bounds::OWN).map_err(|mistake| {
            format!("line {}, column {}: {}", mistake.line, mistake.column, mistake.message)
        })?;
        let fields = || Field::ALL.iter().map(|field| field.name());
        for (column, field) in &words.columns {
            let known = || ["vendor", "id"].into_iter().chain(fields());
            if let Some(field) = field.as_deref().filter(|field| !known().any(|known| known == *field)) {
                let hint = did_you_mean_or_known(field, known());
                return Err(format!("columns.{column}: there is no field `{field}`{hint}"));
            }
        }
        let known_vendor = |word: &str| {
            let hint = did_you_mean_or_known(word, vendors.iter().copied());
            if vendors.contains(&word) { Ok(()) } else { Err(format!("there is no vendor `{word}`{hint}")) }
        };
        for (field, words) in &words.words {
            let own = || ["vendor"].into_iter().chain(fields());
            if !own().any(|known| known == field) {
                return Err(format!(
                    "words.{field}: there is no such field{}",
                    did_you_mean_or_known(field, own())
                ));
            }
            for word in words.values().flatten() {
                if field == "vendor" {
                    known_vendor(word).map_err(|message| format!("words.vendor: {message}"))?;
                } else if let Some(known) = known_words(field).filter(|known| !known.contains(word)) {
                    let hint = did_you_mean_or_known(word, known.iter().map(String::as_str));
                    return Err(format!("words.{field}: `{word}` is none of callmock's words{hint}"));
                }
            }
        }
        if let Some(vendor) = &words.vendor {
            known_vendor(vendor).map_err(|message| format!("vendor: {message}"))?;
        }
        if let Some(zone) = &words.zone {
            zone.parse::<Zone>().map_err(|NoSuchZone(near)| {
                format!("zone: expected a zone such as `Asia/Tokyo`, `UTC` or `+09:00`, not `{zone}`{near}")
            })?;
        }
        Ok(words)
    }

    /// A row in callmock's words.
    #[must_use]
    pub fn translated(&self, row: Map<String, Value>) -> Map<String, Value> {
        let mut translated = Map::new();
        if let Some(vendor) = &self.vendor {
            translated.insert("vendor".to_owned(), vendor.as_str().into());
        }
        for (column, value) in row {
            let name = match self.columns.get(&column) {
                Some(None) => continue,
                Some(Some(name)) => name.clone(),
                None => column,
            };
            let text = match &value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                Value::Bool(yes) => Some(yes.to_string()),
                _ => None,
            };
            let word = self.words.get(&name).zip(text).and_then(|(words, text)| words.get(&text));
            let value = match word {
                Some(Some(word)) => word.as_str().into(),
                Some(None) => Value::Null,
                None => value,
            };
            translated.insert(name, value);
        }
        translated
    }

    /// The team's names of columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }

    /// Whether a column stands for a field, or the file has its value.
    #[must_use]
    pub fn gives(&self, field: &str) -> bool {
        field == "vendor" && self.vendor.is_some()
            || self.columns.values().any(|known| known.as_deref() == Some(field))
    }

    /// The zone of times without an offset, if the file names one.
    #[must_use]
    pub fn zone(&self) -> Option<Zone> {
        self.zone.as_ref()?.parse().ok()
    }
}
