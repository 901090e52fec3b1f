//! Reveals what an attestor committed to.

use super::{
    attestor::{expect_authority, read_attestor},
    epoch::{offset, read_epoch},
    report::{count, expect_report_of, is_committed, is_settled, read_report, settle, turn_to},
};
use crate::{
    error::VerificationError,
    event::ReportRevealed,
    interface::reveal_report::{Accounts, Args},
    state::{Attestor, EpochRing, Report, VERSION},
};
use ionet_common::{
    checks::{load, reload_mut, same},
    event::emit,
    outcome::Outcome,
    surface::{Flag, Record, I64, U32, U64},
    sysvars, Context,
};
use ionet_math::bounds::{COMMIT_WINDOW, REVEAL_DEADLINE, RING_EPOCHS};
use pinocchio::Address;
use solana_sha256_hasher::hashv;

const DOMAIN: &[u8; 12] = b"ionet:report";

/// Handles `reveal_report`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let attestor = read_attestor(c.program_id, &a.attestor)?;
    let report = read_report(c.program_id, &a.report)?;
    let epoch = read_epoch(c.program_id, &a.epoch, args.epoch_number.get())?;
    load::<EpochRing>(c.program_id, &a.epoch_ring, VERSION)?;
    let now = sysvars::now()?.unix;
    let second = offset(now, epoch)?;
    if second < COMMIT_WINDOW {
        return Err(VerificationError::RevealTooEarly.into());
    }
    if second >= REVEAL_DEADLINE {
        return Err(VerificationError::RevealTooLate.into());
    }
    expect_report_of(report, args.range.get(), args.place)?;
    expect_authority(attestor, &a.authority)?;
    expect_open(report, args, a.attestor.address())?;

    let digest = hashv(&[&args.codes, &args.evidence_root]).to_bytes();
    write(a, args, &digest)?;
    emit(&ReportRevealed {
        discriminator: ReportRevealed::DISCRIMINATOR,
        attestor: *a.attestor.address(),
        epoch_number: args.epoch_number,
        range: args.range,
        place: args.place,
        evidence_root: args.evidence_root,
        digest,
        at: I64::new(now),
    });
    Ok(())
}

/// The attestor must have committed to just this and revealed nothing yet.
///
/// Errors: `NotCommitted`, `AlreadyRevealed`, `ReportSettled`, `RevealMismatch`.
#[inline(always)]
fn expect_open(report: &Report, args: &Args, attestor: &Address) -> Outcome {
    let epoch = args.epoch_number.get();
    if !is_committed(report, epoch) || !same(&report.attestor, attestor) {
        return Err(VerificationError::NotCommitted.into());
    }
    if report.is_revealed.get() {
        return Err(VerificationError::AlreadyRevealed.into());
    }
    // A clock that went back behind the deadline may find the miss recorded: each place has one outcome.
    if is_settled(report, epoch) {
        return Err(VerificationError::ReportSettled.into());
    }
    if report.commitment != commitment_of(args, attestor) {
        return Err(VerificationError::RevealMismatch.into());
    }
    Ok(())
}

/// What an attestor commits to; its address is inside, so a commitment that another one copied opens for nobody.
#[inline(always)]
fn commitment_of(args: &Args, attestor: &Address) -> [u8; 32] {
    let epoch = U64::new(u64::from(args.epoch_number.get()));
    hashv(&[
        DOMAIN,
        &args.codes,
        &args.evidence_root,
        &args.salt,
        attestor.as_array(),
        args.range.bytes(),
        epoch.bytes(),
    ])
    .to_bytes()
}

/// Writes report, attestor and totals, one after the other.
#[inline(always)]
fn write(a: &Accounts, args: &Args, digest: &[u8; 32]) -> Outcome {
    let epoch = args.epoch_number.get();
    let report: &mut Report = reload_mut(&a.report)?;
    report.codes = args.codes;
    report.evidence_root = args.evidence_root;
    report.is_revealed = Flag::new(true);
    settle(report, epoch, a.attestor.address(), digest);

    let attestor: &mut Attestor = reload_mut(&a.attestor)?;
    let at = turn_to(attestor, epoch);
    count(&mut attestor.revealed[at]);
    // One per range and epoch: never near 2^64.
    attestor.total_revealed = U64::new(attestor.total_revealed.get().wrapping_add(1));

    let ring: &mut EpochRing = reload_mut(&a.epoch_ring)?;
    let reports = &mut ring.reports[(epoch % RING_EPOCHS) as usize];
    // A report per place and range, of which there are fewer than 2^22: never near 2^32.
    *reports = U32::new(reports.get().wrapping_add(1));
    Ok(())
}
