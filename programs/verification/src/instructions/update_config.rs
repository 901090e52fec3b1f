//! update_config

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `update_config`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
