//! Giving a seat back. The holder of the last one moves into it, so that seats have no holes.

use super::{
    attestor::{is_seated, move_to, read_attestor},
    registry::{counts_from, pop_seat, read_registry},
};
use crate::{
    error::VerificationError,
    event::{AttestorExited, SeatMoved},
    state::{Attestor, Registry},
};
use ionet_common::{
    checks::reload_mut,
    event::emit,
    outcome::{Outcome, Refusal},
    surface::{Record, I64, U16, U32},
};
use pinocchio::{AccountView, Address};

/// Whose seat, who holds the last one, and where seats are counted.
pub struct Vacancy<'a> {
    /// Gives its seat back; an attestor of ours.
    pub attestor: &'a AccountView,
    /// Holds the last seat; the attestor once more if he does.
    pub last_attestor: &'a AccountView,
    /// The singleton.
    pub registry: &'a AccountView,
    /// The clock's epoch.
    pub epoch: u32,
    /// Unix second of the transaction.
    pub at: I64,
}

/// Gives the seat back from the next epoch on; duties of this one remain.
///
/// Errors: 6005–6008, `AttestorExiting`, `WrongLastAttestor`.
#[inline(never)]
pub fn vacate(program_id: &Address, v: &Vacancy) -> Outcome {
    let attestor = read_attestor(program_id, v.attestor)?;
    if !is_seated(attestor) {
        return Err(VerificationError::AttestorExiting.into());
    }
    let registry = read_registry(program_id, v.registry)?;
    let last_seat = expect_last(read_attestor(program_id, v.last_attestor)?, registry)?;
    let (seat, since) = (attestor.seats[0], counts_from(registry, v.epoch));

    reload_mut::<Attestor>(v.attestor)?.active_until = U32::new(since);
    pop_seat(reload_mut::<Registry>(v.registry)?, since);
    emit(&AttestorExited {
        discriminator: AttestorExited::DISCRIMINATOR,
        attestor: *v.attestor.address(),
        seat,
        active_until: U32::new(since),
        at: v.at,
    });
    // Whoever holds the last seat leaves no hole.
    if seat == last_seat {
        return Ok(());
    }
    move_to(reload_mut(v.last_attestor)?, seat.get(), since);
    emit(&SeatMoved {
        discriminator: SeatMoved::DISCRIMINATOR,
        attestor: *v.last_attestor.address(),
        from: last_seat,
        to: seat,
        since: U32::new(since),
        at: v.at,
    });
    Ok(())
}

/// The last seat, which `last` must hold; else `WrongLastAttestor`. Nobody else can: the newest seats of those who have not
/// exited are all different.
#[inline(always)]
fn expect_last(last: &Attestor, registry: &Registry) -> Result<U16, Refusal> {
    // Who gives a seat back holds one, so there is a last.
    let last_seat = U16::new(registry.seats.get().wrapping_sub(1));
    if !is_seated(last) || last.seats[0] != last_seat {
        return Err(VerificationError::WrongLastAttestor.into());
    }
    Ok(last_seat)
}
