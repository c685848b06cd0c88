//! Expectations: the findings and refusals that tests cause on purpose.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::contract::{Late, Missed};

/// The expectations of a world's tests. A world's expectation covers every exchange after its
/// declaration, and one of them must meet it. An exchange's expectation covers only that exchange.
#[derive(Debug, Default)]
pub struct Expectations(Mutex<Declared>);

#[derive(Debug, Default)]
struct Declared {
    of_world: BTreeMap<&'static str, OfWorld>,
    /// The expectations of exchanges that are still open. A finding made later about the exchange
    /// can meet them.
    of_exchanges: Vec<OfExchange>,
}

#[derive(Debug)]
struct OfWorld {
    /// The last exchange before it was first declared.
    since: u64,
    /// For each declaration that is not met, the last exchange before it.
    open: Vec<u64>,
    /// The number of declarations that are met.
    met: u64,
}

/// An expectation of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfExchange {
    /// The id of the finding or refusal.
    pub id: &'static str,
    /// The number of the exchange in the journal.
    pub seq: u64,
    /// The test that sent the request, if its name is known.
    pub test: Option<Arc<str>>,
    /// The request, short and without secrets.
    pub request: Arc<str>,
}

/// The expectations of a world as they stand.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The open ones of the world: the id, and the last exchange before it was declared.
    pub open: Vec<(&'static str, u64)>,
    /// The open ones of exchanges.
    pub open_exchanges: Vec<OfExchange>,
    /// The met ones of the world, with the number of their declarations.
    pub met: Vec<(&'static str, u64)>,
}

/// The error for an expectation that would be one too many. The value is the most open ones.
#[derive(Debug, PartialEq, Eq)]
pub struct TooManyOpen(pub usize);

impl Expectations {
    /// The most open expectations of a world, of either kind.
    const OPEN: usize = 1000;

    /// Expects that an exchange after the number `after` has each of these ids.
    ///
    /// # Errors
    /// When too many are open. None of these is then declared.
    pub fn declare(&self, ids: &[&'static str], after: u64) -> Result<(), TooManyOpen> {
        let mut declared = self.lock();
        let open: usize = declared.of_world.values().map(|of_world| of_world.open.len()).sum();
        if open + ids.len() > Self::OPEN {
            return Err(TooManyOpen(Self::OPEN));
        }
        for id in ids {
            let new = || OfWorld { since: after, open: vec![], met: 0 };
            declared.of_world.entry(id).or_insert_with(new).open.push(after);
        }
        Ok(())
    }

    /// Expects that one exchange has an id that is not seen in its answer.
    ///
    /// # Errors
    /// When too many are open.
    pub fn declare_of(&self, expected: OfExchange) -> Result<(), TooManyOpen> {
        let mut declared = self.lock();
        if declared.of_exchanges.len() >= Self::OPEN {
            return Err(TooManyOpen(Self::OPEN));
        }
        declared.of_exchanges.push(expected);
        Ok(())
    }

    /// Whether an id is expected of an exchange.
    #[must_use]
    pub fn covers(&self, seq: u64, id: &str) -> bool {
        let declared = self.lock();
        declared.of_world.get(id).is_some_and(|of_world| of_world.since < seq)
            || declared.of_exchanges.iter().any(|of| of.seq == seq && of.id == id)
    }

    /// Meets the expectations of these ids that are about an exchange.
    pub fn meet(&self, seq: u64, ids: &[&'static str]) {
        if ids.is_empty() {
            return;
        }
        let mut declared = self.lock();
        for id in ids {
            if let Some(of_world) = declared.of_world.get_mut(id) {
                let before = of_world.open.len();
                of_world.open.retain(|after| *after >= seq);
                of_world.met += (before - of_world.open.len()) as u64;
            }
        }
        declared.of_exchanges.retain(|of| of.seq != seq || !ids.contains(&of.id));
    }

    /// The expectations as they stand. `late` contains provisional findings, which a later request
    /// can still cancel. The expectations that they meet can become open again.
    #[must_use]
    pub fn standing(&self, late: &[Late]) -> Standing {
        let late: Vec<(&str, u64)> = late.iter().filter_map(Late::seen).collect();
        let declared = self.lock();
        let mut standing = Standing::default();
        for (id, of_world) in &declared.of_world {
            let last = late.iter().filter(|(late, _)| late == id).map(|(_, seq)| *seq).max().unwrap_or(0);
            let (open, met): (Vec<u64>, Vec<u64>) = of_world.open.iter().partition(|after| **after >= last);
            standing.open.extend(open.into_iter().map(|after| (*id, after)));
            let met = of_world.met + met.len() as u64;
            standing.met.extend(Some((*id, met)).filter(|_| met > 0));
        }
        let open = declared.of_exchanges.iter().filter(|of| !late.contains(&(of.id, of.seq)));
        standing.open_exchanges = open.cloned().collect();
        standing
    }

    fn lock(&self) -> MutexGuard<'_, Declared> {
        // Every step leaves the lists consistent, so a poisoned lock can still be used.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Standing {
    /// The open expectations, as coverage counts them when nothing can meet them any more.
    pub fn missed(self, world: &Arc<str>, test: Option<&Arc<str>>) -> impl Iterator<Item = Missed> {
        let of_world = self.open.into_iter().map(move |(id, _)| Missed {
            id: id.into(),
            world: Arc::clone(world),
            test: test.cloned(),
            request: None,
        });
        let of_exchanges = self.open_exchanges.into_iter().map(move |of| Missed {
            id: of.id.into(),
            world: Arc::clone(world),
            test: of.test,
            request: Some(of.request),
        });
        of_world.chain(of_exchanges)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_is_met_once_by_an_exchange_after_it_and_holds_for_all_of_them() {
        let expectations = Expectations::default();
        expectations.declare(&["a", "a", "b"], 3).expect("few");
        assert!(!expectations.covers(3, "a") && expectations.covers(4, "a"));
        expectations.meet(3, &["a"]);
        assert_eq!(expectations.standing(&[]).open, [("a", 3), ("a", 3), ("b", 3)]);
        expectations.meet(4, &["a"]);
        assert_eq!(expectations.standing(&[]).open, [("b", 3)]);
        assert_eq!(expectations.standing(&[]).met, [("a", 2)]);
        expectations.declare(&["a"], 5).expect("few");
        assert!(expectations.covers(5, "a"), "still by the first declaration");
        assert_eq!(expectations.standing(&[]).open, [("a", 5), ("b", 3)]);
    }

    #[test]
    fn memory_stays_bounded() {
        let expectations = Expectations::default();
        expectations.declare(&["a"; 1000], 0).expect("as many as there may be");
        assert_eq!(expectations.declare(&["b"], 0), Err(TooManyOpen(1000)));
        expectations.meet(1, &["a"]);
        assert_eq!(expectations.declare(&["b"], 1), Ok(()));
        let of = |seq| OfExchange { id: "a", seq, test: None, request: "GET /".into() };
        assert_eq!((0..1000).find(|seq| expectations.declare_of(of(*seq)).is_err()), None);
        assert!(expectations.declare_of(of(1000)).is_err());
    }
}
