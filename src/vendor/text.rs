//! The texts of an answer's members. A text that is made for an answer is made where it is written.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt::{self, Write as _};

use arrayvec::ArrayString;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, SecondsFormat, Timelike, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use super::buffer::Buffer;
use super::json::{contents, quoted};
use super::row::Put;

/// The longest text that is made in place, in bytes.
const IN_PLACE: usize = 40;

/// A text of an answer: as it lies in the scenario, or made for the answer.
#[derive(Clone)]
pub enum Text<'a> {
    /// A text of the scenario or of the page.
    Lies(&'a str),
    /// Two texts with a character between them.
    Joined(&'a str, char, &'a str),
    /// A number with leading zeros, after a prefix.
    Digits(Digits),
    /// A time.
    Time(DateTime<Utc>, Written),
    /// Any other short text.
    Made(ArrayString<IN_PLACE>),
    /// Any other longer one.
    Long(String),
}

/// A number with leading zeros, after a prefix.
#[derive(Debug, Clone, Copy)]
pub struct Digits {
    prefix: &'static str,
    number: u64,
    width: usize,
    base: Base,
}

/// The base in which a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    Ten,
    Sixteen,
}

/// The most digits of a number.
const DIGITS: usize = 20;

/// The two digits of each byte in base 16.
const HEXADECIMAL: [[u8; 2]; 256] = {
    const ALL: &[u8; 16] = b"0123456789abcdef";
    let (mut digits, mut byte) = ([[0; 2]; 256], 0);
    while byte < 256 {
        digits[byte] = [ALL[byte >> 4], ALL[byte & 15]];
        byte += 1;
    }
    digits
};

impl Digits {
    /// The last digits of the number, as many as its width.
    fn digits<'a>(&self, all: &'a mut [u8; DIGITS]) -> &'a [u8] {
        let first = DIGITS - self.width.min(DIGITS);
        match self.base {
            Base::Ten => {
                let mut buffer = itoa::Buffer::new();
                let known = buffer.format(self.number).as_bytes();
                let (zeros, rest) = all.split_at_mut(DIGITS - known.len());
                zeros.fill(b'0');
                rest.copy_from_slice(known);
            }
            Base::Sixteen => {
                let mut rest = self.number;
                for pair in all.as_chunks_mut::<2>().0.iter_mut().rev() {
                    let [byte, ..] = rest.to_le_bytes();
                    *pair = HEXADECIMAL[usize::from(byte)];
                    rest >>= 8;
                }
            }
        }
        &all[first..]
    }
}

/// The two digits of a number below 100.
#[inline]
fn two_digits(number: u32) -> [u8; 2] {
    const ALL: [[u8; 2]; 100] = {
        let mut all = [[b'0'; 2]; 100];
        let (mut tens, mut n) = (b'0', 0);
        while n < 100 {
            let mut ones = b'0';
            while ones <= b'9' {
                all[n] = [tens, ones];
                n += 1;
                ones += 1;
            }
            tens += 1;
        }
        all
    };
    usize::try_from(number).ok().and_then(|number| ALL.get(number)).copied().unwrap_or(*b"??")
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

    /// A number with leading zeros to a width of at most 20 digits, after a prefix. A longer number
    /// loses its first digits.
    #[inline]
    #[must_use]
    pub fn padded(prefix: &'static str, number: u64, width: usize) -> Self {
        Self::Digits(Digits { prefix, number, width, base: Base::Ten })
    }

    /// A number in lower-case hexadecimal digits, with leading zeros to a width of at most 20 digits,
    /// after a prefix. A longer number loses its first digits.
    #[inline]
    #[must_use]
    pub fn hexadecimal(prefix: &'static str, number: u64, width: usize) -> Self {
        Self::Digits(Digits { prefix, number, width, base: Base::Sixteen })
    }

    /// The text as a `String`.
    #[must_use]
    pub fn into_owned(self) -> String {
        match self {
            Self::Long(text) => text,
            other => other.to_str().into_owned(),
        }
    }

    /// The text, made if it has to be.
    #[must_use]
    pub fn to_str(&self) -> Cow<'_, str> {
        match self {
            Self::Lies(text) => Cow::Borrowed(text),
            Self::Joined(one, between, other) => format!("{one}{between}{other}").into(),
            Self::Digits(digits) => {
                let mut all = [0; DIGITS];
                let written = std::str::from_utf8(digits.digits(&mut all)).unwrap_or_default();
                format!("{}{written}", digits.prefix).into()
            }
            Self::Time(at, written) => {
                let mut text = [0; LONGEST];
                match written.write(*at, &mut text) {
                    Some(text) => String::from_utf8_lossy(text).into_owned().into(),
                    None => written.at_length(*at).into(),
                }
            }
            Self::Made(text) => Cow::Borrowed(text),
            Self::Long(text) => Cow::Borrowed(text),
        }
    }
}

