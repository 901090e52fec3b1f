//! Properties of the money rules (docs/adr/003-job-state-machine.md, 004-money-arithmetic.md) and of what is seen of
//! devices (009-devices-and-epochs.md, 010-committees-and-reports.md).
//!
//! Overflow checks are on in the test profile, so each property also shows that no step leaves its type.
#![allow(clippy::arithmetic_side_effects)] // see above
#![allow(clippy::cast_possible_truncation)] // references are computed in `u128` and fit by the property they state
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // how a test fails

mod amount;
mod boundaries;
mod committee;
mod device;
mod epoch;
mod job;
mod life;
mod pause;
mod quorum;
mod reach;
mod record;
mod record_reach;
mod seen_time;
mod stories;
mod terms;

use proptest::test_runner::{Config, FileFailurePersistence};

/// A property's settings; counterexamples are kept in `proptest-regressions/` and run first.
fn config(cases: u32) -> Config {
    Config {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("proptest-regressions/properties.txt"))),
        ..Config::with_cases(cases)
    }
}
