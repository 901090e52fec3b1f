//! Reports: binding an account to its place, and what is kept of it and of its attestor for 32 epochs.

use crate::{
    error::VerificationError,
    state::{Attestor, Report, VERSION},
};
use ionet_common::{
    checks::{is_zero, load},
    outcome::{Outcome, Refusal},
    surface::{U16, U32},
};
use ionet_math::bounds::{RANGE_SIZE, REPORT_HISTORY};
use pinocchio::{AccountView, Address};

/// The range of the highest index.
pub const MAX_RANGE: u32 = u32::MAX / RANGE_SIZE;

/// Where lists of the last 32 epochs keep `epoch`.
#[inline(always)]
pub const fn place_in_history(epoch: u32) -> usize {
    (epoch % REPORT_HISTORY) as usize
}

/// Loads a report account.
///
/// Errors: 6005–6008.
#[inline(always)]
pub fn read_report<'a>(program_id: &Address, account: &'a AccountView) -> Result<&'a Report, Refusal> {
    load(program_id, account, VERSION)
}

/// The report account must be the one of a range and place; else `WrongReport`.
#[inline(always)]
pub fn expect_report_of(report: &Report, range: u32, place: u8) -> Outcome {
    if report.range.get() != range || report.place != place {
        return Err(VerificationError::WrongReport.into());
    }
    Ok(())
}

/// Whether somebody has committed at this place in `epoch`.
#[inline(always)]
pub fn is_committed(report: &Report, epoch: u32) -> bool {
    // An account that was never used says epoch 0.
    report.epoch.get() == epoch && !is_zero(&report.attestor)
}

/// Whether the outcome of this place in `epoch` is in the history: revealed, or a recorded miss.
#[inline(always)]
pub fn is_settled(report: &Report, epoch: u32) -> bool {
    let at = place_in_history(epoch);
    // As above.
    report.history_epochs[at].get() == epoch && !is_zero(&report.history_attestors[at])
}

/// Writes the outcome of this place in `epoch`; a digest of zeros is a miss.
#[inline(always)]
pub fn settle(report: &mut Report, epoch: u32, attestor: &Address, digest: &[u8; 32]) {
    let at = place_in_history(epoch);
    report.history_epochs[at] = U32::new(epoch);
    report.history_attestors[at] = *attestor;
    report.history_digests[at] = *digest;
}

/// Makes room for `epoch` in an attestor's lists, which may still hold the epoch 32 before it; returns its place.
#[inline(always)]
pub fn turn_to(attestor: &mut Attestor, epoch: u32) -> usize {
    let at = place_in_history(epoch);
    if attestor.epochs[at].get() != epoch {
        attestor.epochs[at] = U32::new(epoch);
        attestor.revealed[at] = U16::new(0);
        attestor.missed[at] = U16::new(0);
    }
    at
}

/// Counts one more in a list of an attestor. Ranges of an epoch can be more than it holds.
#[inline(always)]
pub fn count(counter: &mut U16) {
    counter.set(counter.get().saturating_add(1));
}
