//! The provider hands in a deliverable's result.

use super::frame::{refused, Frame, JobAccounts, SEEN};
use crate::{
    error::EscrowError,
    event::ResultSubmitted,
    interface::submit_result::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    event::emit,
    surface::{Record, I64, U64},
    Context,
};

/// Handles `submit_result`. The hash itself lives in the instruction and the event.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let mut loaded =
        Frame::load(&JobAccounts { program_id: c.program_id, job: &a.job, offer: &a.offer, cluster: &a.cluster });
    let frame = loaded.as_mut().map_err(refused)?;
    frame.expect_provider(&a.provider)?;
    frame.core.submit(frame.now.unix, &SEEN).map_err(EscrowError::refusal)?;
    frame.commit()?;
    emit(&ResultSubmitted {
        discriminator: ResultSubmitted::DISCRIMINATOR,
        job: *a.job.address(),
        result_hash: args.result_hash,
        earned: U64::new(frame.core.earned),
        release_at: I64::new(frame.core.release_at()),
        at: frame.at(),
    });
    Ok(())
}
