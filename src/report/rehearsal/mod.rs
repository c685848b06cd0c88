//! The report of a rehearsal: which calls a job lost, has twice, has as they were, or invented, and
//! why.

mod html;
mod judge;
mod junit;
mod text;

use std::collections::BTreeMap;
use std::ops::Bound;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::contract::{Catalogue, Finding, Severity};
use crate::report::coverage::Coverage;

pub use judge::{Known, OfVendor, judge};

/// One run of the job.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// Its number, from 1.
    pub number: usize,
    /// The world's time at its start.
    pub at: DateTime<Utc>,
    /// The world's time at its end.
    pub until: DateTime<Utc>,
    /// The job's exit code.
    pub code: u8,
    /// Whether the vendors failed, in the middle of a walk if the job walks.
    pub outage: bool,
    /// The ranges of start times that lists were asked for.
    pub asked: Vec<Window>,
    /// The requests that were refused or whose answers broke off, in words.
    pub failed: Vec<Failed>,
    /// The calls that answers showed.
    #[serde(skip)]
    pub showed: Vec<Shown>,
}

/// A request without a good answer.
#[derive(Debug, Clone, Serialize)]
pub struct Failed {
    /// The vendor.
    pub vendor: &'static str,
    /// The failure in words, such as `503 service_unavailable`.
    pub what: String,
    /// Whether the failure passes by itself.
    pub passing: bool,
}

/// A range of start times that a list was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The vendor.
    pub vendor: &'static str,
    /// The world's time of the request.
    pub at: DateTime<Utc>,
    /// The beginning; `None` without one.
    pub from: Option<DateTime<Utc>>,
    /// The end; `None` without one.
    pub to: Option<DateTime<Utc>>,
    /// Whether a call that begins at the end belongs to the range.
    #[serde(skip)]
    pub to_is_within: bool,
}

impl Window {
    /// A range by its bounds.
    #[must_use]
    pub fn of(
        vendor: &'static str,
        at: DateTime<Utc>,
        (from, to): (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>),
    ) -> Self {
        let time = |bound| match bound {
            Bound::Included(at) | Bound::Excluded(at) => Some(at),
            Bound::Unbounded => None,
        };
        let to_is_within = matches!(to, Bound::Included(_));
        Self { vendor, at, from: time(from), to: time(to), to_is_within }
    }

    fn has(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at)
            && self.to.is_none_or(|to| at < to || self.to_is_within && at == to)
    }
}

/// A call that an answer showed.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The vendor.
    pub vendor: &'static str,
    /// The world's time of the answer.
    pub at: DateTime<Utc>,
    /// The call's id in the scenario.
    pub call: String,
}

/// The kind of a mistake in a record of the job's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The table does not have it.
    Lost,
    /// The table has it more than once.
    Twice,
    /// The table has it as it was before it changed.
    Stale,
    /// The table has other values than it ever had.
    Wrong,
    /// The vendor has no such record.
    Invented,
}

/// The reason of a mistake in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The call began in a window that was asked for before the call had ended.
    EndedLater,
    /// The call had ended when its window was asked for, but came into the list later.
    AppearedLate,
    /// The call's time lies in a stretch of time that no run asked for.
    Skipped,
    /// The call moved to another page between two requests of a walk.
    Slid,
    /// A page was refused or broke off, and was not asked for again.
    PageLost,
    /// The walk began after the call's page, or ended before it.
    WalkEnded,
    /// An answer showed the call, and the job did not keep it.
    NotKept,
    /// Several runs were shown the call, and each added it.
    Overlap,
    /// The call changed after it was last shown.
    ChangedLater,
    /// A later answer showed the change, and the job kept what it had.
    NotReplaced,
    /// All rows that have it have one mistake in common.
    Uniform,
    /// None of the above.
    Unknown,
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::EndedLater => {
                "it had not ended when its time was asked for, and its time was never asked for again"
            }
            Self::AppearedLate => {
                "it came into the list after its time was asked for, and its time was never asked for again"
            }
            Self::Skipped => "no run asked for its time",
            Self::Slid => "it moved from one page to another while the pages were read",
            Self::PageLost => "a page was not answered, and was never asked for again",
            Self::WalkEnded => "not all pages were read",
            Self::NotKept => "an answer showed it, and the table does not have it",
            Self::Overlap => "several runs were shown it, and each added it",
            Self::ChangedLater => "it changed after it was last asked for",
            Self::NotReplaced => "a later answer showed the change, and the table has what came first",
            Self::Uniform => "the rows have one mistake in common",
            Self::Unknown => "the requests do not show why",
        }
    }

    /// The remedy: the change to the job after which this does not happen.
    #[must_use]
    pub fn fix(self) -> &'static str {
        match self {
            Self::EndedLater | Self::AppearedLate => {
                "ask for more than the time since the last run: begin each window earlier by more than the longest call and delay, and replace what is there by its id"
            }
            Self::Skipped => "begin each window where the last one that succeeded ended",
            Self::Slid => "walk along cursors, or read a list of page numbers again until two walks agree",
            Self::PageLost => {
                "keep nothing of a walk that failed, and begin where the last one that succeeded ended"
            }
            Self::WalkEnded => {
                "begin at the first page, and go on until the answer says that nothing follows"
            }
            Self::NotKept => "look at what the job does with a whole page",
            Self::Overlap => "add by the record's id: replace a record that is there already",
            Self::NotReplaced => "replace a record that is there already by what a later answer shows",
            Self::ChangedLater => "ask again for the records of the last days, and replace what changed",
            Self::Uniform => "mend how the job reads this member; it is one place",
            Self::Unknown => "look at what each run asked for: --format json has it",
        }
    }
}

