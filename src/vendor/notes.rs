//! What is learned about a request on its way: behaviors met and findings caused.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::{IntoResponseParts, ResponseParts};

use crate::contract::{Behavior, Finding, Inference, Met};
use crate::world::TakenStep;

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

/// Everything that was learned about one exchange.
#[derive(Debug, Default)]
pub struct Learned {
    /// Its behaviors, findings and inferences.
    pub met: Met,
    /// The step of a walk through a list that it is.
    pub walk: Option<TakenStep>,
    /// The finding where the client ends the connection before it has the whole body.
    pub if_cut: Option<&'static Finding>,
    /// What the journal alone is told.
    pub explanation: Option<serde_json::Value>,
}

impl Learned {
    /// Notes a finding.
    pub fn found(&mut self, finding: &'static Finding) {
        push_once(&mut self.met.findings, finding);
    }

    /// A finding with what is said of it in words; the words are only made where there is still
    /// room for them.
    pub fn found_of(&mut self, finding: &'static Finding, detail: impl FnOnce() -> String) {
        self.found(finding);
        let said = self.met.details.iter().filter(|(of, _)| *of == finding).count();
        if said > DETAILS {
            return;
        }
        let detail = if said == DETAILS { "and more".to_owned() } else { cut(&detail()) };
        if !self.met.details.iter().any(|known| *known == (finding, detail.clone())) {
            self.met.details.push((finding, detail));
        }
    }

    /// The remedy for a refusal, in visible ASCII for a header: from its explanation, or else from
    /// its gravest finding.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let told = self.explanation.as_ref().and_then(|explanation| {
            let explained = ["/signature/diagnosis", "/signature"];
            let mut told = explained.iter().filter_map(|at| explanation.pointer(at));
            told.find_map(|told| Some((told.get("what")?.as_str()?, told.get("fix")?.as_str()?)))
        });
        let found = || {
            let gravest = self.met.findings.iter().rev().max_by_key(|finding| finding.severity);
            gravest.map(|finding| (finding.summary, finding.fix))
        };
        let (what, fix) = told.or_else(found)?;
        let visible = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
        let what = what.trim_end_matches('.');
        Some(format!("{what}: {fix}").chars().map(visible).take(HINT).collect())
    }

    /// Notes an inference.
    pub fn inferred(&mut self, inference: &'static Inference) {
        push_once(&mut self.met.inferences, inference);
    }
}

impl Notes {
    /// The request used a feature.
    pub fn behavior(&self, behavior: &'static Behavior) {
        self.with(|learned| push_once(&mut learned.met.behaviors, behavior));
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
    pub fn walk(&self, step: TakenStep) {
        self.with(|learned| learned.walk = Some(step));
    }

    /// A client that ends the connection before it has the whole body deserves a finding.
    pub fn if_cut(&self, finding: &'static Finding) {
        self.with(|learned| learned.if_cut = Some(finding));
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

    /// Takes out everything that was learned, with the outcome first.
    #[must_use]
    pub fn take(&self, outcome: Option<Outcome>) -> Learned {
        let mut learned = self.with(std::mem::take);
        if let Some(Outcome(behavior)) = outcome {
            // A refused request has used no feature: it must not count as exercised.
            if behavior.status.is_some_and(|status| status >= 400) {
                learned.met.behaviors.clear();
            }
            learned.met.behaviors.insert(0, behavior);
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

fn push_once<T: PartialEq>(all: &mut Vec<&'static T>, one: &'static T) {
    if !all.contains(&one) {
        all.push(one);
    }
}
