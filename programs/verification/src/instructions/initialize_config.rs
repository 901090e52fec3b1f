//! Creates the singletons: config, registry, ring of totals.

use super::config::{expect_parameters, expect_role};
use crate::{
    error::VerificationError,
    event::ConfigInitialized,
    interface::initialize_config::{Accounts, Args},
    state::{Config, EpochRing, Registry, VERSION},
};
use ionet_accounts::ids::GENESIS_AUTHORITY;
use ionet_common::{
    checks::{program, reload_mut, same, ZERO},
    event::emit,
    outcome::{Outcome, Refusal},
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64},
    sysvars, Context,
};
use pinocchio::{AccountView, Address};

/// Longest time from initialization to genesis, in seconds: 366 days. A slip of the unit would shut the program for ever.
const MAX_GENESIS_AHEAD: i64 = 366 * 86_400;

/// Handles `initialize_config`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    if !same(a.genesis_authority.address(), &GENESIS_AUTHORITY) {
        return Err(VerificationError::NotGenesisAuthority.into());
    }
    program(&a.system_program, &ZERO)?;
    expect_role(&args.authority)?;
    expect_role(&args.guardian)?;
    expect_parameters(args.committee_size, args.min_attestors, args.attestor_bond, args.activation_deposit)?;
    let now = sysvars::unix_time()?;
    let genesis = args.genesis.get();
    if genesis <= now || genesis > now.saturating_add(MAX_GENESIS_AHEAD) {
        return Err(VerificationError::GenesisNotAhead.into());
    }
    let config = Singleton::find(c.program_id, &a.config, b"config")?;
    let registry = Singleton::find(c.program_id, &a.registry, b"registry")?;
    let epoch_ring = Singleton::find(c.program_id, &a.epoch_ring, b"epoch_ring")?;

    config.create(c.program_id, &a.payer, Config::LEN)?;
    registry.create(c.program_id, &a.payer, Registry::LEN)?;
    epoch_ring.create(c.program_id, &a.payer, EpochRing::LEN)?;
    write_config(reload_mut(&a.config)?, args, config.bump);
    let account: &mut Registry = reload_mut(&a.registry)?;
    (account.discriminator, account.version, account.bump) = (Registry::DISCRIMINATOR, VERSION, registry.bump);
    let account: &mut EpochRing = reload_mut(&a.epoch_ring)?;
    (account.discriminator, account.version, account.bump) = (EpochRing::DISCRIMINATOR, VERSION, epoch_ring.bump);
    emit(&ConfigInitialized {
        discriminator: ConfigInitialized::DISCRIMINATOR,
        authority: args.authority,
        guardian: args.guardian,
        genesis: args.genesis,
        committee_size: args.committee_size,
        min_attestors: args.min_attestors,
        attestor_bond: args.attestor_bond,
        activation_deposit: args.activation_deposit,
        at: I64::new(now),
    });
    Ok(())
}

/// An account that there is one of.
struct Singleton<'a> {
    account: &'a AccountView,
    seeds: Seeds<'a>,
    bump: u8,
}

impl<'a> Singleton<'a> {
    /// The account must be at the canonical address of its name.
    #[inline(always)]
    fn find(program_id: &'a Address, account: &'a AccountView, name: &'a [u8]) -> Result<Self, Refusal> {
        // The program id is no seed: empty, but not a constant (see `Seeds`).
        let none = &program_id.as_array()[..0];
        let (seeds, mut bump) = (Seeds(name, none, none), 0);
        canonical_bump(account, program_id, &seeds, &mut bump)?;
        Ok(Self { account, seeds, bump })
    }

    /// Creates it, all zeros.
    #[inline(always)]
    fn create(&self, owner: &Address, payer: &AccountView, len: usize) -> Outcome {
        let Self { account, seeds, bump } = self;
        create(&Creation { payer, account, owner, len, extra: 0, seeds, bump: *bump })
    }
}

/// Fills the new config; nothing is paused or pending.
#[inline(always)]
fn write_config(config: &mut Config, args: &Args, bump: u8) {
    config.discriminator = Config::DISCRIMINATOR;
    config.version = VERSION;
    config.bump = bump;
    config.committee_size = args.committee_size;
    config.min_attestors = args.min_attestors;
    config.genesis = args.genesis;
    config.attestor_bond = args.attestor_bond;
    config.activation_deposit = args.activation_deposit;
    config.authority = args.authority;
    config.guardian = args.guardian;
}