impl Put for Text<'_> {
    #[inline]
    fn put(&self, out: &mut Buffer) {
        match self {
            Self::Lies(text) => quoted(out, text),
            Self::Joined(one, between, other) => {
                out.push(b'"');
                contents(out, one);
                contents(out, between.encode_utf8(&mut [0; 4]));
                contents(out, other);
                out.push(b'"');
            }
            Self::Digits(digits) => {
                out.push(b'"');
                out.append(digits.prefix.as_bytes());
                out.append(digits.digits(&mut [0; DIGITS]));
                out.push(b'"');
            }
            Self::Time(at, written) => {
                let mut text = [0; LONGEST];
                out.push(b'"');
                match written.write(*at, &mut text).map(<[u8]>::len) {
                    // A copy of a known length takes no call.
                    Some(LONGEST) => out.append(&text),
                    Some(length) => out.append(&text[..length]),
                    None => contents(out, &written.at_length(*at)),
                }
                out.push(b'"');
            }
            Self::Made(text) => quoted(out, text),
            Self::Long(text) => quoted(out, text),
        }
    }
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self::Lies("")
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.to_str(), f)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_str())
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        match self {
            Self::Digits(digits) => {
                let rest = other.strip_prefix(digits.prefix).map(str::as_bytes);
                rest == Some(digits.digits(&mut [0; DIGITS]))
            }
            _ => *self.to_str() == *other,
        }
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<String> for Text<'_> {
    fn eq(&self, other: &String) -> bool {
        *self == **other
    }
}

impl<'a> From<&'a str> for Text<'a> {
    #[inline]
    fn from(text: &'a str) -> Self {
        Self::Lies(text)
    }
}

impl<'a> From<&'a String> for Text<'a> {
    #[inline]
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
        serializer.serialize_str(&self.to_str())
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

/// The day with which each thread begins.
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("it is a day");

thread_local! {
    /// The day that was written last, and its date. The rows of a page are often of one day.
    static LAST: Cell<(NaiveDate, [u8; 10])> = const { Cell::new((EPOCH, *b"1970-01-01")) };
}

/// The date of a day. `None` if its year has not four digits.
fn date(of: NaiveDate) -> Option<[u8; 10]> {
    let (last, date) = LAST.get();
    if of == last {
        return Some(date);
    }
    let year = u32::try_from(of.year()).ok().filter(|year| *year <= 9999)?;
    let mut date = *b"0000-00-00";
    date[..2].copy_from_slice(&two_digits(year / 100));
    date[2..4].copy_from_slice(&two_digits(year % 100));
    date[5..7].copy_from_slice(&two_digits(of.month()));
    date[8..].copy_from_slice(&two_digits(of.day()));
    LAST.set((of, date));
    Some(date)
}

/// The longest time with a year of four digits, in bytes.
const LONGEST: usize = 32;

