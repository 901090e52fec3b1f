//! Opens the epoch that the clock is in: fixes the slot of its seed, and what its committees are drawn from.

use super::{
    config::read,
    epoch::current_epoch,
    registry::{read_registry, seats_at},
};
use crate::{
    error::VerificationError,
    event::EpochOpened,
    interface::open_epoch::{Accounts, Args},
    state::{Epoch, EpochRing, VERSION},
};
use ionet_common::{
    checks::{load, program, reload_mut, Check, ZERO},
    event::emit,
    outcome::{Outcome, Refusal},
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64, U16, U32, U64},
    sysvars, Context,
};
use ionet_math::{
    bounds::{EPOCH_ACCOUNTS, RING_EPOCHS},
    committee::committee_size,
    epoch::{is_open_time, offset_in, starts_at},
};
use pinocchio::Address;

/// Handles `open_epoch`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    program(&a.system_program, &ZERO)?;
    let config = read(c.program_id, &a.config)?;
    let registry = read_registry(c.program_id, &a.registry)?;
    load::<EpochRing>(c.program_id, &a.epoch_ring, VERSION)?;
    let now = sysvars::now()?;
    let starts_at = expect_current(config.genesis.get(), args, now.unix)?;
    let is_new = a.epoch.data_len() == 0;
    if !is_new {
        expect_earlier(load(c.program_id, &a.epoch, VERSION)?, args)?;
    }
    let (seats, index_count) = (seats_at(registry, args.epoch_number.get()), registry.index_count);
    let committee_size = committee_size(config.committee_size, config.min_attestors, seats);

    if is_new {
        create_epoch(c.program_id, a, args)?;
    }
    let epoch: &mut Epoch = reload_mut(&a.epoch)?;
    epoch.number = args.epoch_number;
    epoch.starts_at = I64::new(starts_at);
    epoch.slot = U64::new(now.slot);
    epoch.seed_slot = U64::new(0);
    epoch.seed = [0; 32];
    epoch.seats = U16::new(seats);
    epoch.committee_size = committee_size;
    epoch.index_count = index_count;
    turn_to(reload_mut(&a.epoch_ring)?, args.epoch_number);
    emit(&EpochOpened {
        discriminator: EpochOpened::DISCRIMINATOR,
        epoch_number: epoch.number,
        slot: epoch.slot,
        seats: epoch.seats,
        committee_size,
        index_count,
        at: I64::new(now.unix),
    });
    Ok(())
}

/// The epoch must be the clock's, in the time for opening it, at its place among the accounts. Gives its first second.
///
/// Errors: `BeforeGenesis`, `EpochNotCurrent`, `OpenTooLate`, `WrongRingIndex`.
#[inline(always)]
fn expect_current(genesis: i64, args: &Args, now: i64) -> Result<i64, Refusal> {
    let number = current_epoch(genesis, now)?;
    if args.epoch_number.get() != number {
        return Err(VerificationError::EpochNotCurrent.into());
    }
    let starts_at = starts_at(genesis, number);
    if !offset_in(starts_at, now).is_some_and(is_open_time) {
        return Err(VerificationError::OpenTooLate.into());
    }
    if u32::from(args.ring_index) != number % EPOCH_ACCOUNTS {
        return Err(VerificationError::WrongRingIndex.into());
    }
    Ok(starts_at)
}

/// An account that is used again must be the one of this place, and hold an earlier epoch.
///
/// Errors: `WrongAddress`, `EpochOpen`.
#[inline(always)]
fn expect_earlier(epoch: &Epoch, args: &Args) -> Outcome {
    if epoch.number.get() % EPOCH_ACCOUNTS != u32::from(args.ring_index) {
        return Err(Check::WrongAddress.into());
    }
    if epoch.number.get() >= args.epoch_number.get() {
        return Err(VerificationError::EpochOpen.into());
    }
    Ok(())
}

/// Creates the account of this place.
#[inline(always)]
fn create_epoch(program_id: &Address, a: &Accounts, args: &Args) -> Outcome {
    let place = [args.ring_index];
    let (seeds, mut bump) = (Seeds(b"epoch", &place, &[]), 0);
    canonical_bump(&a.epoch, program_id, &seeds, &mut bump)?;
    create(&Creation {
        payer: &a.payer,
        account: &a.epoch,
        owner: program_id,
        len: Epoch::LEN,
        extra: 0,
        seeds: &seeds,
        bump,
    })?;
    let epoch: &mut Epoch = reload_mut(&a.epoch)?;
    epoch.discriminator = Epoch::DISCRIMINATOR;
    epoch.version = VERSION;
    epoch.bump = bump;
    epoch.rent_payer = *a.payer.address();
    Ok(())
}

/// Makes room for the epoch in the ring of totals, which holds the one 256 before it.
#[inline(always)]
fn turn_to(ring: &mut EpochRing, number: U32) {
    let place = (number.get() % RING_EPOCHS) as usize;
    ring.numbers[place] = number;
    ring.weights[place] = U64::new(0);
    ring.reports[place] = U32::new(0);
}
