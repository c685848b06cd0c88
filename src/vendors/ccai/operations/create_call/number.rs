//! Whether a text can be a telephone number with a country code (5).
//!
//! Clients call the same numbers again and again, and to judge a number takes longer than all other
//! checks of a call. So each thread keeps what it judged last.

use std::cell::RefCell;
use std::collections::HashMap;

use compact_str::CompactString;
use rlibphonenumber::PHONE_NUMBER_UTIL;

use crate::vendors::ccai::readings::Phone;

/// The most numbers of each reading that a thread keeps.
const KEPT: usize = 1024;

/// The longest number that is kept, in bytes.
const LONGEST: usize = 24;

/// Judgements, by number.
type Known = RefCell<HashMap<CompactString, bool>>;

thread_local! {
    static POSSIBLE: Known = RefCell::default();
    static VALID: Known = RefCell::default();
}

/// Whether the text is a telephone number with a country code. `is_possible_number` accepts and
/// rejects exactly as the page's examples do.
pub fn is_number(text: &str, reading: Phone) -> bool {
    let known = match reading {
        Phone::Possible => &POSSIBLE,
        Phone::Valid => &VALID,
    };
    known.with_borrow_mut(|known| {
        if let Some(judged) = known.get(text) {
            return *judged;
        }
        let judged = judge(text, reading);
        if text.len() <= LONGEST {
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(text.into(), judged);
        }
        judged
    })
}

fn judge(text: &str, reading: Phone) -> bool {
    let parsed = PHONE_NUMBER_UTIL.parse(text, None).ok().filter(|_| text.trim_start().starts_with('+'));
    parsed.is_some_and(|parsed| match reading {
        Phone::Possible => PHONE_NUMBER_UTIL.is_possible_number(&parsed),
        Phone::Valid => PHONE_NUMBER_UTIL.is_valid_number(&parsed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_judged_alike_however_many_others_were_judged_before() {
        for round in 0..3 {
            // A number that is possible, but in no use.
            assert!(is_number("+12051234567", Phone::Possible), "{round}");
            assert!(!is_number("+12051234567", Phone::Valid), "{round}");
            assert!(is_number("+81312345678", Phone::Valid), "{round}");
            assert!(!is_number("12051234567", Phone::Possible), "{round}");
            for n in 0..KEPT {
                is_number(&format!("+1205555{n:04}"), Phone::Possible);
            }
            assert!(POSSIBLE.with_borrow(HashMap::len) <= KEPT);
        }
    }

    #[test]
    fn a_long_text_is_judged_but_not_kept() {
        let long = format!("+1205123456{}", "7".repeat(LONGEST));
        assert!(!is_number(&long, Phone::Possible));
        assert!(!POSSIBLE.with_borrow(|known| known.contains_key(&*long)));
    }

    #[test]
    fn digits_of_every_script_count() {
        for text in ["+\u{661}\u{662}\u{660}\u{665}1234567", "+１２０５１２３４５６７", "+1 (205) 123-4567"]
        {
            assert!(is_number(text, Phone::Possible), "{text}");
        }
    }
}
