//! Attestors: who signs, and which seat they hold when. Seats: docs/adr/010-committees-and-reports.md.

use crate::{
    error::VerificationError,
    state::{Attestor, FOREVER, VERSION},
};
use ionet_common::{
    checks::{load, same},
    outcome::{Outcome, Refusal},
    surface::{U16, U32},
};
use pinocchio::{AccountView, Address};

/// Loads an attestor.
///
/// Errors: 6005–6008.
#[inline(always)]
pub fn read_attestor<'a>(program_id: &Address, account: &'a AccountView) -> Result<&'a Attestor, Refusal> {
    load(program_id, account, VERSION)
}

/// The signer must be the attestor's authority; else `NotAttestor`.
#[inline(always)]
pub fn expect_authority(attestor: &Attestor, signer: &AccountView) -> Outcome {
    if !same(&attestor.authority, signer.address()) {
        return Err(VerificationError::NotAttestor.into());
    }
    Ok(())
}

/// Whether it has not given its seat back.
#[inline(always)]
pub fn is_seated(attestor: &Attestor) -> bool {
    attestor.active_until.get() == FOREVER
}

/// The seat that it serves in `epoch`: the newest that counts by then. `None` before the first, from `active_until` on, and
/// where three later seats have taken its place.
#[inline(always)]
pub fn seat_at(attestor: &Attestor, epoch: u32) -> Option<u16> {
    if epoch >= attestor.active_until.get() {
        return None;
    }
    // Seats count from the epoch after the change at the earliest, so 0 is a seat that it never had.
    attestor
        .seats_since
        .iter()
        .zip(&attestor.seats)
        .find(|(since, _)| since.get() != 0 && since.get() <= epoch)
        .map(|(_, seat)| seat.get())
}

/// Gives it another seat from epoch `since` on, which is never before its newest one's. Of two moves in an epoch, only the
/// last ever counts.
#[inline(always)]
pub fn move_to(attestor: &mut Attestor, seat: u16, since: u32) {
    let [newest, middle, _] = attestor.seats;
    let [newest_since, middle_since, _] = attestor.seats_since;
    if newest_since.get() != since {
        attestor.seats = [newest, newest, middle];
        attestor.seats_since = [newest_since, newest_since, middle_since];
    }
    attestor.seats[0] = U16::new(seat);
    attestor.seats_since[0] = U32::new(since);
}
