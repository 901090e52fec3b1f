//! The client stops a job, or withdraws a request.

use super::{
    decline_job::leave,
    frame::{around, Frame, Slot},
};
use crate::{
    error::EscrowError,
    event::JobCancelled,
    interface::end_job::{Accounts, Args},
    state::EndReason,
};
use ionet_common::outcome::Outcome;
use ionet_common::{surface::Record, Context};
use ionet_math::transition::{Action, State};

/// Handles `end_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_client(&a.client)?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    let is_request = frame.core.state == State::Open;
    if is_request {
        frame.core.go(Action::End).map_err(EscrowError::refusal)?;
        leave(frame)?;
    } else {
        frame.core.end(frame.now, &frame.seen()).map_err(EscrowError::refusal)?;
    }
    frame.pay_client(&a.vault, &a.client_token)?;
    if is_request {
        frame.announce_refund(JobCancelled::DISCRIMINATOR);
    } else {
        frame.announce_end(EndReason::Client);
    }
    Ok(())
}
