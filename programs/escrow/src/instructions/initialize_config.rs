//! Creates the config.

use super::config::expect_role;
use crate::{
    error::EscrowError,
    event::ConfigInitialized,
    interface::initialize_config::{Accounts, Args},
    state::{Config, VERSION},
};
use ionet_accounts::ids::GENESIS_AUTHORITY;
use ionet_common::outcome::Outcome;
use ionet_common::{
    checks::{program, reload_mut, same, ZERO},
    event::emit,
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64},
    sysvars, Context,
};
use ionet_math::bounds::MAX_FEE_BPS;

/// Handles `initialize_config`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    if !same(a.genesis_authority.address(), &GENESIS_AUTHORITY) {
        return Err(EscrowError::NotGenesisAuthority.into());
    }
    program(&a.system_program, &ZERO)?;
    for role in [&args.authority, &args.guardian, &args.treasury] {
        expect_role(role)?;
    }
    if args.fee_bps.get() > MAX_FEE_BPS {
        return Err(EscrowError::FeeTooHigh.into());
    }
    let mut bump = 0;
    // The program id is no seed: empty, but not a constant (see `Seeds`).
    let none = &c.program_id.as_array()[..0];
    let seeds = Seeds(b"config", none, none);
    canonical_bump(&a.config, c.program_id, &seeds, &mut bump)?;
    let at = I64::new(sysvars::unix_time()?);

    create(&Creation {
        payer: &a.payer,
        account: &a.config,
        owner: c.program_id,
        len: Config::LEN,
        extra: 0,
        seeds: &seeds,
        bump,
    })?;
    // A new account is all zeros: nothing is paused, pending or accepted.
    let config: &mut Config = reload_mut(&a.config)?;
    config.discriminator = Config::DISCRIMINATOR;
    config.version = VERSION;
    config.bump = bump;
    config.fee_bps = args.fee_bps;
    config.authority = args.authority;
    config.guardian = args.guardian;
    config.treasury = args.treasury;
    config.genesis_hash = args.genesis_hash;
    emit(&ConfigInitialized {
        discriminator: ConfigInitialized::DISCRIMINATOR,
        authority: args.authority,
        guardian: args.guardian,
        treasury: args.treasury,
        genesis_hash: args.genesis_hash,
        fee_bps: args.fee_bps,
        at,
    });
    Ok(())
}
