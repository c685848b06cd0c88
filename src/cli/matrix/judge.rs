//! The verdict about a run.

use std::collections::BTreeSet;

use super::result::{Id, Run, Table};
use crate::report::matrix::Verdict;

/// The most records that a verdict names.
const NAMED: usize = 3;

/// The verdict about a run, and what is wrong in words. `base` is a run under the same data in which
/// nothing was changed; without it, a table is held against what answers showed.
pub fn judge(base: Option<&Run>, run: &Run) -> (Verdict, Option<String>) {
    if run.hung {
        return (Verdict::Hung, None);
    }
    let mut wrong = Wrong::default();
    match &run.table {
        Some(Ok(table)) => {
            let base = base.and_then(|base| base.table.as_ref()?.as_ref().ok());
            wrong.compare(base, table, run.code == 0);
        }
        Some(Err(why)) => wrong.told.push(why.clone()),
        None => {}
    }
    wrong.told.extend(run.made_twice.iter().map(|found| (*found).to_owned()));
    if let Some(base) = base {
        match (run.created.cmp(&base.created), run.code) {
            (std::cmp::Ordering::Greater, _) => wrong
                .told
                .push(format!("{} calls were created, {} without the fault", run.created, base.created)),
            (std::cmp::Ordering::Less, 0) => wrong.told.push(format!(
                "{} of {} calls were created, and the client ended with 0",
                run.created, base.created
            )),
            _ => {}
        }
    }
    let detail = (!wrong.told.is_empty()).then(|| wrong.told.join("; "));
    match (detail, run.code, run.hammering.first()) {
        (Some(detail), 0, _) => (Verdict::WrongQuietly, Some(detail)),
        (Some(detail), ..) => (Verdict::WrongLoudly, Some(detail)),
        (None, _, Some(hammering)) => (Verdict::Hammered, Some((*hammering).to_owned())),
        (None, 0, None) => (Verdict::Survived, None),
        (None, _, None) => (Verdict::FailedLoudly, None),
    }
}

/// The mistakes of a run, in words.
#[derive(Default)]
struct Wrong {
    told: Vec<String>,
}

impl Wrong {
    /// Compares a table with the one of the run in which nothing was changed. Records that are lost
    /// count only if the client says that it has all.
    fn compare(&mut self, base: Option<&Table>, table: &Table, says_whole: bool) {
        let none = BTreeSet::new();
        let lost: BTreeSet<&Id> = match base {
            Some(base) => base.rows.keys().filter(|id| !table.rows.contains_key(*id)).collect(),
            None => table.not_kept.iter().collect(),
        };
        if says_whole {
            self.tell("lost", &lost);
        }
        let before = |id: &Id| base.and_then(|base| base.rows.get(id)).copied().unwrap_or_default().max(1);
        self.tell(
            "twice",
            &table.rows.iter().filter(|(id, count)| **count > before(id)).map(|(id, _)| id).collect(),
        );
        let known = base.map_or(&none, |base| &base.invented);
        self.tell("invented", &table.invented.iter().filter(|id| !known.contains(*id)).collect());
        let known = |mistake| base.is_some_and(|base| base.wrong.contains(mistake));
        let wrong = table.wrong.iter().filter(|mistake| !known(mistake));
        self.tell("wrong", &wrong.map(|(id, _)| id).collect());
    }

    fn tell(&mut self, what: &str, ids: &BTreeSet<&Id>) {
        if ids.is_empty() {
            return;
        }
        let named: Vec<String> =
            ids.iter().take(NAMED).map(|(vendor, id)| format!("{vendor} {id}")).collect();
        let more = if ids.len() > NAMED { ", …" } else { "" };
        self.told.push(format!("{} {what} ({}{more})", ids.len(), named.join(", ")));
    }
}