impl Written {
    /// Writes a time in the form of RFC 3339 into a text. `None` if its year has not four digits. No
    /// vendor has such a year, but a scenario may.
    fn write(self, at: DateTime<Utc>, text: &mut [u8; LONGEST]) -> Option<&[u8]> {
        const DAY: i32 = 86_400;
        let (east, fraction) = match self {
            Self::Seconds(offset) => (offset.local_minus_utc(), 0),
            Self::Micros(offset) => (offset.local_minus_utc(), 6),
            Self::UtcMillis => (0, 3),
        };
        let (day, time) = (at.naive_utc().date(), at.naive_utc().time());
        // An offset is less than a day.
        let (day, second) = match i32::try_from(time.num_seconds_from_midnight()).ok()? + east {
            second @ ..0 => (day.pred_opt()?, second + DAY),
            second @ DAY.. => (day.succ_opt()?, second - DAY),
            second => (day, second),
        };
        let (second, minute) = (second.unsigned_abs(), second.unsigned_abs() / 60);
        // A leap second is written as the second before it and a fraction over one.
        let nanos = time.nanosecond();
        let (leap, nanos) = if nanos >= 1_000_000_000 { (1, nanos - 1_000_000_000) } else { (0, nanos) };
        text[..20].copy_from_slice(b"0000-00-00T00:00:00.");
        text[..10].copy_from_slice(&date(day)?);
        [text[11], text[12]] = two_digits(minute / 60);
        [text[14], text[15]] = two_digits(minute % 60);
        [text[17], text[18]] = two_digits(second % 60 + leap);
        let end = if fraction == 0 { 19 } else { 20 + fraction };
        if fraction > 0 {
            // Six digits, of which a millisecond shows the first three.
            let micros = nanos / 1000;
            [text[20], text[21]] = two_digits(micros / 10_000);
            [text[22], text[23]] = two_digits(micros / 100 % 100);
            [text[24], text[25]] = two_digits(micros % 100);
        }
        if self == Self::UtcMillis {
            text[end] = b'Z';
            return Some(&text[..=end]);
        }
        let minutes = east.unsigned_abs() / 60;
        let ([h1, h2], [m1, m2]) = (two_digits(minutes / 60), two_digits(minutes % 60));
        let sign = if east < 0 { b'-' } else { b'+' };
        *text[end..].first_chunk_mut()? = [sign, h1, h2, b':', m1, m2];
        Some(&text[..end + 6])
    }

    /// A time in the form of RFC 3339, whatever its year.
    fn at_length(self, at: DateTime<Utc>) -> String {
        match self {
            Self::Seconds(of) => at.with_timezone(&of).to_rfc3339_opts(SecondsFormat::Secs, false),
            Self::Micros(of) => at.with_timezone(&of).to_rfc3339_opts(SecondsFormat::Micros, false),
            Self::UtcMillis => at.to_rfc3339_opts(SecondsFormat::Millis, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn json_of(text: &Text<'_>) -> String {
        let mut out = Buffer::default();
        text.put(&mut out);
        String::from_utf8(out.into_bytes()).unwrap()
    }

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
                let text = Text::Time(at, written);
                prop_assert_eq!(&*text.to_str(), &expected);
                prop_assert_eq!(json_of(&text), json!(expected).to_string());
            }
        }

        #[test]
        fn a_number_is_padded_as_the_standard_library_pads_it(number: u64, width in 0_usize..20) {
            prop_assert_eq!(Text::padded("1", number, 20), format!("1{number:020}"));
            prop_assert_eq!(Text::hexadecimal("ext-", number, 16), format!("ext-{number:016x}"));
            let short = number % 10_u64.pow(u32::try_from(width).unwrap());
            let expected = if width == 0 { "job-".to_owned() } else { format!("job-{short:0width$}") };
            let text = Text::padded("job-", short, width);
            prop_assert_eq!(&*text.to_str(), &expected);
            prop_assert_eq!(json_of(&text), json!(expected).to_string());
        }
    }

    #[test]
    fn a_text_that_does_not_fit_in_place_is_whole() {
        let long = "x".repeat(100);
        assert_eq!(Text::made(&long), long);
        assert_eq!(Text::made(7), "7");
        assert_eq!(json_of(&Text::made(&long)), format!("\"{long}\""));
    }

    #[test]
    fn a_joined_text_is_escaped_as_one() {
        let text = Text::Joined("a\"b", '@', "c\\é");
        assert_eq!(text, "a\"b@c\\é");
        assert_eq!(json_of(&text), json!("a\"b@c\\é").to_string());
    }
}
