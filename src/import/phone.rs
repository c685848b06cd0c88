//! Made-up telephone numbers with the length, the country and the separators of the given one.

/// The characters of a written number beside its digits. The asterisk hides a digit.
const SEPARATORS: &str = "+-() .*#/\u{a0}";

/// The fewest digits of a number that a subscriber has. A shorter one is an extension or a code.
const SHORTEST: usize = 7;

/// The number of North American numbers that are made up from the range reserved for fiction. Each
/// area code has a hundred.
const FICTION: u64 = 70_000;

/// The most digits of a number with its country code, after the prefix `00`.
const LONGEST_ABROAD: usize = 17;

/// The most digits of a number without a country code. A longer text of digits is an id.
const LONGEST_AT_HOME: usize = 11;

/// The number of last digits that identify a telephone number. Country code and trunk prefix come
/// before them.
const TELLING: usize = 9;

/// A telephone number as it was written.
#[derive(Debug)]
pub struct Written<'a> {
    text: &'a str,
    digits: String,
}

impl<'a> Written<'a> {
    /// A subscriber's number. `None` for an extension and for any other text.
    pub fn of(text: &'a str) -> Option<Self> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_number = text.chars().all(|c| c.is_ascii_digit() || SEPARATORS.contains(c));
        let longest = if text.trim_start().starts_with('+') || digits.starts_with("00") {
            LONGEST_ABROAD
        } else {
            LONGEST_AT_HOME
        };
        (is_number && (SHORTEST..=longest).contains(&digits.len())).then_some(Self { text, digits })
    }

    /// The key of the number: its last nine digits. All spellings of one number have the same key.
    pub fn key(&self) -> String {
        self.digits[self.before_key()..].to_owned()
    }

    /// How many digits stand before the key: a country code, a trunk prefix, and the like.
    fn before_key(&self) -> usize {
        self.digits.len().saturating_sub(TELLING)
    }

    /// Whether this is written as a number of North America.
    pub fn is_north_american(&self) -> bool {
        let from_two = |n: usize| self.digits.as_bytes()[n] >= b'2';
        match self.digits.len() {
            10 => from_two(0) && from_two(3),
            11 => self.digits.starts_with('1') && self.text.trim_start().starts_with('+'),
            13 => self.digits.starts_with("001"),
            _ => false,
        }
    }

    /// The n-th made-up number, written like this one. In North America it is one of those that are
    /// reserved for fiction. Elsewhere its subscriber part begins with zeros.
    pub fn nth(&self, n: u64, north_american: bool) -> String {
        let all = self.digits.len();
        let digits = if north_american && all >= 10 && n < FICTION {
            let area = 201 + n / 100;
            format!("{}{area}55501{:02}", &self.digits[..all - 10], n % 100)
        } else {
            let kept = self.before_key() + if all >= TELLING { 2 } else { 1 };
            let width = all - kept;
            let room = 10_u64.saturating_pow(u32::try_from(width).unwrap_or(u32::MAX));
            format!("{}{:0width$}", &self.digits[..kept], n % room)
        };
        let mut digits = digits.chars();
        let sign = |c: char| match c {
            c if c.is_ascii_digit() => digits.next().unwrap_or('0'),
            c => c,
        };
        self.text.chars().map(sign).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str, n: u64) -> String {
        let written = Written::of(text).expect("a number");
        written.nth(n, written.is_north_american())
    }

    #[test]
    fn a_made_up_number_is_written_as_the_given_one() {
        for (given, expected) in [
            ("0330001234", "0330000007"),
            ("+81 3-3000-1234", "+81 3-3000-0007"),
            ("+82-10-6861-2345", "+82-10-6000-0007"),
            ("010-6861-2345", "010-6000-0007"),
            ("0901234567", "0900000007"),
            ("+1 859-657-9625", "+1 201-555-0107"),
            ("(859) 657-9625", "(201) 555-0107"),
            ("13323151234", "13320000007"),
            ("0533128****", "0000007****"),
            ("19001234", "10000007"),
        ] {
            assert_eq!(made(given, 7), expected, "{given}");
        }
    }

    #[test]
    fn one_number_written_in_several_ways_has_one_key() {
        let key = |text| Written::of(text).expect("a number").key();
        assert_eq!(key("+81 3-3000-1234"), key("0330001234"));
        assert_eq!(key("+1 859-657-9625"), key("8596579625"));
        assert_eq!(key(&made("81330001234", 7)), key(&made("+81 3-3000-1234", 7)));
        assert!(Written::of("101").is_none() && Written::of("anonymous 0330001234").is_none());
    }
}
