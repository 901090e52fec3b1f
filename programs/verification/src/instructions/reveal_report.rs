//! reveal_report

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `reveal_report`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
