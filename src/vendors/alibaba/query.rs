//! What is asked for: parameters from query and form body, the envelope they name, and the search
//! of one operation.

use std::collections::HashSet;
use std::ops::Bound;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use chrono::{DateTime, FixedOffset, NaiveTime, Utc};
use serde_json::Value;

use super::auth::Caller;
use super::contract as behaviors;
use super::error::{Error, Integer, Refused, Required};
use crate::contract::{Behavior, Operation};
use crate::dialects::alibaba::{
    CONTACT_TYPES, CONTACT_TYPES_UPPER, DISPOSITIONS, EARLY_MEDIA_STATES, InstanceState, SURVEY_CHANNELS,
};
use crate::exchange::Context;
use crate::nearest::did_you_mean;
use crate::urlencoded;
use crate::world::Walks;

/// The only version of this product.
pub const VERSION: &str = "2020-07-01";

/// China's time, all year: where "today" begins (B9).
const CHINA: FixedOffset = FixedOffset::east_opt(8 * 3600).expect("eight hours is an offset");

/// Times that are a day since 2001 in seconds; in milliseconds they are all in early 1970.
const SECONDS: std::ops::Range<i64> = 1_000_000_000..20_000_000_000;

/// Times that are a day since 1973 in microseconds; in milliseconds they are past the year 5000.
const MICROSECONDS: i64 = 100_000_000_000_000;

/// What the gateway reads besides the operation's own parameters; SDKs add `RegionId` and an empty
/// `SignatureType`.
pub const GATEWAYS: [&str; 12] = [
    "Action",
    "Version",
    "Format",
    "AccessKeyId",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "SignatureNonce",
    "SignatureType",
    "Timestamp",
    "SecurityToken",
    "RegionId",
];

