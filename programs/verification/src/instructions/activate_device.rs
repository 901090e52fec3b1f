//! activate_device

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `activate_device`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
