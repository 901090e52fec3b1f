//! join_attestor

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `join_attestor`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
