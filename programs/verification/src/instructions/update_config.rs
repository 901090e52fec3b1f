//! Changes the guardian and the parameters.

use super::config::{as_authority, expect_parameters, expect_role};
use crate::{
    event::ConfigUpdated,
    interface::update_config::{Accounts, Args},
};
use ionet_common::{
    event::emit,
    outcome::Outcome,
    surface::{Record, I64},
    sysvars, Context,
};

/// Handles `update_config`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let config = as_authority(c.program_id, &a.config, &a.authority)?;
    expect_role(&args.guardian)?;
    expect_parameters(args.committee_size, args.min_attestors, args.attestor_bond, args.activation_deposit)?;
    let at = I64::new(sysvars::unix_time()?);

    config.guardian = args.guardian;
    config.committee_size = args.committee_size;
    config.min_attestors = args.min_attestors;
    config.attestor_bond = args.attestor_bond;
    config.activation_deposit = args.activation_deposit;
    emit(&ConfigUpdated {
        discriminator: ConfigUpdated::DISCRIMINATOR,
        guardian: args.guardian,
        committee_size: args.committee_size,
        min_attestors: args.min_attestors,
        attestor_bond: args.attestor_bond,
        activation_deposit: args.activation_deposit,
        at,
    });
    Ok(())
}
