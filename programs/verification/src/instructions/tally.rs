//! Decides devices of one range by the revealed reports of its committee.

use super::{
    epoch::{expect_seeded, read_epoch},
    report::{expect_report_of, is_committed, read_report},
};
use crate::{
    error::VerificationError,
    event::DeviceTallied,
    interface::tally::{Accounts, Args},
    state::{Device, Epoch, EpochRing, ReportCode, VERSION},
};
use core::mem::MaybeUninit;
use ionet_common::{
    checks::{load, load_mut, reload_mut, Check},
    event::emit,
    outcome::{Outcome, Refusal},
    surface::{Record, I64, U32, U64},
    sysvars, Context,
};
use ionet_math::{
    bounds::{CODES_LEN, EPOCH_SECONDS, MAX_COMMITTEE, RANGE_SIZE, REVEAL_DEADLINE, RING_EPOCHS},
    device::{record, DEPLOYABLE, UNSEEN},
    tally::Votes,
};
use pinocchio::{AccountView, Address};

/// Handles `tally`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let (a, rest) = Accounts::split(c.accounts)?;
    let args = Args::parse(c.data)?;
    let epoch = read_epoch(c.program_id, &a.epoch, args.epoch_number.get())?;
    load::<EpochRing>(c.program_id, &a.epoch_ring, VERSION)?;
    let now = sysvars::now()?.unix;
    expect_time(epoch, now)?;
    let Some((reports, devices)) = rest.split_at_checked(usize::from(epoch.committee_size)) else {
        return Err(VerificationError::MissingReports.into());
    };
    let mut codes = [const { MaybeUninit::uninit() }; MAX_COMMITTEE as usize];
    let run = Run {
        epoch: args.epoch_number.get(),
        range: args.range.get(),
        committee_size: epoch.committee_size,
        at: I64::new(now),
        ballots: collect(c.program_id, args, reports, &mut codes)?,
    };
    if devices.is_empty() {
        return Err(VerificationError::NoDevices.into());
    }
    let (mut weight, mut is_decided, mut is_outside) = (0u64, false, false);
    for account in devices {
        let device: &mut Device = load_mut(c.program_id, account, VERSION)?;
        run.expect_place(account, device)?;
        if !device.view().is_active(run.epoch) {
            is_outside = true;
        } else if device.tallied_to.get() < run.epoch {
            weight = weight.saturating_add(u64::from(run.decide(account, device)));
            is_decided = true;
        }
    }
    // Devices that are passed over hold up no other: one that its owner takes out would cost a whole transaction.
    if !is_decided {
        let reason = if is_outside { VerificationError::DeviceNotInEpoch } else { VerificationError::AlreadyTallied };
        return Err(reason.into());
    }
    let ring: &mut EpochRing = reload_mut(&a.epoch_ring)?;
    let total = &mut ring.weights[(run.epoch % RING_EPOCHS) as usize];
    *total = U64::new(total.get().saturating_add(weight));
    Ok(())
}

/// Errors: `TallyTooEarly`, `TallyTooLate`, `NoCommittee`, `EpochNotSeeded`.
#[inline(always)]
fn expect_time(epoch: &Epoch, now: i64) -> Outcome {
    let elapsed = now.saturating_sub(epoch.starts_at.get());
    if elapsed < i64::from(REVEAL_DEADLINE) {
        return Err(VerificationError::TallyTooEarly.into());
    }
    // Results are final when the epoch ends: what a device counts as in the next one follows from them.
    if elapsed >= i64::from(EPOCH_SECONDS) {
        return Err(VerificationError::TallyTooLate.into());
    }
    if epoch.committee_size == 0 {
        return Err(VerificationError::NoCommittee.into());
    }
    expect_seeded(epoch)
}

/// The codes of one report.
type Codes = [u8; CODES_LEN];

/// Takes the reports of all places, so that nobody can leave one out, and gathers the codes of those that were revealed.
///
/// Errors: `WrongReport` for any other account.
#[inline(always)]
fn collect<'a, 's>(
    program_id: &Address,
    args: &Args,
    reports: &'a [AccountView],
    codes: &'s mut [MaybeUninit<&'a Codes>; MAX_COMMITTEE as usize],
) -> Result<&'s [&'a Codes], Refusal> {
    let mut count = 0usize;
    for (place, account) in (0..MAX_COMMITTEE).zip(reports) {
        let Ok(report) = read_report(program_id, account) else {
            return Err(VerificationError::WrongReport.into());
        };
        expect_report_of(report, args.range.get(), place)?;
        if is_committed(report, args.epoch_number.get()) && report.is_revealed.get() {
            if let Some(slot) = codes.get_mut(count) {
                slot.write(&report.codes);
                count = count.wrapping_add(1);
            }
        }
    }
    // SAFETY: the first `count` are written, and a `MaybeUninit` is laid out as what is in it.
    Ok(unsafe { core::slice::from_raw_parts(codes.as_ptr().cast::<&Codes>(), count) })
}

/// What all devices of one tally have in common.
struct Run<'a> {
    epoch: u32,
    range: u32,
    committee_size: u8,
    at: I64,
    ballots: &'a [&'a Codes],
}

impl Run<'_> {
    /// The device must be one of the range, to be written.
    ///
    /// Errors: `NotWritable`, `DeviceNotInRange`.
    #[inline(always)]
    fn expect_place(&self, account: &AccountView, device: &Device) -> Outcome {
        if !account.is_writable() {
            return Err(Check::NotWritable.into());
        }
        if device.index.get() / RANGE_SIZE != self.range {
            return Err(VerificationError::DeviceNotInRange.into());
        }
        Ok(())
    }

    /// Decides a device; returns the weight that it earns by.
    #[inline(always)]
    fn decide(&self, account: &AccountView, device: &mut Device) -> u32 {
        let index = device.index.get();
        let (byte, shift) = ((index % RANGE_SIZE / 2) as usize, (index & 1) << 2);
        let mut votes = Votes::default();
        for codes in self.ballots {
            votes.add(codes[byte] >> shift & 0xf);
        }
        let decision = votes.decide(self.committee_size);
        record(&mut device.ring, device.tallied_to.get(), self.epoch, decision.outcome);
        device.tallied_to = U32::new(self.epoch);
        if decision.outcome == Some(UNSEEN) {
            device.reason = ReportCode(decision.reason);
        }
        emit(&DeviceTallied {
            discriminator: DeviceTallied::DISCRIMINATOR,
            device: *account.address(),
            epoch_number: U32::new(self.epoch),
            index: device.index,
            nibble: device.view().nibble(self.epoch),
            reason: device.reason,
            at: self.at,
        });
        // A carried result keeps the state, but earns nothing.
        if decision.outcome == Some(DEPLOYABLE) {
            device.weight.get()
        } else {
            0
        }
    }
}
