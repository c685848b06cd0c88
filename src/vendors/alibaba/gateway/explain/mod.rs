//! The diagnosis of a wrong signature. Known mistakes are tried until one reproduces the client's
//! signature, which makes the diagnosis certain. If none does, the remaining causes are listed, the
//! likeliest first.
//!
//! The mistakes are those of clients of both styles: encodings that differ from the vendor's (fact
//! sheet 1.4), and parts of the two strings (5.1, 5.2) that are left out, added or reordered.

mod encoding;
mod hints;
mod mistakes;
mod recipe;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Value, json};

pub use hints::refusal;
pub use mistakes::BUDGET;
use mistakes::{LONGEST, Mistake};
use recipe::Recipe;
pub use recipe::{Evidence, Style};

/// The cause of a wrong signature and its remedy. `budget` is the most bytes that are signed for it,
/// headers included.
pub fn explain(evidence: &Evidence<'_>, budget: usize) -> Value {
    let right = evidence.right();
    if let Some(damaged) = damaged(evidence, &right.signature(evidence)) {
        return damaged;
    }
    if evidence.raw.len() > LONGEST {
        return json!({
            "cause": "unknown", "certain": false,
            "what": format!("the request has {} bytes of parameters, and mistakes are tried on {LONGEST} at most", evidence.raw.len()),
            "fix": "sign a shorter request, and look at that",
        });
    }
    let mistakes = evidence.mistakes(&right);
    let mut search = Search { evidence, right: &right, seen: HashSet::new(), left: budget };
    for one in &mistakes {
        if search.left == 0 {
            break;
        }
        let mut recipe = right.clone();
        (one.change)(&mut recipe);
        if search.is_it(&recipe) {
            return found(&[one], &recipe, &right, evidence);
        }
    }
    let few: Vec<&Mistake> = mistakes.iter().filter(|mistake| !mistake.alone).collect();
    for (n, one) in few.iter().enumerate() {
        if search.left == 0 {
            break;
        }
        for other in &few[n + 1..] {
            if search.left == 0 {
                break;
            }
            let mut recipe = right.clone();
            (one.change)(&mut recipe);
            (other.change)(&mut recipe);
            if search.is_it(&recipe) {
                return found(&[one, other], &recipe, &right, evidence);
            }
        }
    }
    let host = match &evidence.style {
        Style::Acs3 { headers, .. } => headers.iter().find(|(name, _)| name == "host"),
        Style::Rpc => None,
    };
    let encoding = "names or values were encoded, joined or sorted in another way";
    let secret = "another secret was used";
    let what = match host {
        Some((_, came)) => format!(
            "none of the known mistakes makes this signature. What is left, the likeliest first: the Host that was signed is \
             not the one that came (`{came}`), for a proxy or a port mapping changed it on the way; {encoding}; {secret}"
        ),
        None => format!(
            "none of the known mistakes makes this signature. What is left, the likeliest first: {encoding}; {secret}"
        ),
    };
    json!({
        "cause": "unknown", "certain": false,
        "what": what,
        "fix": "print what the client signs, and hold it against `should_have_signed`; where the two are the same, the secret is \
                not",
        "should_have_signed": right.signed(evidence),
    })
}

/// The diagnosis of a signature that was right, but was damaged on its way. `None` if it was not.
fn damaged(evidence: &Evidence<'_>, right: &str) -> Option<Value> {
    let given = evidence.given;
    let (cause, what, fix) = if given.contains(' ') && right == given.replace(' ', "+") {
        (
            "signature_not_encoded",
            "the signature itself was not percent-encoded, so that its `+` came as a space",
            "percent-encode the value of Signature like every other parameter",
        )
    } else if given != right && given.trim() == right {
        (
            "signature_with_blanks",
            "the signature came with a line end or a blank at its ends",
            "send it without: some Base64 encoders put a line end behind it",
        )
    } else if given.trim_end_matches('=') == right.replace('+', "-").replace('/', "_").trim_end_matches('=') {
        (
            "signature_url_safe",
            "the signature is in the Base64 of URLs, with `-` and `_`, or lacks its `=`",
            "use the plain Base64, with `+`, `/` and `=`, and percent-encode it",
        )
    } else if given.trim_end_matches('=') == right.trim_end_matches('=') {
        ("signature_unpadded", "the signature lacks its `=`", "send the whole Base64 text")
    } else {
        return None;
    };
    Some(json!({ "cause": cause, "certain": true, "what": what, "fix": fix }))
}

/// The search for the client's mistake, within a budget.
struct Search<'a> {
    evidence: &'a Evidence<'a>,
    right: &'a Recipe,
    seen: HashSet<u64>,
    left: usize,
}

impl Search<'_> {
    /// Whether a recipe produces the client's signature.
    fn is_it(&mut self, recipe: &Recipe) -> bool {
        if recipe == self.right || self.left == 0 {
            return false;
        }
        let signed = recipe.signed(self.evidence);
        self.left = self.left.saturating_sub(signed.len());
        let mut hasher = DefaultHasher::new();
        (&signed, &recipe.secret, recipe.hashing as u8, recipe.text as u8).hash(&mut hasher);
        // Many encodings give the same text if few characters need encoding.
        if !self.seen.insert(hasher.finish()) {
            return false;
        }
        self.left = self.left.saturating_sub(signed.len());
        recipe.signature_of(&signed, self.evidence) == self.evidence.given
    }
}

fn found(mistakes: &[&Mistake], made: &Recipe, right: &Recipe, evidence: &Evidence<'_>) -> Value {
    let join =
        |part: fn(&Mistake) -> &str| mistakes.iter().map(|m| part(m)).collect::<Vec<_>>().join("; and ");
    let ids: Vec<&str> = mistakes.iter().map(|mistake| mistake.id.as_str()).collect();
    let (signed, should) = (made.signed(evidence), right.signed(evidence));
    json!({
        "cause": ids.join("+"),
        "certain": true,
        "what": join(|mistake| &mistake.what),
        "fix": join(|mistake| &mistake.fix),
        "first_difference": first_difference(&signed, &should),
        "signed": signed,
        "should_have_signed": should,
    })
}

/// The position of the first difference between two texts, with an excerpt of both from there. Null
/// if the texts are equal, so that only the key or the form of the signature differs.
fn first_difference(signed: &str, should: &str) -> Value {
    let Some(at) = signed.char_indices().map(|(at, _)| at).chain([signed.len()]).find(|at| {
        let rest = |text: &str| text.get(*at..).and_then(|rest| rest.chars().next());
        rest(signed) != rest(should)
    }) else {
        return Value::Null;
    };
    if signed == should {
        return Value::Null;
    }
    json!({ "at": at, "signed": excerpt(signed, at), "should_have_signed": excerpt(should, at) })
}

/// An excerpt of a text that is signed: 40 characters from a place, and on to the end of the
/// parameter. The journal's mask would not find a secret whose end is cut off.
fn excerpt(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let enough = rest.floor_char_boundary(40);
    let ends = ["%26", "&", "\n"].iter().filter_map(|end| rest[enough..].find(end)).min();
    &rest[..ends.map_or(rest.len(), |more| enough + more)]
}
