//! The catalogue is what is served: every behavior is met by a request, every answer's ids are in
//! it, and its documents are the ones committed.

use std::collections::BTreeSet;

use callmock::contract::{Catalogue, ReachedBy};
use callmock::vendors;

use crate::vendor;

#[tokio::test]
async fn every_behavior_that_a_request_can_reach_is_met_by_one() {
    let mut met = BTreeSet::new();
    for vendor in vendor::ALL {
        for (segment, answer) in vendor.probes().await {
            let behaviors = answer.behaviors();
            let expected = behaviors
                .iter()
                .find(|id| id.starts_with(vendor.name()) && id.ends_with(&format!(".{segment}")));
            let id = expected.unwrap_or_else(|| {
                panic!("{vendor:?}'s probe `{segment}` met {behaviors:?} instead: {}", answer.body)
            });
            met.insert((*id).to_owned());
        }
    }
    let wanted: BTreeSet<String> = vendors::catalogues()
        .flat_map(Catalogue::behaviors)
        .filter(|behavior| behavior.reached_by == ReachedBy::Request)
        .map(|behavior| behavior.id.to_owned())
        .collect();
    similar_asserts::assert_eq!(
        met: met, wanted: wanted,
        "the probes (tests/it/<vendor>/probes.rs) meet other behaviors than the catalogue has"
    );
}

#[tokio::test]
async fn every_answer_names_one_outcome_whose_status_it_has_and_nothing_that_is_not_in_the_catalogue() {
    for vendor in vendor::ALL {
        for (segment, answer) in vendor.probes().await {
            assert_eq!(answer.header("x-callmock-world"), "default", "{segment}");
            let find = |id: &str| vendors::catalogues().flat_map(Catalogue::behaviors).find(|b| b.id == id);
            let behaviors: Vec<_> =
                answer.behaviors().iter().map(|id| find(id).expect("in the catalogue")).collect();
            assert_eq!(behaviors[0].status, Some(answer.status), "{segment}: the outcome comes first");
            assert!(behaviors[1..].iter().all(|b| b.status.is_none()), "{segment}: and is the only one");
            for finding in answer.findings() {
                assert!(vendors::catalogues().flat_map(|c| c.findings).any(|f| f.id == finding), "{finding}");
            }
        }
    }
}

#[test]
fn ids_are_unique_well_formed_and_name_their_vendor_and_operation() {
    let mut ids = BTreeSet::new();
    for catalogue in vendors::catalogues() {
        for behavior in catalogue.behaviors() {
            assert_eq!(behavior.vendor(), catalogue.vendor, "{}", behavior.id);
            let operation = behavior.operation();
            let known = operation == "any" || catalogue.operations.iter().any(|o| o.id == operation);
            assert!(known, "{}", behavior.id);
            assert!(!behavior.source.is_empty() && behavior.summary.ends_with('.'), "{}", behavior.id);
            assert!(ids.insert(behavior.id), "{} stands twice", behavior.id);
        }
        for (id, text) in catalogue
            .readings
            .iter()
            .map(|r| (r.id, r.question))
            .chain(catalogue.findings.iter().map(|f| (f.id, f.fix)))
        {
            assert!(id.starts_with(&format!("{}.", catalogue.vendor)) && !text.is_empty(), "{id}");
        }
    }
}

/// The readings that scenarios rely on, with their options, the default first.
#[test]
fn the_readings_are_those_that_users_rely_on() {
    let readings: Vec<String> =
        vendors::readings().iter().map(|r| format!("{}: {}", r.id, r.options.join(", "))).collect();
    similar_asserts::assert_eq!(
        served: readings.iter().map(String::as_str).collect::<Vec<_>>(),
        relied_on: vec![
            "commubo.numbers: string, integer",
            "commubo.voice_id_key: operatorVoiceId, operatorVocieId, both",
            "commubo.end: exclusive, inclusive",
            "commubo.reversed_range: refuse, empty",
            "commubo.open_range: allow, refuse",
            "commubo.unknown_parameter: ignore, refuse",
            "commubo.order: ascending, descending",
            "commubo.error_body: json, empty",
            "commubo.unset: omit, empty",
            "commubo.call_expand: all, none",
            "commubo.unknown_call: 404, 403, 406",
            "commubo.no_sound: 404, 406, empty",
            "ccai.accepted: empty_202, echo_200",
            "ccai.scheduled_response: sane, as_documented",
            "ccai.inbound_menus: ivr_mobile, ivr_web",
            "ccai.deprecated_call_types: accept, refuse",
            "ccai.plural_flag: accept, refuse",
            "ccai.phone: possible, valid",
            "ccai.past_schedule: refuse, accept",
            "ccai.rate_limit: off, on",
            "ccai.per_max: 100, 200",
            "ccai.bad_page: fallback, error",
            "alibaba.skew: real, world, off",
            "alibaba.contact_type: Outbound, OUTBOUND",
            "alibaba.call_duration: string, integer",
            "alibaba.error_shape: union, gateway, ccc",
            "alibaba.success_message: documented, empty, success",
            "alibaba.bad_value: siblings, documented",
            "alibaba.unknown_contact: error, no_data",
            "alibaba.no_recording: no_data, error",
            "alibaba.call_under_way: not_exists, partial",
            "alibaba.walk: live, frozen",
            "sencloud.extension_ids: honour, ignore, refuse",
            "sencloud.extension_match: id_or_number, id",
            "sencloud.prev: either, before, after",
            "sencloud.edges: empty, always",
            "sencloud.date_column: started_at, created_at",
            "sencloud.one_date: open, refuse",
            "sencloud.number_match: exact, substring",
            "sencloud.status_of_unknown: Z, NS",
            "sencloud.empty_arrays: brackets, null",
            "sencloud.error_codes: documented, std",
            "sencloud.times: offset_micros, zulu_millis",
            "sencloud.query_paging: honour, ignore",
            "sencloud.date_to: inclusive, exclusive",
        ],
        "scenarios rely on the readings: change this list only together with the changelog"
    );
}
