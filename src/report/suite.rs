//! A suite of JUnit XML whose tests pass or fail.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// A test: its name, and the message if it failed.
pub type Case = (String, Option<String>);

/// The suite as XML.
#[must_use]
pub fn suite(name: &str, cases: &[Case]) -> String {
    // Writing into memory cannot fail.
    written(name, cases).unwrap_or_default()
}

fn written(name: &str, cases: &[Case]) -> std::io::Result<String> {
    let (tests, failures) = (cases.len().to_string(), cases.iter().filter(|(_, failed)| failed.is_some()));
    let failures = failures.count().to_string();
    let mut xml = Writer::new_with_indent(vec![], b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let counts = [("tests", tests.as_str()), ("failures", failures.as_str())];
    xml.create_element("testsuites").with_attributes(counts).write_inner_content(|xml| {
        let suite = xml.create_element("testsuite").with_attribute(("name", name));
        suite.with_attributes(counts).write_inner_content(|xml| {
            for (test, failed) in cases {
                let case = xml.create_element("testcase");
                let case = case.with_attributes([("classname", name), ("name", test.as_str())]);
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
