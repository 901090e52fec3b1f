//! What a device counts as at a time, and for how long it was seen: docs/adr/009-devices-and-epochs.md.
//!
//! Everything at a time `t` of epoch `e` reads the nibble of `e - 1`, which is final when `e` begins: so it is constant
//! within an epoch, and the same whoever asks later, for as long as the ring holds it.

// Epoch numbers are compared before they are subtracted; seconds are those of at most 258 epochs.
#![allow(clippy::arithmetic_side_effects)]

use crate::{
    bounds::{CONNECTED_EPOCHS, EPOCH_SECONDS, HIRED_EPOCHS, MAX_CARRIES, RING_EPOCHS},
    epoch::epoch_at,
    ring::{carries, count_seen, get, result},
    seen::Seen,
};

pub use crate::ring::{carry, close_gap, record, retract, ALIVE, DEPLOYABLE, PASSED, RING_LEN, UNSEEN};

const SECONDS: u64 = EPOCH_SECONDS as u64;

/// What a device counts as; numbers as published.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum State {
    /// Neither seen nor connected.
    NotCounted = 0,
    /// Connected, and neither of the below.
    Unverified = 1,
    /// Answered while hired; listed apart.
    Hired = 2,
    /// Passed the proof of work.
    Verified = 3,
    /// Passed and deployable.
    ClusterReady = 4,
}

/// The part of a device that decides state, seen time and eligibility. Field meanings: `Device` in
/// `programs/accounts/src/verification.rs`.
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug)]
pub struct Device<'a> {
    pub genesis: i64,
    pub heartbeat: i64,
    pub earlier_heartbeat: i64,
    pub active_from: u32,
    pub active_until: u32,
    pub tallied_to: u32,
    pub ring: &'a [u8; RING_LEN],
}

impl Device<'_> {
    /// Whether results exist for the epoch since the last activation: it holds an index in it.
    #[inline(always)]
    pub const fn is_active(&self, epoch: u32) -> bool {
        self.active_from <= epoch && epoch < self.active_until
    }

    /// The nibble of an epoch: as written, or, past `tallied_to`, the newest one carried on while the device is active.
    /// Unseen once the ring has overwritten it.
    // One copy: each would cost the programs 350 bytes.
    #[inline(never)]
    pub const fn nibble(&self, epoch: u32) -> u8 {
        if epoch <= self.tallied_to {
            if self.tallied_to - epoch < RING_EPOCHS {
                get(self.ring, epoch)
            } else {
                UNSEEN
            }
        } else if self.is_active(epoch) {
            carry(get(self.ring, self.tallied_to), epoch - self.tallied_to)
        } else {
            UNSEEN
        }
    }

    /// State at unix second `t`. Only the last two heartbeats are known: for a `t` before the epoch of the last one, an
    /// unseen device may read as not counted though it was connected then.
    #[inline(always)]
    pub fn state_at(&self, t: i64) -> State {
        match result(self.nibble_before(t)) {
            DEPLOYABLE => State::ClusterReady,
            PASSED => State::Verified,
            ALIVE => State::Hired,
            _ if self.is_connected_at(t) => State::Unverified,
            _ => State::NotCounted,
        }
    }

    /// Whether the result that decides the state at `t` was carried on from an earlier epoch.
    #[inline(always)]
    pub fn is_carried_at(&self, t: i64) -> bool {
        carries(self.nibble_before(t)) != 0
    }

    /// Whether the last heartbeat before the epoch of `t` was in one of the [`CONNECTED_EPOCHS`] before it.
    #[inline(always)]
    pub fn is_connected_at(&self, t: i64) -> bool {
        let Some(epoch) = epoch_at(self.genesis, t) else { return false };
        // Of the two, the later one that is before the epoch: `heartbeat` is never before `earlier_heartbeat`.
        let is_within = |heartbeat| match epoch_at(self.genesis, heartbeat) {
            Some(then) => then < epoch && epoch - then <= CONNECTED_EPOCHS,
            None => false,
        };
        is_within(self.heartbeat) || is_within(self.earlier_heartbeat)
    }

    /// Whether it may be accepted for a job at `t`: active, and deployable in the epoch before, or hired in it after a
    /// deployable one at most [`HIRED_EPOCHS`] earlier and nothing but hired between. Of a `t` before the last activation
    /// nothing is known, which reads as not eligible.
    #[inline(always)]
    pub fn is_eligible_at(&self, t: i64) -> bool {
        let Some(epoch) = epoch_at(self.genesis, t) else { return false };
        if !self.is_active(epoch) {
            return false;
        }
        let mut back = 1;
        while back <= epoch && back <= HIRED_EPOCHS + 1 {
            match result(self.nibble(epoch - back)) {
                DEPLOYABLE => return true,
                ALIVE => back += 1,
                _ => return false,
            }
        }
        false
    }

    /// Seconds in `[from, to)`, unix time, within epochs whose epoch before was not unseen. Adds up over the parts of an
    /// interval; 0 for an empty one.
    #[inline(always)]
    pub fn seen_seconds(&self, from: i64, to: i64) -> u32 {
        // Seconds since genesis. No epoch is before the first one, so that one is unseen.
        let from = u64::try_from(from.saturating_sub(self.genesis)).unwrap_or(0).max(SECONDS);
        let to = u64::try_from(to.saturating_sub(self.genesis)).unwrap_or(0);
        if to <= from {
            return 0;
        }
        let (first, last) = (from / SECONDS, (to - 1) / SECONDS);
        // Whole epochs, less what of the first and of the last one is outside: one epoch may be both.
        let mut seconds = self.count_seen(first - 1, last - 1) * SECONDS;
        if self.is_seen(first - 1) {
            seconds -= from - first * SECONDS;
        }
        if self.is_seen(last - 1) {
            seconds -= (last + 1) * SECONDS - to;
        }
        u32::try_from(seconds).unwrap_or(u32::MAX) // at most 258 epochs: 256 of the ring, 2 carried past it
    }

    /// Epochs of `first..=last` whose nibble is not unseen: at most 258.
    #[inline(always)]
    fn count_seen(&self, first: u64, last: u64) -> u64 {
        let tallied_to = self.tallied_to as u64;
        let oldest = first.max((tallied_to + 1).saturating_sub(RING_EPOCHS as u64));
        let newest = last.min(tallied_to);
        let mut seen = 0;
        if let (Ok(first), Ok(count)) = (u32::try_from(oldest), u32::try_from((newest + 1).saturating_sub(oldest))) {
            // None if all are past the ring, which ends at `tallied_to`.
            seen += count_seen(self.ring, first, count) as u64;
        }
        let mut carried = first.max(tallied_to + 1);
        while carried <= last.min(tallied_to + MAX_CARRIES as u64) {
            seen += self.is_seen(carried) as u64;
            carried += 1;
        }
        seen
    }

    #[inline(always)]
    fn is_seen(&self, epoch: u64) -> bool {
        match u32::try_from(epoch) {
            Ok(epoch) => result(self.nibble(epoch)) != UNSEEN,
            Err(_) => false,
        }
    }

    /// The nibble that decides everything at `t`: the one of the epoch before. Unseen where there is none.
    #[inline(always)]
    fn nibble_before(&self, t: i64) -> u8 {
        match epoch_at(self.genesis, t) {
            Some(epoch) if epoch > 0 => self.nibble(epoch - 1),
            _ => UNSEEN,
        }
    }
}

impl Seen for Device<'_> {
    #[inline(always)]
    fn seconds(&self, from: i64, to: i64) -> u32 {
        self.seen_seconds(from, to)
    }
}
