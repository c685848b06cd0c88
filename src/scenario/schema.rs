//! The JSON Schema of scenario files, made from the types that read them and from what the vendors'
//! catalogues name.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::file::File;
use crate::contract::Catalogue;

/// The schema (draft 2020-12) with which editors complete and check scenario files. The catalogues
/// name the readings and their options, the operations, and the errors of faults.
#[must_use]
pub fn schema(catalogues: &[&'static Catalogue]) -> Value {
    let mut schema: Value =
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<File>().into();
    schema["properties"]["readings"] = readings(catalogues);
    schema["$defs"]["Fault"]["properties"]["vendor"]["enum"] =
        catalogues.iter().map(|catalogue| catalogue.vendor).collect();
    schema["$defs"]["Fault"]["allOf"] = catalogues.iter().map(|catalogue| faults(catalogue)).collect();
    schema
}

/// The readings with their options.
fn readings(catalogues: &[&'static Catalogue]) -> Value {
    let all = catalogues.iter().flat_map(|catalogue| catalogue.readings.iter());
    let each = all.map(|reading| {
        // YAML reads the word `null` as null.
        let is_null = reading.options.contains(&"null");
        let options = reading.options.iter().map(|option| Value::from(*option));
        let options: Vec<Value> = options.chain(is_null.then_some(Value::Null)).collect();
        let default = reading.options.first();
        let reading_of = json!({ "enum": options, "default": default, "description": reading.question });
        (reading.id.to_owned(), reading_of)
    });
    json!({
        "type": "object",
        "properties": each.collect::<Map<_, _>>(),
        "additionalProperties": false,
        "description": "The readings: choices where a vendor's page is ambiguous. Each is one of some options.",
    })
}

/// What a fault of one vendor may name: its operations, and its errors by their codes or by the
/// last segments of their ids.
fn faults(catalogue: &Catalogue) -> Value {
    let operations: Vec<&str> = catalogue.operations.iter().map(|operation| operation.id).collect();
    let mut errors: BTreeSet<&str> = catalogue.errors().into_iter().collect();
    for refusal in catalogue.all_refusals() {
        let mut rest = refusal.behavior.id;
        while let Some((_, segments)) = rest.split_once('.') {
            errors.insert(segments);
            rest = segments;
        }
    }
    json!({
        "if": { "properties": { "vendor": { "const": catalogue.vendor } } },
        "then": { "properties": {
            "operation": { "enum": operations.iter().map(|id| Value::from(*id)).chain([Value::Null]).collect::<Vec<_>>() },
            "do": { "properties": { "error": { "enum": errors } } },
        } },
    })
}
