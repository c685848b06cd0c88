//! Where a world's scenario came from, so that another process can load the same one again.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::load::Source;

/// Where a world's scenario came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The scenario of the server, or of several of its files.
    Own,
    /// One of the server's files alone, or a built-in scenario, by its name.
    Named(String),
    /// A text that came over HTTP.
    Inline(String),
}

impl Provenance {
    /// The provenance of a scenario of these sources, at a server whose own has the sources `own`.
    pub(super) fn of(sources: &[Source], is_foreign: bool, own: &[Source]) -> Self {
        match sources {
            [Source::Text { text, .. }] if is_foreign => Self::Inline(text.to_string()),
            // It is there whatever the server's own is.
            [Source::Text { name, .. }] => {
                let stem = Path::new(&**name).file_stem().and_then(|stem| stem.to_str());
                Self::Named(stem.unwrap_or(name).to_owned())
            }
            _ if sources == own => Self::Own,
            [Source::Path(path)] => Self::Named(path.display().to_string()),
            // Only the server's own has several, and only a reload that has just come can differ.
            _ => Self::Own,
        }
    }
}
