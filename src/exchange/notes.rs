//! What is learned about a request on its way: behaviors met and findings caused.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::{IntoResponseParts, ResponseParts};

use crate::contract::{Behavior, Catalogue, Finding, Inference};
use crate::world::Stride;

/// The outcome of an answer, as a part of the response: `(Outcome(&LISTED), body)`.
#[derive(Debug, Clone, Copy)]
pub struct Outcome(pub &'static Behavior);

impl IntoResponseParts for Outcome {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        response.extensions_mut().insert(self);
        Ok(response)
    }
}

/// Where a vendor's checks note what they learn.
#[derive(Debug, Clone, Default)]
pub struct Notes(Arc<Mutex<Learned>>);

/// What was learned, the outcome first.
#[derive(Debug, Default)]
pub struct Learned {
    /// Ids of behaviors.
    pub behaviors: Vec<&'static str>,
    /// Ids of findings.
    pub findings: Vec<&'static str>,
    /// What findings say of this request in particular.
    pub details: Vec<(&'static str, String)>,
    /// Ids of inferences.
    pub inferences: Vec<&'static str>,
    /// The walk through a list that it is a step of.
    pub walk: Option<Stride>,
    /// For the journal only.
    pub explanation: Option<serde_json::Value>,
}

impl Learned {
    pub(super) fn found(&mut self, finding: &'static Finding) {
        push_once(&mut self.findings, finding.id);
    }

    /// A finding with what is said of it in words; the words are only made where there is still
    /// room for them.
    pub(super) fn found_of(&mut self, finding: &'static Finding, detail: impl FnOnce() -> String) {
        self.found(finding);
        let said = self.details.iter().filter(|(id, _)| *id == finding.id).count();
        if said > DETAILS {
            return;
        }
        let detail = if said == DETAILS { "and more".to_owned() } else { cut(&detail()) };
        if !self.details.iter().any(|known| *known == (finding.id, detail.clone())) {
            self.details.push((finding.id, detail));
        }
    }

    /// The remedy for a refusal, in visible ASCII for a header: from its explanation, or else from
    /// its gravest finding.
    pub(super) fn hint(&self, catalogue: &Catalogue) -> Option<String> {
        let told = self.explanation.as_ref().and_then(|explanation| {
            let explained = ["/signature/diagnosis", "/signature"];
            let mut told = explained.iter().filter_map(|at| explanation.pointer(at));
            told.find_map(|told| Some((told.get("what")?.as_str()?, told.get("fix")?.as_str()?)))
        });
        let found = || {
            let findings = catalogue.findings.iter().filter(|finding| self.findings.contains(&finding.id));
            findings.max_by_key(|finding| finding.severity).map(|finding| (finding.summary, finding.fix))
        };
        let (what, fix) = told.or_else(found)?;
        let visible = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
        let what = what.trim_end_matches('.');
        Some(format!("{what}: {fix}").chars().map(visible).take(HINT).collect())
    }

    pub(super) fn inferred(&mut self, inference: &'static Inference) {
        push_once(&mut self.inferences, inference.id);
    }
}

impl Notes {
    /// The request used a feature.
    pub fn behavior(&self, behavior: &'static Behavior) {
        self.with(|learned| push_once(&mut learned.behaviors, behavior.id));
    }

    /// The request deserves a finding.
    pub fn finding(&self, finding: &'static Finding) {
        self.with(|learned| learned.found(finding));
    }

    /// The request deserves a finding, for what is said in words.
    pub fn finding_of(&self, finding: &'static Finding, detail: impl FnOnce() -> String) {
        self.with(|learned| learned.found_of(finding, detail));
    }

    /// The request shows what its client made of an earlier answer.
    pub fn inference(&self, inference: &'static Inference) {
        self.with(|learned| learned.inferred(inference));
    }

    /// The request is a step of a walk through a list.
    pub fn walk(&self, step: Stride) {
        self.with(|learned| learned.walk = Some(step));
    }

    /// Tells the journal what the answer does not say.
    pub fn explain(&self, explanation: serde_json::Value) {
        self.with(|learned| learned.explanation = Some(explanation));
    }

    /// The same, where nothing more exact was told.
    pub fn explain_first(&self, explanation: serde_json::Value) {
        self.with(|learned| {
            learned.explanation.get_or_insert(explanation);
        });
    }

    pub(super) fn take(&self, outcome: Option<Outcome>) -> Learned {
        let mut learned = self.with(std::mem::take);
        if let Some(Outcome(behavior)) = outcome {
            // A refused request has used no feature: it must not count as exercised.
            if behavior.status.is_some_and(|status| status >= 400) {
                learned.behaviors.clear();
            }
            learned.behaviors.insert(0, behavior.id);
        }
        learned
    }

    fn with<T>(&self, change: impl FnOnce(&mut Learned) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The longest hint, in characters.
const HINT: usize = 500;

/// How much is said of one finding about one request: a client chooses how many names it sends, and
/// how long they are.
const DETAILS: usize = 8;
const DETAIL: usize = 200;

fn cut(detail: &str) -> String {
    let detail = plain(detail);
    match detail.char_indices().nth(DETAIL) {
        Some((end, _)) => format!("{}…", &detail[..end]),
        None => detail,
    }
}

/// A text without characters that do something where it is printed: what a client sends must not
/// write a report.
pub fn plain(text: &str) -> String {
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    };
    text.chars()
        .flat_map(|c| if acts(c) { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

fn push_once(ids: &mut Vec<&'static str>, id: &'static str) {
    if !ids.contains(&id) {
        ids.push(id);
    }
}
