//! Countries, with the numbers and names of people who are made up.

use schemars::JsonSchema;
use serde::Deserialize;

/// A country in which people can be made up, by its ISO 3166 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Country {
    /// Australia.
    Au,
    /// China.
    Cn,
    /// Germany.
    De,
    /// France.
    Fr,
    /// The United Kingdom.
    Gb,
    /// Japan.
    Jp,
    /// South Korea.
    Kr,
    /// The United States.
    Us,
    /// Vietnam.
    Vn,
}

/// A part of a name, in the script of its country, and its reading: in katakana for Japanese, in
/// Latin letters for Chinese and Korean.
pub type Part = (&'static str, &'static str);

/// Blocks of telephone numbers: the fixed prefix, and the number of digits that vary.
type Blocks = &'static [(&'static str, usize)];

impl Country {
    /// The blocks of numbers. Each is kept for fiction by the country's regulator. Where a country
    /// keeps none (China, Japan, South Korea, Vietnam), no number of the block is given out.
    fn blocks(self) -> Blocks {
        match self {
            // ACMA: numbers for use in radio and television programs.
            Self::Au => &[
                ("+6125550", 4),
                ("+6135550", 4),
                ("+6175550", 4),
                ("+6185550", 4),
                ("+6127010", 4),
                ("+6137010", 4),
                ("+6177010", 4),
                ("+6187010", 4),
            ],
            // No mobile number begins with 120.
            Self::Cn => &[("120", 8)],
            // Bundesnetzagentur: numbers for use in media ("Drama Numbers").
            Self::De => &[
                ("+493023125", 3),
                ("+496990009", 3),
                ("+494066969", 3),
                ("+492214710", 3),
                ("+498999998", 3),
            ],
            // ARCEP: numbers for audiovisual works.
            Self::Fr => &[
                ("+3319900", 4),
                ("+3326191", 4),
                ("+3335301", 4),
                ("+3346571", 4),
                ("+3353649", 4),
                ("+3363998", 4),
            ],
            // Ofcom: telephone numbers for use in TV and radio drama programmes.
            Self::Gb => &[
                ("+447700900", 3),
                ("+442079460", 3),
                ("+441134960", 3),
                ("+441144960", 3),
                ("+441154960", 3),
                ("+441164960", 3),
                ("+441174960", 3),
                ("+441184960", 3),
                ("+441214960", 3),
                ("+441314960", 3),
                ("+441414960", 3),
                ("+441514960", 3),
                ("+441614960", 3),
                ("+441632960", 3),
            ],
            // No exchange of a mobile network begins with 0.
            Self::Jp => &[("0900", 7)],
            Self::Kr => &[("0100", 7)],
            // The numbers 555-0100 to 555-0199 of every area code.
            Self::Us => &[],
            // Numbers that began with 01 were given up in 2018.
            Self::Vn => &[("01000", 5)],
        }
    }

    /// The number of different numbers.
    #[must_use]
    pub fn numbers(self) -> u64 {
        match self {
            Self::Us => AREAS * 100,
            _ => {
                self.blocks().iter().map(|(_, digits)| 10_u64.pow(u32::try_from(*digits).unwrap_or(0))).sum()
            }
        }
    }

    /// The n-th number, as people of the country write it to each other or abroad, without spaces.
    #[must_use]
    pub fn number(self, n: u64) -> String {
        let mut n = n % self.numbers();
        if self == Self::Us {
            return format!("+1{}55501{:02}", 201 + n / 100, n % 100);
        }
        for (before, digits) in self.blocks() {
            let size = 10_u64.pow(u32::try_from(*digits).unwrap_or(0));
            if n < size {
                return format!("{before}{n:0digits$}");
            }
            n -= size;
        }
        String::new()
    }

