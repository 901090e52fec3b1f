//! open_epoch

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `open_epoch`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
