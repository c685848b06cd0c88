//! Walks: the pages of a list that a client has asked for, and those that it has not.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::left::{Left, WindowId};
use crate::contract::{Finding, Paging};
use crate::universe::Ordinal;
use crate::world::Kept;

/// The walks of a world's clients. Several walks may go through one list at a time: each request
/// for the first page begins another.
#[derive(Debug, Default)]
pub struct Walks(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    walks: VecDeque<Walk>,
    begun: u64,
    /// Whether some walk may be astray. If not, none is.
    astray: bool,
    /// Whether some walk may be finished. If not, none is.
    finished: bool,
    /// The page that was refused last, if no page was answered since, with the finding of its walk.
    refused: Option<(&'static Finding, AskedPage)>,
    /// The lists whose later pages are those of the first page's moment, with that moment.
    moments: VecDeque<(u64, DateTime<Utc>)>,
}

#[derive(Debug)]
struct Walk {
    id: u64,
    list: u64,
    /// The pages that an answer has named and no request has asked for.
    awaited: Hashes,
    visited: Hashes,
    /// The form of the list, such as its page size.
    variant: u64,
    /// Whether no earlier page led to its first one.
    astray: bool,
    rules: WalkRules,
    /// The slide of rows from page to page, in words, once there was one.
    slid: Option<String>,
    /// The rows of its last page, in a list where rows move.
    rows: Vec<Ordinal>,
    /// The range of times that the list is of.
    window: Option<WindowId>,
    /// The awaited pages that were asked for and refused, in words.
    refused: Vec<(u64, String)>,
    /// The last exchange of the walk, in short.
    last: Option<Arc<Kept>>,
}

/// Some hashes, each once. They are at most as many as the pages of a walk.
#[derive(Debug, Default)]
struct Hashes(Vec<u64>);

impl Hashes {
    fn contains(&self, hash: u64) -> bool {
        self.0.contains(&hash)
    }

    fn insert(&mut self, hash: u64) {
        if !self.contains(hash) {
            self.0.push(hash);
        }
    }

    fn remove(&mut self, hash: u64) {
        self.0.retain(|known| *known != hash);
    }
}

/// A page of a list that was asked for, as far as a request shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPage {
    /// The position of the page, as in [`Visited::position`]. None if only an answer tells it.
    pub position: Option<String>,
    /// The page in words, such as `page 3`.
    pub words: String,
}

/// A page of a list that was answered.
#[derive(Debug)]
pub struct Visited<'a> {
    /// A hash of the list: its filter and its order, without the page.
    pub list: u64,
    /// The form of the list, such as its page size, if a list has several.
    pub variant: u64,
    /// The hash of the page's position in the list, as [`Walks::hash`] gives it for the text.
    pub position: u64,
    /// Whether walks begin with this page.
    pub first: bool,
    /// The hashes of the positions of the following pages that the answer names.
    pub onward: &'a [u64],
    /// The rows of the page, in a list where rows move from page to page.
    pub rows: &'a [Ordinal],
    /// The range of times that the list is of, if it is of one.
    pub window: Option<WindowId>,
}

/// The findings about a walk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WalkRules {
    /// The pages that follow were never asked for.
    pub unfinished: &'static Finding,
    /// A page was refused, and never asked for again.
    pub page_lost: Option<&'static Finding>,
    /// A row moved to another page during the walk.
    pub row_slid: Option<&'static Finding>,
}

impl WalkRules {
    /// The rules about a walk of which only an early end is told.
    #[must_use]
    pub fn only(unfinished: &'static Finding) -> Self {
        Self { unfinished, page_lost: None, row_slid: None }
    }

    /// The rules about walks through a vendor's list.
    #[must_use]
    pub fn of(rules: &'static Paging) -> Self {
        let page_lost = Some(rules.page_lost);
        Self { unfinished: rules.stopped_early, page_lost, row_slid: rules.row_slid }
    }
}

/// The part that a page plays in a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The first page of a walk.
    Began,
    /// A page that an earlier page led to. More pages are to come.
    Followed,
    /// A page that an earlier page led to, and the last one that was missing.
    Finished,
    /// A page that this walk has had before.
    Repeated,
    /// A page that a page of another list led to.
    OfAnotherList,
    /// A page that no page led to.
    Astray,
}

