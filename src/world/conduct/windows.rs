//! Windows: the ranges of time that a client asks a list for, run after run. They show which times
//! the client has left out, and which records it cannot have seen.

use std::collections::{HashMap, VecDeque};
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::left::{Left, WindowId};
use crate::contract::{Finding, Listing};
use crate::times::words;
use crate::universe::Ordinal;
use crate::world::Kept;

/// The windows of a world's clients.
///
/// A finding needs a client that follows the clock: its windows end near the present, and move on as
/// the clock does. Who asks for this day and that one causes none.
#[derive(Debug, Default)]
pub struct Windows {
    /// Whether some client follows the clock.
    is_followed: AtomicBool,
    all: Mutex<All>,
}

#[derive(Debug, Default)]
struct All {
    series: VecDeque<Series>,
    shown: HashMap<&'static str, Rows>,
    begun: u64,
}

/// A range of start times that a list is asked for.
#[derive(Debug, Clone, Copy)]
pub struct AskedTimes {
    /// The vendor's rules.
    pub rules: &'static Listing,
    /// A hash of the list: the account and the other conditions, without times and page.
    pub list: u64,
    /// The range.
    pub times: (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>),
}

/// A request for a window.
#[derive(Debug, Clone, Copy)]
pub struct AskedWindow {
    /// The window.
    pub id: WindowId,
    /// Whether this request is the first for it.
    pub is_new: bool,
    /// Whether its client follows the clock.
    pub follows: bool,
}

/// The windows of one list, in the order of requests.
#[derive(Debug)]
struct Series {
    rules: &'static Listing,
    list: u64,
    windows: VecDeque<Window>,
    /// The number of times that a window came later than the one before as the clock did.
    advances: usize,
}

#[derive(Debug)]
struct Window {
    number: u64,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    /// The world's time of the first request for it.
    began: DateTime<Utc>,
    /// The world's time of the last one.
    last: DateTime<Utc>,
    /// Whether it moved on with the clock.
    in_step: bool,
    /// Whether a walk through it came to its end.
    whole: bool,
    exchange: Option<Arc<Kept>>,
}

/// What a vendor's answers showed to clients that follow the clock.
#[derive(Debug, Default)]
struct Rows {
    /// The longest time from the beginning of a call to its appearance in the list.
    since_begin: TimeDelta,
    /// The records that were shown before something of them came, with the last time.
    unfinished: HashMap<Ordinal, DateTime<Utc>>,
}

/// A row of an answer.
#[derive(Debug, Clone, Copy)]
pub struct ShownRow {
    /// The call.
    pub call: Ordinal,
    /// The world's time of the answer.
    pub at: DateTime<Utc>,
    /// The time from the beginning of the call to its appearance in the list.
    pub since_begin: TimeDelta,
    /// Whether something of the record is to come.
    pub is_unfinished: bool,
}

/// A window, a moment of it, and the time at which that moment was asked for again.
type Moment<'a> = (&'a Window, DateTime<Utc>, Option<DateTime<Utc>>);

impl Windows {
    /// The number of lists remembered.
    const SERIES: usize = 16;
    /// The number of windows remembered for each list.
    const WINDOWS: usize = 512;
    /// The number of unfinished records remembered for each vendor.
    const UNFINISHED: usize = 10_000;
    /// The number of windows that must move on with the clock before a client follows it.
    const ADVANCES: usize = 2;
    /// A shorter gap is none: it lies between the last second of one window and the first of the next.
    const GAP: TimeDelta = TimeDelta::seconds(1);
    /// The farthest end of a window from the present, for clients that ask for days in any time zone.
    const NEAR: TimeDelta = TimeDelta::days(3);

    /// Whether some client follows the clock, so that rows are of interest.
    #[must_use]
    pub fn are_followed(&self) -> bool {
        self.is_followed.load(Ordering::Acquire)
    }

    /// Notes that a list is asked for a range.
    pub fn asked(&self, asked: &AskedTimes, now: DateTime<Utc>) -> AskedWindow {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.begun += 1;
        let number = all.begun;
        let place = all.series.iter().position(|series| series.list == asked.list).unwrap_or_else(|| {
            if all.series.len() == Self::SERIES {
                all.series.pop_front();
            }
            let AskedTimes { rules, list, .. } = *asked;
            all.series.push_back(Series { rules, list, windows: VecDeque::new(), advances: 0 });
            all.series.len() - 1
        });
        let series = &mut all.series[place];
        let time = |bound| match bound {
            Bound::Included(at) | Bound::Excluded(at) => Some(at),
            Bound::Unbounded => None,
        };
        let (from, to) = (time(asked.times.0), time(asked.times.1));
        let same = series.windows.back_mut().filter(|last| (last.from, last.to) == (from, to));
        let is_new = same.is_none();
        if let Some(same) = same {
            same.last = now;
        } else {
            let (began, last) = (now, now);
            let (in_step, whole, exchange) = (false, false, None);
            series.push(Window { number, from, to, began, last, in_step, whole, exchange });
        }
        let follows = series.follows();
        let number = series.windows.back().map_or(number, |window| window.number);
        if follows {
            self.is_followed.store(true, Ordering::Release);
        }
        AskedWindow { id: WindowId { list: asked.list, number }, is_new, follows }
    }

