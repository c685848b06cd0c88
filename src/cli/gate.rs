//! The conditions that a test suite must meet, and the exclusions and baseline that relax them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::exit::Exit;
use crate::contract::{Finding, Severity};
use crate::nearest::did_you_mean;
use crate::report::baseline::{Baseline, Worse};
use crate::report::coverage::Coverage;
use crate::report::exclusions::Exclusions;
use crate::vendors;

/// Parses a percentage.
fn percentage(text: &str) -> Result<u8, String> {
    let percentage = text.trim_end_matches('%').trim_end().parse().ok().filter(|percent| *percent <= 100);
    percentage.ok_or_else(|| format!("expected a percentage of 0 to 100 such as 60, found `{text}`"))
}

/// The conditions that a suite must meet.
#[derive(Debug, clap::Args)]
pub struct Gate {
    /// Exit with 3 if less than this percentage was exercised, of the behaviors that requests can
    /// reach in the operations that were called
    #[arg(long, env = "CALLMOCK_FAIL_UNDER", value_name = "PCT", value_parser = percentage)]
    fail_under: Option<u8>,
    /// Exit with 4 if there is a finding of this severity or a higher one: note (the default, every
    /// finding), warning, error
    #[arg(long, env = "CALLMOCK_DENY_FINDINGS", value_name = "SEVERITY", num_args = 0..=1, require_equals = true, default_missing_value = "note", value_parser = denied)]
    deny_findings: Option<Denied>,
    /// Exit with 4 only for findings that this file of `baseline write` does not have, and with 3
    /// for behaviors that it has and that are not exercised any more; `none` is for no baseline
    #[arg(long, env = "CALLMOCK_BASELINE", value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Exclude the behaviors and findings in this file, each with a reason: `exclude: [{behavior:
    /// ID, reason: TEXT}]`
    #[arg(long, env = "CALLMOCK_EXCLUSIONS", value_name = "FILE")]
    exclusions: Option<PathBuf>,
}

/// The lowest severity that is denied. `None` if an environment variable turns the check off.
#[derive(Debug, Clone, Copy)]
pub struct Denied(pub Option<Severity>);

/// Parses a severity, or a yes or no from an environment variable.
///
/// # Errors
/// If the text is neither.
pub fn denied(text: &str) -> Result<Denied, String> {
    Ok(Denied(match text.to_lowercase().as_str() {
        "" | "0" | "false" | "no" | "off" | "n" | "f" => None,
        "note" | "1" | "true" | "yes" | "on" | "y" | "t" => Some(Severity::Note),
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        _ => return Err("expected note, warning or error".to_owned()),
    }))
}

/// The exit code if too little was exercised.
const UNDER: u8 = 3;
/// The exit code if there are denied findings, or if expected ones did not come.
pub const FOUND: u8 = 4;

/// The word for no baseline, whatever a project file says.
const NONE: &str = "none";

/// The conditions, with the exclusions and the baseline that they are judged by.
#[derive(Debug)]
pub struct Judge<'a> {
    gate: &'a Gate,
    /// The exclusions, which a coverage must have before it is judged.
    pub exclusions: Exclusions,
    baseline: Held,
}

/// The baseline of a gate.
#[derive(Debug)]
enum Held {
    /// None is asked for.
    None,
    /// Its file is not there yet.
    Missing(PathBuf),
    /// Its file was read.
    Read(PathBuf, Baseline),
}

/// The reasons why a coverage does not pass.
#[derive(Debug, Default, PartialEq, Eq)]
struct Failed {
    /// Too little was exercised.
    under: bool,
    /// There are findings that are not let pass, or expected ones did not come.
    found: bool,
    /// The baseline cannot be judged.
    unjudged: bool,
}

impl Gate {
    /// Reads the files that the conditions need.
    ///
    /// # Errors
    /// The mistake in one of them.
    pub fn read(&self) -> Result<Judge<'_>, String> {
        let exclusions = exclusions_of(self.exclusions.as_deref())?;
        let file = self.baseline.as_ref().filter(|file| file.as_os_str() != NONE);
        let baseline = file.map_or(Ok(Held::None), |file| held(file))?;
        Ok(Judge { gate: self, exclusions, baseline })
    }

    fn least(&self) -> Option<Severity> {
        self.deny_findings.and_then(|Denied(least)| least)
    }
}

/// Checks a baseline, if its file is there.
///
/// # Errors
/// The mistake in the file.
pub fn check_baseline(file: &Path) -> Result<(), String> {
    held(file).map(drop)
}

fn held(file: &Path) -> Result<Held, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("--baseline {}: {error}", file.display());
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Held::Missing(file.to_owned()));
        }
        Err(error) => return Err(wrong(&error)),
    };
    let baseline = Baseline::read(&text).map_err(|error| wrong(&error))?;
    if let Some(id) = baseline.unknown(vendors::catalogues()) {
        return Err(wrong(&format!(
            "`{id}` is not known here: another callmock wrote this file. Write it anew with `callmock baseline write`"
        )));
    }
    Ok(Held::Read(file.to_owned(), baseline))
}