/// One record of which something is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The kind of the mistake.
    pub kind: Kind,
    /// The reason.
    pub reason: Reason,
    /// The vendor.
    pub vendor: String,
    /// The call's id at the vendor.
    pub id: String,
    /// The time at which the call began, if there is such a call.
    pub began: Option<DateTime<Utc>>,
    /// The number of the run that should have had it.
    pub run: Option<usize>,
    /// The run that should have had it, and what happened, in words.
    pub detail: String,
}

/// A finding about the job's requests. It is no mistake in the table, but may become one.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// The finding.
    #[serde(flatten)]
    pub finding: &'static Finding,
    /// What was seen, in words, of the first request that it is about.
    pub detail: Option<String>,
    /// That request, in short.
    pub request: Option<String>,
    /// The number of the run that sent it.
    pub run: Option<usize>,
}

impl Found {
    /// The findings of a coverage, those of the lowest severity included.
    #[must_use]
    pub fn of(
        coverage: &Coverage,
        catalogues: impl Iterator<Item = &'static Catalogue>,
        runs: &[Run],
    ) -> Vec<Self> {
        let found = |finding: &'static Finding| {
            let about = coverage
                .exchanges
                .iter()
                .find(|exchange| exchange.findings.iter().any(|id| id == finding.id));
            let detail = about.and_then(|about| about.details.iter().find(|detail| detail.id == finding.id));
            let run = about.and_then(|about| runs.iter().rfind(|run| run.at <= about.at));
            Self {
                finding,
                detail: detail.map(|detail| detail.detail.clone()),
                request: about.map(|about| about.request.clone()),
                run: run.map(|run| run.number),
            }
        };
        coverage.denied(Severity::Note, catalogues).into_iter().map(found).collect()
    }
}

/// The number of records of a vendor.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Records {
    /// The records that the table should have.
    pub due: usize,
    /// Those that it has.
    pub kept: usize,
}

/// A rehearsal with its result.
#[derive(Debug, Clone, Serialize)]
pub struct Rehearsal {
    /// The job's command, without secrets.
    pub command: String,
    /// The seconds from run to run.
    pub every: i64,
    /// The runs.
    pub runs: Vec<Run>,
    /// The records by vendor.
    pub vendors: BTreeMap<String, Records>,
    /// The mistakes in the table.
    pub problems: Vec<Problem>,
    /// The findings about the job's requests.
    pub findings: Vec<Found>,
    /// By vendor that was asked: the beginnings of its calls.
    #[serde(skip)]
    pub calls: BTreeMap<String, Vec<DateTime<Utc>>>,
}

impl Rehearsal {
    /// The number of records of which something is wrong.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.problems.iter().filter(|problem| problem.kind == kind).count()
    }

    /// The runs that failed although no vendor did. A refusal that does not pass is the job's own.
    pub fn failed_alone(&self) -> impl Iterator<Item = &Run> {
        let is_alone = |run: &&Run| run.code != 0 && !run.failed.iter().any(|failed| failed.passing);
        self.runs.iter().filter(is_alone)
    }

    /// Whether the table is right, and no run failed without a cause.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems.is_empty() && self.failed_alone().next().is_none()
    }

    /// The problems by kind and reason, the most frequent kind first as declared.
    #[must_use]
    pub fn groups(&self) -> BTreeMap<(Kind, Reason), Vec<&Problem>> {
        let mut groups: BTreeMap<(Kind, Reason), Vec<&Problem>> = BTreeMap::new();
        for problem in &self.problems {
            groups.entry((problem.kind, problem.reason)).or_default().push(problem);
        }
        groups
    }
}
