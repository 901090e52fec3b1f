//! accept_authority

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `accept_authority`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
