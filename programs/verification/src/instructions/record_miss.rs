//! Counts a report that was due and not revealed.

use super::{
    attestor::{read_attestor, seat_at},
    committee::{draw_seats, expect_place, Seats},
    epoch::{expect_seeded, read_epoch},
    report::{count, expect_report_of, is_settled, read_report, settle, turn_to},
};
use crate::{
    error::VerificationError,
    event::MissRecorded,
    interface::record_miss::{Accounts, Args},
    state::{Attestor, Epoch},
};
use ionet_common::{
    checks::reload_mut,
    event::emit,
    outcome::Outcome,
    surface::{Record, I64, U64},
    sysvars, Context,
};
use ionet_math::{
    bounds::MAX_COMMITTEE,
    epoch::{misses_from, misses_until},
};

/// Handles `record_miss`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let number = args.epoch_number.get();
    let attestor = read_attestor(c.program_id, &a.attestor)?;
    let report = read_report(c.program_id, &a.report)?;
    let epoch = read_epoch(c.program_id, &a.epoch, number)?;
    expect_seeded(epoch)?;
    let now = sysvars::unix_time()?;
    let starts_at = epoch.starts_at.get();
    if now < misses_from(starts_at) {
        return Err(VerificationError::MissTooEarly.into());
    }
    if now >= misses_until(starts_at) {
        return Err(VerificationError::MissTooLate.into());
    }
    expect_place(epoch, args.range.get(), args.place)?;
    expect_report_of(report, args.range.get(), args.place)?;
    expect_drawn(attestor, epoch, args)?;
    if is_settled(report, number) {
        return Err(VerificationError::ReportSettled.into());
    }

    settle(reload_mut(&a.report)?, number, a.attestor.address(), &[0; 32]);
    let attestor: &mut Attestor = reload_mut(&a.attestor)?;
    let at = turn_to(attestor, number);
    count(&mut attestor.missed[at]);
    // One per range and epoch: never near 2^64.
    attestor.total_missed = U64::new(attestor.total_missed.get().wrapping_add(1));
    emit(&MissRecorded {
        discriminator: MissRecorded::DISCRIMINATOR,
        attestor: *a.attestor.address(),
        epoch_number: args.epoch_number,
        range: args.range,
        place: args.place,
        total_missed: attestor.total_missed,
        at: I64::new(now),
    });
    Ok(())
}

/// The attestor must be the one that was drawn for the place, whether or not it has exited since; else `WrongAttestor`.
#[inline(always)]
fn expect_drawn(attestor: &Attestor, epoch: &Epoch, args: &Args) -> Outcome {
    let mut seats: Seats = [0; MAX_COMMITTEE as usize];
    draw_seats(epoch, args.range.get(), &mut seats);
    let seat = seat_at(attestor, epoch.number.get());
    if seat.is_none() || seat.as_ref() != seats.get(usize::from(args.place)) {
        return Err(VerificationError::WrongAttestor.into());
    }
    Ok(())
}
