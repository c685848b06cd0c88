//! What a team leaves out of account, each with its reason: behaviors that its client never uses,
//! findings that it means.

use serde::{Deserialize, Serialize};

use crate::contract::Catalogue;
use crate::nearest::did_you_mean;
use crate::yaml::{self, Bounds};

/// Everything that is left out of account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exclusions(pub Vec<Excluded>);

/// One thing that is left out of account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// A behavior's id, or the beginning of several with `*` after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<String>,
    /// A finding's id, or the beginning of several with `*` after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// Why.
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
    /// The first mistake, with what to write instead.
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
                let near = did_you_mean(wanted, known.iter().copied());
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
    /// Why a behavior is left out, if it is.
    #[must_use]
    pub fn behavior(&self, id: &str) -> Option<&str> {
        self.behavior.as_deref().filter(|wanted| fits(wanted, id)).map(|_| self.reason.as_str())
    }

    /// Why a finding is left out, if it is.
    #[must_use]
    pub fn finding(&self, id: &str) -> Option<&str> {
        self.finding.as_deref().filter(|wanted| fits(wanted, id)).map(|_| self.reason.as_str())
    }
}

fn fits(wanted: &str, id: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == id, |begin| id.starts_with(begin))
}
