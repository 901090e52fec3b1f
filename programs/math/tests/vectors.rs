//! The money rules give what `tests/vectors/money.json` says; the Python tests read the same file.
#![allow(clippy::arithmetic_side_effects, clippy::panic, clippy::unwrap_used)] // how a test fails

use ionet_math::{
    amount::{fee, gross, mul_div, net, price},
    job::{Job, Kind},
    seen::Always,
    transition::State,
};
use serde_json::Value;

/// A section's cases; an empty one would show nothing.
fn cases(section: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/money.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = file[section].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{section}");
    cases
}

/// A field's number; 0 or false where the file leaves it out.
fn number(case: &Value, field: &str) -> u64 {
    match &case[field] {
        Value::Null => 0,
        Value::Bool(flag) => u64::from(*flag),
        value => value.as_u64().unwrap(),
    }
}

fn seconds(case: &Value, field: &str) -> u32 {
    u32::try_from(number(case, field)).unwrap()
}

fn small(case: &Value, field: &str) -> u16 {
    u16::try_from(number(case, field)).unwrap()
}

/// The variant whose name is the text.
fn named<T: Copy + core::fmt::Debug>(all: &[T], name: &Value) -> T {
    let is_named = |one: &&T| format!("{one:?}").to_lowercase() == name.as_str().unwrap();
    *all.iter().find(is_named).unwrap_or_else(|| panic!("no {name}"))
}

fn job(case: &Value) -> Job {
    Job {
        kind: named(&[Kind::Rental, Kind::Metered, Kind::Deliverable], &case["kind"]),
        state: named(&State::ALL, &case["state"]),
        is_final: number(case, "is_final") == 1,
        is_submitted: number(case, "is_submitted") == 1,
        is_accepted: number(case, "is_accepted") == 1,
        fee_bps: small(case, "fee_bps"),
        min_charge: small(case, "min_charge"),
        held_seconds: small(case, "held_seconds"),
        started_at: i64::try_from(number(case, "started_at")).unwrap(),
        deposit: number(case, "deposit"),
        earned: number(case, "earned"),
        paid: number(case, "paid"),
        fee: number(case, "fee"),
        refunded: number(case, "refunded"),
        rate: number(case, "rate"),
        duration: seconds(case, "duration"),
        seen_to: seconds(case, "seen_to"),
        seen_seconds: seconds(case, "seen_seconds"),
        review_window: seconds(case, "review_window"),
    }
}

#[test]
fn mul_div_is_as_published() {
    for case in cases("mul_div") {
        let [a, b, d] = ["a", "b", "d"].map(|field| number(&case, field));
        assert_eq!(mul_div(a, b, d), number(&case, "floor"), "{case}");
    }
}

#[test]
fn prices_are_as_published() {
    for case in cases("price") {
        assert_eq!(price(number(&case, "rate"), seconds(&case, "duration")), number(&case, "price"), "{case}");
    }
}

#[test]
fn pay_is_as_published() {
    for case in cases("gross") {
        assert_eq!(gross(number(&case, "rate"), seconds(&case, "seconds")), number(&case, "gross"), "{case}");
    }
}

#[test]
fn fees_are_as_published() {
    for case in cases("fee") {
        let (amount, bps) = (number(&case, "gross"), small(&case, "fee_bps"));
        assert_eq!((fee(amount, bps), net(amount, bps)), (number(&case, "fee"), number(&case, "net")), "{case}");
    }
}

#[test]
fn what_is_due_of_a_job_is_as_published() {
    for case in cases("jobs") {
        let (now, expected) = (case["now"].as_i64().unwrap(), &case["expected"]);
        let mut job = job(&case["job"]);
        job.elapse(now, case["cluster_started_at"].as_i64().unwrap(), &Always);
        assert_eq!(job.state, named(&State::ALL, &expected["state"]), "{case}");
        assert_eq!(job.held(), Ok(number(expected, "held")), "{case}");
        assert_eq!(job.due_to_treasury(), number(expected, "due_to_treasury"), "{case}");
        assert_eq!(job.due_to_client(now), number(expected, "due_to_client"), "{case}");
        if let Some(release_at) = expected["release_at"].as_i64() {
            assert_eq!(job.release_at(), release_at, "{case}");
        }
        job.accrue(now, &Always);
        assert_eq!(job.due_to_provider(), number(expected, "due_to_provider"), "{case}");
    }
}

#[test]
fn a_stop_books_what_is_published() {
    let mut stopped = 0;
    for case in cases("jobs") {
        let published = job(&case["job"]);
        // A client's stop may be charged more than its seconds; the case says so by what was earned.
        let is_by_client = published.earned > gross(published.rate, published.seen_seconds);
        if published.kind != Kind::Rental || published.state != State::Ending {
            continue;
        }
        let mut job = Job {
            state: State::Active,
            is_final: false,
            earned: 0,
            seen_to: 0,
            seen_seconds: 0,
            held_seconds: 0,
            ..published
        };
        let at = published.ended_at();
        let result = if is_by_client { job.end(at, &Always) } else { job.quit(at, &Always) };
        assert_eq!(result, Ok(()), "{case}");
        assert_eq!(Job { is_final: published.is_final, ..job }, published, "{case}");
        stopped += 1;
    }
    assert!(stopped > 0);
}
