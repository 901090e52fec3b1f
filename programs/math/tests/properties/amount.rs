//! `amount` equals the exact formulas, over the bounds that its comments claim.

use crate::config;
use ionet_math::{
    amount::{fee, gross, mul_div, net, price},
    bounds::{BPS, HOUR, MAX_DURATION, MAX_FEE_BPS, MAX_RATE},
};
use proptest::{prelude::*, sample::select};

/// Rates of real offers, all others, and the edges of the hour that divides them.
fn rates() -> impl Strategy<Value = u64> {
    let hour = u64::from(HOUR);
    prop_oneof![
        select(vec![0, 1, hour - 1, hour, hour + 1, MAX_RATE - 1, MAX_RATE]),
        100_000..=20_000_000_u64,
        0..=MAX_RATE,
    ]
}

fn seconds() -> impl Strategy<Value = u32> {
    prop_oneof![
        select(vec![0, 1, HOUR - 1, HOUR, HOUR + 1, MAX_DURATION - 1, MAX_DURATION]),
        0..=2 * HOUR,
        0..=MAX_DURATION,
    ]
}

/// Any amount, and those at which the fee steps.
fn amounts() -> impl Strategy<Value = u64> {
    prop_oneof![select(vec![0, 1, BPS - 1, BPS, BPS + 1, u64::MAX - 1, u64::MAX]), 0..=100_000_u64, 0..=u64::MAX,]
}

fn fees() -> impl Strategy<Value = u16> {
    prop_oneof![select(vec![0, 1, 250, MAX_FEE_BPS - 1, MAX_FEE_BPS]), 0..=MAX_FEE_BPS]
}

/// Operands within the bound of `mul_div`: `(d - 1)·b` and the result fit in a `u64`.
fn operands() -> impl Strategy<Value = (u64, u64, u64)> {
    (1..=u64::from(u32::MAX), amounts()).prop_flat_map(|(d, a)| {
        let remainder_bound = u64::MAX / (d - 1).max(1);
        let result_bound = u128::from(u64::MAX) * u128::from(d) / u128::from(a.max(1));
        let bound = remainder_bound.min(u64::try_from(result_bound).unwrap_or(u64::MAX));
        (Just(a), prop_oneof![0..=bound, Just(bound)], Just(d))
    })
}

fn exact(a: u64, b: u64, d: u64) -> u128 {
    u128::from(a) * u128::from(b) / u128::from(d)
}

proptest! {
    #![proptest_config(config(4_096))]

    #[test]
    fn mul_div_is_the_exact_floor((a, b, d) in operands()) {
        prop_assert_eq!(u128::from(mul_div(a, b, d)), exact(a, b, d));
    }

    #[test]
    fn gross_is_the_floor_and_price_the_ceiling_of_one_quotient(rate in rates(), seconds in seconds()) {
        let product = u128::from(rate) * u128::from(seconds);
        prop_assert_eq!(u128::from(gross(rate, seconds)), product / u128::from(HOUR));
        prop_assert_eq!(u128::from(price(rate, seconds)), product.div_ceil(u128::from(HOUR)));
        prop_assert!(price(rate, seconds) - gross(rate, seconds) <= 1);
    }

    #[test]
    fn a_price_covers_the_pay_of_any_shorter_time(rate in rates(), a in seconds(), b in seconds()) {
        prop_assert!(price(rate, a.max(b)) >= gross(rate, a.min(b)));
        prop_assert!(gross(rate, a.max(b)) >= gross(rate, a.min(b)));
        prop_assert!(price(rate, a.max(b)) >= price(rate, a.min(b)));
    }

    #[test]
    fn splitting_a_rental_never_makes_it_cheaper(rate in rates(), a in 0..=MAX_DURATION / 2, b in 0..=MAX_DURATION / 2) {
        prop_assert!(price(rate, a) + price(rate, b) >= price(rate, a + b));
        prop_assert!(gross(rate, a) + gross(rate, b) <= gross(rate, a + b));
    }

    #[test]
    fn fee_is_the_exact_floor_and_leaves_the_rest(amount in amounts(), bps in fees()) {
        prop_assert_eq!(u128::from(fee(amount, bps)), exact(amount, u64::from(bps), BPS));
        prop_assert_eq!(fee(amount, bps) + net(amount, bps), amount);
        prop_assert!(fee(amount, bps) <= amount / 10);
    }

    #[test]
    fn net_and_fee_never_fall_as_the_amount_grows(amount in 0..u64::MAX, more in amounts(), bps in fees()) {
        let larger = amount.saturating_add(more.max(1));
        prop_assert!(net(larger, bps) >= net(amount, bps));
        prop_assert!(fee(larger, bps) >= fee(amount, bps));
        // One unit goes wholly to the provider or wholly to the treasury.
        prop_assert_eq!(net(amount + 1, bps) - net(amount, bps) + fee(amount + 1, bps) - fee(amount, bps), 1);
    }

    #[test]
    fn fees_of_increments_add_up_to_the_fee_of_the_whole(
        parts in prop::collection::vec(0..=1_000_000_u64, 1..40),
        bps in fees(),
    ) {
        let (mut sum, mut taken, mut taken_apart) = (0, 0, 0);
        for part in parts {
            sum += part;
            taken += fee(sum, bps) - taken;
            taken_apart += fee(part, bps);
        }
        prop_assert_eq!(taken, fee(sum, bps));
        // Why it is cumulative: of each part alone, splitting would lower it.
        prop_assert!(taken_apart <= taken);
    }
}

#[test]
fn the_largest_rental_is_priced_exactly() {
    assert_eq!(price(MAX_RATE, MAX_DURATION), 7_200_000_000_000_000);
    assert_eq!(gross(MAX_RATE, MAX_DURATION), 7_200_000_000_000_000);
    assert_eq!(fee(u64::MAX, MAX_FEE_BPS), u64::MAX / 10);
}
