//! Takes the next seat: nobody chooses one.

use super::{
    config::{read, Rules},
    epoch::current_epoch,
    position,
    registry::{counts_from, expect_seat_left, push_seat, read_registry},
};
use crate::{
    event::AttestorJoined,
    interface::join_attestor::{Accounts, Args},
    state::{Attestor, FOREVER, PAUSE_JOIN, VERSION},
};
use ionet_common::{
    checks::{program, reload_mut, ZERO},
    event::emit,
    outcome::Outcome,
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64, U16, U32, U64},
    sysvars, Context,
};
use pinocchio::Address;

/// Handles `join_attestor`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    program(&a.system_program, &ZERO)?;
    let now = sysvars::unix_time()?;
    let config = read(c.program_id, &a.config)?;
    config.expect_running(PAUSE_JOIN, now)?;
    let epoch = current_epoch(config.genesis.get(), now)?;
    let registry = read_registry(c.program_id, &a.registry)?;
    expect_seat_left(registry)?;
    let (bond, seat, since) = (config.attestor_bond, registry.seats, counts_from(registry, epoch));

    create_attestor(c.program_id, a)?;
    position::put_up(&a.authority, &a.attestor, bond.get());
    take_seat(reload_mut(&a.attestor)?, seat, since, bond);
    push_seat(reload_mut(&a.registry)?, since);
    emit(&AttestorJoined {
        discriminator: AttestorJoined::DISCRIMINATOR,
        attestor: *a.attestor.address(),
        authority: *a.authority.address(),
        seat,
        since: U32::new(since),
        bond,
        at: I64::new(now),
    });
    Ok(())
}

/// Creates the account, with who signs for it.
#[inline(always)]
fn create_attestor(program_id: &Address, a: &Accounts) -> Outcome {
    let authority = *a.authority.address();
    let (seeds, mut bump) = (Seeds(b"attestor", authority.as_array(), &[]), 0);
    canonical_bump(&a.attestor, program_id, &seeds, &mut bump)?;
    create(&Creation {
        payer: &a.payer,
        account: &a.attestor,
        owner: program_id,
        len: Attestor::LEN,
        extra: 0,
        seeds: &seeds,
        bump,
    })?;
    let attestor: &mut Attestor = reload_mut(&a.attestor)?;
    attestor.discriminator = Attestor::DISCRIMINATOR;
    attestor.version = VERSION;
    attestor.bump = bump;
    attestor.authority = authority;
    attestor.rent_payer = *a.payer.address();
    Ok(())
}

/// Gives the new attestor its first seat; all else is zero.
#[inline(always)]
fn take_seat(attestor: &mut Attestor, seat: U16, since: u32, bond: U64) {
    attestor.seats[0] = seat;
    attestor.seats_since[0] = U32::new(since);
    attestor.active_until = U32::new(FOREVER);
    attestor.bond = bond;
}
