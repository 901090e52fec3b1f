//! First step of handing over authority.

use super::config::as_authority;
use crate::{
    event::AuthorityProposed,
    interface::propose_authority::{Accounts, Args},
};
use ionet_common::{
    event::emit,
    outcome::Outcome,
    surface::{Record, I64},
    sysvars, Context,
};

/// Handles `propose_authority`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let config = as_authority(c.program_id, &a.config, &a.authority)?;
    let at = I64::new(sysvars::unix_time()?);

    config.pending_authority = args.new_authority;
    emit(&AuthorityProposed {
        discriminator: AuthorityProposed::DISCRIMINATOR,
        authority: config.authority,
        pending_authority: args.new_authority,
        at,
    });
    Ok(())
}
