//! Made-up words for the names of people, in the script of the name that they replace.

/// A script with the characters and syllables for made-up words. A made-up word has at least two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Script {
    /// Latin letters, and every script that has no signs here.
    Latin,
    /// Chinese characters.
    Han,
    /// The Japanese syllabary for native words.
    Hiragana,
    /// The Japanese syllabary for foreign words and readings.
    Katakana,
    /// Korean.
    Hangul,
    /// Cyrillic letters.
    Cyrillic,
}

const LATIN: [&str; 20] = [
    "ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ra", "se", "ti", "vo", "wa", "yu", "zo", "da",
    "le", "mi", "no",
];
const HAN: [&str; 20] = [
    "青", "白", "東", "西", "南", "北", "春", "夏", "秋", "冬", "山", "川", "森", "林", "石", "水", "星",
    "月", "花", "鳥",
];
const HIRAGANA: [&str; 20] = [
    "あ", "か", "さ", "た", "な", "は", "ま", "や", "ら", "わ", "き", "し", "ち", "に", "み", "り", "お",
    "の", "も", "ろ",
];
const KATAKANA: [&str; 20] = [
    "ア", "カ", "サ", "タ", "ナ", "ハ", "マ", "ヤ", "ラ", "ワ", "キ", "シ", "チ", "ニ", "ミ", "リ", "オ",
    "ノ", "モ", "ロ",
];
const HANGUL: [&str; 20] = [
    "가", "나", "다", "라", "마", "바", "사", "아", "자", "하", "고", "노", "도", "로", "모", "보", "소",
    "오", "조", "호",
];
const CYRILLIC: [&str; 20] = [
    "ба", "де", "фи", "го", "ку", "ла", "ме", "ни", "по", "ра", "се", "ти", "во", "да", "ле", "ми", "но",
    "зо", "ру", "та",
];

impl Script {
    /// The script of a word: that of its first letter which is not Latin, if it has one.
    pub fn of(word: &str) -> Self {
        word.chars().map(of_sign).find(|script| *script != Self::Latin).unwrap_or(Self::Latin)
    }

    fn signs(self) -> &'static [&'static str; 20] {
        match self {
            Self::Latin => &LATIN,
            Self::Han => &HAN,
            Self::Hiragana => &HIRAGANA,
            Self::Katakana => &KATAKANA,
            Self::Hangul => &HANGUL,
            Self::Cyrillic => &CYRILLIC,
        }
    }

    /// The n-th made-up word. All words of a script are distinct.
    pub fn word(self, n: u64) -> String {
        let signs = self.signs();
        let radix = signs.len() as u64;
        let (mut left, mut sign) = (n, 0);
        let mut word = String::new();
        for at_least in [true, true, false, false, false, false] {
            if !at_least && left == 0 {
                break;
            }
            // Each optional sign uses up one number, so a longer word never repeats a shorter one.
            left -= u64::from(!at_least);
            // Each sign is shifted by the previous one, so that words with adjacent numbers end
            // differently.
            sign = (left + 7 * sign) % radix;
            word.push_str(signs[usize::try_from(sign).unwrap_or_default()]);
            left /= radix;
        }
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        first + letters.as_str()
    }
}

fn of_sign(sign: char) -> Script {
    match sign {
        '\u{3040}'..='\u{309f}' => Script::Hiragana,
        '\u{30a0}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => Script::Katakana,
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => Script::Hangul,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3134f}' => Script::Han,
        '\u{0400}'..='\u{04ff}' => Script::Cyrillic,
        _ => Script::Latin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_word_has_the_script_of_the_given_one() {
        for (given, script) in [
            ("Suzuki", Script::Latin),
            ("鈴木", Script::Han),
            ("スズキ", Script::Katakana),
            ("すずき", Script::Hiragana),
            ("김", Script::Hangul),
            ("Иван", Script::Cyrillic),
            ("nhánh", Script::Latin),
        ] {
            assert_eq!(Script::of(given), script, "{given}");
            assert_eq!(Script::of(&script.word(7)), script);
        }
        assert_eq!(Script::Latin.word(1), "Deni");
    }

    #[test]
    fn words_of_one_script_are_distinct() {
        let words: std::collections::HashSet<String> = (0..20_000).map(|n| Script::Han.word(n)).collect();
        assert_eq!(words.len(), 20_000);
    }
}
