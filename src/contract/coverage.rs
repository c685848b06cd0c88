//! Coverage: how often each behavior was exercised. Never "passed": what a client made of an answer is not known here.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By the behavior's id.
    pub behaviors: BTreeMap<&'static str, u64>,
    /// By the finding's id.
    pub findings: BTreeMap<&'static str, u64>,
    /// By vendor, operation (none where the request names none) and status (none where there was no answer).
    pub answers: BTreeMap<(&'static str, Option<&'static str>, Option<u16>), u64>,
}

/// Counts that requests add to while others read them.
#[derive(Debug, Default)]
pub struct Coverage(Mutex<Counts>);

impl Coverage {
    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts one exchange.
    pub fn count(
        &self,
        vendor: &'static str,
        operation: Option<&'static str>,
        status: Option<u16>,
        behaviors: &[&'static str],
        findings: &[&'static str],
    ) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.answers.entry((vendor, operation, status)).or_default() += 1;
        for id in behaviors {
            *counts.behaviors.entry(id).or_default() += 1;
        }
        for id in findings {
            *counts.findings.entry(id).or_default() += 1;
        }
    }
}
