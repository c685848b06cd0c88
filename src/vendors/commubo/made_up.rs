//! What commubo shows of generated calls and made-up customers beyond the neutral records. It is
//! computed when it is shown, so that a million calls stay small.

use crate::dialects::commubo::ShownCustomer;
use crate::universe::{Call, CallOutcome, Customer, Ordinal};
use crate::world::View;

/// The points that a conversation reached (page L184-188).
const CHECK_POINTS: [&str; 6] = ["本人確認", "用件確認", "予約受付", "担当者転送", "折り返し受付", "終話"];

/// An organization: name, reading, short name and its reading.
type Organization = [&'static str; 4];

const ORGANIZATIONS: [Organization; 8] = [
    [
        "エーアイ化粧品株式会社",
        "エーアイケショウヒンカブシキガイシャ",
        "エーアイ化粧品",
        "エーアイケショウヒン",
    ],
    ["株式会社みどり商店", "カブシキガイシャミドリショウテン", "みどり商店", "ミドリショウテン"],
    ["さくら運輸株式会社", "サクラウンユカブシキガイシャ", "さくら運輸", "サクラウンユ"],
    ["北町クリニック", "キタマチクリニック", "北町クリニック", "キタマチクリニック"],
    ["合同会社カレント", "ゴウドウガイシャカレント", "カレント", "カレント"],
    ["株式会社海野製作所", "カブシキガイシャウンノセイサクショ", "海野製作所", "ウンノセイサクショ"],
    ["ひまわり保険サービス", "ヒマワリホケンサービス", "ひまわり保険", "ヒマワリホケン"],
    ["NPO法人あおぞら", "エヌピーオーホウジンアオゾラ", "あおぞら", "アオゾラ"],
];

const DEPARTMENTS: [Organization; 5] = [
    ["経営企画部", "ケイエイキカクブ", "経企", "ケイキ"],
    ["総務部", "ソウムブ", "総務", "ソウム"],
    ["営業部", "エイギョウブ", "営業", "エイギョウ"],
    ["情報システム部", "ジョウホウシステムブ", "情シス", "ジョウシス"],
    ["購買課", "コウバイカ", "購買", "コウバイ"],
];

const MIDDLE: [(&str, &str); 3] = [("スミス", "スミス"), ("マリア", "マリア"), ("リー", "リー")];

const REGISTERED: [&str; 4] = [
    "2017-10-02T09:12:45+09:00",
    "2018-02-14T15:30:00+09:00",
    "2018-05-28T11:05:10+09:00",
    "2018-08-01T18:44:59+09:00",
];

const CHANGED: [&str; 3] =
    ["2018-08-20T10:00:00+09:00", "2018-08-31T23:59:59+09:00", "2018-09-01T13:01:23+09:00"];

const NOTES: [&str; 3] = ["折り返し希望", "午前中のみ連絡可", "契約更新時期: 3月"];

/// The point that a generated call's conversation reached. Most conversations have one.
pub fn check_point(view: &View, ordinal: Ordinal, call: &Call) -> Option<&'static str> {
    let bits = view.made_up(ordinal).filter(|_| call.outcome == CallOutcome::Answered)?;
    (bits % 10 < 7).then(|| pick(&CHECK_POINTS, bits >> 8))
}

/// Whether a generated call is a user call: the second part of a transfer.
pub fn is_user_call(view: &View, ordinal: Ordinal, call: &Call) -> bool {
    call.parent.is_some() && view.made_up(ordinal).is_some()
}

/// Completes the details of a made-up customer: the members that the neutral customer lacks.
pub fn complete(shown: &mut ShownCustomer<'_>, customer: &Customer, place: usize) {
    if !customer.made_up {
        return;
    }
    // Neighbours should differ in more than one member.
    let bits = (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16;
    let reading = customer.name.as_ref().and_then(|name| name.reading);
    if let Some(reading) = reading.filter(|reading| is_katakana(reading.family)) {
        shown.family_name_kana = Some(reading.family);
        shown.personal_name_kana = Some(reading.given);
    }
    if bits.is_multiple_of(8) {
        let (name, kana) = pick(&MIDDLE, bits >> 3);
        (shown.middle_name, shown.middle_name_kana) = (Some(name), Some(kana));
    }
    let [name, kana, short, short_kana] = pick(&ORGANIZATIONS, bits >> 5);
    (shown.org_name, shown.org_name_kana) = (Some(name), Some(kana));
    (shown.org_short_name, shown.org_short_name_kana) = (Some(short), Some(short_kana));
    let [name, kana, short, short_kana] = pick(&DEPARTMENTS, bits >> 9);
    (shown.dept_name, shown.dept_name_kana) = (Some(name), Some(kana));
    (shown.dept_short_name, shown.dept_short_name_kana) = (Some(short), Some(short_kana));
    shown.created_date_time = Some(pick(&REGISTERED, bits >> 12));
    shown.updated_date_time = Some(pick(&CHANGED, bits >> 14));
    shown.note = (bits >> 16).is_multiple_of(4).then(|| pick(&NOTES, bits >> 18));
}

fn is_katakana(text: &str) -> bool {
    text.chars().all(|c| ('\u{30a0}'..='\u{30ff}').contains(&c))
}

fn pick<T: Copy>(all: &[T], bits: u64) -> T {
    let count = all.len() as u64;
    all[usize::try_from(bits % count).unwrap_or(0)]
}
