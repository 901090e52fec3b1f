//! The provider refuses a request.

use super::frame::{around, Frame, Slot};
use crate::{
    error::EscrowError,
    event::{ClusterFailed, JobDeclined},
    interface::decline_job::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    event::emit,
    surface::{Flag, Record},
    Context,
};
use ionet_math::transition::Action;

/// Handles `decline_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_provider(&a.provider)?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    frame.core.go(Action::Decline).map_err(EscrowError::refusal)?;
    leave(frame)?;
    frame.pay_client(&a.vault, &a.client_token)?;
    frame.announce_refund(JobDeclined::DISCRIMINATOR);
    Ok(())
}

/// A job leaves before its start: its cluster cannot be complete any more.
#[inline(always)]
pub fn leave(frame: &mut Frame) -> Outcome {
    frame.core.is_accepted = false;
    let (job, address, at) = (*frame.job.address(), *frame.cluster.address(), frame.at());
    if let Some(cluster) = frame.cluster_mut()? {
        if !cluster.is_failed.get() {
            cluster.is_failed = Flag::new(true);
            emit(&ClusterFailed { discriminator: ClusterFailed::DISCRIMINATOR, cluster: address, job, at });
        }
    }
    Ok(())
}
