//! Closes a device. Its key can be registered again; that is then another device.

use super::{
    device::{as_owner, Tenure},
    epoch::current_epoch,
    position,
};
use crate::{
    error::VerificationError,
    event::DeviceDeregistered,
    interface::deregister_device::{Accounts, Args},
};
use ionet_accounts::{
    escrow::{Offer, VERSION as ESCROW_VERSION},
    ids::ESCROW_ID,
};
use ionet_common::{
    checks::{is_zero, load, same},
    event::emit,
    outcome::Outcome,
    pda::{canonical_bump, close, Seeds},
    surface::{Record, I64, U64},
    sysvars, Context,
};
use pinocchio::{AccountView, Address};

/// Handles `deregister_device`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let now = sysvars::now()?;
    let device = as_owner(c.program_id, &a.device, &a.owner)?;
    if device.holds_index() {
        return Err(VerificationError::DeviceActive.into());
    }
    // The epoch before decides what it counts as in this one: the record stays while the epoch lasts.
    if device.held_index_in(current_epoch(device.genesis.get(), now.unix)?) {
        return Err(VerificationError::DeregisteredTooSoon.into());
    }
    // The slot tells one registration of a key from the next: two in one slot would pass for the same device.
    if device.registered_slot.get() >= now.slot {
        return Err(VerificationError::DeregisteredAtOnce.into());
    }
    if !is_zero(&device.open_case) {
        return Err(VerificationError::CaseOpen.into());
    }
    expect_no_job(&a.offer, a.device.address())?;
    if !same(&device.rent_payer, a.rent_payer.address()) {
        return Err(VerificationError::WrongRentPayer.into());
    }
    let (address, kept) = (*a.device.address(), device.deposit.get());
    position::give_back(&a.device, &a.owner, kept)?;
    let rent = close(&a.device, &a.rent_payer)?;
    emit(&DeviceDeregistered {
        discriminator: DeviceDeregistered::DISCRIMINATOR,
        device: address,
        rent_payer: *a.rent_payer.address(),
        rent: U64::new(rent),
        at: I64::new(now.unix),
    });
    Ok(())
}

/// No job may hold the device: settling one needs its record of being seen.
///
/// Errors: `WrongOffer` for an account that is not the device's offer, nor its address without one; `DeviceHasLiveJob`;
/// 6006–6008 for an offer of a version that this program does not know.
#[inline(always)]
fn expect_no_job(offer: &AccountView, device: &Address) -> Outcome {
    let mut bump = 0;
    if canonical_bump(offer, &ESCROW_ID, &Seeds(b"offer", device.as_array(), &[]), &mut bump).is_err() {
        return Err(VerificationError::WrongOffer.into());
    }
    if offer.owned_by(&pinocchio_system::ID) && offer.data_len() == 0 {
        return Ok(());
    }
    let offer: &Offer = load(&ESCROW_ID, offer, ESCROW_VERSION)?;
    if !is_zero(&offer.live_job) {
        return Err(VerificationError::DeviceHasLiveJob.into());
    }
    Ok(())
}
