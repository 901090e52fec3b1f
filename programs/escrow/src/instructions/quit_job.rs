//! The provider stops a running job.

use super::frame::{around, Frame, Slot};
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
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_provider(&a.provider)?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.quit(frame.now, &frame.seen()).map_err(EscrowError::refusal)?;
    frame.pay_client(&a.vault, &a.client_token)?;
    frame.announce_end(EndReason::Provider);
    Ok(())
}
