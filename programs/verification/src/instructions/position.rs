//! What stands behind a device or an attestor: lamports above the rent in its own account, until the staking program holds
//! positions.
//!
//! No other file moves a deposit or a bond, so this is the one to change then.

use ionet_common::{
    checks::Check,
    outcome::{Outcome, Refusal},
    system_call::SystemCall,
    sysvars::minimum_balance,
};
use pinocchio::AccountView;

/// What of `lamports` behind an account that stays can go back: all, or what its rent leaves, should rents have risen
/// since; the rest follows when it is closed. So no rent holds an exit up.
#[inline(always)]
pub fn returnable(account: &AccountView, lamports: u64) -> Result<u64, Refusal> {
    Ok(account.lamports().saturating_sub(minimum_balance(account.data_len())?).min(lamports))
}

/// Puts `lamports` of `from`, who signs, behind an account. A call into the system program: no reference into either
/// account may be alive.
#[inline(always)]
pub fn put_up(from: &AccountView, account: &AccountView, lamports: u64) {
    SystemCall::transfer(from, account, lamports).invoke(&[]);
}

/// Gives `lamports` that stand behind an account back to `to`. No call into another program may follow: the runtime would
/// find that the sums of the accounts it passes on have changed.
#[inline(always)]
pub fn give_back(account: &AccountView, to: &AccountView, lamports: u64) -> Outcome {
    let (mut account, mut to) = (*account, *to);
    let left = account.lamports().checked_sub(lamports).ok_or(Check::VaultShort)?;
    let sum = to.lamports().checked_add(lamports).ok_or(Check::ArithmeticOverflow)?;
    account.set_lamports(left);
    to.set_lamports(sum);
    Ok(())
}
