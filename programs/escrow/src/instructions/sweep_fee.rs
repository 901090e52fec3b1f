//! Moves the fee due to the treasury.

use super::{
    books::unpaid,
    config::read,
    frame::{around, Frame, Slot},
};
use crate::{
    error::EscrowError,
    event::FeeSwept,
    interface::sweep_fee::{Accounts, Args},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    event::emit,
    surface::{Record, U64},
    token::{judge_payee, TokenAccount},
    Context,
};
use ionet_math::transition::Action;

/// Handles `sweep_fee`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let mut slot = Slot::uninit();
    let frame = Frame::load(&mut slot, c.program_id, around!(a))?;
    frame.expect_vault(&a.vault, &a.token_program)?;
    let treasury = read(c.program_id, &a.config)?.treasury;
    frame.core.go(Action::Sweep).map_err(EscrowError::refusal)?;
    frame.amount = frame.core.due_to_treasury();
    if frame.amount == 0 {
        return Err(EscrowError::NothingDue.into());
    }
    let mut is_payable = false;
    judge_payee(&a.treasury_token, TokenAccount::reload(&a.vault)?.mint(), &treasury, &mut is_payable)?;
    if !is_payable || !TokenAccount::reload(&a.vault)?.is_usable() {
        return Err(unpaid(&a.vault));
    }
    frame.core.fee = frame.core.fee.saturating_add(frame.amount); // conservation is checked at commit
    frame.pay(&a.vault, &a.treasury_token)?;
    emit(&FeeSwept {
        discriminator: FeeSwept::DISCRIMINATOR,
        job: *a.job.address(),
        amount: U64::new(frame.amount),
        fee: U64::new(frame.core.fee),
        held: U64::new(frame.held),
        at: frame.at(),
    });
    Ok(())
}
