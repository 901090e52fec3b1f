//! The provider stops a running job.

use super::frame::{refused, Frame, JobAccounts, SEEN};
use crate::{
    error::EscrowError,
    interface::quit_job::{Accounts, Args},
    state::EndReason,
};
use ionet_common::outcome::Outcome;
use ionet_common::Context;

/// Handles `quit_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut loaded =
        Frame::load(&JobAccounts { program_id: c.program_id, job: &a.job, offer: &a.offer, cluster: &a.cluster });
    let frame = loaded.as_mut().map_err(refused)?;
    frame.expect_provider(&a.provider)?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.quit(frame.now.unix, &SEEN).map_err(EscrowError::refusal)?;
    frame.book_client(&a.vault, &a.client_token)?;
    frame.commit()?;
    frame.pay(&a.vault, &a.client_token)?;
    frame.announce_end(EndReason::Provider, frame.amount);
    Ok(())
}
