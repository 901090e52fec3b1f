//! tally

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `tally`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
