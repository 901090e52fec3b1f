//! Reading the config: authority, pauses, bounds of its parameters.

use crate::{
    error::VerificationError,
    state::{Config, VERSION},
};
use ionet_common::{
    checks::{is_zero, load, load_mut, same},
    outcome::{Outcome, Refusal},
    surface::U64,
};
use ionet_math::{
    bounds::{MAX_ACTIVATION_DEPOSIT, MAX_ATTESTOR_BOND, MAX_COMMITTEE, MIN_ACTIVATION_DEPOSIT, MIN_ATTESTOR_BOND},
    pause::is_paused,
};
use pinocchio::{AccountView, Address};

/// Loads the config for reading.
///
/// Errors: 6005–6008.
#[inline(always)]
pub fn read<'a>(program_id: &Address, account: &'a AccountView) -> Result<&'a Config, Refusal> {
    load(program_id, account, VERSION)
}

/// Loads the config for its authority to change.
///
/// Errors: 6005–6008, `NotAuthority`.
#[allow(clippy::mut_from_ref)] // a view is a handle
#[inline(always)]
pub fn as_authority<'a>(
    program_id: &Address,
    account: &'a AccountView,
    signer: &AccountView,
) -> Result<&'a mut Config, Refusal> {
    let config: &mut Config = load_mut(program_id, account, VERSION)?;
    if !same(&config.authority, signer.address()) {
        return Err(VerificationError::NotAuthority.into());
    }
    Ok(config)
}

/// What handlers ask of the config.
pub trait Rules {
    /// Refuses an entry while any of `flags` is paused; else `EntriesPaused`.
    fn expect_running(&self, flags: u8, now: i64) -> Outcome;
}

impl Rules for Config {
    #[inline(always)]
    fn expect_running(&self, flags: u8, now: i64) -> Outcome {
        if self.pause_flags & flags != 0 && is_paused(self.paused_until.get(), now) {
            return Err(VerificationError::EntriesPaused.into());
        }
        Ok(())
    }
}

/// Roles must be held by somebody: the zero address could never act; else `ZeroAddress`.
#[inline(always)]
pub fn expect_role(address: &Address) -> Outcome {
    if is_zero(address) {
        return Err(VerificationError::ZeroAddress.into());
    }
    Ok(())
}

/// The parameters that the authority may choose must be within the published bounds.
///
/// Errors: `InvalidCommitteeSize`, `InvalidMinAttestors`, `InvalidBond`, `InvalidDeposit`.
#[inline(never)]
pub fn expect_parameters(
    committee_size: u8,
    min_attestors: u8,
    attestor_bond: U64,
    activation_deposit: U64,
) -> Outcome {
    if committee_size == 0 || committee_size > MAX_COMMITTEE {
        return Err(VerificationError::InvalidCommitteeSize.into());
    }
    if min_attestors == 0 || min_attestors > MAX_COMMITTEE {
        return Err(VerificationError::InvalidMinAttestors.into());
    }
    let (bond, deposit) = (attestor_bond.get(), activation_deposit.get());
    if !(MIN_ATTESTOR_BOND..=MAX_ATTESTOR_BOND).contains(&bond) {
        return Err(VerificationError::InvalidBond.into());
    }
    if !(MIN_ACTIVATION_DEPOSIT..=MAX_ACTIVATION_DEPOSIT).contains(&deposit) {
        return Err(VerificationError::InvalidDeposit.into());
    }
    Ok(())
}
