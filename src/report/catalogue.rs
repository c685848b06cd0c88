//! The catalogue of operations, behaviors, readings and findings, as a table, JSON or Markdown.

use std::fmt::Write;

use serde_json::{Value, json};

use super::source;
use crate::contract::{Behavior, Catalogue, NotEmulated, ReachedBy};

/// The catalogue as JSON: `{behaviors, readings, findings, inferences, not_emulated}`.
pub fn json(catalogues: impl Iterator<Item = &'static Catalogue> + Clone) -> Value {
    let behaviors: Vec<Value> = catalogues
        .clone()
        .flat_map(Catalogue::behaviors)
        .map(|b| {
            let mut value = json!({
                "id": b.id, "vendor": b.vendor(), "operation": b.operation(), "status": b.status,
                "summary": b.summary, "source": b.source, "standing": b.standing,
            });
            if b.reached_by == ReachedBy::Fault {
                value["reached_by"] = json!("fault");
            }
            value
        })
        .collect();
    let readings: Vec<Value> = catalogues
        .clone()
        .flat_map(|c| c.readings)
        .map(|r| {
            json!({ "id": r.id, "default": r.default(), "options": r.options, "question": r.question, "source": r.source })
        })
        .collect();
    let findings: Vec<Value> = catalogues.clone().flat_map(|c| c.findings).map(|f| json!(f)).collect();
    let inferences: Vec<Value> = catalogues.clone().flat_map(|c| c.inferences).map(|i| json!(i)).collect();
    let not_emulated: Vec<Value> = catalogues
        .flat_map(|c| c.not_emulated.iter().map(|o| (c.vendor, o)))
        .map(|(vendor, o)| json!({ "vendor": vendor, "method": o.method, "path": o.path, "summary": o.summary }))
        .collect();
    json!({
        "behaviors": behaviors, "readings": readings, "findings": findings, "inferences": inferences,
        "not_emulated": not_emulated,
    })
}

/// The catalogue as a table for a terminal, with one line per behavior.
pub fn table(catalogues: impl Iterator<Item = &'static Catalogue> + Clone) -> String {
    let behaviors: Vec<&Behavior> = catalogues.flat_map(Catalogue::behaviors).collect();
    let width = behaviors.iter().map(|b| b.id.len()).max().unwrap_or(0);
    let mut text = format!("{:width$}  STATUS  STANDING    SUMMARY\n", "BEHAVIOR");
    for b in behaviors {
        let _ = writeln!(text, "{:width$}  {:6}  {:10}  {}", b.id, status(b), b.standing.name(), b.summary);
    }
    text
}

/// The readings for a terminal: each question that a page leaves open, its source, and its options,
/// the default first.
pub fn readings(catalogues: impl Iterator<Item = &'static Catalogue>) -> String {
    let mut text = String::new();
    for reading in catalogues.flat_map(|c| c.readings) {
        let (default, others) = (reading.default(), reading.options[1..].join(", "));
        let _ = writeln!(text, "{}: {default} (default), {others}", reading.id);
        let _ = writeln!(text, "    {}\n    {}", reading.question, source::of_reading(reading.source));
    }
    text
}

/// The catalogue as Markdown, with one section per vendor.
pub fn markdown(catalogues: impl Iterator<Item = &'static Catalogue> + Clone) -> String {
    let mut text = String::from("# What callmock promises\n\n");
    text.push_str(&operations(catalogues.clone()));
    let _ = writeln!(text, "\n{}", honest(catalogues.clone()).trim_end());
    for catalogue in catalogues {
        let _ = writeln!(text, "\n## {} ({})\n", catalogue.vendor, catalogue.product);
        text.push_str(
            "| behavior | status | standing | what happens | source |\n| --- | --- | --- | --- | --- |\n",
        );
        for b in catalogue.behaviors() {
            let (summary, source) = (cell(b.summary), cell(&source::words(b)));
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {summary} | {source} |",
                b.id,
                status(b),
                b.standing.name()
            );
        }
        text.push_str("\n| reading | options, the default first | the open question | source |\n| --- | --- | --- | --- |\n");
        for r in catalogue.readings {
            let (question, source) = (cell(r.question), cell(&source::of_reading(r.source)));
            let _ = writeln!(text, "| `{}` | {} | {question} | {source} |", r.id, r.options.join(", "));
        }
        text.push_str(
            "\n| finding | severity | what the client did | why it matters | what to do instead |\n| --- | --- | --- | --- | --- |\n",
        );
        for f in catalogue.findings {
            let (summary, why, fix) = (cell(f.summary), cell(f.why), cell(f.fix));
            let _ = writeln!(text, "| `{}` | {} | {summary} | {why} | {fix} |", f.id, f.severity.name());
        }
        text.push_str("\n| inference | what it tells of the client |\n| --- | --- |\n");
        for i in catalogue.inferences {
            let _ = writeln!(text, "| `{}` | {} |", i.id, cell(i.summary));
        }
        text.push_str("\n| not emulated | what it does |\n| --- | --- |\n");
        for o in catalogue.not_emulated {
            let _ = writeln!(text, "| `{}` | {} |", called(o), cell(o.summary));
        }
    }
    text
}

/// `GET /path`, or `Name=value` if a parameter names the operation.
fn called(operation: &NotEmulated) -> String {
    let NotEmulated { method, path, .. } = operation;
    if path.starts_with('/') { format!("{method} {path}") } else { format!("{method}={path}") }
}

/// The README's statement about each vendor: how many behaviors are unverified, and which
/// operations are not emulated.
pub fn honest(catalogues: impl Iterator<Item = &'static Catalogue>) -> String {
    let mut text = String::new();
    for catalogue in catalogues {
        let all = catalogue.behaviors().count();
        let operations: Vec<String> =
            catalogue.not_emulated.iter().map(|o| format!("`{}`", called(o))).collect();
        let _ = writeln!(
            text,
            "- **{}**: 0 of its {all} behaviors have been seen in a recorded real answer; nobody has verified any of them \
             against the live service.\n  Not emulated: {}.",
            catalogue.vendor,
            operations.join(", ")
        );
    }
    text
}

/// The table of operations that the README shows.
pub fn operations(catalogues: impl Iterator<Item = &'static Catalogue>) -> String {
    let mut text = String::from(
        "| vendor | operation | request | credential | answers | behaviors |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for catalogue in catalogues {
        for operation in catalogue.operations {
            // Refusals that only a fault can cause are not listed: clients need not expect them.
            let asked_for = |behavior: &&Behavior| behavior.reached_by == ReachedBy::Request;
            let mine = catalogue.behaviors_of(operation).filter(asked_for);
            let mut statuses: Vec<u16> = mine.clone().filter_map(|behavior| behavior.status).collect();
            statuses.sort_unstable();
            statuses.dedup();
            let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
            let _ = writeln!(
                text,
                "| {} ({}) | `{}` | `{} {}` | {} | {} | {} |",
                catalogue.vendor,
                catalogue.product,
                operation.id,
                operation.method(),
                operation.request(),
                if operation.open { "none".to_owned() } else { cell(catalogue.credential) },
                statuses.join(" "),
                mine.count(),
            );
        }
    }
    text
}

fn status(behavior: &Behavior) -> String {
    behavior.status.map_or_else(|| "-".to_owned(), |status| status.to_string())
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
