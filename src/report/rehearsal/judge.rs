//! Finds what is wrong with a job's table, and why, from what the vendors showed and were asked for.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Kind, Problem, Reason, Records, Run, Shown, Window};
use crate::report::oracle::{Diff, Discrepancy};
use crate::times::words;
use crate::vendor::Field;

/// A call as a vendor's lists show it.
#[derive(Debug, Clone)]
pub struct Known {
    /// The call's id in the scenario.
    pub call: String,
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// When it came into the vendor's lists.
    pub appeared: DateTime<Utc>,
    /// When its record changed last.
    pub changed: DateTime<Utc>,
}

/// The calls of a vendor by their ids there.
pub type OfVendor = HashMap<String, Known>;

/// Judges a table that was compared with the true calls. `due` is the time by which a record must
/// have come, or have changed, for the job to have it.
#[must_use]
pub fn judge(
    diff: &Diff,
    known: &BTreeMap<String, OfVendor>,
    runs: &[Run],
    due: DateTime<Utc>,
) -> (BTreeMap<String, Records>, Vec<Problem>) {
    let seen = Seen::of(runs);
    let mut problems = vec![];
    let mut told: HashSet<(Kind, &str, &str)> = HashSet::new();
    // A mistake that many rows have in common is one. Which end of the range is missing is told by the
    // reasons of each call.
    let uniform = || diff.uniform.iter().filter(|uniform| uniform.kind != "end_missing");
    for one in uniform() {
        let (vendor, detail) = (one.vendor.clone(), one.message.clone());
        let id = format!("({} mistakes)", one.count);
        let (kind, reason) = (Kind::Wrong, Reason::Uniform);
        problems.push(Problem { kind, reason, vendor, id, began: None, run: None, detail });
    }
    for (place, mistake) in diff.mistakes.iter().enumerate() {
        if uniform().any(|uniform| uniform.places.contains(&place)) {
            continue;
        }
        let Discrepancy { kind, vendor, id, field, message, .. } = mistake;
        let call = known.get(vendor).and_then(|calls| calls.get(id));
        let (kind, call) = match (*kind, call) {
            ("missing_call", Some(call)) if call.appeared <= due => (Kind::Lost, Some(call)),
            // It came too late for the last run to count.
            ("missing_call", _) => continue,
            ("repeated_call", call) => (Kind::Twice, call),
            ("invented_call", call) => (Kind::Invented, call),
            (_, Some(call)) if comes_late(*field) && seen.before_its_change(vendor, call) => {
                if call.changed > due {
                    continue;
                }
                (Kind::Stale, Some(call))
            }
            (_, call) => (Kind::Wrong, call),
        };
        // One record is told once, whatever the number of its fields.
        if !told.insert((kind, vendor, id)) {
            continue;
        }
        let said = field.map_or_else(|| message.clone(), |field| format!("`{field}`: {message}"));
        let (reason, run, detail) = match (kind, call) {
            (Kind::Lost, Some(call)) => seen.why_lost(vendor, call, known),
            (Kind::Twice, Some(call)) => seen.why_twice(vendor, call),
            (Kind::Stale, Some(call)) => seen.why_stale(vendor, call, &said),
            _ => (Reason::Unknown, None, said),
        };
        let (vendor, id, began) = (vendor.clone(), id.clone(), call.map(|call| call.began));
        problems.push(Problem { kind, reason, vendor, id, began, run, detail });
    }
    problems.sort_by(|a, b| (a.kind, a.reason, a.began, &a.id).cmp(&(b.kind, b.reason, b.began, &b.id)));
    let vendors = diff.calls.iter().map(|(vendor, calls)| {
        let lost = problems.iter().filter(|p| p.kind == Kind::Lost && p.vendor == *vendor).count();
        (vendor.clone(), Records { due: calls.got + lost, kept: calls.got })
    });
    (vendors.collect(), problems)
}

/// Whether a field of a record may come some time after the record itself.
fn comes_late(field: Option<&str>) -> bool {
    let late = [
        Field::RecordingUrl,
        Field::RecordingDuration,
        Field::RecordingBytes,
        Field::RecordingSha256,
        Field::RatingScore,
        Field::RatingLabel,
        Field::RatingChannel,
    ];
    field.is_some_and(|name| late.iter().any(|field| field.name() == name))
}

/// The number of a run that was shown a call, and when.
type Showing = (usize, DateTime<Utc>);

/// The requests of all runs, with the calls that their answers showed.
struct Seen<'a> {
    runs: &'a [Run],
    /// By vendor and call: the runs that were shown it, and when.
    shown: HashMap<&'a str, HashMap<&'a str, Vec<Showing>>>,
}

impl<'a> Seen<'a> {
    fn of(runs: &'a [Run]) -> Self {
        let mut shown: HashMap<_, HashMap<_, Vec<_>>> = HashMap::new();
        for run in runs {
            for Shown { vendor, at, call } in &run.showed {
                let of_vendor = shown.entry(*vendor).or_default();
                of_vendor.entry(call.as_str()).or_default().push((run.number, *at));
            }
        }
        Self { runs, shown }
    }

    fn shown(&self, vendor: &str, call: &Known) -> &[Showing] {
        let times = self.shown.get(vendor).and_then(|shown| shown.get(call.call.as_str()));
        times.map_or(&[], Vec::as_slice)
    }

    /// Whether a record was shown before it changed.
    fn before_its_change(&self, vendor: &str, call: &Known) -> bool {
        self.shown(vendor, call).first().is_some_and(|(_, at)| call.changed > *at)
    }

    /// The run that begins first at a time or later.
    fn first_at(&self, at: DateTime<Utc>) -> Option<&Run> {
        self.runs.iter().find(|run| run.at >= at)
    }

