//! Reading devices: whose they are, and whether they hold an index.

use crate::{
    error::VerificationError,
    state::{Device, FOREVER, VERSION},
};
use ionet_common::{
    checks::{load, same},
    outcome::Refusal,
};
use pinocchio::{AccountView, Address};

/// Loads a device for its owner.
///
/// Errors: 6005–6008, `NotDeviceOwner`.
#[inline(always)]
pub fn as_owner<'a>(
    program_id: &Address,
    account: &'a AccountView,
    signer: &AccountView,
) -> Result<&'a Device, Refusal> {
    let device: &Device = load(program_id, account, VERSION)?;
    if !same(&device.owner, signer.address()) {
        return Err(VerificationError::NotDeviceOwner.into());
    }
    Ok(device)
}

/// What handlers ask of a device.
pub trait Tenure {
    /// Whether it holds an index.
    fn holds_index(&self) -> bool;
    /// Whether it held an index that still counts in `epoch`, which is the clock's.
    fn held_index_in(&self, epoch: u32) -> bool;
}

impl Tenure for Device {
    #[inline(always)]
    fn holds_index(&self) -> bool {
        self.active_until.get() == FOREVER
    }

    #[inline(always)]
    fn held_index_in(&self, epoch: u32) -> bool {
        // Activation writes the epoch after its own, so 0 is a device that never held one.
        self.active_from.get() != 0 && epoch <= self.active_until.get()
    }
}
