//! Applies a deadline that has passed, for a tip.

use super::{
    decline_job::leave,
    frame::{around, is_free, Frame, Slot},
};
use crate::{
    error::EscrowError,
    event::{JobExpired, JobRefunded},
    interface::expire_job::{Accounts, Args},
    state::{Job, Offer},
};
use ionet_common::outcome::{Outcome, Refusal};
use ionet_common::{
    checks::{reload_mut, Check},
    event::emit,
    surface::{Record, U16, U64},
    Context,
};
use ionet_math::{
    job::Fault,
    transition::{Action, State},
};

/// Handles `expire_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    let is_request = frame.core.state == State::Open;
    if is_request {
        expire_request(frame)?;
    } else if !frame.elapsed.is_ended {
        return Err(EscrowError::refusal(match frame.core.state {
            State::Active => Fault::ExpireTooEarly,
            _ => Fault::WrongState,
        }));
    }
    frame.pay_client(&a.vault, &a.client_token)?;
    let tip = pay_tip(a)?;
    if is_request {
        emit(&JobExpired {
            discriminator: JobExpired::DISCRIMINATOR,
            job: *a.job.address(),
            caller: *a.caller.address(),
            tip: U64::new(tip),
            refund: U64::new(frame.amount),
            refunded: U64::new(frame.core.refunded),
            held: U64::new(frame.held),
            at: frame.at(),
        });
    } else {
        frame.announce_refund(JobRefunded::DISCRIMINATOR);
    }
    Ok(())
}

/// A request whose time is over, or whose cluster failed.
#[inline(always)]
fn expire_request(frame: &mut Frame) -> Outcome {
    let record = frame.record();
    let accept_by = record.opened_at.get().saturating_add(i64::from(record.accept_within.get()));
    let is_late = frame.now >= accept_by;
    let is_failed = match frame.cluster_mut()? {
        Some(cluster) => cluster.is_failed.get(),
        None => false,
    };
    if !is_late && !is_failed {
        return Err(EscrowError::ExpireTooEarly.into());
    }
    // Only what the provider could have taken and did not.
    let is_unanswered = is_late && !is_failed && !frame.core.is_accepted && is_free(frame.offer());
    frame.core.go(Action::Expire).map_err(EscrowError::refusal)?;
    leave(frame)?;
    if is_unanswered {
        let offer: &mut Offer = reload_mut(frame.offer)?;
        offer.expired.set(offer.expired.get().saturating_add(1));
    }
    Ok(())
}

/// Moves the prepaid lamports to the caller, once.
#[inline(always)]
fn pay_tip(a: &Accounts) -> Result<u64, Refusal> {
    let job: &mut Job = reload_mut(&a.job)?;
    let tip = u64::from(job.tip.get());
    job.tip = U16::new(0);
    if tip > 0 {
        let (mut from, mut to) = (a.job, a.caller);
        let left = from.lamports().checked_sub(tip).ok_or(Check::ArithmeticOverflow)?;
        let sum = to.lamports().checked_add(tip).ok_or(Check::ArithmeticOverflow)?;
        from.set_lamports(left);
        to.set_lamports(sum);
    }
    Ok(tip)
}
