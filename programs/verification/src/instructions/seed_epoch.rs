//! Takes the seed of an epoch.

use super::epoch::{expect_unseeded, offset};
use crate::{
    error::VerificationError,
    event::EpochSeeded,
    interface::seed_epoch::{Accounts, Args},
    state::{Epoch, VERSION},
};
use ionet_common::{
    checks::load_mut,
    event::emit,
    outcome::Outcome,
    slot_hashes::{first_block, FirstBlock},
    surface::{Record, I64, U64},
    sysvars, Context,
};
use ionet_math::{bounds::SEED_DELAY_SLOTS, epoch::is_commit_time};

/// Handles `seed_epoch`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let epoch: &mut Epoch = load_mut(c.program_id, &a.epoch, VERSION)?;
    let at = I64::new(sysvars::unix_time()?);
    if !is_commit_time(offset(at.get(), epoch)?) {
        return Err(VerificationError::SeedTooLate.into());
    }
    expect_unseeded(epoch)?;
    let (seed_slot, seed) = match first_block(&a.slot_hashes, epoch.slot.get().saturating_add(SEED_DELAY_SLOTS))? {
        FirstBlock::Ahead => return Err(VerificationError::SeedTooEarly.into()),
        FirstBlock::Lost => return Err(VerificationError::SeedExpired.into()),
        FirstBlock::Found { slot, hash } => (U64::new(slot), hash),
    };

    epoch.seed_slot = seed_slot;
    epoch.seed = seed;
    emit(&EpochSeeded { discriminator: EpochSeeded::DISCRIMINATOR, epoch_number: epoch.number, seed_slot, seed, at });
    Ok(())
}
