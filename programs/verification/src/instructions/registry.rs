//! The registry's seats: taken and given back in one epoch, counted from the next.

use crate::{
    error::VerificationError,
    state::{Registry, VERSION},
};
use ionet_common::{
    checks::load,
    outcome::{Outcome, Refusal},
    surface::{U16, U32},
};
use pinocchio::{AccountView, Address};

/// Loads the registry.
///
/// Errors: 6005–6008.
#[inline(always)]
pub fn read_registry<'a>(program_id: &Address, account: &'a AccountView) -> Result<&'a Registry, Refusal> {
    load(program_id, account, VERSION)
}

/// Seats that count in `epoch`, which is the clock's: a change counts from the epoch after it.
#[inline(always)]
pub fn seats_at(registry: &Registry, epoch: u32) -> u16 {
    if epoch >= registry.seats_since.get() {
        registry.seats.get()
    } else {
        registry.earlier_seats.get()
    }
}

/// The epoch from which a change in `epoch` counts: the next, and never before one that an earlier change counts from,
/// should the clock have gone back.
#[inline(always)]
pub fn counts_from(registry: &Registry, epoch: u32) -> u32 {
    epoch.saturating_add(1).max(registry.seats_since.get())
}

/// A seat must be left; else `SeatsExhausted`.
#[inline(always)]
pub fn expect_seat_left(registry: &Registry) -> Outcome {
    if registry.seats.get() == u16::MAX {
        return Err(VerificationError::SeatsExhausted.into());
    }
    Ok(())
}

/// Books one seat more from epoch `since` on; [`expect_seat_left`] has passed.
#[inline(always)]
pub fn push_seat(registry: &mut Registry, since: u32) {
    set_seats(registry, registry.seats.get().wrapping_add(1), since);
}

/// Books one seat less from epoch `since` on; somebody holds the last one, so there is one.
#[inline(always)]
pub fn pop_seat(registry: &mut Registry, since: u32) {
    set_seats(registry, registry.seats.get().wrapping_sub(1), since);
}

/// `since` is as [`counts_from`] gives it.
#[inline(always)]
fn set_seats(registry: &mut Registry, seats: u16, since: u32) {
    if registry.seats_since.get() != since {
        registry.earlier_seats = registry.seats;
        registry.seats_since = U32::new(since);
    }
    registry.seats = U16::new(seats);
}
