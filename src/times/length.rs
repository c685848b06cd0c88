//! A duration in whole milliseconds, and its text in scenarios, flags and the admin API.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A duration of 0 to 49 days, in milliseconds. It has 32 bits, because every call has six of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u32);

impl Millis {
    /// A description of the valid texts, for messages.
    pub const EXPECTED: &str = "a duration such as `250ms`, `8s`, `5m`, `1h30m` or `PT5M`, up to 49 days";

    /// The whole seconds, rounded down.
    #[inline]
    #[must_use]
    pub fn as_seconds(self) -> u64 {
        u64::from(self.0) / 1000
    }
}

impl std::ops::Add for Millis {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Millis {
    #[inline]
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| a + b)
    }
}

impl From<Millis> for TimeDelta {
    #[inline]
    fn from(m: Millis) -> Self {
        TimeDelta::milliseconds(i64::from(m.0))
    }
}

/// The error for a text that is not a duration. [`Millis::EXPECTED`] describes the valid ones.
#[derive(Debug, PartialEq, Eq)]
pub struct NotADuration;

impl FromStr for Millis {
    type Err = NotADuration;

    /// Reads `250ms`, `8s`, `5m`, `1h30m`, `2d` and the ISO 8601 forms `PT5M`, `P1DT2H`, `PT0.5S`.
    fn from_str(text: &str) -> Result<Self, NotADuration> {
        u32::try_from(millis(text)?).map(Millis).map_err(|_| NotADuration)
    }
}

/// A duration of any length, in the same forms.
///
/// # Errors
/// When the text has none of the forms, or the duration does not fit.
pub fn length(text: &str) -> Result<TimeDelta, NotADuration> {
    i64::try_from(millis(text)?).ok().and_then(TimeDelta::try_milliseconds).ok_or(NotADuration)
}

fn millis(text: &str) -> Result<u64, NotADuration> {
    let millis = match text.strip_prefix('P') {
        Some(iso) => {
            let (days, time) = match iso.split_once('T') {
                Some((_, "")) => return Err(NotADuration),
                Some((days, time)) => (days, time),
                None => (iso, ""),
            };
            if days.is_empty() && time.is_empty() {
                return Err(NotADuration);
            }
            parts(days, &[("D", 86_400_000)])?
                .saturating_add(parts(time, &[("H", 3_600_000), ("M", 60_000), ("S", 1000)])?)
        }
        None if text.is_empty() => return Err(NotADuration),
        None => parts(text, &[("d", 86_400_000), ("h", 3_600_000), ("ms", 1), ("m", 60_000), ("s", 1000)])?,
    };
    Ok(millis)
}

/// The sum of numbers with units. A number may have a fraction if it comes out in whole
/// milliseconds.
fn parts(mut text: &str, units: &[(&str, u64)]) -> Result<u64, NotADuration> {
    let mut total: u64 = 0;
    let mut smallest_so_far = u64::MAX;
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(NotADuration)?;
        let (number, rest) = text.split_at(end);
        let unit = units.iter().filter(|(name, _)| rest.starts_with(name)).max_by_key(|(name, _)| name.len());
        let (name, worth) = unit.ok_or(NotADuration)?;
        if *worth >= smallest_so_far {
            return Err(NotADuration);
        }
        smallest_so_far = *worth;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        if whole.is_empty() || fraction.is_empty() || fraction.len() > 3 || fraction.contains('.') {
            return Err(NotADuration);
        }
        let whole: u64 = whole.parse().map_err(|_| NotADuration)?;
        let thousandths: u64 = format!("{fraction:0<3}").parse().map_err(|_| NotADuration)?;
        if !(thousandths * worth).is_multiple_of(1000) {
            return Err(NotADuration);
        }
        let part = whole.checked_mul(*worth).ok_or(NotADuration)? + thousandths * worth / 1000;
        total = total.checked_add(part).ok_or(NotADuration)?;
        text = &rest[name.len()..];
    }
    Ok(total)
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) { write!(f, "{}s", self.0 / 1000) } else { write!(f, "{}ms", self.0) }
    }
}

/// A length of time in words, such as `3 h` or `12 min`.
#[must_use]
pub fn words(length: TimeDelta) -> String {
    let seconds = length.num_seconds().max(0);
    match seconds {
        0..120 => format!("{seconds} s"),
        // Whole hours and days are told as such.
        3_600 => "1 h".to_owned(),
        86_400 => "1 d".to_owned(),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_form_is_read() {
        for (text, millis) in [
            ("250ms", 250),
            ("8s", 8000),
            ("0s", 0),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("1m2s3ms", 62_003),
            ("1.5s", 1500),
            ("PT5M", 300_000),
            ("PT0.5S", 500),
            ("P1DT2H", 93_600_000),
            ("49d", 4_233_600_000),
        ] {
            assert_eq!(text.parse(), Ok(Millis(millis)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "", "8", "s", "8 s", "8x", "-8s", "+8s", "1.s", ".5s", "0.0005s", "1s1s", "1s1m", "P", "PT",
            "50d", "1.2.3s", "８s",
        ] {
            assert_eq!(text.parse::<Millis>(), Err(NotADuration), "{text}");
        }
    }
}
