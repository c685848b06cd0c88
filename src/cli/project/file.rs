//! The format of a project file. Editors show the doc comments here, which become the JSON Schema.

use std::collections::BTreeMap;
use std::fmt;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::scenario::{At, OptionName, Position};
use crate::vendors;

/// A callmock project: what `callmock serve` and `callmock exec` would otherwise be told by flags.
/// A flag wins over its environment variable, and that one over this file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The scenario: a file, relative to this one, or the name of a built-in scenario. The files
    /// of a list are merged in its order.
    pub scenario: Option<Scenarios>,
    /// The readings: `default`, `alternate`, or some by name, such as `commubo.end: inclusive`.
    pub readings: Option<ReadingSet>,
    /// `exec` ends with 3 if less than this percentage of the behaviors in use was exercised.
    #[schemars(with = "Option<u8>", range(min = 0, max = 100))]
    pub fail_under: Option<At<u64>>,
    /// `exec` ends with 4 if there is a finding: of any severity (`true` or `note`), of `warning`
    /// or a higher one, or of `error`.
    pub deny_findings: Option<Denied>,
    /// The file of `callmock baseline write`, relative to this one: `exec` fails only on what is
    /// worse than it.
    pub baseline: Option<At<String>>,
    /// The file of exclusions, relative to this one.
    pub exclusions: Option<At<String>>,
    /// The file, relative to this one, in which `exec` keeps the journal of its run.
    pub journal_out: Option<At<String>>,
}

/// One scenario, or a list of them.
#[derive(Debug, Clone)]
pub struct Scenarios(pub Vec<At<String>>);

impl<'de> Deserialize<'de> for Scenarios {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Vec<At<String>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a file or a name, or a list of them")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Self::Value, E> {
                Ok(vec![At { value: word.to_owned(), place: Position::default() }])
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items))
            }
        }
        struct Words(Vec<At<String>>);
        impl<'de> Deserialize<'de> for Words {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Either).map(Words)
            }
        }
        let At { value: Words(mut words), place } = At::deserialize(deserializer)?;
        for word in words.iter_mut().filter(|word| word.place == Position::default()) {
            word.place = place;
        }
        Ok(Self(words))
    }
}

impl JsonSchema for Scenarios {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scenarios".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let one = json!({ "type": "string", "minLength": 1 });
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

/// All readings at once, or some by name.
#[derive(Debug, Clone)]
pub enum ReadingSet {
    /// `default` or `alternate`.
    All(&'static str),
    /// The options of some readings, by id.
    Chosen(BTreeMap<At<String>, At<OptionName>>),
}

/// The words for all readings at once, as `--readings` has them.
const ALL: &[&str] = &["default", "alternate"];

impl<'de> Deserialize<'de> for ReadingSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = ReadingSet;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`default`, `alternate`, or a mapping of readings to their options")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<ReadingSet, E> {
                let known = ALL.iter().find(|known| **known == word);
                known.map(|known| ReadingSet::All(known)).ok_or_else(|| E::unknown_variant(word, ALL))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ReadingSet, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(ReadingSet::Chosen)
            }
        }
        deserializer.deserialize_str(Either)
    }
}

impl JsonSchema for ReadingSet {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ReadingSet".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let each = vendors::readings().into_iter().map(|reading| {
            // YAML reads the word `null` as null.
            let is_null = reading.options.contains(&"null");
            let options = reading.options.iter().map(|option| Value::from(*option));
            let options: Vec<Value> = options.chain(is_null.then_some(Value::Null)).collect();
            (reading.id.to_owned(), json!({ "enum": options, "description": reading.question }))
        });
        let chosen = json!({
            "type": "object",
            "properties": each.collect::<Map<_, _>>(),
            "additionalProperties": false,
        });
        json_schema!({ "anyOf": [{ "enum": ALL }, chosen] })
    }
}

/// The least severity of a finding that is denied, or whether any is.
#[derive(Debug, Clone, Copy)]
pub struct Denied(pub &'static str);

/// The words of `deny_findings`.
const DENIED: &[&str] = &["true", "false", "note", "warning", "error"];

impl<'de> Deserialize<'de> for Denied {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known = DENIED.iter().find(|known| **known == word);
        known.map(|known| Self(known)).ok_or_else(|| D::Error::unknown_variant(&word, DENIED))
    }
}

impl JsonSchema for Denied {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Denied".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": [true, false, "note", "warning", "error"] })
    }
}

/// The schema (draft 2020-12) with which editors complete and check project files.
#[must_use]
pub fn schema() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<File>().into()
}
