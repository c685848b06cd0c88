//! Golden answers: status, head and body of every probe, as files. A change that moves code leaves
//! them as they are.

use std::fs;
use std::path::Path;

use crate::mock::Answer;
use crate::vendor;

/// The command that writes the files anew.
const UPDATE: &str = "UPDATE_GOLDEN=1 cargo test --test it golden";

/// An answer as its file shows it: what differs from run to run has a name instead.
fn shown(probe: &str, answer: &Answer) -> String {
    let mut lines = vec![format!("## {probe}"), answer.status.to_string()];
    let mut head: Vec<String> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .map(|(name, value)| match name {
            // The machine's clock, or a digest of what it is in.
            "date" | "etag" | "content-length" => format!("{name}: …"),
            _ => format!("{name}: {value}"),
        })
        .collect();
    head.sort();
    lines.extend(head);
    lines.push(String::new());
    let is_file = answer.header("content-type").starts_with("audio/");
    // A recording's bytes are shown by its entity tag.
    lines.push(if is_file { format!("the bytes of {}", answer.header("etag")) } else { answer.body.clone() });
    steady(&lines.join("\n"))
}

/// A text without ports, times of signing and nonces.
fn steady(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (taken, name) = volatile(rest);
        if taken > 0 {
            out.push_str(name);
            rest = &rest[taken..];
        } else {
            let first = rest.chars().next().expect("not empty");
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// How many bytes at the beginning of a text differ from run to run, and their name.
fn volatile(text: &str) -> (usize, &'static str) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    for host in ["127.0.0.1:", "127.0.0.1%3A", "127.0.0.1%253A"] {
        if let Some(rest) = text.strip_prefix(host) {
            return (host.len() + digits(rest), "HOST");
        }
    }
    let names = [
        "Timestamp=",
        "Timestamp%3D",
        "x-acs-date:",
        "SignatureNonce=",
        "SignatureNonce%3D",
        "nonce:",
        "such as ",
        "the time is ",
        "ACS3-HMAC-SHA256\\n",
    ];
    for name in names {
        if let Some(rest) = text.strip_prefix(name) {
            let value =
                rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"-_:%.".contains(b)).count();
            // A form's percent-encoded separator ends a value.
            let value = rest[..value].find("%26").unwrap_or(value);
            return (name.len() + value, "VOLATILE");
        }
    }
    (0, "")
}

fn hold(vendor: &str, answers: &[(&'static str, Answer)]) {
    let made: Vec<String> = answers.iter().map(|(probe, answer)| shown(probe, answer)).collect();
    let made = made.join("\n\n") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{vendor}.txt"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &made).expect("written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made);
    // Where all lines of one are the other's, it ends there.
    let differs = differs.unwrap_or(kept.lines().count().min(made.lines().count()));
    assert!(
        kept == made,
        "{}: line {} differs; if it must, {UPDATE}\n  kept: {}\n  made: {}",
        path.display(),
        differs + 1,
        kept.lines().nth(differs).unwrap_or("(its end)"),
        made.lines().nth(differs).unwrap_or("(its end)"),
    );
}

#[tokio::test]
async fn every_vendor_answers_as_it_did() {
    for vendor in vendor::ALL {
        hold(vendor.name(), &vendor.probes().await);
    }
}
