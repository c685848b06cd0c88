//! The parameters of `ListCallDetailRecords`, and the search that they describe (page, request
//! parameters).

use std::collections::HashSet;
use std::ops::Bound;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, FixedOffset, NaiveTime, Utc};
use serde_json::Value;

use super::super::super::findings;
use super::super::super::gateway::{Gateway, Parameters, Refused, asked};
use super::super::super::readings::BadValue;
use super::super::super::records::{Record, contact_type};
use super::filter::Filter;
use super::table::{self, CRITERIA, Error, SORT_ORDERS};
use crate::contract::Behavior;
use crate::dialects::alibaba::{CONTACT_TYPES, DISPOSITIONS, EARLY_MEDIA_STATES, SURVEY_CHANNELS};
use crate::vendor::{AnyRefusal, Context, checked, keep};

/// China Standard Time, in which "today" begins (B9).
pub const CHINA: FixedOffset = FixedOffset::east_opt(8 * 3600).expect("eight hours is an offset");

/// Values that are plausible times in seconds (since 2001). As milliseconds they are all in 1970.
const SECONDS: std::ops::Range<i64> = 1_000_000_000..20_000_000_000;

/// The least value that is a plausible time in microseconds (since 1973). As milliseconds it is
/// past the year 5000.
const MICROSECONDS: i64 = 100_000_000_000_000;

/// The operation's 21 parameters (page, request parameters).
pub const PARAMETERS: [&str; 21] = [
    "PageNumber",
    "PageSize",
    "StartTime",
    "EndTime",
    "ContactType",
    "ContactDisposition",
    "ContactId",
    "AgentId",
    "SkillGroupId",
    "SortOrder",
    "InstanceId",
    "OrderByField",
    "Criteria",
    "CallingNumber",
    "CalledNumber",
    "SatisfactionList",
    "SatisfactionSurveyChannel",
    "SatisfactionDescriptionList",
    "EarlyMediaStateList",
    "ContactDispositionList",
    "ContactTypeList",
];

/// The required and the typed parameters. Checking them is the gateway's last check.
#[derive(Debug, Clone, Copy)]
pub struct RecordsQuery {
    pub page_number: i64,
    pub page_size: i64,
    pub start_time: Option<i64>,
    pub end_time: Option<i64>,
}

impl RecordsQuery {
    fn check(parameters: &Parameters) -> Result<Self, AnyRefusal> {
        // A repeated parameter is refused even if this request does not use it.
        PARAMETERS.iter().try_for_each(|name| parameters.get(name).map(|_| ()))?;
        parameters.get("InstanceId")?.ok_or(Error::MissingInstanceId)?;
        let page_number = parameters.get("PageNumber")?.ok_or(Error::MissingPageNumber)?;
        let page_size = parameters.get("PageSize")?.ok_or(Error::MissingPageSize)?;
        let integer = |text: &str, wrong: Error| text.parse().map_err(|_| wrong);
        let optional = |name: &'static str, wrong: Error| {
            Ok::<_, AnyRefusal>(parameters.get(name)?.map(|text| integer(text, wrong)).transpose()?)
        };
        Ok(Self {
            page_number: integer(page_number, Error::InvalidPageNumber)?,
            page_size: integer(page_size, Error::InvalidPageSize)?,
            start_time: optional("StartTime", Error::InvalidStartTime)?,
            end_time: optional("EndTime", Error::InvalidEndTime)?,
        })
    }
}

impl<S: Sync> FromRequestParts<S> for RecordsQuery {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Gateway { parameters } = checked(request).await?;
        let query = Self::check(&parameters).map_err(|refusal| Refused::of(request, refusal))?;
        keep(request, &query);
        Ok(query)
    }
}

/// The checked search, after the call centre's own checks.
#[derive(Debug)]
pub struct Search {
    /// The page number, from 1 to 100.
    pub page_number: usize,
    /// The page size, from 1 to 100.
    pub page_size: usize,
    /// The calls to find.
    pub wanted: Wanted,
    /// A hash that identifies the list, equal for all its pages.
    pub list: u64,
    /// A hash of the conditions other than times; 0 if there are none.
    pub others: u64,
}

/// The calls that a search finds.
#[derive(Debug)]
pub enum Wanted {
    /// One call by its contact id, whatever the other parameters are (B8).
    Contact(String),
    /// The calls in a range of time.
    Calls {
        /// The range of start times.
        times: Times,
        /// The other conditions.
        filter: Box<Filter>,
        /// The field that the list is sorted by.
        order: OrderBy,
        /// Whether the list is in descending order.
        descending: bool,
    },
}

