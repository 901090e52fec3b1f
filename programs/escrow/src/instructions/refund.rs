//! Pays the client what is owed.

use super::{
    books::unpaid,
    frame::{around, Frame, Slot},
};
use crate::{
    error::EscrowError,
    event::JobRefunded,
    interface::refund::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{surface::Record, Context};
use ionet_math::transition::Action;

/// Handles `refund`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.go(Action::Refund).map_err(EscrowError::refusal)?;
    if frame.core.due_to_client(frame.now) == 0 {
        return Err(EscrowError::NothingDue.into());
    }
    frame.pay_client(&a.vault, &a.client_token)?;
    if frame.amount == 0 {
        return Err(unpaid(&a.vault));
    }
    frame.announce_refund(JobRefunded::DISCRIMINATOR);
    Ok(())
}
