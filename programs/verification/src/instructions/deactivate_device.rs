//! Takes a device's index back: to the end of the queue, so that no index is free to be chosen.

use super::{
    device::{as_owner, Tenure},
    epoch::current_epoch,
    position,
};
use crate::{
    error::VerificationError,
    event::DeviceDeactivated,
    interface::deactivate_device::{Accounts, Args},
    state::{Device, EpochRing, FreeIndex, Registry, FOREVER, VERSION},
};
use ionet_common::{
    checks::{load, program, reload_mut, ZERO},
    event::emit,
    outcome::Outcome,
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64, U32, U64},
    sysvars, Context,
};
use ionet_math::{
    bounds::RING_EPOCHS,
    device::{close_gap, retract, DEPLOYABLE},
};
use pinocchio::Address;

/// Handles `deactivate_device`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    program(&a.system_program, &ZERO)?;
    let now = sysvars::unix_time()?;
    let device = as_owner(c.program_id, &a.device, &a.owner)?;
    if !device.holds_index() {
        return Err(VerificationError::DeviceNotActive.into());
    }
    // A clock behind the last tally changes nothing that was final.
    let epoch = current_epoch(device.genesis.get(), now)?.max(device.tallied_to.get());
    let (index, weight) = (device.index, weight_of(device, epoch));
    let deposit = position::returnable(&a.device, device.deposit.get())?;
    load::<EpochRing>(c.program_id, &a.epoch_ring, VERSION)?;
    let registry: &Registry = load(c.program_id, &a.registry, VERSION)?;
    let number = registry.free_tail;

    enqueue(c.program_id, a, number, [index, U32::new(epoch)])?;
    position::give_back(&a.device, &a.owner, deposit)?;
    let registry: &mut Registry = reload_mut(&a.registry)?;
    // The queue never gets 2^64 long, and this device is one of the active ones.
    registry.free_tail = U64::new(number.get().wrapping_add(1));
    registry.active_devices = U32::new(registry.active_devices.get().wrapping_sub(1));
    let device: &mut Device = reload_mut(&a.device)?;
    device.deposit = U64::new(device.deposit.get().wrapping_sub(deposit)); // a part of it
    end(device, epoch);
    take_back(reload_mut(&a.epoch_ring)?, epoch, weight);
    emit(&DeviceDeactivated {
        discriminator: DeviceDeactivated::DISCRIMINATOR,
        device: *a.device.address(),
        index,
        active_until: U32::new(epoch),
        deposit: U64::new(deposit),
        at: I64::new(now),
    });
    Ok(())
}

/// Creates the `FreeIndex` at the end of the queue.
#[inline(always)]
fn enqueue(program_id: &Address, a: &Accounts, number: U64, [index, freed_in]: [U32; 2]) -> Outcome {
    let mut bump = 0;
    let seeds = Seeds(b"free_index", number.bytes(), &[]);
    canonical_bump(&a.free_index, program_id, &seeds, &mut bump)?;
    create(&Creation {
        payer: &a.payer,
        account: &a.free_index,
        owner: program_id,
        len: FreeIndex::LEN,
        extra: 0,
        seeds: &seeds,
        bump,
    })?;
    *reload_mut::<FreeIndex>(&a.free_index)? = FreeIndex {
        discriminator: FreeIndex::DISCRIMINATOR,
        version: VERSION,
        bump,
        number,
        index,
        rent_payer: *a.payer.address(),
        freed_in,
        reserved: [0; 4],
    };
    Ok(())
}

/// What the device added to the epoch's total: its weight, if this epoch's tally found it deployable.
#[inline(always)]
fn weight_of(device: &Device, epoch: u32) -> u64 {
    let is_fresh = device.tallied_to.get() == epoch && device.view().nibble(epoch) == DEPLOYABLE;
    if is_fresh {
        u64::from(device.weight.get())
    } else {
        0
    }
}

/// Takes the weight of a result that is taken back out of the epoch's total, which its tally has added it to.
#[inline(always)]
fn take_back(ring: &mut EpochRing, epoch: u32, weight: u64) {
    let total = &mut ring.weights[(epoch % RING_EPOCHS) as usize];
    *total = U64::new(total.get().saturating_sub(weight));
}

/// Ends the device's results before `epoch`: those that nobody tallied are written as carried, one of `epoch` itself is
/// taken back. So the order of this and the epoch's tally does not matter.
#[inline(always)]
fn end(device: &mut Device, epoch: u32) {
    let (tallied_to, last) = (device.tallied_to.get(), epoch.saturating_sub(1));
    close_gap(&mut device.ring, tallied_to, FOREVER, last);
    if tallied_to == epoch {
        retract(&mut device.ring, epoch);
    }
    device.tallied_to = U32::new(tallied_to.max(last));
    device.active_until = U32::new(epoch);
}
