//! deregister_device

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `deregister_device`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
