//! record_miss

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `record_miss`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
