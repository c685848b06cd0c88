//! Suggestions for the next tests, and exclusions for operations that the client does not use.

use std::collections::BTreeSet;

use super::coverage::{Coverage, Section};
use super::exclusions::Excluded;
use crate::contract::{Behavior, Catalogue, Recovery, Standing};

/// The behaviors most worth a test, in order: documented refusals of the operations in use,
/// temporary failures, documented successes, all others. Operations alternate, so that the first
/// few suggestions cover several. Behaviors of a branch of an operation that was never used come
/// last. Only those that need another reading, or that are excluded, are left out.
pub fn next(
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue>,
    most: usize,
) -> Vec<&'static Behavior> {
    let sections = coverage.sections(catalogues);
    let used = branches_in_use(&sections);
    let mut ranked: Vec<(u8, usize, usize, &'static Behavior)> = vec![];
    for (place, section) in sections.iter().enumerate() {
        // A fault that passes by itself is worth a test, although it is not owed.
        let owed: Vec<&'static Behavior> = section
            .rows
            .iter()
            .filter(|row| row.count == 0 && row.excluded.is_none() && row.needs.is_none())
            .map(|row| row.behavior)
            .collect();
        let rows: BTreeSet<&str> = section.rows.iter().map(|row| row.behavior.id).collect();
        let passing = section.catalogue.behaviors().filter(|behavior| {
            behavior.operation() == section.operation
                && behavior.recovery == Recovery::Passing
                && !rows.contains(behavior.id)
                && !coverage.excluded.iter().any(|excluded| excluded.behavior(behavior.id).is_some())
        });
        let mut turns = [0; 8];
        for behavior in owed.into_iter().chain(passing) {
            let rank = rank(behavior, &used);
            let turn = &mut turns[usize::from(rank)];
            ranked.push((rank, *turn, place, behavior));
            *turn += 1;
        }
    }
    ranked.sort_by_key(|(rank, turn, place, _)| (*rank, *turn, *place));
    ranked.into_iter().map(|(.., behavior)| behavior).take(most).collect()
}

fn rank(behavior: &Behavior, used: &BTreeSet<&str>) -> u8 {
    let is_refusal = behavior.status.is_some_and(|status| status >= 400);
    let of_all = behavior.operation() == "any";
    let documented = behavior.standing == Standing::Documented;
    match (is_refusal, documented) {
        _ if branch(behavior).is_some_and(|branch| !used.contains(branch)) => 5,
        (true, true) if !of_all => 0,
        (true, true) => 1,
        (true, false) if is_of_transport(behavior) => 4,
        (true, false) if is_overload(behavior) => 1,
        (false, true) => 2,
        (true, false) => 3,
        _ => 4,
    }
}

/// Whether a refusal says that the service is overloaded or has failed. Every client will
/// eventually receive such a refusal.
fn is_overload(behavior: &Behavior) -> bool {
    behavior.recovery == Recovery::Passing && matches!(behavior.status, Some(429 | 500 | 503))
}

/// The branch of an operation that a behavior belongs to, such as `create_call.outbound`, with the
/// vendor.
fn branch(behavior: &Behavior) -> Option<&'static str> {
    let (branch, _) = behavior.id.rsplit_once('.')?;
    (branch.split('.').count() > 2).then_some(branch)
}

fn branches_in_use(sections: &[Section<'_>]) -> BTreeSet<&'static str> {
    let met = sections.iter().flat_map(|section| &section.rows).filter(|row| row.count > 0);
    met.filter_map(|row| branch(row.behavior)).collect()
}

/// Whether a refusal is about HTTP alone, and no source of the vendor names it: a client with a
/// working HTTP library does not cause it.
fn is_of_transport(behavior: &Behavior) -> bool {
    let by_http = [404, 405, 408, 413, 415, 501];
    let about_body = behavior.last_segment() == "broken_body";
    behavior.operation() == "any"
        && behavior.standing != Standing::Documented
        && (about_body || behavior.status.is_some_and(|status| by_http.contains(&status)))
}

/// The vendors that were called, and none of whose lists had a second page: their paging was not
/// tested.
pub fn unpaged(
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue>,
) -> Vec<&'static str> {
    let mut unpaged = vec![];
    for catalogue in catalogues {
        let has = |what: &str| {
            coverage.inferences.iter().chain(&coverage.findings).any(|count| {
                count.count > 0 && count.id.strip_prefix(catalogue.vendor).is_some_and(|id| id == what)
            })
        };
        let met = |behavior: &Behavior| coverage.behaviors.iter().any(|c| c.count > 0 && c.id == behavior.id);
        let has_pages =
            catalogue.inferences.iter().any(|inference| inference.id.ends_with(".next_page_asked"));
        let listed = catalogue.behaviors().any(|b| b.last_segment() == "listed" && met(b));
        if has_pages && listed && !has(".next_page_asked") && !has(".paging_stopped_early") {
            unpaged.push(catalogue.vendor);
        }
    }
    unpaged
}

/// Exclusions for what the client has no business with: vendors and operations that it never
/// called, branches of an operation that it never used, and refusals that only a broken HTTP client
/// causes.
pub fn unused(
    coverage: &Coverage,
    catalogues: impl Iterator<Item = &'static Catalogue> + Clone,
) -> Vec<Excluded> {
    let sections = coverage.sections(catalogues.clone());
    let used = branches_in_use(&sections);
    let mut unused = vec![];
    let mut add = |behavior: String, reason: &str| {
        let excluded = Excluded { behavior: Some(behavior), finding: None, reason: reason.to_owned() };
        if !unused.contains(&excluded) {
            unused.push(excluded);
        }
    };
    for catalogue in catalogues {
        let own: Vec<&Section<'_>> =
            sections.iter().filter(|s| s.catalogue.vendor == catalogue.vendor).collect();
        if own.is_empty() {
            add(format!("{}.*", catalogue.vendor), "the client does not use this vendor");
            continue;
        }
        for operation in catalogue.operations {
            if !own.iter().any(|section| section.operation == operation.id) {
                add(
                    format!("{}.{}.*", catalogue.vendor, operation.id),
                    "the client does not use this operation",
                );
            }
        }
        for row in own.iter().flat_map(|section| &section.rows).filter(|row| row.count == 0) {
            match branch(row.behavior) {
                Some(branch) if !used.contains(branch) => {
                    add(format!("{branch}.*"), "the client does not use this kind of request");
                }
                _ if is_of_transport(row.behavior) => {
                    add(row.behavior.id.to_owned(), "only a broken HTTP client causes it");
                }
                _ => {}
            }
        }
    }
    unused
}

/// A file of exclusions, for `--exclusions`.
#[must_use]
pub fn file(excluded: &[Excluded]) -> String {
    if excluded.is_empty() {
        return "exclude: []\n".to_owned();
    }
    let mut text =
        String::from("# Read each line: what the client does use must not stand here.\nexclude:\n");
    for Excluded { behavior, reason, .. } in excluded {
        let behavior = behavior.as_deref().unwrap_or_default();
        text.push_str(&format!("  - {{behavior: \"{behavior}\", reason: {reason}}}\n"));
    }
    text
}
