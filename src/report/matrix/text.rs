//! A matrix as text for people.

use std::fmt::Write;

use super::{Matrix, Verdict};

impl Matrix {
    /// The report: the counts, then each run that the client did not survive.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{} runs: {}\n", self.command, self.runs, self.summary());
        for left_out in &self.left_out {
            let _ = writeln!(text, "{} runs are left out: {}", left_out.count, left_out.why);
        }
        for cell in self.cells.iter().filter(|cell| cell.verdict != Verdict::Survived) {
            let detail = cell.detail.as_ref().map_or_else(String::new, |detail| format!(": {detail}"));
            let _ = writeln!(text, "\n{} {}{detail}", cell.cell, cell.verdict.words());
            for line in &cell.output {
                let _ = writeln!(text, "    | {line}");
            }
        }
        text
    }
}