/// The operation's 21 parameters (page, request parameters).
pub const OPERATIONS_OWN: [&str; 21] = [
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

/// The decoded parameters of a request, wherever they stood.
#[derive(Debug, Default)]
pub struct Parameters {
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

impl Parameters {
    /// Decodes a request's query and form body.
    pub fn of(request: &Parts) -> Result<Self, Error> {
        let read = |text: &str| urlencoded::pairs(text).map_err(|_| Error::MalformedEncoding);
        let query = read(request.uri.query().unwrap_or_default())?;
        let form = if is_form(&request.headers) {
            let body =
                std::str::from_utf8(&Context::of(request).body).map_err(|_| Error::MalformedEncoding)?;
            read(body)?
        } else {
            vec![]
        };
        Ok(Self { query, form })
    }

    /// The query's pairs.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// Every pair, the query's first.
    pub fn all(&self) -> impl Iterator<Item = &(String, String)> + Clone {
        self.query.iter().chain(&self.form)
    }

    /// Whether there is a parameter of that name, blank or not.
    pub fn has(&self, name: &str) -> bool {
        self.all().any(|(n, _)| n == name)
    }

    /// Whether a request is in the newer style, with its signature in headers. SDKs of the older
    /// style echo `x-acs-action` and `x-acs-version` as headers, so those tell nothing (1.1).
    pub fn is_acs3(&self, headers: &HeaderMap) -> bool {
        let rpc = ["AccessKeyId", "Signature", "SignatureNonce", "SignatureMethod", "Timestamp"];
        headers.contains_key(header::AUTHORIZATION) || !rpc.iter().any(|name| self.has(name))
    }

    /// A parameter's value; an empty one counts as missing (3.1).
    pub fn get(&self, name: &'static str) -> Result<Option<&str>, Error> {
        let mut values = self.all().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
            (_, Some(_)) => Err(Error::Repeated(name)),
        }
    }

    fn required(&self, name: Required) -> Result<&str, Error> {
        self.get(name.name())?.ok_or(Error::Missing(name))
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// How the answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Json,
    Xml,
}

/// The first checks of the gateway: the encoding, `Format`, `Action`, `Version` (B1).
#[derive(Debug, Clone)]
pub struct Api {
    /// The parameters, for the checks that follow.
    pub parameters: Arc<Parameters>,
}

impl Api {
    /// The operation that a request names, as far as can be told before any check.
    pub fn asked_for(request: &Parts) -> Option<&'static Operation> {
        Self::operation(request, &Parameters::of(request).ok()?).ok()
    }

    fn operation(request: &Parts, parameters: &Parameters) -> Result<&'static Operation, Error> {
        match named(parameters, request, "Action", "x-acs-action")?.as_deref() {
            Some("ListCallDetailRecords") => Ok(&behaviors::LIST_CALL_DETAIL_RECORDS),
            Some(action) => {
                let mut known = behaviors::NOT_EMULATED_OPERATIONS.iter();
                let known = known.find(|operation| operation.is("Action", action));
                Err(known.map_or(Error::InvalidAction, |operation| Error::NotEmulated(operation.path)))
            }
            None => Err(Error::InvalidAction),
        }
    }

    fn check(request: &Parts, parameters: &Parameters) -> Result<(), Error> {
        format(parameters)?;
        Self::operation(request, parameters)?;
        match named(parameters, request, "Version", "x-acs-version")?.as_deref() {
            None => Err(Error::Missing(Required::Version)),
            Some(VERSION) => Ok(()),
            Some(_) => Err(Error::InvalidVersion),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Api {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let notes = Context::of(request).notes.clone();
        let parameters = Parameters::of(request).map_err(|error| Refused::of(request, error))?;
        if format(&parameters) == Ok(Format::Xml) {
            notes.behavior(&behaviors::FORMAT_XML);
        }
        if !parameters.form.is_empty() {
            notes.behavior(&behaviors::FORM_BODY);
        }
        Self::check(request, &parameters).map_err(|error| {
            if let Error::NotEmulated(action) = error {
                notes.finding_of(&behaviors::NOT_EMULATED_SENT, || format!("`Action={action}`"));
            }
            Refused::of(request, error)
        })?;
        let known = || GATEWAYS.iter().chain(&OPERATIONS_OWN).copied();
        for (name, _) in parameters.all().filter(|(name, _)| !known().any(|known| known == name)) {
            notes.finding_of(&behaviors::UNKNOWN_PARAMETER, || {
                let near = did_you_mean(name, known());
                format!("`{name}`{near}")
            });
        }
        if !parameters.is_acs3(&request.headers) && parameters.get("Format") == Ok(None) {
            notes.finding(&behaviors::FORMAT_LEFT_OUT);
        }
        let api = Self { parameters: Arc::new(parameters) };
        request.extensions.insert(api.clone());
        Ok(api)
    }
}

/// `Action` or `Version`: a parameter, or in the newer style the header that SDKs send instead.
fn named(
    parameters: &Parameters,
    request: &Parts,
    parameter: &'static str,
    header: &str,
) -> Result<Option<String>, Error> {
    if let Some(value) = parameters.get(parameter)? {
        return Ok(Some(value.to_owned()));
    }
    if !parameters.is_acs3(&request.headers) {
        return Ok(None);
    }
    let value = request.headers.get(header).and_then(|value| value.to_str().ok());
    Ok(value.filter(|value| !value.is_empty()).map(str::to_owned))
}

/// `Format` in any case (2.5).
pub fn format(parameters: &Parameters) -> Result<Format, Error> {
    match parameters.get("Format")? {
        None => Ok(Format::Json),
        Some(format) if format.eq_ignore_ascii_case("json") => Ok(Format::Json),
        Some(format) if format.eq_ignore_ascii_case("xml") => Ok(Format::Xml),
        Some(_) => Err(Error::InvalidFormat),
    }
}

/// The parameters that must be there, and the types of those that have one: the gateway's last
/// checks.
#[derive(Debug, Clone)]
pub struct RecordsQuery {
    pub instance_id: String,
    pub page_number: i64,
    pub page_size: i64,
    pub start_time: Option<i64>,
    pub end_time: Option<i64>,
}

impl RecordsQuery {
    fn check(parameters: &Parameters) -> Result<Self, Error> {
        // Each of the operation's own is there once at most, whether this call looks at it or not.
        OPERATIONS_OWN.iter().try_for_each(|name| parameters.get(name).map(|_| ()))?;
        let instance_id = parameters.required(Required::InstanceId)?.to_owned();
        let page_number = parameters.required(Required::PageNumber)?;
        let page_size = parameters.required(Required::PageSize)?;
        let integer = |name: Integer, text: &str| text.parse().map_err(|_| Error::Invalid(name));
        let optional =
            |name: Integer| parameters.get(name.name())?.map(|text| integer(name, text)).transpose();
        Ok(Self {
            instance_id,
            page_number: integer(Integer::PageNumber, page_number)?,
            page_size: integer(Integer::PageSize, page_size)?,
            start_time: optional(Integer::StartTime)?,
            end_time: optional(Integer::EndTime)?,
        })
    }
}

impl<S: Sync> FromRequestParts<S> for RecordsQuery {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let query =
            Self::check(&done::<Api>(request).parameters).map_err(|error| Refused::of(request, error))?;
        request.extensions.insert(query.clone());
        Ok(query)
    }
}

/// The instance asked for, which the key's account has and which answers (B7).
#[derive(Debug)]
pub struct Instance {
    /// Its id.
    pub id: String,
}

impl<S: Sync> FromRequestParts<S> for Instance {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Caller { instances, .. } = done(request);
        let RecordsQuery { instance_id: id, .. } = done(request);
        let instance = instances.iter().find(|instance| instance.id == id);
        let refused = match instance.map(|instance| instance.state) {
            Some(InstanceState::Running) => return Ok(Self { id }),
            None => Error::InstanceNotFound(id),
            Some(InstanceState::Stopped) => Error::InstanceCeased(id),
            Some(InstanceState::Creating) => Error::InstanceCreating(id),
            Some(InstanceState::Disabled) => Error::InstanceDisabled(id),
        };
        Err(Refused::of(request, refused))
    }
}

