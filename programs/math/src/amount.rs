//! Products and quotients of amounts, each with its rounding side and the bound that keeps it in a `u64`.

// Every step below is in range by the bounds named beside it; property tests run them with overflow checks on.
#![allow(clippy::arithmetic_side_effects)]

use crate::bounds::{BPS, HOUR};

/// `⌊a·b/d⌋`, exactly, without a 128-bit product.
///
/// `d` must not be 0, and `(d - 1)·b` and the result must fit in a `u64`; each caller states why.
#[inline(always)]
pub const fn mul_div(a: u64, b: u64, d: u64) -> u64 {
    a / d * b + a % d * b / d
}

/// Fee on a cumulative gross amount: `⌊gross·fee_bps/10000⌋`, rounded against the treasury.
///
/// In range: `fee_bps <= 1000`, so the result is at most `gross` and the remainder term below `10⁷`.
#[inline(always)]
pub const fn fee(gross: u64, fee_bps: u16) -> u64 {
    mul_div(gross, fee_bps as u64, BPS)
}

/// What the provider gets of a cumulative gross amount; never decreases as `gross` grows.
#[inline(always)]
pub const fn net(gross: u64, fee_bps: u16) -> u64 {
    gross - fee(gross, fee_bps)
}

/// Pay for seen seconds: `⌊rate·seconds/3600⌋`, rounded against the provider.
///
/// In range: `rate <= MAX_RATE` and `seconds <= MAX_DURATION` (asserted in `bounds`).
#[inline(always)]
pub const fn gross(rate: u64, seconds: u32) -> u64 {
    mul_div(rate, seconds as u64, HOUR as u64)
}

/// Deposit for a rental: `⌈rate·duration/3600⌉`, rounded up so that it always covers the pay. Bounds as [`gross`].
#[inline(always)]
pub const fn price(rate: u64, duration: u32) -> u64 {
    let (hour, duration) = (HOUR as u64, duration as u64);
    rate / hour * duration + (rate % hour * duration).div_ceil(hour)
}
