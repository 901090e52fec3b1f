//! What an offer or a request may ask for. Each rule names its own fault.

use crate::bounds::{
    HOUR, MAX_ACCEPT_WITHIN, MAX_DURATION, MAX_MIN_CHARGE, MAX_RATE, MAX_REVIEW_WINDOW, MAX_VALID_FOR,
    MIN_REVIEW_WINDOW,
};

/// Which rule an offer breaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfferFault {
    /// Zero or below the minimum.
    RateTooLow,
    /// Above [`MAX_RATE`].
    RateTooHigh,
    /// Not `1 <= min <= max <= MAX_DURATION`.
    Duration,
    /// Above [`MAX_MIN_CHARGE`] or `min_duration`.
    MinimumCharge,
}

/// An offer's terms.
#[derive(Clone, Copy, Debug)]
pub struct OfferTerms {
    /// Base units per hour.
    pub rate: u64,
    /// Seconds.
    pub min_duration: u32,
    /// Seconds.
    pub max_duration: u32,
    /// Seconds.
    pub min_charge: u16,
}

impl OfferTerms {
    /// Holds the terms against the published bounds and the class's minimum rate.
    #[inline(never)]
    pub const fn check(&self, min_rate: u64) -> Result<(), OfferFault> {
        if self.rate == 0 || self.rate < min_rate {
            return Err(OfferFault::RateTooLow);
        }
        if self.rate > MAX_RATE {
            return Err(OfferFault::RateTooHigh);
        }
        if self.min_duration == 0 || self.min_duration > self.max_duration || self.max_duration > MAX_DURATION {
            return Err(OfferFault::Duration);
        }
        // The scheduled end must never come before the minimum charge is used up.
        if self.min_charge > MAX_MIN_CHARGE || self.min_charge as u32 > self.min_duration {
            return Err(OfferFault::MinimumCharge);
        }
        Ok(())
    }
}

/// Whether a time to accept is 1 to [`MAX_ACCEPT_WITHIN`] seconds.
#[inline(always)]
pub const fn is_accept_window(seconds: u16) -> bool {
    seconds > 0 && seconds <= MAX_ACCEPT_WITHIN
}

/// Whether a review window is within its bounds.
#[inline(always)]
pub const fn is_review_window(seconds: u32) -> bool {
    seconds >= MIN_REVIEW_WINDOW && seconds <= MAX_REVIEW_WINDOW
}

/// Seconds from `now` to `valid_until`, if that is 1 to [`MAX_VALID_FOR`] and not before the time to accept ends
/// (a job that could be closed while it may still be accepted would lose its replay protection); else 0.
#[inline(always)]
pub fn valid_for(now: i64, valid_until: i64, accept_within: u16) -> u32 {
    match u32::try_from(valid_until.saturating_sub(now)) {
        Ok(seconds) if seconds <= MAX_VALID_FOR && seconds >= accept_within as u32 => seconds,
        _ => 0,
    }
}

const _: () = assert!(MAX_MIN_CHARGE as u32 <= HOUR);
