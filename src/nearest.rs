//! Suggestions for misspelt words.

/// The longest word that is compared, in bytes.
const LONGEST: usize = 200;

/// The option that a word was most likely meant to be, if one is similar enough.
#[must_use]
pub fn nearest<'a>(word: &str, options: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody mistypes a word that long, and comparing it would take too much time.
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let letters = word.chars().count();
    options
        .into_iter()
        .filter(|option| option.len() <= LONGEST)
        // The edit distance is at least the difference in length, so most options need no
        // comparison.
        .filter(|option| {
            let of_option = option.chars().count();
            of_option.abs_diff(letters) <= of_option.max(letters).div_ceil(3)
        })
        .map(|option| (strsim::damerau_levenshtein(&lower, &option.to_lowercase()), option))
        .filter(|(distance, option)| {
            *distance <= option.chars().count().max(word.chars().count()).div_ceil(3)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, option)| option)
}

/// `; did you mean …?`, or an empty text if no option is similar.
#[must_use]
pub fn did_you_mean<'a>(word: &str, options: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, options).map_or_else(String::new, |option| format!("; did you mean `{option}`?"))
}

/// `; did you mean …? Known: …`, for a word that is none of the known ones. The list has at most
/// 100.
pub fn did_you_mean_or_known<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = did_you_mean(word, known.clone());
    let list: Vec<String> = known.take(100).map(|word| format!("`{word}`")).collect();
    match (near.is_empty(), list.is_empty()) {
        (_, true) => "; there are none".to_owned(),
        (true, false) => format!("; known: {}", list.join(", ")),
        (false, false) => format!("{near} Known: {}", list.join(", ")),
    }
}

/// `; did you mean …?` if a known word is similar. Otherwise the list of the known words, after the
/// one that shares a part with the word, if there is one: `started_at_from` is near `date_from`.
pub fn did_you_mean_or_list<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = did_you_mean(word, known.clone());
    if !near.is_empty() {
        return near;
    }
    let list: Vec<String> = known.clone().map(|word| format!("`{word}`")).collect();
    match kindred(word, known) {
        Some(kin) => format!("; did you mean `{kin}`? Known: {}", list.join(", ")),
        None if list.is_empty() => String::new(),
        None => format!("; known: {}", list.join(", ")),
    }
}

/// The option that shares the most whole parts with a word, such as `date_from` with
/// `started_at_from`.
fn kindred<'a>(word: &str, options: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let parts = parts(word.get(..LONGEST.min(word.len()))?);
    let shared = |option: &str| self::parts(option).iter().filter(|part| parts.contains(part)).count();
    let kin = options.map(|option| (shared(option), option)).filter(|(shared, _)| *shared > 0);
    // Of several, the first one counts.
    kin.fold(None, |best: Option<(usize, &str)>, kin| match best {
        Some(best) if best.0 >= kin.0 => Some(best),
        _ => Some(kin),
    })
    .map(|(_, option)| option)
}

/// The parts of a name in snake case or camel case, in lower case, of three letters or more.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in name.chars() {
        if c.is_uppercase() || !c.is_alphanumeric() {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut().filter(|_| c.is_alphanumeric()) {
            part.extend(c.to_lowercase());
        }
    }
    parts.into_iter().filter(|part| part.len() > 2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_shares_a_part_with_a_known_one_finds_it_and_any_other_gets_the_list() {
        let known = || ["call_number", "date_from", "date_to"].into_iter();
        let of = |word| did_you_mean_or_list(word, known());
        assert_eq!(of("date_form"), "; did you mean `date_from`?");
        assert!(of("started_at_from").starts_with("; did you mean `date_from`? Known: `call_number`, "));
        assert!(of("CallNo").starts_with("; did you mean `call_number`? Known: "));
        assert_eq!(of("x"), "; known: `call_number`, `date_from`, `date_to`");
    }

    #[test]
    fn a_misspelt_word_finds_the_right_one_and_nonsense_finds_none() {
        let options = ["agents", "customers", "queues", "calls"];
        assert_eq!(nearest("agnets", options), Some("agents"));
        assert_eq!(nearest("Calls", options), Some("calls"));
        assert_eq!(nearest("xylophone", options), None);
        assert_eq!(
            nearest(&"calls".repeat(100), ["calls".repeat(100).as_str()]),
            None,
            "too long to be looked for"
        );
    }
}
