//! Reading the config: authority, pauses, accepted mints.

use crate::{
    error::EscrowError,
    state::{Config, CLASS_SLOTS, MINT_SLOTS, VERSION},
};
use ionet_common::outcome::{Outcome, Refusal};
use ionet_common::{
    checks::{is_zero, load, load_mut, same},
    surface::U64,
};
use ionet_math::pause::is_paused;
use pinocchio::{AccountView, Address};

/// Loads the config for reading.
#[inline(always)]
pub fn read<'a>(program_id: &Address, account: &'a AccountView) -> Result<&'a Config, Refusal> {
    load(program_id, account, VERSION)
}

/// Loads the config for its authority to change.
#[allow(clippy::mut_from_ref)] // a view is a handle
#[inline(always)]
pub fn as_authority<'a>(
    program_id: &Address,
    account: &'a AccountView,
    signer: &AccountView,
) -> Result<&'a mut Config, Refusal> {
    let config: &mut Config = load_mut(program_id, account, VERSION)?;
    if !same(&config.authority, signer.address()) {
        return Err(EscrowError::NotAuthority.into());
    }
    Ok(config)
}

/// What handlers ask of the config.
pub trait Rules {
    /// Refuses an entry while any of `flags` is paused.
    fn expect_running(&self, flags: u8, now: i64) -> Outcome;
    /// Finds the slot of a mint that new jobs may use, or `MintNotAccepted`.
    fn find_slot(&self, mint: &Address, slot: &mut usize) -> Outcome;
    /// The minimum rates of one mint slot (below `MINT_SLOTS`), by class.
    fn min_rates(&mut self, slot: usize) -> &mut [U64];
    /// The minimum rate of a class in one mint slot.
    fn min_rate(&self, slot: usize, class: u8) -> u64;
}

impl Rules for Config {
    #[inline(always)]
    fn expect_running(&self, flags: u8, now: i64) -> Outcome {
        if self.pause_flags & flags != 0 && is_paused(self.paused_until.get(), now) {
            return Err(EscrowError::EntriesPaused.into());
        }
        Ok(())
    }

    #[inline(never)]
    fn find_slot(&self, mint: &Address, slot: &mut usize) -> Outcome {
        *slot = 0;
        while *slot < MINT_SLOTS {
            if self.accepted >> *slot & 1 == 1 && same(&self.mints[*slot], mint) {
                return Ok(());
            }
            *slot = slot.wrapping_add(1);
        }
        Err(EscrowError::MintNotAccepted.into())
    }

    #[inline(always)]
    fn min_rates(&mut self, slot: usize) -> &mut [U64] {
        let from = slot.wrapping_mul(CLASS_SLOTS);
        &mut self.min_rates[from..from.wrapping_add(CLASS_SLOTS)]
    }

    #[inline(always)]
    fn min_rate(&self, slot: usize, class: u8) -> u64 {
        // Both indexes are in range, so the product stays below 64.
        self.min_rates[slot.wrapping_mul(CLASS_SLOTS).wrapping_add(usize::from(class))].get()
    }
}

/// Roles must be held by somebody: the zero address could never act or be paid.
#[inline(never)]
pub fn expect_role(address: &Address) -> Outcome {
    if is_zero(address) {
        return Err(EscrowError::ZeroAddress.into());
    }
    Ok(())
}
