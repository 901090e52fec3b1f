//! Fixes a new slot for an epoch whose seed is lost.

use super::epoch::{expect_unseeded, offset};
use crate::{
    error::VerificationError,
    event::EpochRearmed,
    interface::rearm_epoch::{Accounts, Args},
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
use ionet_math::{bounds::SEED_DELAY_SLOTS, epoch::is_open_time};

/// Handles `rearm_epoch`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let epoch: &mut Epoch = load_mut(c.program_id, &a.epoch, VERSION)?;
    let now = sysvars::now()?;
    if !is_open_time(offset(now.unix, epoch)?) {
        return Err(VerificationError::OpenTooLate.into());
    }
    expect_unseeded(epoch)?;
    // A block that can still be taken must be: else whoever dislikes it would draw again.
    let FirstBlock::Lost = first_block(&a.slot_hashes, epoch.slot.get().saturating_add(SEED_DELAY_SLOTS))? else {
        return Err(VerificationError::RearmTooEarly.into());
    };

    epoch.slot = U64::new(now.slot);
    emit(&EpochRearmed {
        discriminator: EpochRearmed::DISCRIMINATOR,
        epoch_number: epoch.number,
        slot: epoch.slot,
        at: I64::new(now.unix),
    });
    Ok(())
}
