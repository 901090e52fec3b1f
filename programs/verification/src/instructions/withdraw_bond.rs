//! Closes an attestor when nothing that it did can be held against it any more.

use super::{
    attestor::{expect_authority, read_attestor},
    config::read,
    epoch::current_epoch,
    position,
};
use crate::{
    error::VerificationError,
    event::BondWithdrawn,
    interface::withdraw_bond::{Accounts, Args},
};
use ionet_common::{
    checks::{is_zero, same},
    event::emit,
    outcome::Outcome,
    pda::close,
    surface::{Record, I64},
    sysvars, Context,
};
use ionet_math::bounds::MISS_EPOCHS;

/// Handles `withdraw_bond`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let attestor = read_attestor(c.program_id, &a.attestor)?;
    expect_authority(attestor, &a.authority)?;
    if !same(&attestor.rent_payer, a.rent_payer.address()) {
        return Err(VerificationError::WrongRentPayer.into());
    }
    let at = I64::new(sysvars::unix_time()?);
    let epoch = current_epoch(read(c.program_id, &a.config)?.genesis.get(), at.get())?;
    // `active_until` of who has not exited is the end of time.
    if epoch < attestor.active_until.get().saturating_add(MISS_EPOCHS) {
        return Err(VerificationError::BondLocked.into());
    }
    if !is_zero(&attestor.open_case) {
        return Err(VerificationError::CaseOpen.into());
    }
    let bond = attestor.bond;
    let (address, authority) = (*a.attestor.address(), *a.authority.address());

    // All else is the rent, whatever it is by now.
    position::give_back(&a.attestor, &a.authority, bond.get())?;
    close(&a.attestor, &a.rent_payer)?;
    emit(&BondWithdrawn { discriminator: BondWithdrawn::DISCRIMINATOR, attestor: address, authority, bond, at });
    Ok(())
}
