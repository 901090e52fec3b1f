//! propose_authority

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `propose_authority`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
