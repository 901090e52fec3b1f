//! Creates the account of one place in the committees of a range.

use super::report::MAX_RANGE;
use crate::{
    error::VerificationError,
    event::ReportOpened,
    interface::open_report::{Accounts, Args},
    state::{Report, VERSION},
};
use ionet_common::{
    checks::{program, reload_mut, ZERO},
    event::emit,
    outcome::Outcome,
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64},
    sysvars, Context,
};
use ionet_math::bounds::MAX_COMMITTEE;

/// Handles `open_report`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    program(&a.system_program, &ZERO)?;
    if args.range.get() > MAX_RANGE {
        return Err(VerificationError::NoSuchRange.into());
    }
    if args.place >= MAX_COMMITTEE {
        return Err(VerificationError::NoSuchPlace.into());
    }
    let (range, place) = (args.range.bytes().as_slice(), [args.place]);
    let mut bump = 0;
    let seeds = Seeds(b"report", range, &place);
    canonical_bump(&a.report, c.program_id, &seeds, &mut bump)?;
    let at = I64::new(sysvars::unix_time()?);

    create(&Creation {
        payer: &a.payer,
        account: &a.report,
        owner: c.program_id,
        len: Report::LEN,
        extra: 0,
        seeds: &seeds,
        bump,
    })?;
    // In place: what is not written is zero, and a whole report is most of a stack frame.
    let report: &mut Report = reload_mut(&a.report)?;
    report.discriminator = Report::DISCRIMINATOR;
    report.version = VERSION;
    report.bump = bump;
    report.range = args.range;
    report.place = args.place;
    report.rent_payer = *a.payer.address();
    emit(&ReportOpened {
        discriminator: ReportOpened::DISCRIMINATOR,
        report: *a.report.address(),
        range: args.range,
        place: args.place,
        at,
    });
    Ok(())
}
