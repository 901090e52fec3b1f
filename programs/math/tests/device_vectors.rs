//! Devices read as `tests/vectors/devices.json` says, and rings are written as it says; the Python tests read the same
//! file.
#![allow(clippy::unwrap_used)] // how a test fails

use ionet_math::device::{carry, close_gap, record, Device, RING_LEN};
use serde_json::Value;

type Ring = [u8; RING_LEN];

/// A section's cases; an empty one would show nothing.
fn cases(section: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/devices.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    rows(&file[section])
}

fn rows(list: &Value) -> Vec<Value> {
    let rows = list.as_array().unwrap().clone();
    assert!(!rows.is_empty());
    rows
}

fn time(value: &Value) -> i64 {
    value.as_i64().unwrap()
}

fn small(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn nibble(value: &Value) -> u8 {
    u8::try_from(value.as_u64().unwrap()).unwrap()
}

fn ring(value: &Value) -> Ring {
    let digits = value.as_str().unwrap().as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect::<Vec<_>>().try_into().unwrap()
}

fn device<'a>(fields: &Value, ring: &'a Ring) -> Device<'a> {
    Device {
        genesis: time(&fields["genesis"]),
        heartbeat: time(&fields["heartbeat"]),
        earlier_heartbeat: time(&fields["earlier_heartbeat"]),
        active_from: small(&fields["active_from"]),
        active_until: small(&fields["active_until"]),
        tallied_to: small(&fields["tallied_to"]),
        ring,
    }
}

#[test]
fn devices_read_as_published() {
    for case in cases("devices") {
        let ring = ring(&case["device"]["ring"]);
        let (name, device) = (&case["name"], device(&case["device"], &ring));
        for row in rows(&case["at"]) {
            let t = time(&row[0]);
            let state = format!("{:?}", device.state_at(t)).to_lowercase();
            assert_eq!(state, row[1].as_str().unwrap().replace('_', ""), "{name} at {t}");
            assert_eq!(device.is_carried_at(t), row[2].as_bool().unwrap(), "{name} at {t}");
            if let Some(is_eligible) = row[3].as_bool() {
                assert_eq!(device.is_eligible_at(t), is_eligible, "{name} at {t}");
            }
        }
    }
}

#[test]
fn seen_seconds_are_as_published() {
    for case in cases("devices") {
        let ring = ring(&case["device"]["ring"]);
        let device = device(&case["device"], &ring);
        for row in rows(&case["seen"]) {
            let seconds = device.seen_seconds(time(&row[0]), time(&row[1]));
            assert_eq!(seconds, small(&row[2]), "{}: {row}", case["name"]);
        }
    }
}

#[test]
fn results_are_carried_as_published() {
    for case in cases("carry") {
        assert_eq!(carry(nibble(&case["nibble"]), small(&case["gap"])), nibble(&case["carried"]), "{case}");
    }
}

#[test]
fn results_are_recorded_as_published() {
    for case in cases("record") {
        let mut written = ring(&case["ring"]);
        let outcome = case["outcome"].as_u64().map(|result| u8::try_from(result).unwrap());
        record(&mut written, small(&case["tallied_to"]), small(&case["epoch"]), outcome);
        assert_eq!(written, ring(&case["after"]), "{case}");
    }
}

#[test]
fn gaps_are_closed_as_published() {
    for case in cases("close_gap") {
        let mut written = ring(&case["ring"]);
        let (tallied_to, active_until) = (small(&case["tallied_to"]), small(&case["active_until"]));
        close_gap(&mut written, tallied_to, active_until, small(&case["epoch"]));
        assert_eq!(written, ring(&case["after"]), "{case}");
    }
}