    fn why_lost(
        &self,
        vendor: &str,
        call: &Known,
        known: &BTreeMap<String, OfVendor>,
    ) -> (Reason, Option<usize>, String) {
        if let Some((run, _)) = self.shown(vendor, call).first() {
            return (Reason::NotKept, Some(*run), format!("run {run} was shown it"));
        }
        let should = self.first_at(call.appeared);
        let asked: Vec<(&Run, &Window)> = self
            .runs
            .iter()
            .flat_map(|run| run.asked.iter().map(move |window| (run, window)))
            .filter(|(_, window)| window.vendor == vendor && window.has(call.began))
            .collect();
        let number = should.map(|run| run.number);
        let is_there = asked.iter().any(|(_, window)| window.at >= call.appeared);
        if let Some((run, what)) = self.would_have(vendor, call).filter(|_| !is_there) {
            let detail = format!("run {run} would have had it, but its request was {what}");
            return (Reason::PageLost, Some(run), detail);
        }
        let Some((last, window)) = asked.last() else {
            return (Reason::Skipped, number, self.gap(vendor, call));
        };
        if window.at < call.ended {
            let detail = format!(
                "run {} asked for its time {} before it ended",
                last.number,
                words(call.ended - window.at)
            );
            return (Reason::EndedLater, number, detail);
        }
        if window.at < call.appeared {
            let detail = format!(
                "it appeared {} after its end; run {} asked for its time {} before that",
                words(call.appeared - call.ended),
                last.number,
                words(call.appeared - window.at)
            );
            return (Reason::AppearedLate, number, detail);
        }
        let there = asked.iter().find(|(_, window)| window.at >= call.appeared);
        let (run, window) = there.copied().unwrap_or((*last, *window));
        let number = Some(run.number);
        if let Some(failed) = run.failed.iter().find(|failed| failed.vendor == vendor) {
            return (Reason::PageLost, number, format!("a page of run {} was {}", run.number, failed.what));
        }
        // Another call came into the list while the pages were read.
        let came = known.get(vendor).is_some_and(|calls| {
            calls.values().any(|other| {
                window.has(other.began) && run.at < other.appeared && other.appeared <= run.until
            })
        });
        let pages = run.asked.iter().filter(|asked| asked.vendor == vendor).count();
        let read = if pages == 1 { "1 page".to_owned() } else { format!("{pages} pages") };
        let detail = format!("run {} read {read} without it", run.number);
        (if came && pages > 1 { Reason::Slid } else { Reason::WalkEnded }, number, detail)
    }

    /// The run that would have had a call but for a request that failed. Such a request does not tell
    /// which times it was for: they are those of the nearest run that was answered, as much later or
    /// earlier as the run is.
    fn would_have(&self, vendor: &str, call: &Known) -> Option<(usize, &str)> {
        let failed_of = |run: &'a Run| run.failed.iter().find(|failed| failed.vendor == vendor);
        let has = |run: &Run, by: TimeDelta| {
            let mut windows = run.asked.iter().filter(|asked| asked.vendor == vendor);
            windows.any(|window| window.has(call.began - by))
        };
        let is_whole = |run: &&Run| {
            run.failed.iter().all(|failed| failed.vendor != vendor)
                && run.asked.iter().any(|asked| asked.vendor == vendor)
        };
        self.runs.iter().filter(|run| run.at >= call.appeared).find_map(|run| {
            let failed = failed_of(run)?;
            let like = self.runs.iter().filter(is_whole).min_by_key(|like| (like.at - run.at).abs())?;
            has(like, run.at - like.at).then_some((run.number, failed.what.as_str()))
        })
    }

    /// The stretch of time around a call that nobody asked for.
    fn gap(&self, vendor: &str, call: &Known) -> String {
        let windows = || self.runs.iter().flat_map(|run| &run.asked).filter(|asked| asked.vendor == vendor);
        let from = windows().filter_map(|window| window.to).filter(|to| *to <= call.began).max();
        let to = windows().filter_map(|window| window.from).filter(|from| *from > call.began).min();
        match (from, to) {
            (None, None) => "no list was asked for".to_owned(),
            (Some(from), None) => format!("nothing after {} was asked for", from.to_rfc3339()),
            (None, Some(to)) => format!("nothing before {} was asked for", to.to_rfc3339()),
            (Some(from), Some(to)) => {
                format!("nothing from {} to {} was asked for", from.to_rfc3339(), to.to_rfc3339())
            }
        }
    }

    fn why_twice(&self, vendor: &str, call: &Known) -> (Reason, Option<usize>, String) {
        let shown = self.shown(vendor, call);
        let mut runs: Vec<usize> = shown.iter().map(|(run, _)| *run).collect();
        let all = runs.len();
        runs.dedup();
        match runs[..] {
            [] => (Reason::Unknown, None, "no answer showed it".to_owned()),
            [run] if all > 1 => (Reason::Slid, Some(run), format!("run {run} was shown it {all} times")),
            [run] => (Reason::Unknown, Some(run), format!("run {run} alone was shown it, once")),
            [first, second, ..] => {
                (Reason::Overlap, Some(second), format!("runs {first} and {second} were shown it"))
            }
        }
    }

    fn why_stale(&self, vendor: &str, call: &Known, said: &str) -> (Reason, Option<usize>, String) {
        let Some((run, at)) = self.shown(vendor, call).last() else {
            return (Reason::Unknown, None, said.to_owned());
        };
        if call.changed <= *at {
            return (Reason::NotReplaced, Some(*run), format!("run {run} was shown the change; {said}"));
        }
        let should = self.first_at(call.changed).map(|run| run.number);
        let detail = format!("it changed {} after run {run} was shown it; {said}", words(call.changed - *at));
        (Reason::ChangedLater, should, detail)
    }
}
