//! Pays the client what is owed.

use super::frame::{Frame, JobAccounts};
use crate::{
    error::EscrowError,
    event::JobRefunded,
    interface::refund::{Accounts, Args},
};
use ionet_common::{
    event::emit,
    surface::{Record, U64},
    Context,
};
use ionet_math::transition::Action;
use pinocchio::ProgramResult;

/// Handles `refund`.
#[inline(never)]
pub fn process(c: &Context) -> ProgramResult {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut frame =
        Frame::load(&JobAccounts { program_id: c.program_id, job: &a.job, offer: &a.offer, cluster: &a.cluster })?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.go(Action::Refund).map_err(EscrowError::refusal)?;
    if frame.core.due_to_client(frame.now.unix) == 0 {
        return Err(EscrowError::NothingDue.into());
    }
    let refund = frame.book_client(&a.vault, &a.client_token)?;
    if refund == 0 {
        return Err(EscrowError::PayeeNotPayable.into());
    }
    frame.commit()?;
    frame.pay(&a.vault, &a.client_token, refund)?;
    emit(&JobRefunded {
        discriminator: JobRefunded::DISCRIMINATOR,
        job: *a.job.address(),
        refund: U64::new(refund),
        refunded: U64::new(frame.core.refunded),
        held: U64::new(frame.held),
        at: frame.at(),
    });
    Ok(())
}