    /// Notes that a walk through a window came to its end.
    pub fn walked(&self, id: WindowId) {
        self.with(id, |window| window.whole = true);
    }

    /// Forgets a window whose first answer did not reach the client.
    pub fn undo(&self, asked: &AskedWindow) {
        if !asked.is_new {
            self.with(asked.id, |window| window.whole = false);
            return;
        }
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = all.series.iter_mut().find(|series| series.list == asked.id.list) {
            series.windows.retain(|window| window.number != asked.id.number);
        }
    }

    /// Sets the last exchange of a window.
    pub fn came_to(&self, asked: &AskedWindow, exchange: &Kept) {
        if asked.follows && asked.is_new {
            self.with(asked.id, |window| window.exchange = Some(Arc::new(exchange.short())));
        }
    }

    /// Notes a row that a vendor's answer shows.
    pub fn showed(&self, vendor: &'static str, row: &ShownRow) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = all.shown.entry(vendor).or_default();
        rows.since_begin = rows.since_begin.max(row.since_begin);
        // A record that is whole now is no longer one to ask for again.
        if !row.is_unfinished {
            rows.unfinished.remove(&row.call);
        } else if rows.unfinished.len() < Self::UNFINISHED || rows.unfinished.contains_key(&row.call) {
            rows.unfinished.insert(row.call, row.at);
        }
    }

    /// Whether whole walks have covered a window that a walk left, the last of them after it or in it.
    /// A window that is forgotten proves nothing, so it counts as covered.
    #[must_use]
    pub fn is_made_up(&self, id: WindowId) -> bool {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(series) = all.series.iter().find(|series| series.list == id.list) else { return true };
        let Some(left) = series.windows.iter().find(|window| window.number == id.number) else { return true };
        let whole = || series.windows.iter().filter(|window| window.whole);
        let (from, to) = (left.begins(), left.ends());
        let is_later =
            |window: &Window| window.number >= left.number && window.begins() < to && window.ends() >= to;
        whole().any(is_later) && holes(whole(), from, to).is_empty()
    }

    /// The findings about the windows, as of now. `changed` tells when a record changed last.
    #[must_use]
    pub fn found(&self, changed: impl Fn(Ordinal) -> Option<DateTime<Utc>>) -> Vec<Left> {
        if !self.are_followed() {
            return vec![];
        }
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = vec![];
        for series in all.series.iter().filter(|series| series.follows()) {
            found.extend(series.gap());
            let rows = all.shown.get(series.rules.vendor);
            let Some(rows) = rows else { continue };
            found.extend(series.no_overlap(rows.since_begin));
            found.extend(series.never_reread(rows, &changed));
        }
        found
    }

    fn with(&self, id: WindowId, change: impl FnOnce(&mut Window)) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let series = all.series.iter_mut().find(|series| series.list == id.list);
        let mut windows = series.into_iter().flat_map(|series| series.windows.iter_mut().rev());
        if let Some(window) = windows.find(|window| window.number == id.number) {
            change(window);
        }
    }
}

impl Series {
    fn follows(&self) -> bool {
        self.advances >= Windows::ADVANCES
    }

    fn push(&mut self, mut window: Window) {
        if let Some(before) = self.windows.back_mut() {
            let (clock, end) = (window.began - before.began, window.ends() - before.ends());
            let is_near = (window.ends() - window.began).abs() <= Windows::NEAR.max(clock * 3);
            if end > TimeDelta::zero() && clock * 2 >= end && is_near {
                self.advances += 1;
                before.in_step = true;
                window.in_step = true;
            }
        }
        self.windows.push_back(window);
        if self.windows.len() > Windows::WINDOWS {
            self.windows.pop_front();
        }
    }

    fn in_step(&self) -> impl DoubleEndedIterator<Item = &Window> {
        self.windows.iter().filter(|window| window.in_step)
    }

