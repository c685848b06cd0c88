//! The observer of a world: it collects the ranges that lists are asked for, and the calls that
//! answers show. A rehearsal finds from them why a job lost a call.

use std::ops::Bound;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::universe::Ordinal;

/// The range of start times that a list was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The vendor.
    pub vendor: &'static str,
    /// The world's time of the request.
    pub at: DateTime<Utc>,
    /// The range. Unbounded where a list takes no range, or was asked for without one.
    pub times: (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>),
}

/// A call that an answer showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Showed {
    /// The vendor.
    pub vendor: &'static str,
    /// The world's time of the answer.
    pub at: DateTime<Utc>,
    /// The call.
    pub call: Ordinal,
}

/// Ranges that were asked for, and calls that were shown, in the order in which it happened.
#[derive(Debug, Default)]
pub struct Observed {
    /// The ranges that lists were asked for.
    pub asked: Vec<Asked>,
    /// The calls that answers showed.
    pub showed: Vec<Showed>,
}

/// Collects what is asked for and shown, once it is started.
#[derive(Debug, Default)]
pub struct Observer {
    is_on: AtomicBool,
    /// The world's time that each request for a list takes, in milliseconds.
    step: AtomicI64,
    observed: Mutex<Observed>,
}

impl Observer {
    /// Begins to collect. From now on each request for a list takes `step` on the world's clock, as
    /// the requests of a busy job do.
    pub fn start(&self, step: TimeDelta) {
        self.step.store(step.num_milliseconds(), Ordering::Release);
        self.is_on.store(true, Ordering::Release);
    }

    /// The world's time that each request for a list takes.
    #[must_use]
    pub fn step(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.step.load(Ordering::Acquire))
    }

    /// Whether somebody wants to know.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Acquire)
    }

    /// Notes a range that a list was asked for.
    pub fn asked(&self, asked: Asked) {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner).asked.push(asked);
    }

    /// Notes a call that an answer showed.
    pub fn showed(&self, showed: Showed) {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner).showed.push(showed);
    }

    /// Takes what was collected since the last time.
    #[must_use]
    pub fn take(&self) -> Observed {
        std::mem::take(&mut self.observed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
