//! Coverage and findings as JUnit XML, which every CI system shows: one suite per operation, one
//! test per behavior.
//!
//! The format only has passed, failed and skipped tests. An exercised behavior is a passed test.
//! One that was never exercised or is excluded is skipped, and is left out unless it is asked for.
//! Findings are a suite of their own, in which warnings and errors fail. An expectation that was
//! not met fails in another one.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::coverage::{Coverage, Made, Row};
use super::sightings::Missed;
use super::source;
use super::text::Listed;
use crate::contract::{Catalogue, Severity};

/// A test of a suite.
struct Case {
    name: String,
    result: Result,
    says: String,
}

enum Result {
    Passed,
    Skipped(String),
    Failed { kind: &'static str, message: String },
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

/// The report as XML.
pub fn xml(
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
    listed: Listed,
) -> String {
    let shown = |row: &&Row<'_>| listed == Listed::All || row.count > 0;
    let mut suites: Vec<Suite> = coverage
        .sections(catalogues.clone())
        .iter()
        .map(|section| Suite {
            name: format!("{}.{}", section.catalogue.vendor, section.operation),
            cases: section.rows.iter().filter(shown).map(behavior).collect(),
        })
        .filter(|suite| !suite.cases.is_empty())
        .collect();
    let made = coverage.made(catalogues);
    suites.push(Suite {
        name: "findings".to_owned(),
        cases: made.iter().map(|made| finding(coverage, made)).collect(),
    });
    if !coverage.missed.is_empty() {
        suites.push(Suite {
            name: "expectations".to_owned(),
            cases: coverage.missed.iter().map(missed).collect(),
        });
    }
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    if let Err(error) = write(&mut writer, &suites) {
        unreachable!("a Vec takes every byte: {error}");
    }
    String::from_utf8_lossy(&writer.into_inner()).into_owned() + "\n"
}

fn behavior(row: &Row<'_>) -> Case {
    let behavior = row.behavior;
    let result = match (row.count, row.excluded) {
        (0, Some(reason)) => Result::Skipped(format!("left out of account: {reason}")),
        (0, None) => Result::Skipped(match row.needs {
            Some(reading) => format!("never exercised; only under {reading}"),
            None => "never exercised".to_owned(),
        }),
        _ => Result::Passed,
    };
    let source = source::words(behavior);
    let says = format!("exercised {} times. {} Source: {source}", row.count, behavior.summary);
    Case { name: behavior.id.to_owned(), result, says }
}

fn finding(coverage: &Coverage, made: &Made<'_>) -> Case {
    let finding = made.finding;
    let exchanges = made.exchanges.iter().filter_map(|n| coverage.exchanges.get(*n));
    let shown: Vec<String> = exchanges
        .map(|e| {
            let details: String = e.details_of(finding).map(|detail| format!("{detail} - ")).collect();
            format!("\n{details}{}: {}", e.place(), e.request)
        })
        .collect();
    let says = format!("{} times. {} {}{}", made.count, finding.why, finding.fix, shown.concat());
    let result = match (made.excluded, finding.severity) {
        (Some(reason), _) => Result::Skipped(format!("left out of account: {reason}")),
        (None, _) if !made.counts() => Result::Skipped("expected by its tests".to_owned()),
        (None, Severity::Note) => Result::Skipped(finding.summary.to_owned()),
        (None, severity) => {
            Result::Failed { kind: severity.name(), message: format!("{} {}", finding.summary, finding.fix) }
        }
    };
    Case { name: finding.id.to_owned(), result, says }
}

fn missed(missed: &Missed) -> Case {
    let message = "a test expected it, and it did not come".to_owned();
    Case { name: missed.id.clone(), result: Result::Failed { kind: "missed", message }, says: missed.line() }
}

fn write(writer: &mut Writer<Vec<u8>>, suites: &[Suite]) -> std::io::Result<()> {
    let failures =
        |cases: &[Case]| cases.iter().filter(|case| matches!(case.result, Result::Failed { .. })).count();
    let skipped =
        |cases: &[Case]| cases.iter().filter(|case| matches!(case.result, Result::Skipped(_))).count();
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let (tests, failed) = suites
        .iter()
        .fold((0, 0), |(tests, failed), suite| (tests + suite.cases.len(), failed + failures(&suite.cases)));
    let all = writer.create_element("testsuites").with_attributes([
        ("name", "callmock"),
        ("tests", tests.to_string().as_str()),
        ("failures", failed.to_string().as_str()),
        ("errors", "0"),
    ]);
    all.write_inner_content(|writer| {
        for Suite { name, cases } in suites {
            let suite = writer.create_element("testsuite").with_attributes([
                ("name", name.as_str()),
                ("tests", cases.len().to_string().as_str()),
                ("failures", failures(cases).to_string().as_str()),
                ("errors", "0"),
                ("skipped", skipped(cases).to_string().as_str()),
            ]);
            suite.write_inner_content(|writer| {
                for case in cases {
                    let test = writer
                        .create_element("testcase")
                        .with_attributes([("name", case.name.as_str()), ("classname", name)]);
                    test.write_inner_content(|writer| {
                        match &case.result {
                            Result::Passed => {}
                            Result::Skipped(message) => {
                                let skipped = writer.create_element("skipped");
                                skipped
                                    .with_attribute(("message", xml_text(message).as_str()))
                                    .write_empty()?;
                            }
                            Result::Failed { kind, message } => {
                                let failure = writer.create_element("failure");
                                let failure = failure.with_attributes([
                                    ("type", *kind),
                                    ("message", xml_text(message).as_str()),
                                ]);
                                failure.write_text_content(BytesText::new(&xml_text(&case.says)))?;
                            }
                        }
                        if !matches!(case.result, Result::Failed { .. }) {
                            let says = writer.create_element("system-out");
                            says.write_text_content(BytesText::new(&xml_text(&case.says)))?;
                        }
                        Ok(())
                    })?;
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(())
}

/// A text without characters that XML 1.0 does not allow. A request may contain such characters.
fn xml_text(text: &str) -> String {
    let allowed =
        |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}
