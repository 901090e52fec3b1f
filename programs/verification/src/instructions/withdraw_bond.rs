//! withdraw_bond

use ionet_common::{checks::Check, outcome::Outcome, Context};

/// Handles `withdraw_bond`.
#[inline(never)]
pub fn process(_: &Context) -> Outcome {
    Err(Check::UnknownInstruction.into())
}
