//! Second step of handing over authority: the new one proves that it can sign.

use crate::{
    error::VerificationError,
    event::AuthorityAccepted,
    interface::accept_authority::{Accounts, Args},
    state::{Config, VERSION},
};
use ionet_common::{
    checks::{load_mut, same, ZERO},
    event::emit,
    outcome::Outcome,
    surface::{Record, I64},
    sysvars, Context,
};

/// Handles `accept_authority`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let config: &mut Config = load_mut(c.program_id, &a.config, VERSION)?;
    // No key has the zero address, so "none" cannot sign.
    if !same(&config.pending_authority, a.pending_authority.address()) {
        return Err(VerificationError::NotPendingAuthority.into());
    }
    let at = I64::new(sysvars::unix_time()?);

    config.authority = config.pending_authority;
    config.pending_authority = ZERO;
    emit(&AuthorityAccepted { discriminator: AuthorityAccepted::DISCRIMINATOR, authority: config.authority, at });
    Ok(())
}
