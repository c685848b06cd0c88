//! A rehearsal as JUnit XML: one suite, a test for each kind of mistake at each vendor, and one for
//! the runs.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Kind, Rehearsal};

/// The kinds with their names.
pub(super) const KINDS: [(Kind, &str); 5] = [
    (Kind::Lost, "lost"),
    (Kind::Twice, "twice"),
    (Kind::Stale, "stale"),
    (Kind::Wrong, "wrong"),
    (Kind::Invented, "invented"),
];

/// The most records that the message of a failed test names.
const NAMED: usize = 20;

impl Rehearsal {
    /// The report as JUnit XML.
    #[must_use]
    pub fn junit(&self) -> String {
        let mut cases: Vec<(String, Option<String>)> = vec![];
        for vendor in self.vendors.keys() {
            for (kind, name) in KINDS {
                let problems: Vec<_> =
                    self.problems.iter().filter(|p| p.kind == kind && p.vendor == *vendor).collect();
                let lines: Vec<String> = problems
                    .iter()
                    .take(NAMED)
                    .map(|p| format!("{}: {} ({}; {})", p.id, p.reason.words(), p.detail, p.reason.fix()))
                    .collect();
                let more = problems.len().saturating_sub(NAMED);
                let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
                let failed = (!problems.is_empty())
                    .then(|| format!("{} {name}\n{}{more}", problems.len(), lines.join("\n")));
                cases.push((format!("{vendor}: no record is {name}"), failed));
            }
        }
        let failed: Vec<String> = self
            .failed_alone()
            .map(|run| format!("run {} ({}) ended with {}", run.number, run.at.to_rfc3339(), run.code))
            .collect();
        let failed = (!failed.is_empty()).then(|| failed.join("\n"));
        cases.push(("no run fails while the vendors answer".to_owned(), failed));
        // Writing into memory cannot fail.
        written(&cases).unwrap_or_default()
    }
}

fn written(cases: &[(String, Option<String>)]) -> std::io::Result<String> {
    let (tests, failures) = (cases.len().to_string(), cases.iter().filter(|(_, failed)| failed.is_some()));
    let failures = failures.count().to_string();
    let mut xml = Writer::new_with_indent(vec![], b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let counts = [("tests", tests.as_str()), ("failures", failures.as_str())];
    xml.create_element("testsuites").with_attributes(counts).write_inner_content(|xml| {
        let suite = xml.create_element("testsuite").with_attribute(("name", "rehearsal"));
        suite.with_attributes(counts).write_inner_content(|xml| {
            for (name, failed) in cases {
                let case = xml.create_element("testcase");
                let case = case.with_attributes([("classname", "rehearsal"), ("name", name.as_str())]);
                match failed {
                    None => case.write_empty()?,
                    Some(message) => case.write_inner_content(|xml| {
                        let first = message.lines().next().unwrap_or_default();
                        let failure = xml.create_element("failure").with_attribute(("message", first));
                        failure.write_text_content(BytesText::new(message))?;
                        Ok(())
                    })?,
                };
            }
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned() + "\n")
}