/// A range of times.
pub type Times = (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>);

/// The field that a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OrderBy {
    #[default]
    StartTime,
    CallDuration,
    RingTime,
    TalkTime,
    DialingTime,
    IvrTime,
    QueueTime,
}

const ORDER_BY_FIELDS: [&str; 7] =
    ["callDuration", "ringTime", "talkTime", "dialingTime", "startTime", "ivrTime", "queueTime"];

/// The values of a parameter, or of the items of its list, if they are enumerated.
pub fn options(parameter: &str) -> Option<&'static [&'static str]> {
    match parameter {
        "ContactType" | "ContactTypeList" => Some(&CONTACT_TYPES),
        "ContactDisposition" | "ContactDispositionList" => Some(&DISPOSITIONS),
        "EarlyMediaStateList" => Some(&EARLY_MEDIA_STATES),
        "SatisfactionSurveyChannel" => Some(&SURVEY_CHANNELS),
        "SortOrder" => Some(&SORT_ORDERS),
        "OrderByField" => Some(&ORDER_BY_FIELDS),
        _ => None,
    }
}

impl<S: Sync> FromRequestParts<S> for Search {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let query: RecordsQuery = checked(request).await?;
        let Gateway { parameters } = checked(request).await?;
        let list = asked(request, &["PageNumber", "PageSize"]);
        let context = Context::of(request);
        let mut search = Self::check(query, &parameters, context, list)
            .map_err(|refusal| Refused::of(request, as_read(refusal, context.world.reading())))?;
        if let Wanted::Calls { filter, .. } = &search.wanted
            && !filter.is_open()
        {
            search.others = asked(request, &["PageNumber", "PageSize", "StartTime", "EndTime"]);
        }
        Ok(search)
    }
}

/// Replaces a refusal of a value out of its range or enumeration by the page's only code for a bad
/// value, if the reading says so.
fn as_read(refusal: AnyRefusal, reading: BadValue) -> AnyRefusal {
    match (refusal.get(), reading) {
        (Some(Error::Minimum(name, _) | Error::Maximum(name, _)), BadValue::Documented) => {
            Error::ParameterFormat(name, "It is out of range.").into()
        }
        (Some(Error::Enumeration(name, _)), BadValue::Documented) => {
            Error::ParameterFormat(name, "It is not one of the values there are.").into()
        }
        _ => refusal,
    }
}

impl Search {
    fn check(
        query: RecordsQuery,
        parameters: &Parameters,
        context: &Context,
        list: u64,
    ) -> Result<Self, AnyRefusal> {
        let page_number = in_range("PageNumber", query.page_number)?;
        let page_size = in_range("PageSize", query.page_size)?;
        let noted = Noted { parameters, context };
        if let Some(id) = noted.text("ContactId", &table::FILTER_CONTACT_ID)? {
            return Ok(Self { page_number, page_size, wanted: Wanted::Contact(id), list, others: 0 });
        }
        let filter = noted.filter()?;
        let (order, descending) = noted.order()?;
        let times = noted.times(query)?;
        Ok(Self {
            page_number,
            page_size,
            wanted: Wanted::Calls { times, filter: Box::new(filter), order, descending },
            list,
            others: 0,
        })
    }
}

/// Checks a page parameter, from 1 to 100 (page; B4).
fn in_range(name: &'static str, value: i64) -> Result<usize, Error> {
    match usize::try_from(value) {
        Ok(value @ 1..=100) => Ok(value),
        Ok(101..) => Err(Error::Maximum(name, 100)),
        Ok(0) | Err(_) => Err(Error::Minimum(name, 1)),
    }
}

/// The parameters, with notes about their use.
struct Noted<'a> {
    parameters: &'a Parameters,
    context: &'a Context,
}

