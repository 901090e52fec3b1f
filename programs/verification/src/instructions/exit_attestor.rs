//! Gives a seat back. The holder of the last one moves into it, so that seats have no holes.

use super::{
    attestor::{expect_authority, is_seated, move_to, read_attestor},
    config::read,
    epoch::current_epoch,
    registry::{counts_from, pop_seat, read_registry},
};
use crate::{
    error::VerificationError,
    event::{AttestorExited, SeatMoved},
    interface::exit_attestor::{Accounts, Args},
    state::{Attestor, Registry},
};
use ionet_common::{
    checks::reload_mut,
    event::emit,
    outcome::{Outcome, Refusal},
    surface::{Record, I64, U16, U32},
    sysvars, Context,
};

/// Handles `exit_attestor`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let attestor = read_attestor(c.program_id, &a.attestor)?;
    expect_authority(attestor, &a.authority)?;
    if !is_seated(attestor) {
        return Err(VerificationError::AttestorExiting.into());
    }
    let registry = read_registry(c.program_id, &a.registry)?;
    let last_seat = expect_last(read_attestor(c.program_id, &a.last_attestor)?, registry)?;
    let at = I64::new(sysvars::unix_time()?);
    let epoch = current_epoch(read(c.program_id, &a.config)?.genesis.get(), at.get())?;
    let (seat, since) = (attestor.seats[0], counts_from(registry, epoch));

    reload_mut::<Attestor>(&a.attestor)?.active_until = U32::new(since);
    pop_seat(reload_mut(&a.registry)?, since);
    emit(&AttestorExited {
        discriminator: AttestorExited::DISCRIMINATOR,
        attestor: *a.attestor.address(),
        seat,
        active_until: U32::new(since),
        at,
    });
    // Whoever holds the last seat leaves no hole.
    if seat == last_seat {
        return Ok(());
    }
    move_to(reload_mut(&a.last_attestor)?, seat.get(), since);
    emit(&SeatMoved {
        discriminator: SeatMoved::DISCRIMINATOR,
        attestor: *a.last_attestor.address(),
        from: last_seat,
        to: seat,
        since: U32::new(since),
        at,
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
