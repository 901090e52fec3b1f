//! Reading a device of the verification program: what a rental pays for, and whether a job may start on it.

use super::frame::Frame;
use crate::error::EscrowError;
use ionet_accounts::{
    ids::VERIFICATION_ID,
    verification::{Device, VERSION},
};
use ionet_common::{
    checks::load,
    outcome::{Outcome, Refusal},
};
use ionet_math::seen::Seen;
use pinocchio::AccountView;

/// Loads a device: owner, length, discriminator, version.
#[inline(always)]
pub fn read_device(account: &AccountView) -> Result<&Device, Refusal> {
    load(&VERIFICATION_ID, account, VERSION)
}

/// The ring of a device that [`Frame::load`] has read.
#[derive(Clone, Copy)]
pub struct Ring<'a>(pub &'a AccountView);

impl Seen for Ring<'_> {
    /// Only a running rental asks.
    #[inline(never)]
    fn seconds(&self, from: i64, to: i64) -> u32 {
        // SAFETY: `Frame::fill` has checked kind and length for every running rental, and this program writes no device.
        unsafe { &*self.0.data_ptr().cast::<Device>() }.view().seen_seconds(from, to)
    }
}

/// The offer's device must still be the one it was made for, and fit to take a job now.
///
/// Errors: 6005–6008, `DeviceChanged`, `DeviceNotEligible`.
#[inline(always)]
pub fn expect_eligible(frame: &Frame) -> Outcome {
    let (device, offer) = (read_device(frame.device)?, frame.offer());
    // A device can be closed and its key registered anew, with other hardware or by somebody else; its offer stays.
    if device.registered_slot != offer.device_slot {
        return Err(EscrowError::DeviceChanged.into());
    }
    if !device.view().is_eligible_at(frame.now) {
        return Err(EscrowError::DeviceNotEligible.into());
    }
    Ok(())
}
