//! Anyone gives back the seat of an attestor who no longer reports: silent members of committees would else keep the others
//! from a quorum for as long as they like.

use super::{
    attestor::read_attestor,
    config::read,
    epoch::current_epoch,
    report::place_in_history,
    vacate::{vacate, Vacancy},
};
use crate::{
    error::VerificationError,
    interface::evict_attestor::{Accounts, Args},
    state::Attestor,
};
use ionet_common::{outcome::Outcome, surface::I64, sysvars, Context};
use ionet_math::bounds::{SILENCE_WINDOW, SILENT_EPOCHS};

/// Handles `evict_attestor`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let at = I64::new(sysvars::unix_time()?);
    let epoch = current_epoch(read(c.program_id, &a.config)?.genesis.get(), at.get())?;
    expect_silent(read_attestor(c.program_id, &a.attestor)?, epoch)?;
    let (attestor, last_attestor, registry) = (&a.attestor, &a.last_attestor, &a.registry);
    vacate(c.program_id, &Vacancy { attestor, last_attestor, registry, epoch, at })
}

/// Recorded misses in 4 of the last 8 epochs, and no report in any of them; else `NotSilent`. The current epoch counts for
/// neither: its reports may still come.
#[inline(always)]
fn expect_silent(attestor: &Attestor, epoch: u32) -> Outcome {
    let (mut missed, mut has_revealed) = (0u32, false);
    for past in epoch.saturating_sub(SILENCE_WINDOW)..epoch {
        let at = place_in_history(past);
        if attestor.epochs[at].get() == past {
            missed = missed.wrapping_add(u32::from(attestor.missed[at].get() > 0)); // at most 8
            has_revealed |= attestor.revealed[at].get() > 0;
        }
    }
    if missed < SILENT_EPOCHS || has_revealed {
        return Err(VerificationError::NotSilent.into());
    }
    Ok(())
}
