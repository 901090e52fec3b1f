//! Accepts or refuses a mint for new jobs, with minimum rates.

use super::config::{as_authority, Rules};
use crate::{
    error::EscrowError,
    event::MintSet,
    interface::set_mint::{Accounts, Args},
    state::{Config, MINT_SLOTS},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    checks::{is_zero, same, Check},
    event::emit,
    surface::{Record, I64},
    sysvars,
    token::expect_mint,
    Context,
};
use ionet_math::bounds::MAX_RATE;
use pinocchio::Address;

/// Handles `set_mint`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let config = as_authority(c.program_id, &a.config, &a.authority)?;
    expect_mint(&a.mint)?;
    expect_slot(config, usize::from(args.slot), a.mint.address())?;
    if !args.is_accepted.is_valid() {
        return Err(Check::InvalidBoolean.into());
    }
    for rate in &args.min_rates {
        if rate.get() > MAX_RATE {
            return Err(EscrowError::InvalidMinimumRate.into());
        }
    }
    let at = I64::new(sysvars::unix_time()?);
    let bit = 1u8 << args.slot; // the slot is below 4
    config.accepted = if args.is_accepted.get() { config.accepted | bit } else { config.accepted & !bit };
    config.mints[usize::from(args.slot)] = *a.mint.address();
    config.min_rates(usize::from(args.slot)).copy_from_slice(&args.min_rates);
    emit(&MintSet {
        discriminator: MintSet::DISCRIMINATOR,
        mint: *a.mint.address(),
        slot: args.slot,
        is_accepted: args.is_accepted,
        at,
    });
    Ok(())
}

/// A slot keeps its mint for good, and a mint has one slot: offers hold minimum rates by it.
#[inline(always)]
fn expect_slot(config: &Config, slot: usize, mint: &Address) -> Outcome {
    if slot >= MINT_SLOTS {
        return Err(EscrowError::InvalidMintSlot.into());
    }
    for (index, held) in config.mints.iter().enumerate() {
        let is_conflict = if index == slot { !is_zero(held) && !same(held, mint) } else { same(held, mint) };
        if is_conflict {
            return Err(EscrowError::InvalidMintSlot.into());
        }
    }
    Ok(())
}
