//! Exclusions, each with a reason: behaviors that a team's client never uses, and findings that the
//! team accepts.

use serde::{Deserialize, Serialize};

use crate::contract::Catalogue;
use crate::nearest::did_you_mean;
use crate::yaml::{self, Bounds};

/// All exclusions of a team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions(pub Vec<Excluded>);

/// One exclusion.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// The id of a behavior, or the beginning of several ids followed by `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<String>,
    /// The id of a finding, or the beginning of several ids followed by `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// The reason for the exclusion.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    exclude: Vec<Excluded>,
}

impl Exclusions {
    /// Reads `exclude: [{behavior: …, reason: …}, {finding: …, reason: …}]`, in YAML or JSON.
    ///
    /// # Errors
    /// The first mistake, and how to correct it.
    pub fn read(text: &str, catalogues: impl Iterator<Item = &'static Catalogue>) -> Result<Self, String> {
        let File { exclude } = yaml::whole(text, Bounds::OWN).map_err(|mistake| {
            let path = if mistake.path.is_empty() { String::new() } else { format!("{}: ", mistake.path) };
            format!("line {}, column {}: {path}{}", mistake.line, mistake.column, mistake.message)
        })?;
        let (mut behaviors, mut findings): (Vec<&str>, Vec<&str>) = (vec![], vec![]);
        for catalogue in catalogues {
            behaviors.extend(catalogue.behaviors().map(|behavior| behavior.id));
            findings.extend(catalogue.findings.iter().map(|finding| finding.id));
        }
        for (n, excluded) in exclude.iter().enumerate() {
            let wrong = |message: String| format!("exclude[{n}]: {message}");
            let (kind, wanted, known) = match (&excluded.behavior, &excluded.finding) {
                (Some(wanted), None) => ("behavior", wanted, &behaviors),
                (None, Some(wanted)) => ("finding", wanted, &findings),
                _ => return Err(wrong("expected either `behavior` or `finding`, and a `reason`".to_owned())),
            };
            if !known.iter().any(|id| fits(wanted, id)) {
                // A pattern is compared with patterns: the beginnings of ids.
                let mut beginnings: Vec<String> = vec![];
                if wanted.ends_with('*') {
                    for id in known {
                        let places = id.match_indices('.').map(|(at, _)| format!("{}.*", &id[..at]));
                        beginnings.extend(places);
                    }
                    beginnings.sort();
                    beginnings.dedup();
                }
                let patterns = beginnings.iter().map(String::as_str);
                let near = if beginnings.is_empty() {
                    did_you_mean(wanted, known.iter().copied())
                } else {
                    did_you_mean(wanted, patterns)
                };
                return Err(wrong(format!("there is no {kind} `{wanted}`{near}")));
            }
            if excluded.reason.trim().is_empty() {
                return Err(wrong(format!("`{wanted}` needs a reason, for those who read this later")));
            }
        }
        Ok(Self(exclude))
    }
}

impl Excluded {
    /// The reason why a behavior is excluded, if it is.
    #[must_use]
    pub fn behavior(&self, id: &str) -> Option<&str> {
        self.behavior.as_deref().filter(|wanted| fits(wanted, id)).map(|_| self.reason.as_str())
    }

    /// The reason why a finding is excluded, if it is.
    #[must_use]
    pub fn finding(&self, id: &str) -> Option<&str> {
        self.finding.as_deref().filter(|wanted| fits(wanted, id)).map(|_| self.reason.as_str())
    }
}

fn fits(wanted: &str, id: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == id, |begin| id.starts_with(begin))
}
