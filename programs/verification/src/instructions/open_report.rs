//! open_report

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `open_report`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
