//! The provider hands in a deliverable's result.

use super::frame::{around, Frame, Slot};
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
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_provider(&a.provider)?;
    frame.core.submit(frame.now, &frame.seen()).map_err(EscrowError::refusal)?;
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
