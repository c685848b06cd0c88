//! The distribution of calls over the days and the minutes of a period.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc, Weekday};

use super::chance::Chance;
use crate::times::Zone;

/// The minutes of a day.
const DAY: u32 = 1440;

/// For each local hour, the number of calls that begin in it, of a thousand calls of a day.
const HOURS: [u32; 24] =
    [2, 1, 1, 1, 1, 3, 8, 25, 60, 104, 109, 99, 72, 87, 104, 102, 95, 88, 62, 42, 18, 9, 5, 2];

/// The hours of business of a day: from a minute of the day up to, but not including, another one.
/// If the end is not after the beginning, they last over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first minute, counted from midnight.
    pub from: u32,
    /// The minute after the last one.
    pub to: u32,
}

impl Hours {
    fn has(self, minute: u32) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// The days of a week, from Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week(pub [bool; 7]);

impl Week {
    /// All seven days.
    pub const WHOLE: Self = Self([true; 7]);

    fn has(self, day: Weekday) -> bool {
        self.0[day.num_days_from_monday() as usize]
    }
}

/// The period of generated calls, and the hours and days of business within it.
#[derive(Debug, Clone)]
pub struct Period {
    /// The first moment.
    pub from: DateTime<Utc>,
    /// The moment after the last one.
    pub to: DateTime<Utc>,
    /// The zone of hours and days.
    pub zone: Zone,
    /// The hours of business. None is the whole day.
    pub hours: Option<Hours>,
    /// The days of business.
    pub week: Week,
}

/// A period's moments with their weights.
pub struct Moments<'a> {
    period: &'a Period,
    first: NaiveDate,
    /// For each day, the weight of the days before it and of itself.
    days: Vec<u64>,
    /// For each minute of a whole day, the weight of the minutes up to it.
    whole: Vec<u64>,
    /// The same for the first and the last day, which may be incomplete.
    edges: [Vec<u64>; 2],
}

impl<'a> Moments<'a> {
    /// The moments of a period. None if no minute of it lies within the hours and days of business.
    #[must_use]
    pub fn of(period: &'a Period) -> Option<Self> {
        let last = period.to - TimeDelta::milliseconds(1);
        let (begin, end) = (period.zone.local(period.from), period.zone.local(last));
        let first = begin.date();
        let count = usize::try_from((end.date() - first).num_days()).unwrap_or(0) + 1;
        let minute = |time: NaiveTime| time.hour() * 60 + time.minute();
        let table = |from: u32, to: u32| {
            let mut sum = 0;
            let open = |minute: u32| {
                (from..=to).contains(&minute) && period.hours.is_none_or(|hours| hours.has(minute))
            };
            let weights = (0..DAY).map(|minute| {
                sum += if open(minute) { u64::from(HOURS[minute as usize / 60]) } else { 0 };
                sum
            });
            weights.collect::<Vec<u64>>()
        };
        let (from, to) = (minute(begin.time()), minute(end.time()));
        let whole = table(0, DAY - 1);
        let edges = if count == 1 { [table(from, to), vec![]] } else { [table(from, DAY - 1), table(0, to)] };
        let mut moments = Self { period, first, days: vec![], whole, edges };
        let mut sum = 0;
        let mut day = first;
        for n in 0..count {
            if period.week.has(day.weekday()) {
                sum += moments.minutes(n, count).last().copied().unwrap_or(0);
            }
            moments.days.push(sum);
            day = day.succ_opt().unwrap_or(day);
        }
        (sum > 0).then_some(moments)
    }

    fn minutes(&self, day: usize, count: usize) -> &[u64] {
        match day {
            0 => &self.edges[0],
            day if day + 1 == count => &self.edges[1],
            _ => &self.whole,
        }
    }

    /// A random moment, weighted by the hour of the day.
    pub fn pick(&self, chance: &mut Chance) -> DateTime<Utc> {
        let total = self.days.last().copied().unwrap_or(1);
        let drawn = chance.below(total) as u64;
        let day = self.days.partition_point(|sum| *sum <= drawn);
        let before = if day == 0 { 0 } else { self.days[day - 1] };
        let minutes = self.minutes(day, self.days.len());
        let minute = minutes.partition_point(|sum| *sum <= drawn - before);
        let millis = chance.below(60_000);
        let date = self.first + TimeDelta::days(i64::try_from(day).unwrap_or(0));
        let within = TimeDelta::minutes(i64::try_from(minute).unwrap_or(0))
            + TimeDelta::milliseconds(i64::try_from(millis).unwrap_or(0));
        let local = date.and_time(NaiveTime::MIN) + within;
        // The first and the last minute may be incomplete, and summer time may move a minute.
        let last = self.period.to - TimeDelta::milliseconds(1);
        self.period.zone.moment(local).unwrap_or(last).clamp(self.period.from, last)
    }
}
