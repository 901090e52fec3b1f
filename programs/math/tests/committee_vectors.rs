//! Committees are drawn and decide as `tests/vectors/committees.json` says; the Python tests read the same file.
#![allow(clippy::unwrap_used)] // how a test fails

use ionet_math::{
    bounds::MAX_COMMITTEE,
    committee::{committee_size, draw, threshold},
    tally::{Decision, Votes},
};
use serde_json::Value;

/// A section's cases; an empty one would show nothing.
fn cases(section: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/committees.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = file[section].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{section}");
    cases
}

fn byte(value: &Value) -> u8 {
    u8::try_from(value.as_u64().unwrap()).unwrap()
}

fn seat(value: &Value) -> u16 {
    u16::try_from(value.as_u64().unwrap()).unwrap()
}

fn block(value: &Value) -> [u8; 32] {
    let digits = value.as_str().unwrap().as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn sizes_and_thresholds_are_as_published() {
    for case in cases("sizes") {
        let size = committee_size(byte(&case["configured"]), byte(&case["min_attestors"]), seat(&case["seats"]));
        assert_eq!(size, byte(&case["size"]), "{case}");
    }
    for case in cases("thresholds") {
        assert_eq!(threshold(byte(&case["k"])), byte(&case["threshold"]), "{case}");
    }
}

#[test]
fn committees_are_drawn_as_published() {
    for case in cases("draws") {
        let (mut taken, mut members) = (0, [0; MAX_COMMITTEE as usize]);
        let hash_block = |number: u32| {
            assert_eq!(number, taken, "each block once, in order");
            taken += 1;
            block(&case["blocks"][number as usize])
        };
        draw(hash_block, seat(&case["seats"]), byte(&case["k"]), &mut members);
        let expected: Vec<_> = case["members"].as_array().unwrap().iter().map(seat).collect();
        assert_eq!(members[..expected.len()], expected, "{case}");
        assert_eq!(taken as usize, expected.len().div_ceil(4), "{case}");
    }
}

#[test]
fn decisions_are_as_published() {
    for case in cases("decisions") {
        let mut votes = Votes::default();
        case["codes"].as_array().unwrap().iter().for_each(|code| votes.add(byte(code)));
        let outcome = case["outcome"].as_u64().map(|result| u8::try_from(result).unwrap());
        assert_eq!(votes.decide(byte(&case["k"])), Decision { outcome, reason: byte(&case["reason"]) }, "{case}");
    }
}
