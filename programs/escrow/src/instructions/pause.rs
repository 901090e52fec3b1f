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
use ionet_math::bounds::PAUSE_DURATION;

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
    let last = config.paused_until.get();
    // Without the rest, a guardian could keep the market shut by pausing again and again.
    if last != 0 && now < last.saturating_add(i64::from(PAUSE_DURATION)) {
        return Err(EscrowError::PauseTooSoon.into());
    }
    let until = I64::new(now.saturating_add(i64::from(PAUSE_DURATION)));
    config.pause_flags = args.flags;
    config.paused_until = until;
    emit(&Paused { discriminator: Paused::DISCRIMINATOR, by, flags: args.flags, until, at: I64::new(now) });
    Ok(())
}
