//! The report of a matrix: what becomes of a client under each reading, each fault and other data.

mod html;
mod junit;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

/// What is changed from run to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// The reading of an ambiguous point of a vendor's page.
    Readings,
    /// A refusal, or a broken or slow answer.
    Faults,
    /// The scenario.
    Data,
}

impl Axis {
    /// All, in the order in which they are run.
    pub const ALL: [Self; 3] = [Self::Readings, Self::Faults, Self::Data];

    /// The name, as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Readings => "readings",
            Self::Faults => "faults",
            Self::Data => "data",
        }
    }
}

/// What became of the client in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It ended with 0, and its table is right.
    Survived,
    /// It ended with another code, and wrote nothing wrong.
    FailedLoudly,
    /// It ended with 0, and records are lost, twice, wrong or invented.
    WrongQuietly,
    /// It ended with another code, and wrote records that are twice, wrong or invented.
    WrongLoudly,
    /// It tried again without a wait, or sooner than the answer allowed.
    Hammered,
    /// It did not end.
    Hung,
}

impl Verdict {
    /// All, the best first.
    pub const ALL: [Self; 6] = [
        Self::Survived,
        Self::FailedLoudly,
        Self::Hammered,
        Self::Hung,
        Self::WrongLoudly,
        Self::WrongQuietly,
    ];

    /// The name, as it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Survived => "survived",
            Self::FailedLoudly => "failed-loudly",
            Self::WrongQuietly => "wrong-quietly",
            Self::WrongLoudly => "wrong-loudly",
            Self::Hammered => "hammered",
            Self::Hung => "hung",
        }
    }

    /// The verdict in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Survived => "survived",
            Self::FailedLoudly => "failed loudly",
            Self::WrongQuietly => "WRONG QUIETLY",
            Self::WrongLoudly => "wrong loudly",
            Self::Hammered => "hammered",
            Self::Hung => "hung",
        }
    }
}

/// One run of the client.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// What was changed.
    pub axis: Axis,
    /// The name, by which `--only` runs it again.
    pub cell: String,
    /// What became of the client.
    pub verdict: Verdict,
    /// Whether the matrix fails for it.
    pub red: bool,
    /// The client's exit code.
    pub code: u8,
    /// What is wrong, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The last lines of the client's output, if it did not survive.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<String>,
}

/// Runs that are left out, because they cannot show anything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Their number.
    pub count: usize,
    /// Why.
    pub why: String,
}

/// A matrix with its results.
#[derive(Debug, Clone, Serialize)]
pub struct Matrix {
    /// The client's command, without secrets.
    pub command: String,
    /// The number of runs.
    pub runs: usize,
    /// The runs, without those that searched for the fewest readings that break it.
    pub cells: Vec<Cell>,
    /// The runs that were left out.
    pub left_out: Vec<LeftOut>,
}

impl Matrix {
    /// The number of cells by verdict.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Verdict, usize> {
        let mut counts = BTreeMap::new();
        for cell in &self.cells {
            *counts.entry(cell.verdict).or_default() += 1;
        }
        counts
    }

    /// Whether the matrix fails.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.cells.iter().any(|cell| cell.red)
    }

    /// The counts in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let counts = self.counts();
        let told = Verdict::ALL.iter().filter_map(|verdict| Some((verdict, counts.get(verdict)?)));
        told.map(|(verdict, count)| format!("{count} {}", verdict.words())).collect::<Vec<_>>().join(", ")
    }
}
