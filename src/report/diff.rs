//! The difference between two coverages, such as those of a pull request and of its base.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::coverage::{Coverage, Share};
use super::sightings::Sighting;
use crate::contract::{Catalogue, Finding};

/// The difference between two coverages.
#[derive(Debug)]
pub struct Difference {
    before: Share,
    after: Share,
    /// The ids of the behaviors that only the second one exercised.
    newly: Vec<String>,
    /// The ids of the behaviors that only the first one exercised.
    no_longer: Vec<String>,
    /// The findings that only the second one has.
    new: Vec<Shown>,
    /// The findings that only the first one has.
    gone: Vec<Shown>,
}

/// A finding in the requests of one test to one operation, in words.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    id: String,
    place: String,
    fix: Option<&'static str>,
}

impl Difference {
    /// Compares two coverages. Excluded and expected findings are left out.
    pub fn of(
        before: &Coverage,
        after: &Coverage,
        catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
    ) -> Self {
        let exercised = |coverage: &Coverage| -> BTreeSet<String> {
            let met = coverage.behaviors.iter().filter(|behavior| behavior.count > 0);
            met.map(|behavior| behavior.id.clone()).collect()
        };
        let rules: Vec<&'static Finding> = catalogues.clone().flat_map(|c| c.findings).copied().collect();
        let found = |coverage: &Coverage| -> BTreeSet<Shown> {
            let counted = coverage.sightings().into_iter();
            let counted = counted.filter(|seen| coverage.excluded_finding(&seen.id).is_none());
            counted.map(|seen| Shown::of(&seen, &rules)).collect()
        };
        let (was, is) = (exercised(before), exercised(after));
        let (had, has) = (found(before), found(after));
        Self {
            before: before.share(catalogues.clone()),
            after: after.share(catalogues),
            newly: is.difference(&was).cloned().collect(),
            no_longer: was.difference(&is).cloned().collect(),
            new: only(&has, &had),
            gone: only(&had, &has),
        }
    }

    fn is_empty(&self) -> bool {
        let Self { newly, no_longer, new, gone, .. } = self;
        newly.is_empty() && no_longer.is_empty() && new.is_empty() && gone.is_empty()
    }

    /// The difference for a terminal: `+` is what came, `-` is what went.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("exercised: {} -> {}\n", score(self.before), score(self.after));
        if self.is_empty() {
            text.push_str("no behavior and no finding differs\n");
        }
        for (title, mark, shown) in [("new findings", '+', &self.new), ("gone findings", '-', &self.gone)] {
            if !shown.is_empty() {
                let _ = writeln!(text, "{title}: {}", shown.len());
            }
            for Shown { id, place, fix } in shown {
                let _ = writeln!(text, "  {mark} {id}{place}");
                if let Some(fix) = fix.filter(|_| mark == '+') {
                    let _ = writeln!(text, "    {fix}");
                }
            }
        }
        let behaviors =
            [("no longer exercised", '-', &self.no_longer), ("newly exercised", '+', &self.newly)];
        for (title, mark, ids) in behaviors {
            if !ids.is_empty() {
                let _ = writeln!(text, "{title}: {}", ids.len());
            }
            for id in ids {
                let _ = writeln!(text, "  {mark} {id}");
            }
        }
        text
    }

    /// The difference as Markdown, for a comment on a pull request.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from("### Contract coverage\n\n");
        let _ = writeln!(
            text,
            "| | before | after |\n| --- | --- | --- |\n| exercised | {} | {} |",
            score(self.before),
            score(self.after)
        );
        if self.is_empty() {
            text.push_str("\nNo behavior and no finding differs.\n");
        }
        for (title, shown) in [("New findings", &self.new), ("Gone findings", &self.gone)] {
            if shown.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n**{title}: {}**\n", shown.len());
            for Shown { id, place, fix } in shown {
                let fix = fix.filter(|_| title == "New findings");
                let fix = fix.map_or_else(String::new, |fix| format!("<br>{}", escaped(fix)));
                let _ = writeln!(text, "- `{id}`{}{fix}", escaped(place));
            }
        }
        for (title, ids) in [("No longer exercised", &self.no_longer), ("Newly exercised", &self.newly)] {
            if ids.is_empty() {
                continue;
            }
            let _ = writeln!(
                text,
                "\n<details><summary>{title}: {}</summary>\n\n{}\n\n</details>",
                ids.len(),
                ids.iter().map(|id| format!("- `{id}`")).collect::<Vec<_>>().join("\n")
            );
        }
        text
    }
}

/// What only the first of two sets has.
fn only(own: &BTreeSet<Shown>, other: &BTreeSet<Shown>) -> Vec<Shown> {
    let copy = |Shown { id, place, fix }: &Shown| Shown { id: id.clone(), place: place.clone(), fix: *fix };
    own.difference(other).map(copy).collect()
}

impl Shown {
    fn of(seen: &Sighting, rules: &[&'static Finding]) -> Self {
        let fix = rules.iter().find(|finding| finding.id == seen.id).map(|finding| finding.fix);
        Self { id: seen.id.clone(), place: seen.place(), fix }
    }
}

/// `12 of 40 behaviors, 30 %`.
fn score(share: Share) -> String {
    format!("{} of {} behaviors, {} %", share.exercised, share.of, share.percent())
}

/// A text whose characters mean nothing in Markdown. The name of a test may have any of them.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // In `@name` and `#1` a comment would notify people, or link an issue.
            '@' => escaped.push_str("@\u{200b}"),
            '#' => escaped.push_str("#\u{200b}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            _ => escaped.push(c),
        }
    }
    escaped
}
