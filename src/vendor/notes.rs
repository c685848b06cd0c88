//! Notes about an exchange: the behaviors met, and the findings caused.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

use axum::response::{IntoResponseParts, ResponseParts};

use crate::contract::{Behavior, Finding, Inference, Met, Severity};
use crate::masking::plain;
use crate::world::{AskedWindow, TakenStep};

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

/// The notes of a vendor's checks and handler about one exchange.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Learned>);

/// All notes about one exchange.
#[derive(Debug, Default)]
pub struct Learned {
    /// The behaviors, findings and inferences.
    pub met: Met,
    /// The step of a walk through a list, if the exchange is one.
    pub walk: Option<TakenStep>,
    /// The range of times that a list was asked for, if the exchange is about one.
    pub window: Option<AskedWindow>,
    /// The finding to add if the client ends the connection before the body is complete.
    pub if_cut: Option<&'static Finding>,
    /// An explanation for the journal, which the answer does not show.
    pub explanation: Option<serde_json::Value>,
}

impl Learned {
    /// Notes a finding.
    pub fn found(&mut self, finding: &'static Finding) {
        push_once(&mut self.met.findings, finding);
    }

    /// Notes a finding with details in words. The words are only made if there is still room for
    /// them.
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

    /// The remedy for a refusal, in one line. It comes from the explanation, or else from the
    /// vendor and the most severe finding.
    #[must_use]
    pub fn hint(&self, vendors: impl FnOnce() -> Option<String>) -> Option<String> {
        let told = self.explanation.as_ref().and_then(|explanation| {
            let explained = ["/signature/diagnosis", "/signature"];
            let mut told = explained.iter().filter_map(|at| explanation.pointer(at));
            told.find_map(|told| Some((told.get("what")?.as_str()?, told.get("fix")?.as_str()?)))
        });
        let found = || {
            let grave = |finding: &&&Finding| finding.severity > Severity::Note;
            let gravest = self.met.findings.iter().rev().filter(grave).max_by_key(|finding| finding.severity);
            gravest.map(|finding| (finding.summary, finding.fix))
        };
        let joined = |(what, fix): (&str, &str)| format!("{}: {fix}", what.trim_end_matches('.'));
        let hint = match (told.map(joined), found()) {
            (Some(told), _) => told,
            (None, found) => match (vendors(), found) {
                (Some(hint), Some((what, fix))) => format!("{hint}; {}", joined((what, fix))),
                (Some(hint), None) => hint,
                (None, found) => found.map(joined)?,
            },
        };
        let mut hint = plain(&hint);
        if hint.len() > HINT
            && let Some((end, _)) = hint.char_indices().nth(HINT)
        {
            hint.truncate(end);
        }
        Some(hint)
    }

    /// Notes an inference.
    pub fn inferred(&mut self, inference: &'static Inference) {
        push_once(&mut self.met.inferences, inference);
    }
}

impl Notes {
    /// Notes that the request used a feature.
    pub fn behavior(&self, behavior: &'static Behavior) {
        self.with(|learned| push_once(&mut learned.met.behaviors, behavior));
    }

    /// Notes a finding about the request.
    pub fn finding(&self, finding: &'static Finding) {
        self.with(|learned| learned.found(finding));
    }

    /// Notes a finding about the request, with details in words.
    pub fn finding_of(&self, finding: &'static Finding, detail: impl FnOnce() -> String) {
        self.with(|learned| learned.found_of(finding, detail));
    }

    /// Notes an inference about the client's use of an earlier answer.
    pub fn inference(&self, inference: &'static Inference) {
        self.with(|learned| learned.inferred(inference));
    }

    /// Notes that the request is a step of a walk through a list.
    pub fn walk(&self, step: TakenStep) {
        self.with(|learned| learned.walk = Some(step));
    }

    /// Notes the range of times that a list is asked for.
    pub fn window(&self, window: AskedWindow) {
        self.with(|learned| learned.window = Some(window));
    }

    /// Notes a finding to add if the client ends the connection before the body is complete.
    pub fn if_cut(&self, finding: &'static Finding) {
        self.with(|learned| learned.if_cut = Some(finding));
    }

    /// Adds an explanation to the journal, which the answer does not show.
    pub fn explain(&self, explanation: serde_json::Value) {
        self.with(|learned| learned.explanation = Some(explanation));
    }

    /// Adds an explanation to the journal, unless there is one already.
    pub fn explain_first(&self, explanation: serde_json::Value) {
        self.with(|learned| {
            learned.explanation.get_or_insert(explanation);
        });
    }

    /// Takes all notes, with the outcome as the first behavior.
    #[must_use]
    pub fn take(&self, outcome: Option<Outcome>) -> Learned {
        let mut learned = self.with(std::mem::take);
        if let Some(Outcome(behavior)) = outcome {
            // The features of a refused request do not count as exercised.
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

/// The most details of one finding about one request, and the longest detail in characters. Both
/// are bounded, because the client chooses how many names it sends, and how long they are.
const DETAILS: usize = 8;
const DETAIL: usize = 500;

fn cut(detail: &str) -> String {
    let detail = plain(detail);
    match detail.char_indices().nth(DETAIL) {
        Some((end, _)) => format!("{}…", &detail[..end]),
        None => detail,
    }
}

fn push_once<T: PartialEq>(all: &mut Vec<&'static T>, one: &'static T) {
    if !all.contains(&one) {
        all.push(one);
    }
}
