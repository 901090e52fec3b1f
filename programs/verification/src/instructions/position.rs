//! What stands behind a device: lamports above the rent in its own account, until the staking program holds positions.
//!
//! No other file knows where a deposit lies: when it moves, this one changes.

use ionet_common::{
    checks::Check,
    outcome::{Outcome, Refusal},
    system_call::SystemCall,
    sysvars::minimum_balance,
};
use pinocchio::AccountView;

/// Whether `lamports` stand behind an account of ours, over and above what it needs for its rent.
#[inline(always)]
pub fn is_backed(account: &AccountView, lamports: u64) -> Result<bool, Refusal> {
    Ok(account.lamports().saturating_sub(minimum_balance(account.data_len())?) >= lamports)
}

/// Puts `lamports` of `from`, who signs, behind an account. A call into the system program: no reference into either
/// account may be alive.
#[inline(always)]
pub fn back(from: &AccountView, account: &AccountView, lamports: u64) {
    SystemCall::transfer(from, account, lamports).invoke(&[]);
}

/// Gives `lamports` that stand behind an account back to `to`. After any call into another program, which would compare
/// the sums of what it is passed.
#[inline(always)]
pub fn unback(account: &AccountView, to: &AccountView, lamports: u64) -> Outcome {
    let (mut account, mut to) = (*account, *to);
    let left = account.lamports().checked_sub(lamports).ok_or(Check::VaultShort)?;
    let sum = to.lamports().checked_add(lamports).ok_or(Check::ArithmeticOverflow)?;
    account.set_lamports(left);
    to.set_lamports(sum);
    Ok(())
}
