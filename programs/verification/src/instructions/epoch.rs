//! Reading epochs: which one it is, at which second of it the clock is, and whether it has its seed.

use crate::{
    error::VerificationError,
    state::{Epoch, VERSION},
};
use ionet_common::{
    checks::load,
    outcome::{Outcome, Refusal},
};
use ionet_math::epoch::{epoch_at, offset_in};
use pinocchio::{AccountView, Address};

/// Loads the account of one epoch: the number binds it, as its 32 accounts are used in turn.
///
/// Errors: 6005–6008, `WrongEpoch`.
#[inline(always)]
pub fn read_epoch<'a>(program_id: &Address, account: &'a AccountView, number: u32) -> Result<&'a Epoch, Refusal> {
    let epoch: &Epoch = load(program_id, account, VERSION)?;
    if epoch.number.get() != number {
        return Err(VerificationError::WrongEpoch.into());
    }
    Ok(epoch)
}

/// The epoch that the clock is in; else `BeforeGenesis`.
#[inline(always)]
pub fn current_epoch(genesis: i64, now: i64) -> Result<u32, Refusal> {
    match epoch_at(genesis, now) {
        Some(number) => Ok(number),
        None => Err(VerificationError::BeforeGenesis.into()),
    }
}

/// The second of `epoch` that the clock is at; else `EpochNotCurrent`.
#[inline(always)]
pub fn offset(now: i64, epoch: &Epoch) -> Result<u32, Refusal> {
    match offset_in(epoch.starts_at.get(), now) {
        Some(second) => Ok(second),
        None => Err(VerificationError::EpochNotCurrent.into()),
    }
}

/// Whether the seed is taken. No block that could give it is at slot 0.
#[inline(always)]
pub fn is_seeded(epoch: &Epoch) -> bool {
    epoch.seed_slot.get() != 0
}

/// The epoch must have its seed; else `EpochNotSeeded`.
#[inline(always)]
pub fn expect_seeded(epoch: &Epoch) -> Outcome {
    if !is_seeded(epoch) {
        return Err(VerificationError::EpochNotSeeded.into());
    }
    Ok(())
}

/// The epoch must be without a seed; else `EpochSeeded`.
#[inline(always)]
pub fn expect_unseeded(epoch: &Epoch) -> Outcome {
    if is_seeded(epoch) {
        return Err(VerificationError::EpochSeeded.into());
    }
    Ok(())
}