impl Noted<'_> {
    fn note(&self, behavior: &'static Behavior) {
        self.context.notes.behavior(behavior);
    }

    fn text(&self, name: &'static str, behavior: &'static Behavior) -> Result<Option<String>, AnyRefusal> {
        let value = self.parameters.get(name)?.map(str::to_owned);
        if value.is_some() {
            self.note(behavior);
        }
        Ok(value)
    }

    fn one_of(
        &self,
        name: &'static str,
        options: &[&'static str],
        behavior: &'static Behavior,
    ) -> Result<Option<&'static str>, AnyRefusal> {
        let Some(text) = self.text(name, behavior)? else { return Ok(None) };
        option(name, &text, options).map(Some)
    }

    /// A list of texts: a JSON array of strings or numbers, or values separated by commas (B6).
    fn list(
        &self,
        name: &'static str,
        behavior: &'static Behavior,
    ) -> Result<Option<Vec<String>>, AnyRefusal> {
        const REASON: &str = "It must be a JSON array of strings, or values separated by commas.";
        let Some(text) = self.text(name, behavior)? else { return Ok(None) };
        let wrong = || AnyRefusal::from(Error::ParameterFormat(name, REASON));
        if text.trim_start().starts_with(['[', '{', '"']) {
            let Ok(Value::Array(items)) = serde_json::from_str(&text) else { return Err(wrong()) };
            let texts = items.into_iter().map(|item| match item {
                Value::String(text) => Ok(text),
                Value::Number(number) => Ok(number.to_string()),
                _ => Err(wrong()),
            });
            let texts = texts.collect::<Result<Vec<_>, AnyRefusal>>()?;
            // An empty list is no filter, just as an empty text is none.
            return Ok((!texts.is_empty()).then_some(texts));
        }
        self.note(&table::COMMA_LIST);
        let items: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
        if items.iter().any(String::is_empty) { Err(wrong()) } else { Ok(Some(items)) }
    }

    fn list_of(
        &self,
        name: &'static str,
        options: &[&'static str],
        behavior: &'static Behavior,
    ) -> Result<Option<HashSet<&'static str>>, AnyRefusal> {
        let Some(items) = self.list(name, behavior)? else { return Ok(None) };
        items.iter().map(|item| option(name, item, options)).collect::<Result<_, _>>().map(Some)
    }

    fn filter(&self) -> Result<Filter, AnyRefusal> {
        let (types, endings) = (&CONTACT_TYPES, &DISPOSITIONS);
        let one_type = self.one_of("ContactType", types, &table::FILTER_CONTACT_TYPE)?;
        let any_type = self.list_of("ContactTypeList", types, &table::FILTER_CONTACT_TYPE_LIST)?;
        let one_ending = self.one_of("ContactDisposition", endings, &table::FILTER_CONTACT_DISPOSITION)?;
        let any_ending =
            self.list_of("ContactDispositionList", endings, &table::FILTER_CONTACT_DISPOSITION_LIST)?;
        let both = |one: Option<&'static str>, any| {
            one.map(|one| HashSet::from([one])).into_iter().chain(any).collect()
        };
        Ok(Filter {
            contact_types: both(one_type, any_type),
            dispositions: both(one_ending, any_ending),
            early_media_states: self.list_of(
                "EarlyMediaStateList",
                &EARLY_MEDIA_STATES,
                &table::FILTER_EARLY_MEDIA_STATE_LIST,
            )?,
            agent_id: self.text("AgentId", &table::FILTER_AGENT_ID)?,
            skill_group_id: self.text("SkillGroupId", &table::FILTER_SKILL_GROUP_ID)?,
            number: self.criteria()?,
            calling_number: self.text("CallingNumber", &table::FILTER_CALLING_NUMBER)?,
            called_number: self.text("CalledNumber", &table::FILTER_CALLED_NUMBER)?,
            scores: self.scores()?,
            survey_channel: self.one_of(
                "SatisfactionSurveyChannel",
                &SURVEY_CHANNELS,
                &table::FILTER_SATISFACTION_SURVEY_CHANNEL,
            )?,
            descriptions: self
                .list("SatisfactionDescriptionList", &table::FILTER_SATISFACTION_DESCRIPTION_LIST)?
                .map(|items| items.into_iter().collect()),
        })
    }

    /// The number in `Criteria`, which is exactly `{"phoneNumber": "…"}` (page, Criteria).
    fn criteria(&self) -> Result<Option<String>, AnyRefusal> {
        let Some(text) = self.text("Criteria", &table::FILTER_CRITERIA)? else { return Ok(None) };
        let wrong = AnyRefusal::from(Error::ParameterFormat("Criteria", CRITERIA));
        let Ok(Value::Object(mut fields)) = serde_json::from_str(&text) else { return Err(wrong) };
        match (fields.remove("phoneNumber"), fields.is_empty()) {
            (Some(Value::String(number)), true) => Ok(Some(number)),
            _ => Err(wrong),
        }
    }

    fn scores(&self) -> Result<Option<HashSet<i64>>, AnyRefusal> {
        const NAME: &str = "SatisfactionList";
        let Some(items) = self.list(NAME, &table::FILTER_SATISFACTION_LIST)? else { return Ok(None) };
        let wrong = || Error::ParameterFormat(NAME, "It must be a list of whole numbers.").into();
        items.iter().map(|item| item.parse().map_err(|_| wrong())).collect::<Result<_, _>>().map(Some)
    }

    fn order(&self) -> Result<(OrderBy, bool), AnyRefusal> {
        let field = match self.parameters.get("OrderByField")? {
            None => OrderBy::default(),
            Some(text) => OrderBy::read(text).ok_or_else(|| not_in("OrderByField", &ORDER_BY_FIELDS))?,
        };
        let descending = match self.parameters.get("SortOrder")? {
            None | Some("DESC") => true,
            Some("ASC") => false,
            Some(_) => return Err(not_in("SortOrder", &SORT_ORDERS).into()),
        };
        self.note(field.behavior());
        self.note(if descending { &table::DESCENDING } else { &table::ASCENDING });
        Ok((field, descending))
    }

    /// The range of start times, both ends included. The default is from the start of today in
    /// China until now (B9).
    fn times(&self, query: RecordsQuery) -> Result<Times, AnyRefusal> {
        let now = self.context.world.now();
        let start = if let Some(start) = query.start_time {
            self.note(&table::FILTER_START_TIME);
            moment(start)
        } else {
            self.note(&table::DEFAULT_START_TIME);
            self.context.notes.finding(&findings::DEFAULT_RANGE);
            let today = now.with_timezone(&CHINA).date_naive().and_time(NaiveTime::MIN);
            (today - CHINA).and_utc()
        };
        let end = if let Some(end) = query.end_time {
            self.note(&table::FILTER_END_TIME);
            moment(end)
        } else {
            self.note(&table::DEFAULT_END_TIME);
            now
        };
        for (name, given) in [("StartTime", query.start_time), ("EndTime", query.end_time)] {
            if given.is_some_and(|given| SECONDS.contains(&given) || given > MICROSECONDS) {
                self.context.notes.finding_of(&findings::TIME_UNIT, || format!("`{name}`"));
            }
        }
        // A range that is reversed only because of a default is not the client's mistake, so it is
        // empty.
        if start > end && query.start_time.is_some() && query.end_time.is_some() {
            return Err(Error::ReversedRange.into());
        }
        // A record's time has whole milliseconds, so the range must include all of the last one.
        let past_end = end.checked_add_signed(chrono::TimeDelta::milliseconds(1));
        Ok((Bound::Included(start), past_end.map_or(Bound::Unbounded, Bound::Excluded)))
    }
}