/// What a request asks for: its parameters, but for those that say who asks and prove it, and some
/// others.
pub fn asked(request: &Parts, body: &[u8], but: &[&str]) -> u64 {
    let proof = ["AccessKeyId", "SecurityToken", "Timestamp"];
    let form = if is_form(&request.headers) { String::from_utf8_lossy(body) } else { "".into() };
    let query = urlencoded::lossy(request.uri.query().unwrap_or_default());
    let mut pairs: Vec<(String, String)> = query.chain(urlencoded::lossy(&form)).collect();
    pairs.retain(|(name, _)| {
        !name.starts_with("Signature") && !proof.contains(&name.as_str()) && !but.contains(&name.as_str())
    });
    pairs.sort();
    Walks::hash(pairs)
}

/// What an earlier check of the same request left behind.
///
/// # Panics
/// Where the handler does not have that check among the arguments before.
pub fn done<T: Clone + Send + Sync + 'static>(request: &Parts) -> T {
    request.extensions.get::<T>().expect("the check stands before in the handler's arguments").clone()
}

/// A page of a search: the call centre's own checks are behind it.
#[derive(Debug)]
pub struct Search {
    /// From 1 to 100.
    pub page_number: usize,
    /// From 1 to 100.
    pub page_size: usize,
    /// What to look for.
    pub wanted: Wanted,
    /// The list that this is a page of.
    pub list: u64,
}

/// What to look for.
#[derive(Debug)]
pub enum Wanted {
    /// One call, whatever else was asked (B8).
    Contact(String),
    /// Calls of a range of time.
    Calls {
        /// When they began.
        times: Times,
        /// What else they are.
        filter: Box<Filter>,
        /// What they are ordered by.
        order: OrderBy,
        /// Whether the greatest comes first.
        descending: bool,
    },
}

/// A range of moments.
type Times = (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>);

