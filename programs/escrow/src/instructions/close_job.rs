//! Removes a job that holds nothing.

use super::frame::{refused, Frame, JobAccounts};
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
    token::{judge_payee, transfer, Movement, TokenAccount},
    Context,
};
use ionet_math::transition::Action;
use pinocchio::cpi::{Seed, Signer};
use pinocchio_token::instructions::{Burn, CloseAccount};

/// Handles `close_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut loaded =
        Frame::load(&JobAccounts { program_id: c.program_id, job: &a.job, offer: &a.offer, cluster: &a.cluster });
    let frame = loaded.as_mut().map_err(refused)?;
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
    if !same(TokenAccount::load(&a.vault)?.mint(), a.mint.address()) {
        return Err(Check::WrongMint.into());
    }
    if frame.now.unix < record.opened_at.get().saturating_add(i64::from(record.valid_for.get())) {
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
    let record = frame.record();
    let bump = [record.bump];
    let seeds = [
        Seed::from(b"job"),
        Seed::from(record.client.as_array().as_slice()),
        Seed::from(record.id.bytes().as_slice()),
        Seed::from(&bump),
    ];
    let signers = [Signer::from(&seeds)];
    let surplus = TokenAccount::load(&a.vault)?.amount();
    let mut is_payable = false;
    judge_payee(&a.client_token, a.mint.address(), &record.client, &mut is_payable)?;
    if surplus > 0 && is_payable {
        let movement = Movement { from: &a.vault, to: &a.client_token, authority: &a.job, amount: surplus };
        transfer(&movement, &signers)?;
    } else if surplus > 0 {
        // Nobody else may gain from it, and a vault that is not empty could never be closed.
        Burn::new(&a.vault, &a.mint, &a.job, surplus).invoke_signed(&signers)?;
    }
    event.surplus = U64::new(surplus);
    event.is_surplus_burned = Flag::new(surplus > 0 && !is_payable);
    event.rent = U64::new(a.vault.lamports());
    Ok(CloseAccount::new(&a.vault, &a.rent_payer, &a.job).invoke_signed(&signers)?)
}
