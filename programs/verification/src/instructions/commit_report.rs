//! Commits the member drawn for a place to its codes, which nobody can read and copy yet.

use super::{
    attestor::{expect_authority, read_attestor, seat_at},
    committee::{draw_seats, expect_place, Seats},
    epoch::{expect_seeded, offset, read_epoch},
    report::{expect_report_of, is_committed, read_report},
};
use crate::{
    error::VerificationError,
    event::ReportCommitted,
    interface::commit_report::{Accounts, Args},
    state::{Attestor, Epoch, Report},
};
use ionet_common::{
    checks::reload_mut,
    event::emit,
    outcome::Outcome,
    surface::{Flag, Record, I64, U32},
    sysvars, Context,
};
use ionet_math::{bounds::MAX_COMMITTEE, epoch::is_commit_time};

/// Handles `commit_report`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let attestor = read_attestor(c.program_id, &a.attestor)?;
    let report = read_report(c.program_id, &a.report)?;
    let epoch = read_epoch(c.program_id, &a.epoch, args.epoch_number.get())?;
    let now = sysvars::now()?.unix;
    let second = offset(now, epoch)?;
    expect_seeded(epoch)?;
    if !is_commit_time(second) {
        return Err(VerificationError::CommitTooLate.into());
    }
    expect_place(epoch, args.range.get(), args.place)?;
    expect_report_of(report, args.range.get(), args.place)?;
    expect_authority(attestor, &a.authority)?;
    expect_member(attestor, epoch, args)?;
    if is_committed(report, args.epoch_number.get()) {
        return Err(VerificationError::AlreadyCommitted.into());
    }
    if args.commitment == [0; 32] {
        return Err(VerificationError::ZeroCommitment.into());
    }

    let report: &mut Report = reload_mut(&a.report)?;
    report.epoch = args.epoch_number;
    report.attestor = *a.attestor.address();
    report.commitment = args.commitment;
    // The codes of an earlier epoch are still there and must not be read as this one's.
    report.is_revealed = Flag::new(false);
    emit(&ReportCommitted {
        discriminator: ReportCommitted::DISCRIMINATOR,
        attestor: *a.attestor.address(),
        epoch_number: U32::new(args.epoch_number.get()),
        range: args.range,
        place: args.place,
        commitment: args.commitment,
        at: I64::new(now),
    });
    Ok(())
}

/// The attestor must hold, in this epoch, the seat that was drawn for the place.
///
/// Errors: `AttestorExited`, `WrongPlace`, `NotInCommittee`.
#[inline(always)]
fn expect_member(attestor: &Attestor, epoch: &Epoch, args: &Args) -> Outcome {
    let Some(seat) = seat_at(attestor, epoch.number.get()) else {
        return Err(VerificationError::AttestorExited.into());
    };
    let mut seats: Seats = [0; MAX_COMMITTEE as usize];
    draw_seats(epoch, args.range.get(), &mut seats);
    // `expect_place` has bounded the place by the committee, and that is never above its maximum.
    if seats.get(usize::from(args.place)) == Some(&seat) {
        return Ok(());
    }
    let is_elsewhere = seats.iter().take(usize::from(epoch.committee_size)).any(|&other| other == seat);
    Err(if is_elsewhere { VerificationError::WrongPlace } else { VerificationError::NotInCommittee }.into())
}