/// The filters; what is not set lets everything through.
#[derive(Debug, Default)]
pub struct Filter {
    /// `ContactType` and `ContactTypeList`, as the page spells them; a call must be in each list.
    pub contact_types: Vec<HashSet<&'static str>>,
    pub dispositions: Vec<HashSet<&'static str>>,
    pub early_media_states: Option<HashSet<&'static str>>,
    pub agent_id: Option<String>,
    pub skill_group_id: Option<String>,
    /// A part of either number.
    pub number: Option<String>,
    pub calling_number: Option<String>,
    pub called_number: Option<String>,
    pub scores: Option<HashSet<i64>>,
    pub survey_channel: Option<&'static str>,
    pub descriptions: Option<HashSet<String>>,
}

/// What a list is ordered by.
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

const SORT_ORDERS: [&str; 2] = ["ASC", "DESC"];
const ORDER_BY_FIELDS: [&str; 7] =
    ["callDuration", "ringTime", "talkTime", "dialingTime", "startTime", "ivrTime", "queueTime"];

/// The values that a parameter may have, or the items of its list, where it has a vocabulary.
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

/// A contact type as the page spells it, from either spelling.
pub fn contact_type(text: &str) -> Option<&'static str> {
    let upper = CONTACT_TYPES_UPPER.iter().position(|upper| *upper == text);
    CONTACT_TYPES.iter().position(|page| *page == text).or(upper).map(|n| CONTACT_TYPES[n])
}

impl<S: Sync> FromRequestParts<S> for Search {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let (query, api) = (done::<RecordsQuery>(request), done::<Api>(request));
        let list = asked(request, &Context::of(request).body, &["PageNumber", "PageSize"]);
        Self::check(&query, &api.parameters, Context::of(request), list)
            .map_err(|error| Refused::of(request, error))
    }
}

impl Search {
    fn check(
        query: &RecordsQuery,
        parameters: &Parameters,
        context: &Context,
        list: u64,
    ) -> Result<Self, Error> {
        let page_number = in_range("PageNumber", query.page_number)?;
        let page_size = in_range("PageSize", query.page_size)?;
        let noted = Noted { parameters, context };
        if let Some(id) = noted.text("ContactId", &behaviors::FILTER_CONTACT_ID)? {
            return Ok(Self { page_number, page_size, wanted: Wanted::Contact(id), list });
        }
        let filter = noted.filter()?;
        let (order, descending) = noted.order()?;
        let times = noted.times(query)?;
        Ok(Self {
            page_number,
            page_size,
            wanted: Wanted::Calls { times, filter: Box::new(filter), order, descending },
            list,
        })
    }
}

/// Both page parameters are 1 to 100 (page; B4).
fn in_range(name: &'static str, value: i64) -> Result<usize, Error> {
    match usize::try_from(value) {
        Ok(value @ 1..=100) => Ok(value),
        Ok(101..) => Err(Error::Maximum(name, 100)),
        Ok(0) | Err(_) => Err(Error::Minimum(name, 1)),
    }
}

/// Parameters whose use is noted.
struct Noted<'a> {
    parameters: &'a Parameters,
    context: &'a Context,
}

