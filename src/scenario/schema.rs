//! The JSON Schema of scenario files, made from the types that read them.

use schemars::generate::SchemaSettings;

use super::file::File;

/// The schema (draft 2020-12) with which editors complete and check scenario files.
#[must_use]
pub fn schema() -> serde_json::Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<File>().into()
}
