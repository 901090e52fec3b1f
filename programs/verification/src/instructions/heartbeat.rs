//! Says that a device is connected.

use crate::{
    error::VerificationError,
    event::Heartbeat,
    interface::heartbeat::{Accounts, Args},
    state::{Device, VERSION},
};
use ionet_common::{
    checks::{load_mut, same},
    event::emit,
    outcome::Outcome,
    surface::{Record, I64},
    sysvars, Context,
};
use ionet_math::epoch::epoch_at;

/// Handles `heartbeat`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let device: &mut Device = load_mut(c.program_id, &a.device, VERSION)?;
    if !same(&device.device_key, a.device_key.address()) {
        return Err(VerificationError::NotDeviceKey.into());
    }
    let (now, last, genesis) = (sysvars::now()?.unix, device.heartbeat.get(), device.genesis.get());
    if now < last {
        return Err(VerificationError::ClockWentBack.into());
    }
    // The last heartbeat before an epoch decides whether a device is connected in it, so one of an epoch before stays.
    if epoch_at(genesis, now) != epoch_at(genesis, last) {
        device.earlier_heartbeat = device.heartbeat;
    }
    let at = I64::new(now);
    device.heartbeat = at;
    emit(&Heartbeat { discriminator: Heartbeat::DISCRIMINATOR, device: *a.device.address(), at });
    Ok(())
}
