//! A matrix as JUnit XML: a test for each run, which fails if the matrix fails for it.

use super::Matrix;
use crate::report::suite::{Case, suite};

impl Matrix {
    /// The report as JUnit XML.
    #[must_use]
    pub fn junit(&self) -> String {
        let cases = self.cells.iter().map(|cell| {
            let detail = cell.detail.as_deref().unwrap_or_default();
            let failed = || {
                let head = format!("{}: {detail}", cell.verdict.words());
                let head = head.trim_end_matches([':', ' ']).to_owned();
                std::iter::once(head).chain(cell.output.iter().cloned()).collect::<Vec<_>>().join("\n")
            };
            (format!("{} {}", cell.axis.name(), cell.cell), cell.red.then(failed))
        });
        suite("matrix", &cases.collect::<Vec<Case>>())
    }
}
