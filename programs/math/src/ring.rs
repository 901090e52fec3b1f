//! The ring of a device's results: 256 nibbles, epoch `e` at `e % 256` (byte `i / 2`, low half for even `i`). A nibble is
//! `result | carries << 2`. Layout and rules: docs/adr/009-devices-and-epochs.md.

// Positions are reduced modulo the ring, counts are at most its 256 nibbles, and a nibble fits in a byte.
#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

use crate::bounds::{MAX_CARRIES, RING_EPOCHS};

/// Bytes of a ring.
pub const RING_LEN: usize = RING_EPOCHS as usize / 2;
/// Nibbles in a machine word.
const WORD: u32 = 16;

/// Result: a quorum saw it fail, or nobody could tell for too long.
pub const UNSEEN: u8 = 0;
/// Result: answered while hired.
pub const ALIVE: u8 = 1;
/// Result: passed the proof of work.
pub const PASSED: u8 = 2;
/// Result: passed and deployable.
pub const DEPLOYABLE: u8 = 3;

/// The result in a nibble.
#[inline(always)]
pub const fn result(nibble: u8) -> u8 {
    nibble & 0b11
}

/// How often the result in a nibble was carried on; 0 if it is fresh.
#[inline(always)]
pub const fn carries(nibble: u8) -> u8 {
    nibble >> 2
}

/// The nibble `gap` undecided epochs after `nibble`: its result, carried at most [`MAX_CARRIES`] times, else unseen.
/// Unseen stays plain unseen: there is nothing to carry.
#[inline(always)]
pub const fn carry(nibble: u8, gap: u32) -> u8 {
    let carried = gap.saturating_add(carries(nibble) as u32);
    if result(nibble) == UNSEEN || carried > MAX_CARRIES as u32 {
        UNSEEN
    } else {
        result(nibble) | (carried << 2) as u8
    }
}

/// Writes the nibble of `epoch`: the outcome, or, where it is undecided, the one of the epoch before carried on. The
/// epochs between `tallied_to` and it, which nobody tallied, are written as undecided. The caller then keeps `epoch` as
/// `tallied_to`.
///
/// `epoch` must be after `tallied_to`, and the device active in it; it was active in all epochs between, because
/// activation writes up to its own.
#[inline(always)]
pub fn record(ring: &mut [u8; RING_LEN], tallied_to: u32, epoch: u32, outcome: Option<u8>) {
    let gap = epoch.saturating_sub(tallied_to);
    let nibble = match outcome {
        Some(result) => result,
        None => carry(get(ring, tallied_to), gap),
    };
    if gap > 1 {
        close_gap(ring, tallied_to, u32::MAX, epoch.wrapping_sub(1));
    }
    put(ring, epoch, nibble);
}

/// Writes the epochs after `tallied_to` up to and including `epoch`, none if that is not later: undecided ones until
/// `active_until`, then unseen ones. The caller then keeps the later of the two as `tallied_to`.
#[inline(never)]
pub fn close_gap(ring: &mut [u8; RING_LEN], tallied_to: u32, active_until: u32, epoch: u32) {
    let last = get(ring, tallied_to);
    let gap = epoch.saturating_sub(tallied_to);
    let mut step = 1;
    while step <= gap {
        let (at, nibble) = (tallied_to.wrapping_add(step), carry(last, step));
        if nibble == UNSEEN || at >= active_until {
            // So are all that follow.
            clear(ring, at, gap - step + 1);
            return;
        }
        put(ring, at, nibble);
        step += 1;
    }
}

/// Takes back the nibble of `epoch`: it reads as unseen.
#[inline(always)]
pub fn retract(ring: &mut [u8; RING_LEN], epoch: u32) {
    put(ring, epoch, UNSEEN);
}

/// The nibble at the place of `epoch`.
#[inline(always)]
pub const fn get(ring: &[u8; RING_LEN], epoch: u32) -> u8 {
    ring[epoch as usize / 2 % RING_LEN] >> (epoch % 2 * 4) & 0xf
}

/// Sets the nibble at the place of `epoch`.
#[inline(always)]
fn put(ring: &mut [u8; RING_LEN], epoch: u32, nibble: u8) {
    let shift = epoch % 2 * 4;
    let byte = &mut ring[epoch as usize / 2 % RING_LEN];
    *byte = *byte & !(0xf << shift) | nibble << shift;
}

/// Clears the places of `count` epochs from `first` on: all of them if they are more than the ring.
#[inline(always)]
fn clear(ring: &mut [u8; RING_LEN], first: u32, count: u32) {
    if count >= RING_EPOCHS {
        *ring = [0; RING_LEN];
        return;
    }
    let words = ring.as_chunks_mut::<8>().0;
    let head = count.min(first.wrapping_neg() % WORD);
    clear_within(words, first, head);
    let (mut at, mut left) = (first.wrapping_add(head), count - head);
    while left >= WORD {
        words[(at / WORD) as usize % (RING_LEN / 8)] = [0; 8];
        at = at.wrapping_add(WORD);
        left -= WORD;
    }
    clear_within(words, at, left);
}

/// Clears the places of fewer than 16 epochs, which are all in the word of the first.
#[inline(always)]
fn clear_within(words: &mut [[u8; 8]], first: u32, count: u32) {
    let cleared = ((1 << (count * 4)) - 1) << (first % WORD * 4);
    let word = &mut words[(first / WORD) as usize % (RING_LEN / 8)];
    *word = (u64::from_le_bytes(*word) & !cleared).to_le_bytes();
}

/// How many of the `count` epochs from `first` on have a result other than unseen; `count` is at most 256.
///
/// A word at a time: bit 0 of each nibble becomes the claim, then nibbles are added into bytes, and bytes once at the
/// end. A byte counts at most 2 per word and 17 words.
#[inline(always)]
pub fn count_seen(ring: &[u8; RING_LEN], first: u32, count: u32) -> u32 {
    const BYTES: u64 = 0x0101_0101_0101_0101;
    const PAIRS: u64 = 0x00ff_00ff_00ff_00ff;
    const SUM: u64 = 0x0001_0001_0001_0001;
    let words = ring.as_chunks::<8>().0;
    let (mut at, mut left, mut sums) = (first, count, 0);
    while left > 0 {
        let skipped = at % WORD;
        let taken = left.min(WORD - skipped);
        let word = u64::from_le_bytes(words[(at / WORD) as usize % (RING_LEN / 8)]) >> (skipped * 4);
        // A whole word of 16 nibbles is not shifted at all: 1 to 16 are taken.
        let nibbles = word << ((WORD - taken) * 4);
        let seen = nibbles | nibbles >> 1;
        sums += (seen & BYTES) + (seen >> 4 & BYTES);
        at = at.wrapping_add(taken);
        left -= taken;
    }
    let pairs = (sums & PAIRS) + (sums >> 8 & PAIRS);
    (pairs.wrapping_mul(SUM) >> 48) as u32
}
