//! The nearest right word: what a message proposes for a misspelt one.

/// The longest word that is compared, in bytes.
const LONGEST: usize = 200;

/// The option that a word was most likely meant to be, if any is near.
#[must_use]
pub fn nearest<'a>(word: &str, options: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody mistypes a word that long, and looking for it would take its time.
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_lowercase();
    let letters = word.chars().count();
    options
        .into_iter()
        .filter(|option| option.len() <= LONGEST)
        // Texts are at least as far apart as they differ in length: most are told without being
        // compared.
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

/// `; did you mean …?`, or nothing where no option is near.
#[must_use]
pub fn did_you_mean<'a>(word: &str, options: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, options).map_or_else(String::new, |option| format!("; did you mean `{option}`?"))
}

/// `; did you mean …? Known: …` for a word that is none of those known.
pub fn did_you_mean_or_known<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = did_you_mean(word, known.clone());
    let list: Vec<String> = known.take(100).map(|word| format!("`{word}`")).collect();
    match (near.is_empty(), list.is_empty()) {
        (_, true) => "; there are none".to_owned(),
        (true, false) => format!("; known: {}", list.join(", ")),
        (false, false) => format!("{near} Known: {}", list.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
