//! Makes a stopped job final and pays the provider the rest.

use super::frame::{around, Frame, Slot};
use crate::{
    error::EscrowError,
    event::JobReleased,
    interface::release::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    checks::same,
    event::emit,
    surface::{Record, U64},
    Context,
};
use ionet_math::job::Kind;
use pinocchio::AccountView;

/// Handles `release`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    let is_waived = is_waived(frame, &a.caller);
    frame.core.release(frame.now, is_waived).map_err(EscrowError::refusal)?;
    frame.pay_provider(&a.vault, &a.provider_token)?;
    emit(&JobReleased {
        discriminator: JobReleased::DISCRIMINATOR,
        job: *a.job.address(),
        gross: U64::new(frame.gross),
        fee: U64::new(frame.fee),
        net: U64::new(frame.amount),
        earned: U64::new(frame.core.earned),
        paid: U64::new(frame.core.paid),
        held: U64::new(frame.held),
        at: frame.at(),
    });
    Ok(())
}

/// The window of a rental or deliverable protects the client, the grace period of a metered job the provider; who is
/// protected may waive it.
#[inline(always)]
fn is_waived(frame: &Frame, caller: &AccountView) -> bool {
    let protected = match frame.core.kind {
        Kind::Metered => &frame.offer().provider,
        Kind::Rental | Kind::Deliverable => &frame.record().client,
    };
    same(protected, caller.address())
}
