//! An OpenAPI 3.1 document of a vendor, made from its catalogue, the types of its answers, and each
//! vendor's description of its parameters and envelopes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use crate::contract::{Behavior, Catalogue, Operation, ReachedBy, Route};
use crate::version::VERSION;

/// A query parameter object.
#[must_use]
pub fn query(name: &str, required: bool, schema: &Value) -> Value {
    json!({ "name": name, "in": "query", "required": required, "schema": schema })
}

/// The header object of a header that every such answer has.
#[must_use]
pub fn header(description: &str) -> Value {
    json!({ "description": description, "required": true, "schema": { "type": "string" } })
}

/// An unfinished document.
#[derive(Debug)]
pub struct Document {
    catalogue: &'static Catalogue,
    served: SchemaGenerator,
    taken: SchemaGenerator,
    paths: Map<String, Value>,
    security_schemes: Value,
    security: Value,
}

/// The description of one operation, under one method of one path.
#[derive(Debug)]
pub struct Described {
    /// The operation.
    pub operation: &'static Operation,
    /// The `operationId`, which is unique in the document.
    pub id: String,
    /// The method, in lower case.
    pub method: &'static str,
    /// `OpenAPI` parameter objects.
    pub parameters: Vec<Value>,
    /// An `OpenAPI` request body object.
    pub request_body: Option<Value>,
    /// The 2xx answers, by status.
    pub success: Vec<(u16, Answer)>,
    /// The answer with every other status.
    pub refusal: Answer,
    /// Examples of bodies, by status and name.
    pub examples: Vec<(u16, String, Value)>,
}

/// The content and headers of an answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Schemas by media type; empty if there is no body.
    pub content: Vec<(&'static str, Value)>,
    /// `OpenAPI` header objects, by name.
    pub headers: Value,
}

impl Document {
    /// An empty document of a vendor.
    #[must_use]
    pub fn of(catalogue: &'static Catalogue) -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self {
            catalogue,
            served: settings.clone().for_serialize().into_generator(),
            taken: settings.for_deserialize().into_generator(),
            paths: Map::new(),
            security_schemes: json!({}),
            security: json!([]),
        }
    }

    /// The schema of a type in answers.
    pub fn schema<T: JsonSchema>(&mut self) -> Value {
        self.served.subschema_for::<T>().into()
    }

    /// The schema of a type in requests.
    pub fn request_schema<T: JsonSchema>(&mut self) -> Value {
        self.taken.subschema_for::<T>().into()
    }

    /// Sets the security schemes and requirements.
    pub fn security(&mut self, schemes: Value, requirements: Value) {
        (self.security_schemes, self.security) = (schemes, requirements);
    }

    /// Adds an operation under each of its paths, with an answer for each status of its behaviors.
    ///
    /// # Panics
    /// If another operation has the same method and path, which is a mistake in the vendor's list.
    pub fn add(&mut self, described: Described) {
        let Described { operation, id, method, parameters, request_body, success, refusal, examples } =
            described;
        let mut statuses: BTreeMap<u16, Vec<&Behavior>> = BTreeMap::new();
        for behavior in self.catalogue.behaviors_of(operation) {
            if let Some(status) = behavior.status {
                statuses.entry(status).or_default().push(behavior);
            }
        }
        let mut responses = Map::new();
        for (status, behaviors) in statuses {
            let answer = success.iter().find(|(of, _)| *of == status).map_or(&refusal, |(_, answer)| answer);
            let examples = examples.iter().filter(|(of, ..)| *of == status);
            let examples = examples.map(|(_, name, value)| (name.clone(), json!({ "value": value })));
            responses.insert(status.to_string(), response(answer, &behaviors, &examples.collect()));
        }
        let mut value = json!({
            "operationId": Value::Null,
            "summary": operation.summary,
            "description": format!("Source: {}", operation.source),
            "parameters": parameters,
            "responses": responses,
        });
        if let Some(body) = request_body {
            value["requestBody"] = body;
        }
        let aliases = match operation.route {
            Route::Path { template, aliases, .. } => aliases
                .iter()
                .map(|path| ((*path).to_owned(), format!("{id}_{}", own(path, template))))
                .collect(),
            Route::Action { .. } => vec![],
        };
        for (path, id) in std::iter::once((self.key(operation), id)).chain(aliases) {
            value["operationId"] = id.into();
            let at = self.paths.entry(path.clone()).or_insert_with(|| json!({}));
            assert!(at.get(method).is_none(), "{method} {path} stands twice in the document");
            at[method] = value.clone();
        }
    }

    /// The key of an operation's path. OpenAPI distinguishes operations by path and method only.
    /// Among operations that a parameter names, the first has the bare path, and the others add a
    /// fragment.
    fn key(&self, operation: &Operation) -> String {
        let is_first = |path: &str| {
            self.catalogue.operations.iter().find(|o| o.path() == path).is_some_and(|o| o.id == operation.id)
        };
        match operation.route {
            Route::Action { path, name, .. } if !is_first(path) => format!("{path}#{name}"),
            Route::Action { path, .. } => path.to_owned(),
            Route::Path { template, .. } => template.to_owned(),
        }
    }

    /// Completes the document.
    #[must_use]
    pub fn finish(mut self) -> Value {
        let mut schemas = self.served.take_definitions(true);
        for (name, schema) in self.taken.take_definitions(true) {
            let other = schemas.insert(name, schema);
            debug_assert!(other.is_none(), "a type that is read has the name of another that is served");
        }
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": self.catalogue.product,
                "version": VERSION,
                "description": "What callmock serves, drawn from its own types: the vendor publishes no such document. Where a reading \
                                leaves a choice, every option of it is allowed here.",
            },
            "externalDocs": { "url": self.catalogue.page },
            "servers": [{ "url": "/" }],
            "security": self.security,
            "paths": self.paths,
            "components": { "schemas": schemas, "securitySchemes": self.security_schemes },
        })
    }
}

/// The segments of `path` that differ from `other`, as a part of a name.
fn own(path: &str, other: &str) -> String {
    let segments = path.split('/').zip(other.split('/'));
    let own: Vec<&str> = segments.filter(|(own, other)| own != other).map(|(own, _)| own).collect();
    own.join("_").replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

fn response(answer: &Answer, behaviors: &[&Behavior], examples: &Map<String, Value>) -> Value {
    let lines: Vec<String> = behaviors
        .iter()
        .map(|behavior| {
            let only = if behavior.reached_by == ReachedBy::Fault { " (by an injected fault)" } else { "" };
            format!("- `{}`: {}{only}", behavior.id, behavior.summary)
        })
        .collect();
    let mut content = Map::new();
    for (n, (media, schema)) in answer.content.iter().enumerate() {
        let mut value = json!({ "schema": schema });
        if n == 0 && !examples.is_empty() {
            value["examples"] = Value::Object(examples.clone());
        }
        content.insert((*media).to_owned(), value);
    }
    let mut value = json!({ "description": lines.join("\n") });
    if !content.is_empty() {
        value["content"] = Value::Object(content);
    }
    if answer.headers.is_object() {
        value["headers"] = answer.headers.clone();
    }
    value
}
