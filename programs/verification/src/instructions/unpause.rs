//! unpause

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `unpause`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
