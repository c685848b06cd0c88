//! The filter of a search, and its match against records.

use std::collections::HashSet;

use super::super::super::records::{Record, agent_id, contact_type, group_id};
use crate::universe::NumberSet;
use crate::world::{Met, View};

/// The filter. An unset condition matches every record.
#[derive(Debug, Default)]
pub struct Filter {
    /// `ContactType` and `ContactTypeList` in the page's spelling. A record must match both.
    pub contact_types: Vec<HashSet<&'static str>>,
    pub dispositions: Vec<HashSet<&'static str>>,
    pub early_media_states: Option<HashSet<&'static str>>,
    pub agent_id: Option<String>,
    pub skill_group_id: Option<String>,
    /// A substring of the calling or the called number.
    pub number: Option<String>,
    pub calling_number: Option<String>,
    pub called_number: Option<String>,
    pub scores: Option<HashSet<i64>>,
    pub survey_channel: Option<&'static str>,
    pub descriptions: Option<HashSet<String>>,
}

impl Filter {
    /// Whether no condition is set.
    pub fn is_open(&self) -> bool {
        self.number.is_none() && self.has_only_number()
    }

    /// Whether no condition is set but `number`.
    fn has_only_number(&self) -> bool {
        self.contact_types.is_empty()
            && self.dispositions.is_empty()
            && self.early_media_states.is_none()
            && self.agent_id.is_none()
            && self.skill_group_id.is_none()
            && self.calling_number.is_none()
            && self.called_number.is_none()
            && self.scores.is_none()
            && self.survey_channel.is_none()
            && self.descriptions.is_none()
    }

    /// Whether a record matches. `whose` is what this filter finds among agents and queues, and
    /// `number_fits` is whether the record is known to match `number`.
    fn wants(&self, record: &Record<'_>, whose: &Whose, number_fits: bool) -> bool {
        let any = |ids: &str, id: &String| ids.split(',').any(|one| one == id);
        self.wants_kind(record)
            && (self.early_media_states.as_ref())
                .is_none_or(|states| record.early_media_state().is_some_and(|state| states.contains(state)))
            && self.calling_number.as_ref().is_none_or(|number| record.calling_number() == number)
            && self.called_number.as_ref().is_none_or(|number| record.called_number() == number)
            && (self.number.as_ref().filter(|_| !number_fits)).is_none_or(|part| {
                record.calling_number().contains(part) || record.called_number().contains(part)
            })
            && self.agent_id.as_ref().is_none_or(|id| match record.text(|g| g.agent_ids.as_ref()) {
                Some(ids) => any(ids, id),
                None => record.agent_places().any(|place| whose.agents[place]),
            })
            && self.skill_group_id.as_ref().is_none_or(|id| {
                match record.text(|g| g.skill_group_ids.as_ref()) {
                    Some(ids) => any(ids, id),
                    None => record.queue_places().any(|place| whose.groups[place]),
                }
            })
            && (self.scores.as_ref())
                .is_none_or(|scores| record.satisfaction_index().is_some_and(|score| scores.contains(&score)))
            && self.survey_channel.is_none_or(|channel| record.satisfaction_survey_channel() == Some(channel))
            && (self.descriptions.as_ref())
                .is_none_or(|all| record.satisfaction_description().is_some_and(|text| all.contains(text)))
    }

    fn wants_kind(&self, record: &Record<'_>) -> bool {
        let fits = |types: &HashSet<_>| {
            contact_type(record.contact_type()).is_some_and(|own_type| types.contains(own_type))
        };
        self.contact_types.iter().all(fits)
            && self.dispositions.iter().all(|endings| endings.contains(record.contact_disposition()))
    }
}

/// A filter with what is found once for all records.
pub struct Matcher<'a> {
    view: &'a View,
    access_key_id: &'a str,
    instance: &'a str,
    filter: &'a Filter,
    whose: Whose,
    /// The numbers with the part that the filter seeks, if the calls are many.
    numbers: Option<NumberSet<'a>>,
}

impl<'a> Matcher<'a> {
    /// The filter for an account's records in an instance. `many` is whether it may meet many.
    pub fn of(
        view: &'a View,
        filter: &'a Filter,
        access_key_id: &'a str,
        instance: &'a str,
        many: bool,
    ) -> Self {
        let numbers = filter.number.as_deref().filter(|_| many);
        Self {
            view,
            access_key_id,
            instance,
            filter,
            whose: Whose::of(view, filter, instance),
            numbers: numbers.map(|part| view.numbers().with(part)),
        }
    }

    /// Whether every record in the instance matches.
    pub fn is_open(&self) -> bool {
        self.filter.is_open()
    }

    /// Whether a past call is in the instance and matches.
    pub fn wants(&self, met: Met) -> bool {
        let Met::Usual(ordinal) = met else {
            let record = Record::of(self.view, met.ordinal(), self.access_key_id, self.instance);
            return record.is_some_and(|record| self.filter.wants(&record, &self.whose, false));
        };
        if self.filter.is_open() {
            return true;
        }
        if let Some(numbers) = &self.numbers {
            if !numbers.has(ordinal) {
                return false;
            }
            if self.filter.has_only_number() {
                return true;
            }
        }
        let record = Record::past(self.view, ordinal, self.instance);
        self.filter.wants(&record, &self.whose, self.numbers.is_some())
    }
}

/// The agents and queues that match a filter, by index. They are found once per search, so that no
/// record makes up an id.
#[derive(Debug, Default)]
struct Whose {
    agents: Vec<bool>,
    groups: Vec<bool>,
}

impl Whose {
    fn of(view: &View, filter: &Filter, instance: &str) -> Self {
        let has = |ids: &str, id: &str| ids.split(',').any(|one| one == id);
        let agents = filter
            .agent_id
            .iter()
            .flat_map(|id| view.agents().map(move |(_, agent)| has(&agent_id(agent, instance).to_str(), id)));
        let groups = filter
            .skill_group_id
            .iter()
            .flat_map(|id| view.queues().map(move |(_, queue)| has(&group_id(queue, instance).to_str(), id)));
        Self { agents: agents.collect(), groups: groups.collect() }
    }
}
