//! Terms are accepted exactly within the published bounds, each rule with its own fault.

use crate::config;
use ionet_math::{
    bounds::{
        MAX_ACCEPT_WITHIN, MAX_DURATION, MAX_MIN_CHARGE, MAX_RATE, MAX_REVIEW_WINDOW, MAX_VALID_FOR, MIN_REVIEW_WINDOW,
    },
    terms::{is_accept_window, is_review_window, valid_for, OfferFault, OfferTerms},
};
use proptest::prelude::*;

const GOOD: OfferTerms = OfferTerms { rate: 2_490_000, min_duration: 3_600, max_duration: 86_400, min_charge: 60 };

/// Around a bound as often as anywhere.
fn around(bound: u32) -> impl Strategy<Value = u32> {
    prop_oneof![bound.saturating_sub(2)..=bound.saturating_add(2), 0..=3_u32, 0..=u32::MAX]
}

proptest! {
    #![proptest_config(config(4_096))]

    #[test]
    fn terms_pass_exactly_within_their_bounds(
        rate in prop_oneof![0..=3_u64, MAX_RATE - 2..=MAX_RATE + 2, 0..=u64::MAX],
        min_rate in prop_oneof![0..=3_u64, MAX_RATE - 2..=MAX_RATE],
        min_duration in around(u32::from(MAX_MIN_CHARGE)),
        max_duration in around(MAX_DURATION),
        min_charge in prop_oneof![MAX_MIN_CHARGE - 2..=MAX_MIN_CHARGE + 2, 0..=u16::MAX],
    ) {
        let terms = OfferTerms { rate, min_duration, max_duration, min_charge };
        let is_rate_good = (min_rate.max(1)..=MAX_RATE).contains(&rate);
        let is_duration_good = 1 <= min_duration && min_duration <= max_duration && max_duration <= MAX_DURATION;
        let is_charge_good = u32::from(min_charge) <= min_duration.min(u32::from(MAX_MIN_CHARGE));
        let result = terms.check(min_rate);
        prop_assert_eq!(result.is_ok(), is_rate_good && is_duration_good && is_charge_good);
        match result {
            Ok(()) => {}
            Err(OfferFault::RateTooLow) => prop_assert!(rate == 0 || rate < min_rate),
            Err(OfferFault::RateTooHigh) => prop_assert!(rate > MAX_RATE),
            Err(OfferFault::Duration) => prop_assert!(is_rate_good && !is_duration_good),
            Err(OfferFault::MinimumCharge) => prop_assert!(is_rate_good && is_duration_good && !is_charge_good),
        }
    }

    #[test]
    fn a_job_stays_valid_for_as_long_as_it_can_be_accepted(
        now in 0..=4_000_000_000_i64,
        ahead in prop_oneof![-3..=3_i64, 896..=904_i64, 86_397..=86_403_i64, Just(i64::MAX / 2), -4_000_000_000..0_i64],
        accept_within in 1..=MAX_ACCEPT_WITHIN,
    ) {
        let is_good = ahead >= i64::from(accept_within) && ahead <= i64::from(MAX_VALID_FOR);
        let expected = if is_good { u32::try_from(ahead).unwrap() } else { 0 };
        prop_assert_eq!(valid_for(now, now + ahead, accept_within), expected);
    }
}

#[test]
fn each_rule_names_its_own_fault() {
    assert_eq!(GOOD.check(1), Ok(()));
    for (terms, min_rate, fault) in [
        (OfferTerms { rate: 0, ..GOOD }, 0, OfferFault::RateTooLow),
        (GOOD, 2_490_001, OfferFault::RateTooLow),
        (OfferTerms { rate: MAX_RATE + 1, ..GOOD }, 1, OfferFault::RateTooHigh),
        (OfferTerms { min_duration: 0, min_charge: 0, ..GOOD }, 1, OfferFault::Duration),
        (OfferTerms { min_duration: 86_401, ..GOOD }, 1, OfferFault::Duration),
        (OfferTerms { max_duration: MAX_DURATION + 1, ..GOOD }, 1, OfferFault::Duration),
        (OfferTerms { min_charge: MAX_MIN_CHARGE + 1, ..GOOD }, 1, OfferFault::MinimumCharge),
        (OfferTerms { min_duration: 59, ..GOOD }, 1, OfferFault::MinimumCharge),
    ] {
        assert_eq!(terms.check(min_rate), Err(fault), "{terms:?}");
    }
}

#[test]
fn windows_are_bounded_on_both_sides() {
    let accepted = [(0, false), (1, true), (MAX_ACCEPT_WITHIN, true), (MAX_ACCEPT_WITHIN + 1, false)];
    assert!(accepted.iter().all(|&(seconds, is_good)| is_accept_window(seconds) == is_good));
    let reviewed = [
        (0, false),
        (MIN_REVIEW_WINDOW - 1, false),
        (MIN_REVIEW_WINDOW, true),
        (MAX_REVIEW_WINDOW, true),
        (MAX_REVIEW_WINDOW + 1, false),
    ];
    assert!(reviewed.iter().all(|&(seconds, is_good)| is_review_window(seconds) == is_good));
}
