//! Lands the root over the answers of a provider's devices to an epoch's challenge.

use super::epoch::{expect_seeded, offset, read_epoch};
use crate::{
    error::VerificationError,
    event::AnswersPosted,
    interface::post_answers::{Accounts, Args},
    state::{Answers, VERSION},
};
use ionet_common::{
    checks::{load, program, reload_mut, same, Check, ZERO},
    event::emit,
    outcome::Outcome,
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64, U16, U32, U64},
    sysvars, Context,
};
use ionet_math::epoch::is_commit_time;
use pinocchio::Address;

/// Handles `post_answers`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    program(&a.system_program, &ZERO)?;
    let epoch = read_epoch(c.program_id, &a.epoch, args.epoch_number.get())?;
    let now = sysvars::now()?;
    let second = offset(now.unix, epoch)?;
    expect_seeded(epoch)?;
    if !is_commit_time(second) {
        return Err(VerificationError::AnswersTooLate.into());
    }
    if args.devices.get() == 0 || args.root == [0; 32] {
        return Err(VerificationError::NoAnswers.into());
    }
    if a.answers.data_len() == 0 {
        open(c.program_id, a)?;
    } else {
        expect_unanswered(load(c.program_id, &a.answers, VERSION)?, a.provider.address(), args.epoch_number)?;
    }

    let answers: &mut Answers = reload_mut(&a.answers)?;
    answers.devices = args.devices;
    answers.epoch = args.epoch_number;
    answers.slot = U64::new(now.slot);
    answers.posted_at = I64::new(now.unix);
    answers.root = args.root;
    emit(&AnswersPosted {
        discriminator: AnswersPosted::DISCRIMINATOR,
        provider: *a.provider.address(),
        epoch_number: args.epoch_number,
        devices: args.devices,
        root: args.root,
        slot: U64::new(now.slot),
        at: I64::new(now.unix),
    });
    Ok(())
}

/// Answers once landed stay: their slot is what they are judged by.
///
/// Errors: `WrongAddress` for another provider's account, `AlreadyAnswered`.
#[inline(always)]
fn expect_unanswered(answers: &Answers, provider: &Address, epoch: U32) -> Outcome {
    if !same(&answers.provider, provider) {
        return Err(Check::WrongAddress.into());
    }
    if answers.epoch == epoch {
        return Err(VerificationError::AlreadyAnswered.into());
    }
    Ok(())
}

/// Creates a provider's account, with nothing in it yet.
#[inline(always)]
fn open(program_id: &Address, a: &Accounts) -> Outcome {
    let provider = *a.provider.address();
    let mut bump = 0;
    let seeds = Seeds(b"answers", provider.as_array(), &[]);
    canonical_bump(&a.answers, program_id, &seeds, &mut bump)?;
    create(&Creation {
        payer: &a.payer,
        account: &a.answers,
        owner: program_id,
        len: Answers::LEN,
        extra: 0,
        seeds: &seeds,
        bump,
    })?;
    *reload_mut::<Answers>(&a.answers)? = Answers {
        discriminator: Answers::DISCRIMINATOR,
        version: VERSION,
        bump,
        devices: U16::new(0),
        epoch: U32::new(0),
        slot: U64::new(0),
        posted_at: I64::new(0),
        root: [0; 32],
        provider,
        rent_payer: *a.payer.address(),
        reserved: [0; 32],
    };
    Ok(())
}
