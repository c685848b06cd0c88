//! Sources in words for people outside the project: the lines of the vendor's page where it has
//! them, and otherwise how sure the behavior is.

use crate::contract::{Behavior, Catalogue, Standing};

/// The URL of the page that documents a behavior: that of its operation, or the vendor's main page.
#[must_use]
pub fn page(behavior: &Behavior, catalogue: &Catalogue) -> &'static str {
    let mut operations = catalogue.operations.iter();
    let own = operations.find(|operation| operation.id == behavior.operation());
    own.map_or(catalogue.page, |operation| operation.page)
}

/// The source of a behavior in words. A number of a fact sheet, which no reader has, is left out.
#[must_use]
pub fn words(behavior: &Behavior) -> String {
    let by = match behavior.standing {
        Standing::Documented => "the vendor's page",
        Standing::Inferred => "other public material of the vendor, or the code of its clients",
        Standing::Choice => "no source says so: callmock's choice",
    };
    match told(behavior.source) {
        Some(told) => match behavior.standing {
            Standing::Documented => told,
            Standing::Inferred => format!("{told}; inferred"),
            Standing::Choice => format!("{told}; callmock's choice"),
        },
        None => by.to_owned(),
    }
}

/// The part of a source that means something to every reader. None if there is none.
fn told(source: &str) -> Option<String> {
    let bare = source.split(" (").next().unwrap_or_default();
    let bare = bare.split("; ").next().unwrap_or_default().trim();
    let means = ["page", "the ", "RFC "].iter().any(|begin| bare.starts_with(begin));
    means.then(|| bare.to_owned())
}

/// The source of a reading in words, without the numbers of a fact sheet in parentheses.
#[must_use]
pub fn of_reading(source: &str) -> String {
    let mut rest = source;
    let mut told = String::new();
    while let Some((before, (inner, after))) =
        rest.split_once('(').and_then(|(before, after)| Some((before, after.split_once(')')?)))
    {
        let is_number = |word: &str| {
            let digits = word.trim().trim_start_matches(|c: char| c.is_ascii_uppercase());
            digits.starts_with(|c: char| c.is_ascii_digit()) && digits.len() < 6
        };
        if inner.split(',').all(is_number) {
            told.push_str(before.trim_end());
        } else {
            told.push_str(&format!("{before}({inner})"));
        }
        rest = after;
    }
    told + rest
}

/// The standing in words: what kind of source says so.
#[must_use]
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Documented => "documented: the vendor's own page says so",
        Standing::Inferred => {
            "inferred: other public material of the vendor, or the code of its clients, says so"
        }
        Standing::Choice => "choice: no source says so, it is callmock's choice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_fact_sheet_are_left_out_and_everything_else_stays() {
        assert_eq!(of_reading("unstated (A12)"), "unstated");
        assert_eq!(of_reading("page L113 against L332 (A3)"), "page L113 against L332");
        assert_eq!(of_reading("page, error codes (3.2, B4), and more (1G.4)"), "page, error codes, and more");
        assert_eq!(of_reading("page L25 (the first one)"), "page L25 (the first one)");
        assert_eq!(told("3.2 (B7)"), None);
        assert_eq!(told("page L4 (B10)").as_deref(), Some("page L4"));
        assert_eq!(told("page, SatisfactionList; 6 (B6)").as_deref(), Some("page, SatisfactionList"));
    }
}