impl Noted<'_> {
    fn note(&self, behavior: &'static Behavior) {
        self.context.notes.behavior(behavior);
    }

    fn text(&self, name: &'static str, behavior: &'static Behavior) -> Result<Option<String>, Error> {
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
    ) -> Result<Option<&'static str>, Error> {
        let Some(text) = self.text(name, behavior)? else { return Ok(None) };
        option(name, &text, options).map(Some)
    }

    /// A list of texts: a JSON array of strings or numbers, or commas (B6).
    fn list(&self, name: &'static str, behavior: &'static Behavior) -> Result<Option<Vec<String>>, Error> {
        const REASON: &str = "It must be a JSON array of strings, or values separated by commas.";
        let Some(text) = self.text(name, behavior)? else { return Ok(None) };
        let wrong = || Error::ParameterFormat(name, REASON);
        if text.trim_start().starts_with(['[', '{', '"']) {
            let Ok(Value::Array(items)) = serde_json::from_str(&text) else { return Err(wrong()) };
            let texts = items.into_iter().map(|item| match item {
                Value::String(text) => Ok(text),
                Value::Number(number) => Ok(number.to_string()),
                _ => Err(wrong()),
            });
            let texts = texts.collect::<Result<Vec<_>, _>>()?;
            // An empty list filters nothing, as an empty text does.
            return Ok((!texts.is_empty()).then_some(texts));
        }
        self.note(&behaviors::COMMA_LIST);
        let items: Vec<String> = text.split(',').map(|item| item.trim().to_owned()).collect();
        if items.iter().any(String::is_empty) { Err(wrong()) } else { Ok(Some(items)) }
    }

    fn list_of(
        &self,
        name: &'static str,
        options: &[&'static str],
        behavior: &'static Behavior,
    ) -> Result<Option<HashSet<&'static str>>, Error> {
        let Some(items) = self.list(name, behavior)? else { return Ok(None) };
        items.iter().map(|item| option(name, item, options)).collect::<Result<_, _>>().map(Some)
    }

    fn filter(&self) -> Result<Filter, Error> {
        let (types, endings) = (&CONTACT_TYPES, &DISPOSITIONS);
        let one_type = self.one_of("ContactType", types, &behaviors::FILTER_CONTACT_TYPE)?;
        let any_type = self.list_of("ContactTypeList", types, &behaviors::FILTER_CONTACT_TYPE_LIST)?;
        let one_ending =
            self.one_of("ContactDisposition", endings, &behaviors::FILTER_CONTACT_DISPOSITION)?;
        let any_ending =
            self.list_of("ContactDispositionList", endings, &behaviors::FILTER_CONTACT_DISPOSITION_LIST)?;
        let both = |one: Option<&'static str>, any| {
            one.map(|one| HashSet::from([one])).into_iter().chain(any).collect()
        };
        Ok(Filter {
            contact_types: both(one_type, any_type),
            dispositions: both(one_ending, any_ending),
            early_media_states: self.list_of(
                "EarlyMediaStateList",
                &EARLY_MEDIA_STATES,
                &behaviors::FILTER_EARLY_MEDIA_STATE_LIST,
            )?,
            agent_id: self.text("AgentId", &behaviors::FILTER_AGENT_ID)?,
            skill_group_id: self.text("SkillGroupId", &behaviors::FILTER_SKILL_GROUP_ID)?,
            number: self.criteria()?,
            calling_number: self.text("CallingNumber", &behaviors::FILTER_CALLING_NUMBER)?,
            called_number: self.text("CalledNumber", &behaviors::FILTER_CALLED_NUMBER)?,
            scores: self.scores()?,
            survey_channel: self.one_of(
                "SatisfactionSurveyChannel",
                &SURVEY_CHANNELS,
                &behaviors::FILTER_SATISFACTION_SURVEY_CHANNEL,
            )?,
            descriptions: self
                .list("SatisfactionDescriptionList", &behaviors::FILTER_SATISFACTION_DESCRIPTION_LIST)?
                .map(|items| items.into_iter().collect()),
        })
    }

    /// `{"phoneNumber": "…"}` and nothing else (page, Criteria).
    fn criteria(&self) -> Result<Option<String>, Error> {
        const REASON: &str = "It must be a JSON object whose only field is phoneNumber.";
        let Some(text) = self.text("Criteria", &behaviors::FILTER_CRITERIA)? else { return Ok(None) };
        let wrong = Error::ParameterFormat("Criteria", REASON);
        let Ok(Value::Object(mut fields)) = serde_json::from_str(&text) else { return Err(wrong) };
        match (fields.remove("phoneNumber"), fields.is_empty()) {
            (Some(Value::String(number)), true) => Ok(Some(number)),
            _ => Err(wrong),
        }
    }

    fn scores(&self) -> Result<Option<HashSet<i64>>, Error> {
        const NAME: &str = "SatisfactionList";
        let Some(items) = self.list(NAME, &behaviors::FILTER_SATISFACTION_LIST)? else { return Ok(None) };
        let wrong = || Error::ParameterFormat(NAME, "It must be a list of whole numbers.");
        items.iter().map(|item| item.parse().map_err(|_| wrong())).collect::<Result<_, _>>().map(Some)
    }

    fn order(&self) -> Result<(OrderBy, bool), Error> {
        let field = match self.parameters.get("OrderByField")? {
            None => OrderBy::default(),
            Some(text) => OrderBy::read(text).ok_or_else(|| not_in("OrderByField", &ORDER_BY_FIELDS))?,
        };
        let descending = match self.parameters.get("SortOrder")? {
            None | Some("DESC") => true,
            Some("ASC") => false,
            Some(_) => return Err(not_in("SortOrder", &SORT_ORDERS)),
        };
        self.note(field.behavior());
        self.note(if descending { &behaviors::DESCENDING } else { &behaviors::ASCENDING });
        Ok((field, descending))
    }

    /// From the start of today in China to now, unless asked otherwise; both ends are in (B9).
    fn times(&self, query: &RecordsQuery) -> Result<Times, Error> {
        let now = self.context.world.now();
        let start = if let Some(start) = query.start_time {
            self.note(&behaviors::FILTER_START_TIME);
            moment(start)
        } else {
            self.note(&behaviors::DEFAULT_START_TIME);
            self.context.notes.finding(&behaviors::DEFAULT_RANGE);
            let today = now.with_timezone(&CHINA).date_naive().and_time(NaiveTime::MIN);
            (today - CHINA).and_utc()
        };
        let end = if let Some(end) = query.end_time {
            self.note(&behaviors::FILTER_END_TIME);
            moment(end)
        } else {
            self.note(&behaviors::DEFAULT_END_TIME);
            now
        };
        for (name, given) in [("StartTime", query.start_time), ("EndTime", query.end_time)] {
            if given.is_some_and(|given| SECONDS.contains(&given) || given > MICROSECONDS) {
                self.context.notes.finding_of(&behaviors::TIME_UNIT, || format!("`{name}`"));
            }
        }
        // A default that contradicts what was given is no mistake of the client's: nothing lies
        // between the two.
        if start > end && query.start_time.is_some() && query.end_time.is_some() {
            return Err(Error::ParameterInvalid("StartTime", "It must not be after EndTime"));
        }
        // A record's time has whole milliseconds, so the end takes in all of its own.
        let past_end = end.checked_add_signed(chrono::TimeDelta::milliseconds(1));
        Ok((Bound::Included(start), past_end.map_or(Bound::Unbounded, Bound::Excluded)))
    }
}

impl OrderBy {
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
            OrderBy::StartTime => &behaviors::SORT_START_TIME,
            OrderBy::CallDuration => &behaviors::SORT_CALL_DURATION,
            OrderBy::RingTime => &behaviors::SORT_RING_TIME,
            OrderBy::TalkTime => &behaviors::SORT_TALK_TIME,
            OrderBy::DialingTime => &behaviors::SORT_DIALING_TIME,
            OrderBy::IvrTime => &behaviors::SORT_IVR_TIME,
            OrderBy::QueueTime => &behaviors::SORT_QUEUE_TIME,
        }
    }
}

fn option(name: &'static str, text: &str, options: &[&'static str]) -> Result<&'static str, Error> {
    // Contact types have two spellings; no other vocabulary has a word of theirs.
    let as_the_page = contact_type(text).unwrap_or(text);
    let found = options.iter().copied().find(|option| *option == as_the_page);
    found.ok_or_else(|| not_in(name, options))
}

fn not_in(name: &'static str, options: &[&'static str]) -> Error {
    Error::Enumeration(name, options.join(", "))
}

/// A moment from milliseconds; one that no calendar has is the first or the last that it does.
fn moment(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(if millis < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}
