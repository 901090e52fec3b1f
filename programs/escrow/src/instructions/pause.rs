//! Pauses entries for a while. Exits have no pause.

use crate::{
    error::EscrowError,
    event::Paused,
    interface::pause::{Accounts, Args},
    state::{Config, PAUSE_ACCEPT, PAUSE_EXTEND, PAUSE_OPEN, VERSION},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    checks::{load_mut, same},
    event::emit,
    surface::{Record, I64},
    sysvars, Context,
};
use ionet_math::pause::{may_pause, pause_end};

/// Handles `pause`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let config: &mut Config = load_mut(c.program_id, &a.config, VERSION)?;
    let by = *a.guardian.address();
    if !same(&config.guardian, &by) && !same(&config.authority, &by) {
        return Err(EscrowError::NotGuardian.into());
    }
    if args.flags == 0 || args.flags & !(PAUSE_OPEN | PAUSE_ACCEPT | PAUSE_EXTEND) != 0 {
        return Err(EscrowError::InvalidPauseFlags.into());
    }
    let now = sysvars::unix_time()?;
    if !may_pause(config.paused_until.get(), now) {
        return Err(EscrowError::PauseTooSoon.into());
    }
    let until = I64::new(pause_end(now));
    config.pause_flags = args.flags;
    config.paused_until = until;
    emit(&Paused { discriminator: Paused::DISCRIMINATOR, by, flags: args.flags, until, at: I64::new(now) });
    Ok(())
}
