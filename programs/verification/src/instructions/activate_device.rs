//! Gives a device an index: freed ones first, in the order in which they were freed.

use super::{
    config::{read, Rules},
    device::{as_owner, Tenure},
    epoch::current_epoch,
    position,
};
use crate::{
    error::VerificationError,
    event::DeviceActivated,
    interface::activate_device::{Accounts, Args},
    state::{Device, FreeIndex, Registry, FOREVER, PAUSE_ACTIVATE, VERSION},
};
use ionet_common::{
    checks::{load, program, reload_mut, same, ZERO},
    event::emit,
    outcome::{Outcome, Refusal},
    pda::close,
    surface::{Record, I64, U32, U64},
    sysvars, Context,
};
use ionet_math::device::close_gap;
use pinocchio::Address;

/// Handles `activate_device`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    program(&a.system_program, &ZERO)?;
    let now = sysvars::now()?.unix;
    let config = read(c.program_id, &a.config)?;
    config.expect_running(PAUSE_ACTIVATE, now)?;
    let deposit = config.activation_deposit.get();
    let epoch = current_epoch(config.genesis.get(), now)?;
    expect_idle(as_owner(c.program_id, &a.device, &a.owner)?, epoch)?;
    let registry: &Registry = load(c.program_id, &a.registry, VERSION)?;
    let is_queued = registry.free_head != registry.free_tail;
    let (index, freed_in) =
        if is_queued { head_of_queue(c.program_id, a, registry)? } else { (new_index(a, registry)?, 0) };

    position::put_up(&a.owner, &a.device, deposit);
    if is_queued {
        close(&a.free_index, &a.rent_payer)?;
    }
    hand_out(reload_mut(&a.registry)?, is_queued);
    // Never an epoch that its last holder counts in, should the clock have gone back.
    let active_from = U32::new(epoch.max(freed_in).saturating_add(1));
    let device: &mut Device = reload_mut(&a.device)?;
    // An epoch that it did not hold an index in must never read as carried on.
    close_gap(&mut device.ring, device.tallied_to.get(), device.active_until.get(), epoch);
    device.tallied_to = U32::new(epoch.max(device.tallied_to.get()));
    device.index = U32::new(index);
    device.active_from = active_from;
    device.active_until = U32::new(FOREVER);
    // Beside what a rise of rents kept of an earlier one.
    device.deposit = U64::new(device.deposit.get().saturating_add(deposit));
    emit(&DeviceActivated {
        discriminator: DeviceActivated::DISCRIMINATOR,
        device: *a.device.address(),
        index: U32::new(index),
        active_from,
        deposit: U64::new(deposit),
        at: I64::new(now),
    });
    Ok(())
}

/// Errors: `DeviceActive`, `ReactivatedTooSoon`.
#[inline(always)]
fn expect_idle(device: &Device, epoch: u32) -> Outcome {
    if device.holds_index() {
        return Err(VerificationError::DeviceActive.into());
    }
    // One index per epoch: else a device could go through the queue until it holds the one it wants.
    if device.held_index_in(epoch) {
        return Err(VerificationError::ReactivatedTooSoon.into());
    }
    Ok(())
}

/// The index at the head of the queue, and the epoch in which it was freed.
///
/// Errors: `NotQueueHead` for every other account, `WrongRentPayer`.
#[inline(always)]
fn head_of_queue(program_id: &Address, a: &Accounts, registry: &Registry) -> Result<(u32, u32), Refusal> {
    let Ok(head) = load::<FreeIndex>(program_id, &a.free_index, VERSION) else {
        return Err(VerificationError::NotQueueHead.into());
    };
    if head.number != registry.free_head {
        return Err(VerificationError::NotQueueHead.into());
    }
    if !same(&head.rent_payer, a.rent_payer.address()) {
        return Err(VerificationError::WrongRentPayer.into());
    }
    Ok((head.index.get(), head.freed_in.get()))
}

/// An index that nobody has held; the two accounts of the queue are then the registry and the owner once more.
///
/// Errors: `NotQueueHead`, `WrongRentPayer`, `IndexesExhausted`.
#[inline(always)]
fn new_index(a: &Accounts, registry: &Registry) -> Result<u32, Refusal> {
    if !same(a.free_index.address(), a.registry.address()) {
        return Err(VerificationError::NotQueueHead.into());
    }
    if !same(a.rent_payer.address(), a.owner.address()) {
        return Err(VerificationError::WrongRentPayer.into());
    }
    let index = registry.index_count.get();
    if index == u32::MAX {
        return Err(VerificationError::IndexesExhausted.into());
    }
    Ok(index)
}

/// Books the index as held. Nothing wraps: the head is behind the tail, new indexes are below their limit, and no more
/// devices are active than there are indexes.
#[inline(always)]
fn hand_out(registry: &mut Registry, is_queued: bool) {
    if is_queued {
        registry.free_head = U64::new(registry.free_head.get().wrapping_add(1));
    } else {
        registry.index_count = U32::new(registry.index_count.get().wrapping_add(1));
    }
    registry.active_devices = U32::new(registry.active_devices.get().wrapping_add(1));
}