/// A step in a walk. It can be undone if its page did not reach the client.
#[derive(Debug, Clone)]
pub struct TakenStep {
    walk: u64,
    position: u64,
    /// The following pages that were not known before.
    onward: Vec<u64>,
    step: Step,
    /// Whether a row moved to another page during the walk.
    has_slid: bool,
}

impl Walks {
    /// The number of walks remembered.
    const REMEMBERED: usize = 256;
    /// The number of pages remembered for each walk.
    const PAGES: usize = 1000;

    /// The hash of a list or a position.
    #[must_use]
    pub fn hash(of: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        of.hash(&mut hasher);
        hasher.finish()
    }

    /// Records a page, and returns the step.
    pub fn visit(&self, page: &Visited<'_>, rules: WalkRules) -> TakenStep {
        let (position, onward) = (page.position, page.onward);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if page.first {
            return all.begin(page, position, onward.to_vec(), Step::Began, rules);
        }
        let awaits = |walk: &&mut Walk| walk.is_of(page) && walk.awaited.contains(position);
        if let Some(walk) = all.walks.iter_mut().find(awaits) {
            walk.awaited.remove(position);
            walk.slide(page.rows);
            walk.refused.retain(|(refused, _)| *refused != position);
            if walk.visited.0.len() < Self::PAGES {
                walk.visited.insert(position);
            }
            let known = |onward: &u64| walk.visited.contains(*onward) || walk.awaited.contains(*onward);
            let onward: Vec<u64> = onward.iter().copied().filter(|onward| !known(onward)).collect();
            for onward in &onward {
                walk.awaited.insert(*onward);
            }
            let is_finished = walk.awaited.0.is_empty();
            let step = if is_finished { Step::Finished } else { Step::Followed };
            let has_slid = walk.slid.is_some();
            let taken = TakenStep { walk: walk.id, position, onward, step, has_slid };
            all.finished |= is_finished;
            return taken;
        }
        let of_this_list = |walk: &&Walk| walk.is_of(page) && walk.visited.contains(position);
        if let Some(walk) = all.walks.iter().find(of_this_list) {
            return TakenStep {
                walk: walk.id,
                position,
                onward: vec![],
                step: Step::Repeated,
                has_slid: false,
            };
        }
        // Positions look alike in many lists. Only a new list is compared, and only with the list
        // that was walked last.
        let is_new = !all.walks.iter().any(|walk| walk.list == page.list);
        let elsewhere = is_new && all.walks.back().is_some_and(|walk| walk.awaited.contains(position));
        let step = if elsewhere { Step::OfAnotherList } else { Step::Astray };
        // No earlier page led to this one, so the pages after it are not awaited.
        all.begin(page, position, vec![], step, rules)
    }