impl OrderBy {
    /// The sort key of a record.
    pub fn key(self, record: &Record<'_>) -> i64 {
        let seconds = match self {
            OrderBy::StartTime => return record.start_time(),
            OrderBy::CallDuration => record.call_duration(),
            OrderBy::RingTime => record.ring_time(),
            OrderBy::TalkTime => record.talk_time(),
            OrderBy::DialingTime => record.dialing_time(),
            OrderBy::IvrTime => record.ivr_time(),
            OrderBy::QueueTime => record.queue_time(),
        };
        i64::try_from(seconds).unwrap_or(i64::MAX)
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "startTime" => Some(OrderBy::StartTime),
            "callDuration" => Some(OrderBy::CallDuration),
            "ringTime" => Some(OrderBy::RingTime),
            "talkTime" => Some(OrderBy::TalkTime),
            "dialingTime" => Some(OrderBy::DialingTime),
            "ivrTime" => Some(OrderBy::IvrTime),
            "queueTime" => Some(OrderBy::QueueTime),
            _ => None,
        }
    }

    fn behavior(self) -> &'static Behavior {
        match self {
            OrderBy::StartTime => &table::SORT_START_TIME,
            OrderBy::CallDuration => &table::SORT_CALL_DURATION,
            OrderBy::RingTime => &table::SORT_RING_TIME,
            OrderBy::TalkTime => &table::SORT_TALK_TIME,
            OrderBy::DialingTime => &table::SORT_DIALING_TIME,
            OrderBy::IvrTime => &table::SORT_IVR_TIME,
            OrderBy::QueueTime => &table::SORT_QUEUE_TIME,
        }
    }
}

fn option(name: &'static str, text: &str, options: &[&'static str]) -> Result<&'static str, AnyRefusal> {
    // Contact types have two spellings. No other enumeration contains a contact type.
    let as_the_page = contact_type(text).unwrap_or(text);
    let found = options.iter().copied().find(|option| *option == as_the_page);
    found.ok_or_else(|| not_in(name, options).into())
}

fn not_in(name: &'static str, options: &[&'static str]) -> Error {
    Error::Enumeration(name, options.join(", "))
}

/// A time from milliseconds since 1970. A value outside the calendar becomes its first or last
/// time.
fn moment(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(if millis < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}
