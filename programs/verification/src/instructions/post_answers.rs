//! post_answers

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `post_answers`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
