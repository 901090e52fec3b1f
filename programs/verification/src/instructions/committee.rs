//! The draw of an epoch's committees from its seed: docs/adr/010-committees-and-reports.md.

use crate::{error::VerificationError, state::Epoch};
use ionet_common::{
    outcome::Outcome,
    surface::{U32, U64},
};
use ionet_math::{
    bounds::{MAX_COMMITTEE, RANGE_SIZE},
    committee::draw,
};
use solana_sha256_hasher::hash;

/// Seats of a committee, by place; as many as the epoch's committees have are filled.
pub type Seats = [u16; MAX_COMMITTEE as usize];

const DOMAIN: [u8; 21] = *b"ionet:committee:range";

/// What four places are drawn from.
#[repr(C)]
struct Preimage {
    domain: [u8; 21],
    seed: [u8; 32],
    epoch: U64,
    range: U32,
    block: U32,
}

/// Length of the preimage.
const PREIMAGE_LEN: usize = 69;
const _: () = assert!(size_of::<Preimage>() == PREIMAGE_LEN && align_of::<Preimage>() == 1);

/// Draws the committee of a range, into the first `epoch.committee_size` of `seats`.
#[inline(never)]
pub fn draw_seats(epoch: &Epoch, range: u32, seats: &mut Seats) {
    let mut preimage = Preimage {
        domain: DOMAIN,
        seed: epoch.seed,
        epoch: U64::new(u64::from(epoch.number.get())),
        range: U32::new(range),
        block: U32::new(0),
    };
    let hash_block = |block| {
        preimage.block = U32::new(block);
        // SAFETY: size and alignment are asserted above, and all fields are bytes.
        let bytes = unsafe { &*core::ptr::from_ref(&preimage).cast::<[u8; PREIMAGE_LEN]>() };
        hash(bytes).to_bytes()
    };
    draw(hash_block, epoch.seats.get(), epoch.committee_size, seats);
}

/// The epoch must have this range, and its committees this place.
///
/// Errors: `NoSuchRange`, `NoSuchPlace`.
#[inline(always)]
pub fn expect_place(epoch: &Epoch, range: u32, place: u8) -> Outcome {
    if range >= epoch.index_count.get().div_ceil(RANGE_SIZE) {
        return Err(VerificationError::NoSuchRange.into());
    }
    if place >= epoch.committee_size {
        return Err(VerificationError::NoSuchPlace.into());
    }
    Ok(())
}
