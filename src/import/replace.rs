//! Made-up values in place of personal data: the same one for the same value, over all files.
//!
//! A made-up value follows from the order in which values are met, never from the value itself, so
//! that nobody can compute it back. None equals a value that the files have.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::form::Form;
use super::phone::Written;
use super::words::Script;
use crate::keys;

/// The most attempts to make up a telephone number that does not occur in the files.
const TRIES: usize = 10_000;

/// Texts that name nobody. They stay.
const NOBODY: [&str; 6] = ["", "0", "anonymous", "unknown", "restricted", "private"];

/// The site of made-up addresses.
pub const MADE_UP_SITE: &str = "https://example.com";

/// The characters between the words of a name.
const BETWEEN: [char; 8] = [' ', '\u{3000}', '\u{a0}', '・', ',', '、', '\t', '\n'];

/// What a text is about, and thus what it is replaced with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    /// A person's name, or a part of it.
    Person,
    /// A telephone number or an extension.
    Phone,
    /// A mail address.
    Mail,
    /// An id of things of one kind.
    Id(&'static str),
    /// Any other text. The word begins its made-up value, such as `Note` in `Note 1`.
    Text(&'static str),
    /// An address on the web, with a word for what is there.
    Url(&'static str),
}

/// Replaces texts, and remembers what it made of each.
#[derive(Debug, Default)]
pub struct Replacer {
    kept: BTreeSet<String>,
    /// Every text of the files, and every word of a name.
    given: HashSet<String>,
    /// The keys of every telephone number of the files.
    numbers: HashSet<String>,
    /// Names that are written without a space, with their two parts.
    joined: HashMap<String, (String, String)>,
    made: HashMap<(About, String), String>,
    /// The made-up values, by what they are about.
    used: HashSet<(About, String)>,
    /// The next number of each form.
    next: HashMap<(About, Option<Form>), u64>,
    /// For each telephone number's key, the index of its made-up number, and whether it is North
    /// American.
    phones: HashMap<String, (u64, bool)>,
}

impl Replacer {
    /// A replacer that lets some members stay, each named by its own name or as `vendor.member`.
    #[must_use]
    pub fn keeping(kept: &[String]) -> Self {
        Self { kept: kept.iter().cloned().collect(), ..Self::default() }
    }

    /// How many values were made up.
    #[must_use]
    pub fn made(&self) -> usize {
        self.made.len() + self.phones.len()
    }

    /// Whether a member may stay.
    #[must_use]
    pub fn keeps(&self, vendor: &str, member: &str) -> bool {
        self.kept.contains(member) || self.kept.contains(&format!("{vendor}.{member}"))
    }

    /// Notes a text of the files, so that no made-up value equals it.
    pub fn meet(&mut self, text: &str) {
        if let Some(number) = Written::of(text) {
            self.numbers.insert(number.key());
        }
        for word in text.split(BETWEEN).chain(text.split([',', '@'])) {
            if !self.given.contains(word) {
                self.given.insert(word.to_owned());
            }
        }
        if !self.given.contains(text) {
            self.given.insert(text.to_owned());
        }
    }

    /// Notes the two parts of a name, so that the whole name is replaced with the same words.
    pub fn meet_name(&mut self, family: &str, given: &str) {
        for (first, second) in [(family, given), (given, family)] {
            self.joined.insert(format!("{first}{second}"), (first.to_owned(), second.to_owned()));
        }
    }

    /// Lets a text stay wherever it is about the same, unless it may be a credential.
    pub fn keep(&mut self, about: About, text: &str) {
        if !keys::looks_real(text) {
            self.used.insert((about, text.to_owned()));
            self.made.insert((about, text.to_owned()), text.to_owned());
        }
    }

    /// A kept text as it may stay: an address without its query and its user, and no credential.
    pub fn kept(&mut self, about: About, text: &str) -> String {
        if keys::looks_real(text) {
            return self.replaced(about, text);
        }
        match (about, text.split_once("://")) {
            (About::Url(_), Some((scheme, rest))) => {
                let path = rest.split(['?', '#']).next().unwrap_or_default();
                let host = path.find('/').unwrap_or(path.len());
                let user = path[..host].rfind('@').map_or(0, |at| at + 1);
                format!("{scheme}://{}", &path[user..])
            }
            (About::Url(_), None) => text.split(['?', '#']).next().unwrap_or_default().to_owned(),
            _ => text.to_owned(),
        }
    }

    /// The made-up text in place of a given one.
    pub fn replaced(&mut self, about: About, text: &str) -> String {
        if NOBODY.contains(&text) {
            return text.to_owned();
        }
        if let Some(made) = self.made.get(&(about, text.to_owned())) {
            return made.clone();
        }
        match about {
            About::Phone | About::Id(_) if Written::of(text).is_some() && is_number(about, text) => {
                self.phone(text)
            }
            About::Phone => self.remembered(About::Id("phone"), text, &text.to_lowercase()),
            About::Person | About::Id(_) | About::Text(_) if is_mail(text) => {
                self.replaced(About::Mail, text)
            }
            About::Person => self.name(text),
            About::Mail => self.remembered(about, text, &text.to_lowercase()),
            _ => self.remembered(about, text, text),
        }
    }

    /// A telephone number. One number that is written in several ways stays one number.
    fn phone(&mut self, text: &str) -> String {
        let Some(number) = Written::of(text) else { return self.replaced(About::Text("Number"), text) };
        if let Some((n, north_american)) = self.phones.get(&number.key()).copied() {
            return number.nth(n, north_american);
        }
        let north_american = number.is_north_american();
        let mut tries = 0;
        loop {
            let n = self.count(About::Phone, None);
            let made = number.nth(n, north_american);
            let key = Written::of(&made).map(|made| made.key()).unwrap_or_default();
            let is_new = !self.numbers.contains(&key) && self.used.insert((About::Phone, key));
            // Short numbers can run out: the files may contain all of them.
            tries += 1;
            if is_new || tries == TRIES {
                self.phones.insert(number.key(), (n, north_american));
                return made;
            }
        }
    }

    /// A name, word by word.
    fn name(&mut self, text: &str) -> String {
        if let Some((first, second)) = self.joined.get(text).cloned() {
            return self.replaced(About::Person, &first) + &self.replaced(About::Person, &second);
        }
        if !text.contains(BETWEEN) {
            let digits = text.chars().all(|c| c.is_ascii_digit());
            return if digits {
                self.replaced(About::Phone, text)
            } else {
                self.remembered(About::Person, text, text)
            };
        }
        let mut made = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(end) = rest.find(BETWEEN) {
            let width = rest[end..].chars().next().map_or(1, char::len_utf8);
            let (word, between) = (&rest[..end], &rest[end..end + width]);
            made = made + &self.replaced(About::Person, word) + between;
            rest = &rest[end + width..];
        }
        made + &self.replaced(About::Person, rest)
    }

    /// The made-up value of a text. Texts with the same `key` get the same value.
    fn remembered(&mut self, about: About, text: &str, key: &str) -> String {
        if let Some(made) = self.made.get(&(about, key.to_owned())) {
            return made.clone();
        }
        let form = matches!(about, About::Id(_)).then(|| Form::of(text));
        loop {
            let n = self.count(about, form.clone());
            let made = nth(about, text, form.as_ref(), n);
            let is_new = !self.given.contains(&made) && !self.used.contains(&(about, made.clone()));
            if is_new {
                self.used.insert((about, made.clone()));
                self.made.insert((about, key.to_owned()), made.clone());
                return made;
            }
        }
    }

    fn count(&mut self, about: About, form: Option<Form>) -> u64 {
        let next = self.next.entry((about, form)).or_default();
        *next += 1;
        *next
    }
}

/// Whether an id is a telephone number: one in international form.
fn is_number(about: About, text: &str) -> bool {
    about == About::Phone || text.starts_with('+')
}

/// Whether a text has the form of a mail address.
fn is_mail(text: &str) -> bool {
    let parts = text.split_once('@').filter(|(_, host)| host.contains('.') && !host.contains('@'));
    parts.is_some_and(|(user, _)| !user.is_empty()) && !text.contains(char::is_whitespace)
}

/// The n-th made-up value.
fn nth(about: About, text: &str, form: Option<&Form>, n: u64) -> String {
    match about {
        About::Person => Script::of(text).word(n),
        About::Mail => format!("person{n}@example.com"),
        // A reading of a name in katakana may be checked to be one.
        About::Text(_) if text.chars().all(|c| Script::of(&c.to_string()) == Script::Katakana) => {
            Script::Katakana.word(n)
        }
        About::Text(word) => format!("{word} {n}"),
        About::Url(word) => {
            let path = text.split(['?', '#']).next().unwrap_or_default();
            let known = ["mp3", "wav", "ogg", "png", "jpg", "jpeg", "gif"];
            let ending = known.iter().find(|ending| path.ends_with(&format!(".{ending}")));
            format!("{MADE_UP_SITE}/{word}-{n}{}", ending.map(|e| format!(".{e}")).unwrap_or_default())
        }
        About::Phone | About::Id(_) => form.map(|form| form.nth(n)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_the_same_everywhere_and_nobody_given_is_made_up() {
        let mut replacer = Replacer::default();
        for text in ["鈴木", "一郎", "鈴木一郎", "鈴木 一郎", "Deni"] {
            replacer.meet(text);
        }
        replacer.meet_name("鈴木", "一郎");
        let (family, given) =
            (replacer.replaced(About::Person, "鈴木"), replacer.replaced(About::Person, "一郎"));
        assert_eq!(replacer.replaced(About::Person, "鈴木一郎"), format!("{family}{given}"));
        assert_eq!(replacer.replaced(About::Person, "鈴木 一郎"), format!("{family} {given}"));
        assert_ne!(replacer.replaced(About::Person, "Smith"), "Deni", "a name of the files");
        let mail = replacer.replaced(About::Mail, "Suzuki@Example.co.jp");
        assert_eq!(mail, "person1@example.com");
        assert_eq!(replacer.replaced(About::Id("agent"), "suzuki@example.co.jp"), mail);
    }

    #[test]
    fn an_id_differs_from_every_given_one_even_where_few_fit() {
        let mut replacer = Replacer::default();
        let ids: Vec<String> = (1..=9).map(|n| n.to_string()).collect();
        for id in &ids {
            replacer.meet(id);
        }
        let made: HashSet<String> = ids.iter().map(|id| replacer.replaced(About::Id("agent"), id)).collect();
        assert_eq!(made.len(), 9);
        assert!(ids.iter().all(|id| !made.contains(id)), "{made:?}");
        assert_eq!(replacer.replaced(About::Id("agent"), "0"), "0", "nobody");
    }

    #[test]
    fn a_kept_address_has_no_signature_and_a_kept_text_is_no_credential() {
        let mut replacer = Replacer::default();
        let url = "https://user:pw@records.example.com/a.mp3?Expires=1&Signature=x";
        assert_eq!(replacer.kept(About::Url("recording"), url), "https://records.example.com/a.mp3");
        let key = "h7dWq2mZ9sX4vB6nK1pR8tYc";
        assert_ne!(replacer.kept(About::Text("Note"), key), key);
    }
}
