//! Pauses of entries: they end by themselves, and a rest must follow before the next.

use crate::bounds::PAUSE_DURATION;

/// Whether a pause that ends at unix second `paused_until` lasts at `now`; 0 is none.
#[inline(always)]
pub const fn is_paused(paused_until: i64, now: i64) -> bool {
    now < paused_until
}

/// Whether a pause may begin at `now`, `paused_until` being the end of the last one; 0 for none. Without the rest, a
/// guardian could keep a program shut by pausing again and again.
#[inline(always)]
pub const fn may_pause(paused_until: i64, now: i64) -> bool {
    paused_until == 0 || now >= paused_until.saturating_add(PAUSE_DURATION as i64)
}

/// The unix second at which a pause that begins at `now` ends.
#[inline(always)]
pub const fn pause_end(now: i64) -> i64 {
    now.saturating_add(PAUSE_DURATION as i64)
}