    /// The stretches of time between the windows that none of them covers.
    fn gap(&self) -> Option<Left> {
        let begin = self.in_step().map(Window::begins).min()?;
        let end = self.in_step().map(Window::ends).max()?;
        let holes = holes(self.windows.iter(), begin, end);
        let (from, to) = *holes.first()?;
        let after = self.windows.iter().find(|window| window.begins() >= to)?;
        let more = holes.len() - 1;
        let mut detail = format!(
            "nothing from {} to {} was asked for; the window of {} begins after it",
            at(from),
            at(to),
            at(after.began)
        );
        if more > 0 {
            detail.push_str(&format!("; {more} more gaps"));
        }
        Some(self.found(self.rules.window_gap, Some(after), detail))
    }

    /// The windows after which records came that no later window could have.
    fn no_overlap(&self, late: TimeDelta) -> Option<Left> {
        let last = self.windows.back()?.last;
        // Of each window the first moment whose records may come after it was asked for, and when a later
        // window asked for that moment once they had come.
        let moments: Vec<Moment<'_>> = self
            .in_step()
            .filter_map(|window| {
                let moment = window.begins().max(window.last - late) + Windows::GAP;
                let came = moment + late;
                let again = self.windows.iter().filter(|other| other.last >= came && other.has(moment));
                let again = again.map(|other| other.last.min(other.began.max(came))).min();
                (moment < window.ends()).then_some((window, moment, again))
            })
            .collect();
        // A job may look at all of a day again in the night.
        let again = moments.iter().filter_map(|(_, moment, again)| Some((*again)? - *moment)).max();
        let patience = again.unwrap_or_default().max(late);
        // The window after it may be the one under way.
        let ripe = moments.iter().filter(|(_, moment, again)| {
            let later = self.windows.iter().filter(|other| other.began >= *moment + patience);
            again.is_none() && later.count() >= 2
        });
        let left: Vec<&Window> = ripe.map(|(window, ..)| *window).collect();
        let [first, _, ..] = left[..] else { return None };
        let next = self.windows.iter().find(|other| other.began > first.last)?;
        let back = first.last - next.begins();
        let detail = format!(
            "records came up to {} after their calls began, and the window of {} goes back {} before the last request: {} of {} \
             windows until {}",
            words(late),
            at(next.began),
            words(back.max(TimeDelta::zero())),
            left.len(),
            moments.len(),
            at(last)
        );
        Some(self.found(self.rules.no_overlap, Some(next), detail))
    }

    /// The records that changed after they were last shown.
    fn never_reread(&self, rows: &Rows, changed: impl Fn(Ordinal) -> Option<DateTime<Utc>>) -> Option<Left> {
        // The last window may be under way, and so may be the one before it.
        let settled = self.windows.iter().rev().nth(1)?.began;
        let is_stale = |(call, shown): (&Ordinal, &DateTime<Utc>)| {
            changed(*call)
                .filter(|changed| changed > shown && *changed <= settled)
                .map(|changed| (changed, *shown))
        };
        let mut stale: Vec<_> = rows.unfinished.iter().filter_map(is_stale).collect();
        stale.sort_unstable();
        let (changed, shown) = *stale.first()?;
        let detail = format!(
            "{} {} shown before something came and never after it; the first at {}, changed at {}",
            stale.len(),
            if stale.len() == 1 { "record was" } else { "records were" },
            at(shown),
            at(changed)
        );
        let after = self.windows.iter().find(|window| window.began >= changed);
        Some(self.found(self.rules.never_reread, after, detail))
    }

    fn found(&self, finding: &'static Finding, about: Option<&Window>, detail: String) -> Left {
        // Exchanges are kept since the client is known to follow the clock.
        let from = about.map_or(0, |window| window.number);
        let mut later = self.windows.iter().filter(|window| window.number >= from);
        let last = later.find_map(|window| window.exchange.clone());
        Left { finding, last, detail, window: None }
    }
}

impl Window {
    fn begins(&self) -> DateTime<Utc> {
        self.from.unwrap_or(DateTime::<Utc>::MIN_UTC)
    }

    /// The end; without one, it is the present of the last request.
    fn ends(&self) -> DateTime<Utc> {
        self.to.unwrap_or(self.last)
    }

    fn has(&self, moment: DateTime<Utc>) -> bool {
        self.begins() <= moment && moment <= self.ends()
    }
}

/// The stretches from `begin` to `end` that no window covers.
fn holes<'a>(
    windows: impl Iterator<Item = &'a Window>,
    begin: DateTime<Utc>,
    end: DateTime<Utc>,
) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut ranges: Vec<_> = windows.map(|window| (window.begins(), window.ends())).collect();
    ranges.sort_unstable();
    let (mut holes, mut reached) = (vec![], begin);
    for (from, to) in ranges.into_iter().chain([(end, end)]) {
        if from.min(end) > reached && from.min(end) - reached > Windows::GAP {
            holes.push((reached, from.min(end)));
        }
        reached = reached.max(to);
    }
    holes
}

fn at(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
