//! Accounts seen time and pays the provider what is due.

use super::frame::{around, Frame, Slot};
use crate::{
    error::EscrowError,
    event::JobSettled,
    interface::settle_job::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    event::emit,
    surface::{Record, I64, U32, U64},
    Context,
};
use ionet_math::transition::Action;

/// Handles `settle_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.go(Action::Settle).map_err(EscrowError::refusal)?;
    frame.core.accrue(frame.now, &frame.seen());
    frame.pay_provider(&a.vault, &a.provider_token)?;
    emit(&JobSettled {
        discriminator: JobSettled::DISCRIMINATOR,
        job: *a.job.address(),
        seen_to: I64::new(frame.core.ended_at()),
        seen_seconds: U32::new(frame.core.seen_seconds),
        gross: U64::new(frame.gross),
        fee: U64::new(frame.fee),
        net: U64::new(frame.amount),
        earned: U64::new(frame.core.earned),
        paid: U64::new(frame.core.paid),
        held: U64::new(frame.held),
        at: frame.at(),
    });
    Ok(())
}
