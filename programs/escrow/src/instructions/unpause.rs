//! Lifts a pause early.

use super::config::as_authority;
use crate::{
    error::EscrowError,
    event::Unpaused,
    interface::unpause::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    event::emit,
    surface::{Record, I64},
    sysvars, Context,
};
use ionet_math::pause::is_paused;

/// Handles `unpause`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let config = as_authority(c.program_id, &a.config, &a.authority)?;
    let at = I64::new(sysvars::unix_time()?);
    if config.pause_flags == 0 || !is_paused(config.paused_until.get(), at.get()) {
        return Err(EscrowError::NotPaused.into());
    }
    config.pause_flags = 0;
    config.paused_until = at;
    emit(&Unpaused { discriminator: Unpaused::DISCRIMINATOR, at });
    Ok(())
}
