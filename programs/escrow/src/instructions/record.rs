//! Between a job's account and the job that `ionet-math` computes on.

use crate::{
    error::EscrowError,
    state::{Job, JobKind, JobState, FLAG_ACCEPTED, FLAG_FINAL, FLAG_SUBMITTED},
};
use ionet_common::{
    outcome::Refusal,
    surface::{I64, U16, U32, U64},
};
use ionet_math::{
    job::{Job as Core, Kind},
    transition::State,
};

// The account's numbers are the state machine's.
const _: () = assert!(JobState::Cancelled.0 == State::Cancelled as u8);
const _: () = assert!(JobKind::Deliverable.0 == Kind::Deliverable as u8);

/// Our own accounts hold no other numbers than those of kinds.
#[inline(always)]
pub fn kind_of(record: &Job) -> Result<Kind, Refusal> {
    Ok(Kind::from_u8(record.kind.0).ok_or(EscrowError::WrongState)?)
}

/// Our own accounts hold no other numbers than those of states.
#[inline(always)]
pub fn state_of(record: &Job) -> Result<State, Refusal> {
    Ok(State::from_u8(record.state.0).ok_or(EscrowError::WrongState)?)
}

/// Reads all that money depends on, field by field into place: a value returned would be kept in registers and spilled.
#[inline(always)]
pub fn decode(record: &Job, (kind, state): (Kind, State), core: &mut Core) {
    core.kind = kind;
    core.state = state;
    core.is_final = record.flags & FLAG_FINAL != 0;
    core.is_submitted = record.flags & FLAG_SUBMITTED != 0;
    core.is_accepted = record.flags & FLAG_ACCEPTED != 0;
    core.fee_bps = record.fee_bps.get();
    core.min_charge = record.min_charge.get();
    core.held_seconds = record.held_seconds.get();
    core.started_at = record.started_at.get();
    core.deposit = record.deposit.get();
    core.earned = record.earned.get();
    core.paid = record.paid.get();
    core.fee = record.fee.get();
    core.refunded = record.refunded.get();
    core.rate = record.rate.get();
    core.duration = record.duration.get();
    core.seen_to = record.seen_to.get();
    core.seen_seconds = record.seen_seconds.get();
    core.review_window = record.review_window.get();
}

/// Writes what can change after opening.
#[inline(always)]
pub fn encode(core: &Core, record: &mut Job) {
    let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
    record.state = JobState(core.state as u8);
    record.flags = flag(core.is_final, FLAG_FINAL)
        | flag(core.is_submitted, FLAG_SUBMITTED)
        | flag(core.is_accepted, FLAG_ACCEPTED);
    record.held_seconds = U16::new(core.held_seconds);
    record.started_at = I64::new(core.started_at);
    record.deposit = U64::new(core.deposit);
    record.earned = U64::new(core.earned);
    record.paid = U64::new(core.paid);
    record.fee = U64::new(core.fee);
    record.refunded = U64::new(core.refunded);
    record.duration = U32::new(core.duration);
    record.seen_to = U32::new(core.seen_to);
    record.seen_seconds = U32::new(core.seen_seconds);
}
