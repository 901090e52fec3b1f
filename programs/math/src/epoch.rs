//! Verification epochs and the windows within one: docs/adr/009-devices-and-epochs.md.

// Epoch numbers are `u32`, so their starts are within 2^47 of genesis; genesis is a unix time.
#![allow(clippy::arithmetic_side_effects)]

use crate::bounds::{COMMIT_WINDOW, EPOCH_SECONDS, MISS_EPOCHS, OPEN_WINDOW, REVEAL_DEADLINE};

/// The epoch of the unix second `t`; `None` before genesis, and past the last number.
#[inline(always)]
pub fn epoch_at(genesis: i64, t: i64) -> Option<u32> {
    let elapsed = u64::try_from(t.saturating_sub(genesis)).ok()?;
    u32::try_from(elapsed / EPOCH_SECONDS as u64).ok()
}

/// First unix second of an epoch.
#[inline(always)]
pub const fn starts_at(genesis: i64, epoch: u32) -> i64 {
    genesis.saturating_add(epoch as i64 * EPOCH_SECONDS as i64)
}

/// Second of an epoch, counted from the first one, which is `starts_at`; `None` outside of it.
#[inline(always)]
pub fn offset_in(starts_at: i64, t: i64) -> Option<u32> {
    let offset = u32::try_from(t.saturating_sub(starts_at)).ok()?;
    if offset < EPOCH_SECONDS {
        Some(offset)
    } else {
        None
    }
}

/// Whether the epoch may be opened, or its seed armed again, at this second of it.
#[inline(always)]
pub const fn is_open_time(offset: u32) -> bool {
    offset < OPEN_WINDOW
}

/// Whether the seed is taken, answers are posted and reports committed at this second of the epoch.
#[inline(always)]
pub const fn is_commit_time(offset: u32) -> bool {
    offset < COMMIT_WINDOW
}

/// Whether reports are revealed at this second of the epoch.
#[inline(always)]
pub const fn is_reveal_time(offset: u32) -> bool {
    offset >= COMMIT_WINDOW && offset < REVEAL_DEADLINE
}

/// Whether reports are counted at this second of the epoch.
#[inline(always)]
pub const fn is_tally_time(offset: u32) -> bool {
    offset >= REVEAL_DEADLINE && offset < EPOCH_SECONDS
}

/// First unix second at which a missed reveal of the epoch that begins at `starts_at` may be recorded.
#[inline(always)]
pub const fn misses_from(starts_at: i64) -> i64 {
    starts_at.saturating_add(REVEAL_DEADLINE as i64)
}

/// First unix second at which it may not be any more.
#[inline(always)]
pub const fn misses_until(starts_at: i64) -> i64 {
    misses_from(starts_at).saturating_add(MISS_EPOCHS as i64 * EPOCH_SECONDS as i64)
}
