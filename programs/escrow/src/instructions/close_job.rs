//! Removes a job that holds nothing.

use super::frame::{around, Frame, Slot};
use crate::{
    error::EscrowError,
    event::JobClosed,
    interface::close_job::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    checks::{same, Check},
    event::emit,
    pda::close,
    surface::{Flag, Record, U64},
    token::{judge_payee, TokenAccount},
    token_call::TokenCall,
    Context,
};
use ionet_math::transition::Action;

/// Handles `close_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.go(Action::Close).map_err(EscrowError::refusal)?;
    check(frame, a)?;
    if let Some(cluster) = frame.cluster_mut()? {
        cluster.unclosed = cluster.unclosed.wrapping_sub(1); // counted up at this job's opening
    }
    frame.commit()?;
    let mut event = JobClosed {
        discriminator: JobClosed::DISCRIMINATOR,
        job: *a.job.address(),
        deposit: U64::new(frame.core.deposit),
        paid: U64::new(frame.core.paid),
        fee: U64::new(frame.core.fee),
        refunded: U64::new(frame.core.refunded),
        surplus: U64::new(0),
        is_surplus_burned: Flag::new(false),
        rent: U64::new(0),
        at: frame.at(),
    };
    empty_vault(frame, a, &mut event)?;
    let job_rent = close(&a.job, &a.rent_payer)?;
    event.rent = U64::new(job_rent.saturating_add(event.rent.get()));
    emit(&event);
    Ok(())
}

#[inline(always)]
fn check(frame: &Frame, a: &Accounts) -> Outcome {
    let record = frame.record();
    if !same(&record.rent_payer, a.rent_payer.address()) {
        return Err(EscrowError::WrongRentPayer.into());
    }
    if !same(TokenAccount::reload(&a.vault)?.mint(), a.mint.address()) {
        return Err(Check::WrongMint.into());
    }
    if frame.now < record.opened_at.get().saturating_add(i64::from(record.valid_for.get())) {
        return Err(EscrowError::CloseTooEarly.into());
    }
    if frame.core.held().map_err(EscrowError::refusal)? != 0 {
        return Err(EscrowError::StillHeld.into());
    }
    Ok(())
}

/// Sends away what was donated to the vault, then closes it into the rent payer.
#[inline(always)]
fn empty_vault(frame: &Frame, a: &Accounts, event: &mut JobClosed) -> Outcome {
    let surplus = TokenAccount::reload(&a.vault)?.amount();
    let mut is_payable = false;
    judge_payee(&a.client_token, a.mint.address(), &frame.record().client, &mut is_payable)?;
    if surplus > 0 {
        // Burned if he cannot be paid: nobody else may gain from it, and only an empty vault can be closed.
        frame.sign(&if is_payable {
            TokenCall::transfer(&a.vault, &a.client_token, &a.job, surplus)
        } else {
            TokenCall::burn(&a.vault, &a.mint, &a.job, surplus)
        });
    }
    event.surplus = U64::new(surplus);
    event.is_surplus_burned = Flag::new(surplus > 0 && !is_payable);
    event.rent = U64::new(a.vault.lamports());
    frame.sign(&TokenCall::close(&a.vault, &a.rent_payer, &a.job));
    Ok(())
}
