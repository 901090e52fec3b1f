//! heartbeat

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `heartbeat`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