    /// Undoes a step whose page did not reach the client.
    pub fn undo(&self, taken: &TakenStep) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.finished = true;
        match taken.step {
            Step::Repeated => {}
            Step::Began | Step::Astray | Step::OfAnotherList => {
                all.walks.retain(|walk| walk.id != taken.walk);
            }
            Step::Followed | Step::Finished => {
                if let Some(walk) = all.walks.iter_mut().find(|walk| walk.id == taken.walk) {
                    // The client has not had these rows.
                    walk.rows.clear();
                    walk.visited.remove(taken.position);
                    walk.awaited.0.retain(|awaited| !taken.onward.contains(awaited));
                    walk.awaited.insert(taken.position);
                }
            }
        }
    }

    /// Records that a page was refused, for a reason. The page belongs to the latest walk that
    /// still expects it, among those whose finding is `unfinished`.
    pub fn refused(&self, page: &AskedPage, reason: &str, unfinished: &'static Finding) {
        let asked = page.position.as_deref().map(Self::hash);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.refused = Some((unfinished, page.clone()));
        for walk in all.walks.iter_mut().rev().filter(|walk| walk.rules.unfinished == unfinished) {
            let only = walk.awaited.0.first().copied().filter(|_| walk.awaited.0.len() == 1);
            let Some(position) = asked.or(only).filter(|position| walk.awaited.contains(*position)) else {
                continue;
            };
            walk.refused.retain(|(refused, _)| *refused != position);
            walk.refused.push((position, format!("{} was refused ({reason})", page.words)));
            return;
        }
    }

    /// Takes the page that was refused right before, if it is of walks that cause `unfinished`.
    #[must_use]
    pub fn refused_before(&self, unfinished: &'static Finding) -> Option<AskedPage> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = all.refused.take_if(|(of, _)| *of == unfinished);
        of_it.map(|(_, page)| page)
    }

    /// Whether another walk through the same list is unfinished and has another form than
    /// `variant`.
    #[must_use]
    pub fn goes_on_otherwise(&self, list: u64, variant: u64) -> bool {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.walks
            .iter()
            .any(|walk| walk.list == list && walk.variant != variant && !walk.awaited.0.is_empty())
    }

    /// Forgets the walks through a list: its client goes back and forth, or has the whole of it.
    pub fn look_around(&self, list: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.walks.retain(|walk| walk.list != list);
    }

    /// Records the moment of a list's first page, to which its later pages belong.
    pub fn began(&self, list: u64, at: DateTime<Utc>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.moments.retain(|(known, _)| *known != list);
        all.moments.push_back((list, at));
        if all.moments.len() > Self::REMEMBERED {
            all.moments.pop_front();
        }
    }

    /// The moment of a list's last first page, if [`Walks::began`] recorded it.
    #[must_use]
    pub fn begun_at(&self, list: u64) -> Option<DateTime<Utc>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.moments.iter().find(|(known, _)| *known == list).map(|(_, at)| *at)
    }

    /// Sets the last exchange of a walk.
    pub fn came_to(&self, taken: &TakenStep, exchange: &Kept) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(walk) = all.walks.iter_mut().find(|known| known.id == taken.walk) {
            // Only a walk that goes on, or in which rows moved, can become a finding.
            let is_of_interest = !walk.awaited.0.is_empty() || walk.slid.is_some();
            walk.last = is_of_interest.then(|| Arc::new(exchange.short()));
        }
    }

    /// The lists that were left before their end, as of now. A client that has walked to the end of
    /// a list may ask for its first page as often as it likes: to poll it, or for the total.
    #[must_use]
    pub fn unfinished(&self) -> Vec<Left> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut by_list: HashMap<u64, Vec<&Walk>> = HashMap::new();
        let mut order = vec![];
        for walk in &all.walks {
            let of_list = by_list.entry(walk.list).or_default();
            if of_list.is_empty() {
                order.push(walk.list);
            }
            of_list.push(walk);
        }
        let left = order.into_iter().filter_map(|list| {
            let walks = &by_list[&list];
            let finished = walks.iter().any(|walk| walk.awaited.0.is_empty() && walk.visited.0.len() > 1);
            let is_done = |walk: &Walk| walk.awaited.0.is_empty() || finished && walk.visited.0.len() == 1;
            let walk = walks
                .iter()
                .filter(|walk| !is_done(walk))
                .max_by_key(|walk| (walk.visited.0.len(), walk.id))?;
            let is_lost = !walk.refused.is_empty();
            let finding = walk.rules.page_lost.filter(|_| is_lost).unwrap_or(walk.rules.unfinished);
            Some(Left { finding, last: walk.last.clone(), detail: walk.detail(), window: walk.window })
        });
        left.chain(all.slid()).collect()
    }
}

impl TakenStep {
    /// The part that the page plays in its walk.
    #[must_use]
    pub fn step(&self) -> Step {
        self.step
    }

    /// Whether a row moved to another page during the walk.
    #[must_use]
    pub fn has_slid(&self) -> bool {
        self.has_slid
    }
}

