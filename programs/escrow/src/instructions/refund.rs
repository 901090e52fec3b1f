//! Pays the client what is owed.

use super::frame::{refused, Frame, JobAccounts};
use crate::{
    error::EscrowError,
    event::JobRefunded,
    interface::refund::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    event::emit,
    surface::{Record, U64},
    Context,
};
use ionet_math::transition::Action;

/// Handles `refund`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut loaded =
        Frame::load(&JobAccounts { program_id: c.program_id, job: &a.job, offer: &a.offer, cluster: &a.cluster });
    let frame = loaded.as_mut().map_err(refused)?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.go(Action::Refund).map_err(EscrowError::refusal)?;
    if frame.core.due_to_client(frame.now.unix) == 0 {
        return Err(EscrowError::NothingDue.into());
    }
    frame.book_client(&a.vault, &a.client_token)?;
    if frame.amount == 0 {
        return Err(EscrowError::PayeeNotPayable.into());
    }
    frame.commit()?;
    frame.pay(&a.vault, &a.client_token)?;
    emit(&JobRefunded {
        discriminator: JobRefunded::DISCRIMINATOR,
        job: *a.job.address(),
        refund: U64::new(frame.amount),
        refunded: U64::new(frame.core.refunded),
        held: U64::new(frame.held),
        at: frame.at(),
    });
    Ok(())
}
