//! Made-up ids of the form of a given one: digits for digits, letters for letters, hexadecimal for
//! hexadecimal, with the separators where they were.

/// The longest id that keeps its form, in characters. The rest of a longer one is cut off.
const LONGEST: usize = 128;

/// The separators that stay. Any other mark becomes a hyphen.
const SEPARATORS: &str = "-_.:@/#+*";

const DIGITS: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The form of an id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Form(Vec<Place>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Mark(char),
    Of(&'static str),
}

impl Form {
    /// The form of a text.
    pub fn of(text: &str) -> Self {
        let is_hex = text.chars().any(|c| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_hexdigit() || !c.is_alphanumeric());
        let letters = if is_hex { 6 } else { 26 };
        let place = |(n, c): (usize, char)| match c {
            // A number keeps its length: its first digit is not 0.
            '1'..='9' if n == 0 => Place::Of(&DIGITS[1..]),
            '0'..='9' => Place::Of(DIGITS),
            c if c.is_uppercase() => Place::Of(&UPPER[..letters]),
            c if c.is_alphanumeric() => Place::Of(&LOWER[..letters]),
            c if SEPARATORS.contains(c) => Place::Mark(c),
            _ => Place::Mark('-'),
        };
        Self(text.chars().take(LONGEST).enumerate().map(place).collect())
    }

    /// The n-th id of this form. Ids of one form are distinct: when they run out, they get longer.
    pub fn nth(&self, n: u64) -> String {
        let mut left = n;
        let mut made: Vec<char> = vec![];
        for place in self.0.iter().rev() {
            made.push(match place {
                Place::Mark(mark) => *mark,
                Place::Of(signs) => {
                    let radix = signs.len() as u64;
                    let sign = usize::try_from(left % radix).unwrap_or_default();
                    left /= radix;
                    char::from(signs.as_bytes()[sign])
                }
            });
        }
        let made: String = made.into_iter().rev().collect();
        if left == 0 { made } else { format!("{made}{left}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_id_has_the_form_of_the_given_one() {
        for (given, made) in [
            ("1234567890123456", "1000000000000001"),
            ("0000AAAA-BBBB-CCCC", "0000AAAA-AAAA-AAAB"),
            ("job-12515239414412", "aaa-00000000000001"),
            ("abcdefg", "aaaaaab"),
            ("會議 7", "aa-1"),
        ] {
            assert_eq!(Form::of(given).nth(1), made, "{given}");
        }
    }

    #[test]
    fn ids_of_one_form_are_distinct() {
        let form = Form::of("7a");
        let made: std::collections::HashSet<String> = (0..10_000).map(|n| form.nth(n)).collect();
        assert_eq!(made.len(), 10_000);
    }
}