impl All {
    /// The walks in which a row moved to another page, without a later one through the same list.
    fn slid(&self) -> impl Iterator<Item = Left> + '_ {
        self.walks.iter().filter_map(|walk| {
            let detail = walk.slid.clone()?;
            let finding = walk.rules.row_slid?;
            let is_again = |other: &Walk| {
                other.list == walk.list
                    && other.id > walk.id
                    && other.slid.is_none()
                    && other.awaited.0.is_empty()
            };
            let last = walk.last.clone();
            let found = Left { finding, last, detail, window: walk.window };
            (!self.walks.iter().any(is_again)).then_some(found)
        })
    }

    fn begin(
        &mut self,
        page: &Visited<'_>,
        position: u64,
        onward: Vec<u64>,
        step: Step,
        rules: WalkRules,
    ) -> TakenStep {
        self.begun += 1;
        let taken = TakenStep { walk: self.begun, position, onward, step, has_slid: false };
        let mut walk = Walk {
            id: taken.walk,
            list: page.list,
            awaited: Hashes::default(),
            visited: Hashes(vec![position]),
            variant: page.variant,
            astray: step != Step::Began,
            rules,
            slid: None,
            rows: page.rows.to_vec(),
            window: page.window,
            refused: vec![],
            last: None,
        };
        for onward in &taken.onward {
            walk.awaited.insert(*onward);
        }
        if step == Step::Began && self.astray {
            self.astray = false;
            // Pages may be asked for in any order, even the first one last.
            self.walks.retain(|other| {
                let before = other.astray && other.is_of(page);
                if before {
                    for position in &other.visited.0 {
                        walk.visited.insert(*position);
                    }
                }
                self.astray |= other.astray && !before;
                !before
            });
            walk.awaited.0.retain(|awaited| !walk.visited.contains(*awaited));
        }
        self.astray |= walk.astray;
        self.finished |= walk.awaited.0.is_empty();
        self.walks.push_back(walk);
        if self.walks.len() > Walks::REMEMBERED {
            // A walk that is forgotten causes no finding.
            let is_finished = |walk: &Walk| walk.awaited.0.is_empty() && walk.slid.is_none();
            let finished = if self.finished { self.walks.iter().position(is_finished) } else { None };
            self.finished = finished.is_some();
            self.walks.remove(finished.unwrap_or(0));
        }
        taken
    }
}

impl Walk {
    /// Notes the rows of the next page. Its first row shows whether rows of the page before moved.
    fn slide(&mut self, rows: &[Ordinal]) {
        let first = rows.first();
        if let Some(place) = first.and_then(|first| self.rows.iter().position(|row| row == first)) {
            let moved = self.rows.len() - place;
            self.slid = Some(if moved == 1 {
                "the first row of a page was the last one of the page before it".to_owned()
            } else {
                format!("the first {moved} rows of a page were on the page before it")
            });
        }
        rows.clone_into(&mut self.rows);
    }

    /// The missing part of an unfinished walk in words. Pages that were refused come first.
    fn detail(&self) -> String {
        let pages = |n: usize| if n == 1 { "page" } else { "pages" };
        let (asked, more) = (self.visited.0.len(), self.awaited.0.len());
        if self.refused.is_empty() {
            let (asked_pages, more_pages) = (pages(asked), pages(more));
            return format!("{asked} {asked_pages} asked for, at least {more} more {more_pages} left");
        }
        let refused: Vec<&str> = self.refused.iter().map(|(_, words)| words.as_str()).collect();
        let mut detail = format!("{} and never asked for again", refused.join(", "));
        let others = more.saturating_sub(refused.len());
        if others > 0 {
            detail.push_str(&format!("; at least {others} more {} left", pages(others)));
        }
        detail
    }

    fn is_of(&self, page: &Visited<'_>) -> bool {
        self.list == page.list && self.variant == page.variant
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Number, Severity};

    static STOPPED: Finding = Finding {
        id: "x.stopped",
        severity: Severity::Warning,
        summary: "",
        why: "",
        fix: "",
        number: Number::none(),
    };

    fn visit(walks: &Walks, list: u64, position: &str, first: bool, onward: &[&str]) -> Step {
        let onward: Vec<u64> = onward.iter().map(|position| Walks::hash(*position)).collect();
        let position = Walks::hash(position);
        let page = Visited { list, variant: 0, position, first, onward: &onward, rows: &[], window: None };
        walks.visit(&page, WalkRules::only(&STOPPED)).step()
    }

    #[test]
    fn two_walks_through_one_list_are_not_mistaken_for_one_that_repeats_its_pages() {
        let walks = Walks::default();
        assert_eq!(visit(&walks, 1, "1", true, &["2", "3"]), Step::Began);
        assert_eq!(visit(&walks, 1, "1", true, &["2", "3"]), Step::Began);
        assert_eq!(visit(&walks, 1, "2", false, &[]), Step::Followed);
        assert_eq!(visit(&walks, 1, "2", false, &[]), Step::Followed);
        assert_eq!(visit(&walks, 1, "2", false, &[]), Step::Repeated, "a third time");
        assert_eq!(visit(&walks, 1, "3", false, &[]), Step::Finished);
        assert_eq!(walks.unfinished().len(), 1, "the other walk lacks page 3");
        assert_eq!(visit(&walks, 1, "3", false, &[]), Step::Finished);
        assert_eq!(walks.unfinished().len(), 0);
    }

