//! The texts of an answer's members, and how they are made without an allocation for each.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Deref;

use arrayvec::ArrayString;
use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat, Timelike, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// The longest text that is made in place, in bytes.
const IN_PLACE: usize = 40;

/// A text of an answer: as it lies in the scenario, made in place, or made at length.
#[derive(Clone)]
pub enum Text<'a> {
    /// A text of the scenario or of the page.
    Lies(&'a str),
    /// A short text that is made for the answer, such as an id or a time.
    Made(ArrayString<IN_PLACE>),
    /// A longer one.
    Long(String),
}

impl Text<'_> {
    /// The text of something that is short: what does not fit in 40 bytes takes an allocation.
    #[must_use]
    pub fn made(of: impl fmt::Display) -> Self {
        let mut text = ArrayString::new();
        match write!(text, "{of}") {
            Ok(()) => Self::Made(text),
            Err(_) => Self::Long(of.to_string()),
        }
    }

    /// A number with leading zeros to a width of at most 20 digits, after a prefix of at most 20
    /// bytes.
    #[must_use]
    pub fn padded(prefix: &str, number: u64, width: usize) -> Self {
        let mut digits = [b'0'; 20];
        let mut rest = number;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        let mut text = ArrayString::new();
        let digits = std::str::from_utf8(&digits[20 - width.min(20)..]).unwrap_or_default();
        let fits = text.try_push_str(prefix).and_then(|()| text.try_push_str(digits));
        fits.map_or_else(|_| Self::Long(format!("{prefix}{digits}")), |()| Self::Made(text))
    }

    /// The text as a `String`.
    #[must_use]
    pub fn into_owned(self) -> String {
        match self {
            Self::Lies(text) => text.to_owned(),
            Self::Made(text) => text.to_string(),
            Self::Long(text) => text,
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Lies(text) => text,
            Self::Made(text) => text,
            Self::Long(text) => text,
        }
    }
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self::Lies("")
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl PartialEq<String> for Text<'_> {
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self::Lies(text)
    }
}

impl<'a> From<&'a String> for Text<'a> {
    fn from(text: &'a String) -> Self {
        Self::Lies(text)
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self::Long(text)
    }
}

impl From<Text<'_>> for String {
    fn from(text: Text<'_>) -> Self {
        text.into_owned()
    }
}

impl From<Text<'_>> for serde_json::Value {
    fn from(text: Text<'_>) -> Self {
        Self::String(text.into_owned())
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl JsonSchema for Text<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// In whole seconds, with the offset from UTC as `+hh:mm`.
    Seconds(FixedOffset),
    /// In microseconds, with the offset from UTC as `+hh:mm`.
    Micros(FixedOffset),
    /// In UTC in milliseconds, with `Z`.
    UtcMillis,
}

/// A time in the form of RFC 3339.
#[must_use]
pub fn time(at: DateTime<Utc>, written: Written) -> Text<'static> {
    let (offset, digits) = match written {
        Written::Seconds(offset) => (Some(offset), 0),
        Written::Micros(offset) => (Some(offset), 6),
        Written::UtcMillis => (None, 3),
    };
    let local = offset.map_or_else(|| at.naive_utc(), |offset| at.with_timezone(&offset).naive_local());
    // Other years have a sign or more digits. No vendor has them, but a scenario may.
    let Ok(year) = u32::try_from(local.year()).map_err(drop).and_then(|y| (y <= 9999).then_some(y).ok_or(()))
    else {
        return match written {
            Written::Seconds(of) => at.with_timezone(&of).to_rfc3339_opts(SecondsFormat::Secs, false),
            Written::Micros(of) => at.with_timezone(&of).to_rfc3339_opts(SecondsFormat::Micros, false),
            Written::UtcMillis => at.to_rfc3339_opts(SecondsFormat::Millis, true),
        }
        .into();
    };
    let mut text = [0; 32];
    let mut end = 0;
    let mut put = |number: u32, width: usize, after: &[u8]| {
        let mut rest = number;
        for place in (end..end + width).rev() {
            text[place] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        text[end + width..end + width + after.len()].copy_from_slice(after);
        end += width + after.len();
    };
    // A leap second is written as the second before it and a fraction over one.
    let nanos = local.nanosecond();
    let (second, nanos) =
        if nanos >= 1_000_000_000 { (60, nanos - 1_000_000_000) } else { (local.second(), nanos) };
    put(year, 4, b"-");
    put(local.month(), 2, b"-");
    put(local.day(), 2, b"T");
    put(local.hour(), 2, b":");
    put(local.minute(), 2, b":");
    put(second, 2, if digits > 0 { b"." } else { b"" });
    if digits > 0 {
        put(nanos / 10_u32.pow(9 - digits), digits as usize, b"");
    }
    match offset.map(|offset| offset.local_minus_utc()) {
        None => put(0, 0, b"Z"),
        Some(seconds) => {
            put(0, 0, if seconds < 0 { b"-" } else { b"+" });
            let minutes = seconds.unsigned_abs() / 60;
            put(minutes / 60, 2, b":");
            put(minutes % 60, 2, b"");
        }
    }
    let text = std::str::from_utf8(&text[..end]).unwrap_or_default();
    ArrayString::from(text).map_or_else(|_| Text::Long(text.to_owned()), Text::Made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_time_is_written_as_chrono_writes_it(
            seconds in -99_999_999_999_i64..999_999_999_999, nanos in 0_u32..1_999_999_999, east in -12_i32..14,
        ) {
            let at = DateTime::from_timestamp(seconds, nanos).or_else(|| DateTime::from_timestamp(seconds, 0));
            let (at, zone) = (at.unwrap(), FixedOffset::east_opt(east * 3600).unwrap());
            let local = at.with_timezone(&zone);
            for (written, expected) in [
                (Written::Seconds(zone), local.to_rfc3339_opts(SecondsFormat::Secs, false)),
                (Written::Micros(zone), local.to_rfc3339_opts(SecondsFormat::Micros, false)),
                (Written::UtcMillis, at.to_rfc3339_opts(SecondsFormat::Millis, true)),
            ] {
                prop_assert_eq!(&*time(at, written), expected);
            }
        }

        #[test]
        fn a_number_is_padded_as_the_standard_library_pads_it(number: u64, width in 0_usize..20) {
            prop_assert_eq!(&*Text::padded("1", number, 20), format!("1{number:020}"));
            let short = number % 10_u64.pow(u32::try_from(width).unwrap());
            prop_assert_eq!(&*Text::padded("job-", short, width), if width == 0 { "job-".to_owned() } else {
                format!("job-{short:0width$}")
            });
        }
    }

    #[test]
    fn a_text_that_does_not_fit_in_place_is_whole() {
        let long = "x".repeat(100);
        assert_eq!(Text::made(&long), long);
        assert_eq!(Text::made(7), "7");
        assert_eq!(Text::padded(&long, 7, 3), format!("{long}007"));
    }
}
