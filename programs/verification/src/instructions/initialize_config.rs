//! initialize_config

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `initialize_config`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