    #[test]
    fn a_page_of_another_list_and_one_that_nothing_led_to_are_told() {
        let walks = Walks::default();
        visit(&walks, 1, "first", true, &["a"]);
        assert_eq!(visit(&walks, 2, "a", false, &["b"]), Step::OfAnotherList);
        assert_eq!(visit(&walks, 3, "z", false, &[]), Step::Astray);
        assert_eq!(visit(&walks, 3, "z", false, &[]), Step::Repeated);
    }

    #[test]
    fn a_page_that_did_not_arrive_was_not_had() {
        let walks = Walks::default();
        let take = |position: &str, first, onward: &[&str]| {
            let onward: Vec<u64> = onward.iter().map(|position| Walks::hash(*position)).collect();
            let position = Walks::hash(position);
            let page =
                Visited { list: 1, variant: 0, position, first, onward: &onward, rows: &[], window: None };
            walks.visit(&page, WalkRules::only(&STOPPED))
        };
        walks.undo(&take("1", true, &["2"]));
        assert_eq!(walks.unfinished().len(), 0, "as if it had never begun");
        take("1", true, &["2"]);
        walks.undo(&take("2", false, &["3"]));
        assert_eq!(take("2", false, &["3"]).step(), Step::Followed, "not repeated");
        assert_eq!(take("3", false, &[]).step(), Step::Finished);
    }

    #[test]
    fn a_page_that_was_refused_is_named_until_it_is_asked_for_again() {
        let walks = Walks::default();
        let page = |position: Option<&str>| AskedPage {
            position: position.map(str::to_owned),
            words: "page 3".to_owned(),
        };
        visit(&walks, 1, "1", true, &["2", "3", "4"]);
        visit(&walks, 1, "2", false, &[]);
        walks.refused(&page(None), "503", &STOPPED);
        assert_eq!(walks.unfinished()[0].detail, "2 pages asked for, at least 2 more pages left");
        walks.refused(&page(Some("3")), "Throttling", &STOPPED);
        let told = "page 3 was refused (Throttling) and never asked for again";
        assert_eq!(walks.unfinished()[0].detail, format!("{told}; at least 1 more page left"));
        visit(&walks, 1, "4", false, &[]);
        assert_eq!(walks.unfinished()[0].detail, told);
        visit(&walks, 1, "3", false, &[]);
        assert_eq!(walks.unfinished().len(), 0);
    }

    #[test]
    fn looking_at_the_first_page_again_is_no_list_left_early_for_who_has_gone_to_its_end() {
        let walks = Walks::default();
        for _ in 0..3 {
            visit(&walks, 1, "1", true, &["2"]);
        }
        assert_eq!(walks.unfinished().len(), 1, "one list, however often it is polled");
        assert_eq!(visit(&walks, 1, "2", false, &[]), Step::Finished);
        assert_eq!(walks.unfinished().len(), 0);
    }

    #[test]
    fn pages_may_come_in_any_order_the_first_one_last() {
        let walks = Walks::default();
        for position in ["3", "2"] {
            assert_eq!(visit(&walks, 1, position, false, &[]), Step::Astray);
        }
        assert_eq!(visit(&walks, 1, "1", true, &["2", "3"]), Step::Began);
        assert_eq!(walks.unfinished().len(), 0);
        assert_eq!(visit(&walks, 1, "2", false, &[]), Step::Repeated);
    }

    #[test]
    fn memory_stays_bounded_and_what_is_forgotten_proves_nothing() {
        let walks = Walks::default();
        for list in 0..1000 {
            visit(&walks, list, "first", true, &["a"]);
        }
        assert_eq!(walks.0.lock().unwrap().walks.len(), Walks::REMEMBERED);
        assert_eq!(walks.unfinished().len(), Walks::REMEMBERED);
        assert_eq!(
            visit(&walks, 0, "a", false, &[]),
            Step::OfAnotherList,
            "the list walked last awaits the like"
        );
        assert_eq!(visit(&walks, 999, "b", false, &[]), Step::Astray);
    }
}
