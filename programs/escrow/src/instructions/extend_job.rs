//! The client adds time or money to a running job.

use super::{
    config::{read, Rules},
    frame::{around, Frame, Slot},
};
use crate::{
    error::EscrowError,
    event::JobExtended,
    interface::extend_job::{Accounts, Args},
    state::{kind_bit, PAUSE_EXTEND},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    event::emit,
    surface::{Record, U32, U64},
    token::TokenAccount,
    token_call::TokenCall,
    Context,
};
use ionet_math::job::Kind;

/// Handles `extend_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_client(&a.client)?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    let config = read(c.program_id, &a.config)?;
    config.expect_running(PAUSE_EXTEND, frame.now)?;
    config.find_slot(&frame.offer().mint, &mut 0)?;
    let before = frame.core;
    let max_duration = frame.offer().max_duration.get();
    frame.core.extend(args.duration.get(), args.deposit.get(), max_duration).map_err(EscrowError::refusal)?;
    check_offer(frame)?;
    let added = frame.core.deposit.wrapping_sub(before.deposit); // it has not shrunk
    check_source(frame, a, added)?;
    frame.commit()?;
    if added > 0 {
        TokenCall::transfer(&a.client_token, &a.vault, &a.client, added).invoke(&[]);
    }
    frame.expect_solvent(&a.vault, 0)?;
    emit(&JobExtended {
        discriminator: JobExtended::DISCRIMINATOR,
        job: *a.job.address(),
        added_duration: U32::new(frame.core.duration.wrapping_sub(before.duration)),
        added_deposit: U64::new(added),
        duration: args.duration,
        deposit: args.deposit,
        held: U64::new(frame.held),
        at: frame.at(),
    });
    Ok(())
}

/// The provider agreed to the job's terms; a withdrawn or dearer offer since then says he no longer does.
#[inline(always)]
fn check_offer(frame: &Frame) -> Outcome {
    let offer = frame.offer();
    if offer.kinds & kind_bit(frame.record().kind) == 0 {
        return Err(EscrowError::KindNotOffered.into());
    }
    if frame.core.kind == Kind::Rental && offer.rate.get() > frame.core.rate {
        return Err(EscrowError::OfferDearer.into());
    }
    Ok(())
}

#[inline(always)]
fn check_source(frame: &Frame, a: &Accounts, deposit: u64) -> Outcome {
    let source = TokenAccount::load(&a.client_token)?;
    source.expect(TokenAccount::reload(&a.vault)?.mint(), &frame.record().client)?;
    if source.amount() < deposit {
        return Err(EscrowError::InsufficientFunds.into());
    }
    Ok(())
}
