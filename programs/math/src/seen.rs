//! Which seconds of a device count as seen. The one seam between pay and verification.

/// A device's record of being seen. The answer for an interval is the same whenever it is asked, and adds up over the
/// parts of the interval: else pay would depend on who settled when.
pub trait Seen {
    /// Seconds in `[from, to)` in which the device counts as seen, unix time; at most `to - from`.
    fn seconds(&self, from: i64, to: i64) -> u32;
}

/// Every second counts: for as long as devices are not verified on-chain.
pub struct Always;

impl Seen for Always {
    #[inline(always)]
    fn seconds(&self, from: i64, to: i64) -> u32 {
        // Callers pass `from <= to` at most `MAX_DURATION` apart.
        u32::try_from(to.wrapping_sub(from)).unwrap_or(0)
    }
}
