//! Who reports on a range of devices: Floyd's sampling, docs/adr/010-committees-and-reports.md.

// Seats are `u16` and every seat drawn is below their number; places are below `MAX_COMMITTEE`; the product is split so
// that each half fits in a `u64`.
#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]

use crate::bounds::MAX_COMMITTEE;

/// Draws of one hash.
const DRAWS: u32 = 4;

/// Members of a committee: as configured, or all seats if there are fewer; 0 where there are too few for any.
#[inline(always)]
pub const fn committee_size(configured: u8, min_attestors: u8, seats: u16) -> u8 {
    if seats < min_attestors as u16 {
        0
    } else if seats < configured as u16 {
        seats as u8 // below `configured`
    } else {
        configured
    }
}

/// Members that must agree: two thirds, rounded up.
#[inline(always)]
pub const fn threshold(k: u8) -> u8 {
    (k as u16 * 2).div_ceil(3) as u8 // at most k
}

/// Draws `k` of the seats `0..seats`, each set of them as likely as any other, into the first `k` of `out`: the seat at
/// each place. `hash_block(b)` gives the hash that decides the places `4b` to `4b + 3`, and is called once for each `b`.
///
/// `k` must be at most `seats` and [`MAX_COMMITTEE`], as [`committee_size`] gives it; more are not drawn.
#[inline(always)]
pub fn draw(mut hash_block: impl FnMut(u32) -> [u8; 32], seats: u16, k: u8, out: &mut [u16; MAX_COMMITTEE as usize]) {
    let k = k.min(MAX_COMMITTEE) as u32;
    let seats = seats as u32;
    let k = k.min(seats);
    let mut block = [0; 32];
    for place in 0..k {
        if place.is_multiple_of(DRAWS) {
            block = hash_block(place / DRAWS);
        }
        let x = u64::from_le_bytes(block.as_chunks::<8>().0[(place % DRAWS) as usize]);
        let top = seats - k + place;
        let pick = scale(x, top as u64 + 1);
        let (drawn, rest) = out.split_at_mut(place as usize);
        rest[0] = if drawn.contains(&(pick as u16)) { top as u16 } else { pick as u16 };
    }
}

/// `⌊x·bound / 2^64⌋`, exactly, without a 128-bit product; `bound` is at most 2^16.
#[inline(always)]
const fn scale(x: u64, bound: u64) -> u64 {
    ((x >> 32) * bound + (((x & u32::MAX as u64) * bound) >> 32)) >> 32
}