    /// The code of the country.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Au => "AU",
            Self::Cn => "CN",
            Self::De => "DE",
            Self::Fr => "FR",
            Self::Gb => "GB",
            Self::Jp => "JP",
            Self::Kr => "KR",
            Self::Us => "US",
            Self::Vn => "VN",
        }
    }

    /// Whether people of the country write the family name first.
    #[must_use]
    pub fn family_first(self) -> bool {
        matches!(self, Self::Cn | Self::Jp | Self::Kr | Self::Vn)
    }

    /// Family names.
    #[must_use]
    pub fn families(self) -> &'static [Part] {
        match self {
            Self::Jp => &[
                ("佐藤", "サトウ"),
                ("鈴木", "スズキ"),
                ("高橋", "タカハシ"),
                ("田中", "タナカ"),
                ("伊藤", "イトウ"),
                ("渡辺", "ワタナベ"),
                ("山本", "ヤマモト"),
                ("中村", "ナカムラ"),
                ("小林", "コバヤシ"),
                ("加藤", "カトウ"),
                ("吉田", "ヨシダ"),
                ("山田", "ヤマダ"),
                ("長谷川", "ハセガワ"),
                ("森", "モリ"),
                ("林", "ハヤシ"),
                ("阿部", "アベ"),
            ],
            Self::Cn => &[
                ("王", "Wang"),
                ("李", "Li"),
                ("张", "Zhang"),
                ("刘", "Liu"),
                ("陈", "Chen"),
                ("杨", "Yang"),
                ("赵", "Zhao"),
                ("黄", "Huang"),
                ("周", "Zhou"),
                ("吴", "Wu"),
                ("欧阳", "Ouyang"),
                ("孙", "Sun"),
            ],
            Self::Kr => &[
                ("김", "Kim"),
                ("이", "Lee"),
                ("박", "Park"),
                ("최", "Choi"),
                ("정", "Jung"),
                ("강", "Kang"),
                ("조", "Cho"),
                ("윤", "Yoon"),
                ("장", "Jang"),
                ("남궁", "Namgung"),
            ],
            Self::Vn => &[
                ("Nguyễn", "Nguyen"),
                ("Trần", "Tran"),
                ("Lê", "Le"),
                ("Phạm", "Pham"),
                ("Hoàng", "Hoang"),
                ("Vũ", "Vu"),
                ("Đặng", "Dang"),
                ("Bùi", "Bui"),
                ("Đỗ", "Do"),
                ("Hồ", "Ho"),
            ],
            Self::Us | Self::Gb | Self::Au => &[
                ("Smith", "Smith"),
                ("Jones", "Jones"),
                ("Taylor", "Taylor"),
                ("Brown", "Brown"),
                ("Garcia", "Garcia"),
                ("Wilson", "Wilson"),
                ("O'Connor", "O'Connor"),
                ("Martin", "Martin"),
                ("Clarke", "Clarke"),
                ("Walker", "Walker"),
                ("Nguyen", "Nguyen"),
                ("Young", "Young"),
            ],
            Self::De => &[
                ("Müller", "Mueller"),
                ("Schmidt", "Schmidt"),
                ("Schneider", "Schneider"),
                ("Fischer", "Fischer"),
                ("Weber", "Weber"),
                ("Yılmaz", "Yilmaz"),
                ("Wagner", "Wagner"),
                ("Groß", "Gross"),
                ("Hoffmann", "Hoffmann"),
                ("Schäfer", "Schaefer"),
            ],
            Self::Fr => &[
                ("Martin", "Martin"),
                ("Bernard", "Bernard"),
                ("Dubois", "Dubois"),
                ("Lefèvre", "Lefevre"),
                ("Moreau", "Moreau"),
                ("Garnier", "Garnier"),
                ("François", "Francois"),
                ("Benali", "Benali"),
                ("Rousseau", "Rousseau"),
                ("Gérard", "Gerard"),
            ],
        }
    }

    /// Given names.
    #[must_use]
    pub fn givens(self) -> &'static [Part] {
        match self {
            Self::Jp => &[
                ("葵", "アオイ"),
                ("陽菜", "ヒナ"),
                ("結衣", "ユイ"),
                ("さくら", "サクラ"),
                ("美咲", "ミサキ"),
                ("舞", "マイ"),
                ("蓮", "レン"),
                ("大翔", "ヒロト"),
                ("健太", "ケンタ"),
                ("一郎", "イチロウ"),
                ("翔太", "ショウタ"),
                ("恵子", "ケイコ"),
                ("修", "オサム"),
                ("ひかり", "ヒカリ"),
            ],
            Self::Cn => &[
                ("伟", "Wei"),
                ("芳", "Fang"),
                ("娜", "Na"),
                ("敏", "Min"),
                ("静", "Jing"),
                ("磊", "Lei"),
                ("军", "Jun"),
                ("洋", "Yang"),
                ("艳", "Yan"),
                ("秀英", "Xiuying"),
                ("子涵", "Zihan"),
                ("浩然", "Haoran"),
            ],
            Self::Kr => &[
                ("민준", "Minjun"),
                ("서연", "Seoyeon"),
                ("지우", "Jiwoo"),
                ("도윤", "Doyun"),
                ("하은", "Haeun"),
                ("현우", "Hyunwoo"),
                ("수빈", "Subin"),
                ("예준", "Yejun"),
                ("은지", "Eunji"),
                ("성민", "Seongmin"),
            ],
            Self::Vn => &[
                ("Thị Hoa", "Thi Hoa"),
                ("Văn Đức", "Van Duc"),
                ("Minh Anh", "Minh Anh"),
                ("Thu Hà", "Thu Ha"),
                ("Quốc Bảo", "Quoc Bao"),
                ("Ngọc Mai", "Ngoc Mai"),
                ("Hữu Phước", "Huu Phuoc"),
                ("Khánh Linh", "Khanh Linh"),
                ("Tuấn Kiệt", "Tuan Kiet"),
                ("Bích Ngọc", "Bich Ngoc"),
            ],
            Self::Us | Self::Gb | Self::Au => &[
                ("Olivia", "Olivia"),
                ("James", "James"),
                ("Amelia", "Amelia"),
                ("Noah", "Noah"),
                ("Sophie", "Sophie"),
                ("Jack", "Jack"),
                ("Zoë", "Zoe"),
                ("Maria", "Maria"),
                ("Alex", "Alex"),
                ("Samuel", "Samuel"),
                ("Grace", "Grace"),
                ("Leo", "Leo"),
            ],
            Self::De => &[
                ("Anna", "Anna"),
                ("Jürgen", "Juergen"),
                ("Lena", "Lena"),
                ("Paul", "Paul"),
                ("Emre", "Emre"),
                ("Sabine", "Sabine"),
                ("Björn", "Bjoern"),
                ("Mia", "Mia"),
                ("Finn", "Finn"),
                ("Käthe", "Kaethe"),
            ],
            Self::Fr => &[
                ("Camille", "Camille"),
                ("Louis", "Louis"),
                ("Zoé", "Zoe"),
                ("Gaëlle", "Gaelle"),
                ("Hugo", "Hugo"),
                ("Inès", "Ines"),
                ("Jules", "Jules"),
                ("Chloé", "Chloe"),
                ("Rayan", "Rayan"),
                ("Élodie", "Elodie"),
            ],
        }
    }
}

/// The area codes of the North American plan that are used, from 201 on.
const AREAS: u64 = 780;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ALL: [Country; 9] = [
        Country::Au,
        Country::Cn,
        Country::De,
        Country::Fr,
        Country::Gb,
        Country::Jp,
        Country::Kr,
        Country::Us,
        Country::Vn,
    ];

    #[test]
    fn numbers_of_a_country_differ_and_none_is_empty() {
        for country in ALL {
            let count = country.numbers().min(100_000);
            let numbers: HashSet<String> = (0..count).map(|n| country.number(n)).collect();
            assert_eq!(numbers.len() as u64, count, "{country:?}");
            let lengths: HashSet<usize> = numbers.iter().map(String::len).collect();
            assert!(lengths.iter().all(|length| (10..=13).contains(length)), "{country:?}: {lengths:?}");
        }
        assert_eq!(Country::Jp.number(42), "09000000042");
        assert_eq!(Country::Gb.number(1001), "+442079460001");
        assert_eq!(Country::Us.number(101), "+12025550101");
    }
}
