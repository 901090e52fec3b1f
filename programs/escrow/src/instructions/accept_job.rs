//! The provider takes a job; a cluster starts with its last member.

use super::{
    config::{read, Rules},
    device::expect_eligible,
    frame::{around, is_free, Frame, Slot},
};
use crate::{
    error::EscrowError,
    event::{ClusterStarted, JobAccepted},
    interface::accept_job::{Accounts, Args},
    state::{Offer, PAUSE_ACCEPT},
};
use ionet_common::outcome::{Outcome, Refusal};
use ionet_common::{
    checks::reload_mut,
    event::emit,
    surface::{Record, I64, U64},
    Context,
};
use ionet_math::{
    bounds::MAX_CLUSTER_SIZE,
    transition::{Action, State},
};

/// Handles `accept_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_provider(&a.provider)?;
    let now = frame.now;
    read(c.program_id, &a.config)?.expect_running(PAUSE_ACCEPT, now)?;
    check(frame, args.opened_slot)?;
    let is_started = join(frame)?;
    frame.core.go(if is_started { Action::Accept } else { Action::Join }).map_err(EscrowError::refusal)?;
    if is_started {
        frame.core.start(now);
    } else {
        frame.core.is_accepted = true;
    }
    occupy(frame)?;
    frame.commit()?;
    emit(&JobAccepted {
        discriminator: JobAccepted::DISCRIMINATOR,
        job: *a.job.address(),
        offer: *a.offer.address(),
        provider: *a.provider.address(),
        started_at: I64::new(if is_started { now } else { 0 }),
        at: frame.at(),
    });
    Ok(())
}

#[inline(always)]
fn check(frame: &Frame, opened_slot: U64) -> Outcome {
    // A client could close his request and open a worse one under the same id before this accept lands.
    if frame.record().opened_slot != opened_slot {
        return Err(EscrowError::JobChanged.into());
    }
    if frame.core.state != State::Open {
        return Err(EscrowError::WrongState.into());
    }
    if frame.core.is_accepted {
        return Err(EscrowError::AlreadyAccepted.into());
    }
    let record = frame.record();
    let accept_by = record.opened_at.get().saturating_add(i64::from(record.accept_within.get()));
    if frame.now >= accept_by {
        return Err(EscrowError::AcceptTooLate.into());
    }
    if !is_free(frame.offer()) {
        return Err(EscrowError::OfferBusy.into());
    }
    expect_eligible(frame)
}

/// Counts the accept in the job's cluster; true if the job starts now.
#[inline(always)]
fn join(frame: &mut Frame) -> Result<bool, Refusal> {
    let now = frame.now;
    let address = *frame.cluster.address();
    let Some(cluster) = frame.cluster_mut()? else { return Ok(true) };
    if cluster.is_failed.get() {
        return Err(EscrowError::ClusterFailed.into());
    }
    // A provider waits only for members that are paid for.
    let all = u64::MAX >> MAX_CLUSTER_SIZE.wrapping_sub(cluster.size); // 2 to 64 members
    if cluster.members.get() != all {
        return Err(EscrowError::ClusterIncomplete.into());
    }
    cluster.accepted = cluster.accepted.wrapping_add(1); // each member once, at most 64
    if cluster.accepted < cluster.size {
        return Ok(false);
    }
    cluster.started_at = I64::new(now);
    emit(&ClusterStarted {
        discriminator: ClusterStarted::DISCRIMINATOR,
        cluster: address,
        size: cluster.size,
        at: I64::new(now),
    });
    Ok(true)
}

/// Locks the offer for the job.
#[inline(always)]
fn occupy(frame: &mut Frame) -> Outcome {
    let job = *frame.job.address();
    let offer: &mut Offer = reload_mut(frame.offer)?;
    offer.jobs.set(offer.jobs.get().saturating_add(1));
    offer.live_job = job;
    Ok(())
}