impl Judge<'_> {
    /// Checks the conditions on a run of a command, and prints the reason if one is not met. What
    /// its tests expected must have come.
    pub fn run(&self, coverage: &Coverage) -> Exit {
        let missed = missed(coverage);
        self.told(coverage, missed)
    }

    /// Checks the conditions on a report, and prints the reason if one is not met. Expectations
    /// count only if findings do.
    pub fn report(&self, coverage: &Coverage) -> Exit {
        let findings_count = self.gate.least().is_some() || !matches!(self.baseline, Held::None);
        let missed = findings_count && missed(coverage);
        self.told(coverage, missed)
    }

    fn told(&self, coverage: &Coverage, missed: bool) -> Exit {
        let mut failed = Failed { under: self.is_under(coverage), found: missed, unjudged: false };
        match &self.baseline {
            Held::None => failed.found |= self.is_denied(coverage),
            Held::Missing(file) => {
                let file = file.display();
                tell!(
                    "callmock: --baseline {file}: there is no such file, so this run was not held against it. Write it from \
                     the coverage of a run, and keep it with the code:\n  callmock exec --coverage-out coverage.json -- CMD\n  \
                     callmock baseline write -o {file} coverage.json"
                );
                failed.unjudged = true;
            }
            Held::Read(file, baseline) => {
                let least = self.gate.least().unwrap_or(Severity::Note);
                let worse = baseline.worse(coverage, least, vendors::catalogues());
                failed.found |= !worse.new.is_empty();
                failed.under |= !worse.gone.is_empty();
                tell_worse(&worse, file);
            }
        }
        match failed {
            Failed { under: true, .. } => Exit::As(UNDER),
            Failed { found: true, .. } => Exit::As(FOUND),
            Failed { unjudged: true, .. } => Exit::Usage,
            _ => Exit::Done,
        }
    }

    fn is_under(&self, coverage: &Coverage) -> bool {
        let share = coverage.share(vendors::catalogues());
        let (percent, of) = (share.percent(), share.of);
        let (nobody, nothing) = (coverage.exercised == 0, coverage.exercised == 0 || of == 0);
        let under =
            self.gate.fail_under.filter(|least| *least > 0 && (nothing || percent < usize::from(*least)));
        match under {
            Some(least) if nobody => {
                tell!(
                    "callmock: no vendor was called, so nothing was exercised, under the {least} % of --fail-under"
                );
            }
            Some(least) => {
                tell!(
                    "callmock: {percent} % of {of} behaviors exercised, under the {least} % of --fail-under"
                );
            }
            None => {}
        }
        under.is_some()
    }

    fn is_denied(&self, coverage: &Coverage) -> bool {
        let least = self.gate.least();
        let found = least.map_or_else(Vec::new, |least| coverage.denied(least, vendors::catalogues()));
        if !found.is_empty() {
            tell!("callmock: --deny-findings does not let these pass:\n{}", told(&found));
        }
        !found.is_empty()
    }
}

/// Prints what is worse than a baseline, and what to do about it.
fn tell_worse(Worse { new, gone }: &Worse, file: &Path) {
    let file = file.display();
    if !new.is_empty() {
        let rules: Vec<&'static Finding> = vendors::catalogues().flat_map(|c| c.findings).copied().collect();
        let lines: Vec<String> = new
            .iter()
            .map(|seen| {
                let rule = rules.iter().find(|finding| finding.id == seen.id);
                let says = rule.map_or_else(String::new, |f| format!(": {} {}", f.summary, f.fix));
                format!("  {}{}{says}", seen.id, seen.place())
            })
            .collect();
        tell!(
            "callmock: {} that {file} does not have:\n{}\n  Mend the client. If a test means to cause it, let the test say so \
             (header x-callmock-expect).",
            counted(new.len(), "finding"),
            lines.join("\n")
        );
    }
    if !gone.is_empty() {
        let lines: Vec<String> = gone.iter().map(|b| format!("  {}: {}", b.id, b.summary)).collect();
        tell!(
            "callmock: {} that {file} has, and that no test exercised:\n{}\n  Bring the test back that did. A run of some tests \
             alone exercises less: give it --baseline none.",
            counted(gone.len(), "behavior"),
            lines.join("\n")
        );
    }
    if !new.is_empty() || !gone.is_empty() {
        tell!(
            "callmock: to accept this run as it is: callmock exec --coverage-out coverage.json -- CMD, then callmock baseline \
             write -o {file} coverage.json"
        );
    }
}

/// A number of things, in words.
pub fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// Prints the expectations that were not met. Returns whether there is one.
fn missed(coverage: &Coverage) -> bool {
    if let Some(text) = unmet(coverage) {
        tell!("callmock: {text}");
        return true;
    }
    false
}

/// The expectations that were not met, one per line. `None` if all were met.
pub fn unmet(coverage: &Coverage) -> Option<String> {
    if coverage.missed.is_empty() {
        return None;
    }
    let known: BTreeSet<&str> = vendors::catalogues()
        .flat_map(|catalogue| {
            let refusals = catalogue.all_refusals().map(|refusal| refusal.behavior.id);
            refusals.chain(catalogue.findings.iter().map(|finding| finding.id))
        })
        .collect();
    let lines = coverage.missed.iter().map(|missed| {
        let hint = if known.contains(missed.id.as_str()) {
            String::new()
        } else {
            let near = did_you_mean(&missed.id, known.iter().copied());
            format!(": this is the id of no finding and of no refusal{near}")
        };
        format!("  {}{hint}", missed.line())
    });
    let lines: Vec<String> = lines.collect();
    Some(format!("tests expected these, and they did not come:\n{}", lines.join("\n")))
}

/// Reads a file of exclusions, if one is given.
///
/// # Errors
/// The mistake in the file.
pub fn exclusions_of(file: Option<&Path>) -> Result<Exclusions, String> {
    let Some(path) = file else { return Ok(Exclusions::default()) };
    let wrong = |error: &dyn std::fmt::Display| format!("--exclusions {}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Exclusions::read(&text, vendors::catalogues()).map_err(|error| wrong(&error))
}

/// Findings as text, one per line, with their remedies.
pub fn told(found: &[&'static Finding]) -> String {
    let lines: Vec<String> = found
        .iter()
        .map(|f| format!("  {} ({}): {} {}", f.id, f.severity.name(), f.summary, f.fix))
        .collect();
    lines.join("\n")
}
