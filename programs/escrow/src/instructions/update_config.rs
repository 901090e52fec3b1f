//! Changes guardian, treasury and fee.

use super::config::{as_authority, expect_role};
use crate::{
    error::EscrowError,
    event::ConfigUpdated,
    interface::update_config::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    event::emit,
    surface::{Record, I64},
    sysvars, Context,
};
use ionet_math::bounds::MAX_FEE_BPS;

/// Handles `update_config`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let config = as_authority(c.program_id, &a.config, &a.authority)?;
    expect_role(&args.guardian)?;
    expect_role(&args.treasury)?;
    if args.fee_bps.get() > MAX_FEE_BPS {
        return Err(EscrowError::FeeTooHigh.into());
    }
    let at = I64::new(sysvars::unix_time()?);
    config.guardian = args.guardian;
    config.treasury = args.treasury;
    config.fee_bps = args.fee_bps;
    emit(&ConfigUpdated {
        discriminator: ConfigUpdated::DISCRIMINATOR,
        guardian: args.guardian,
        treasury: args.treasury,
        fee_bps: args.fee_bps,
        at,
    });
    Ok(())
}
