//! Calls into the classic token program.
//!
//! `Transfer`, `Burn` and `CloseAccount` take the same account list, so one function makes all three: pinocchio-token has
//! a copy of the whole call for each, with room for multisignature owners, which our addresses never are.

use crate::token::TOKEN_PROGRAM;
use core::mem::MaybeUninit;
use pinocchio::{
    cpi::{invoke_signed_unchecked, CpiAccount, Signer},
    instruction::{InstructionAccount, InstructionView},
    AccountView,
};

const TRANSFER: u8 = 3;
const BURN: u8 = 8;
const CLOSE_ACCOUNT: u8 = 9;
const ACCOUNTS: usize = 3;

/// One call. A refusal by the token program ends the transaction, so making it returns nothing.
pub struct TokenCall<'a> {
    from: &'a AccountView,
    to: &'a AccountView,
    authority: &'a AccountView,
    data: [u8; 9],
    data_len: usize,
}

impl<'a> TokenCall<'a> {
    /// Moves `amount` base units. The plain form suffices: the token program itself demands equal mints, and the mints
    /// are classic ones.
    #[inline(always)]
    pub fn transfer(from: &'a AccountView, to: &'a AccountView, authority: &'a AccountView, amount: u64) -> Self {
        Self { from, to, authority, data: with_amount(TRANSFER, amount), data_len: 9 }
    }

    /// Destroys `amount` base units of `mint`.
    #[inline(always)]
    pub fn burn(from: &'a AccountView, mint: &'a AccountView, authority: &'a AccountView, amount: u64) -> Self {
        Self { from, to: mint, authority, data: with_amount(BURN, amount), data_len: 9 }
    }

    /// Removes an empty token account and sends its lamports to `to`.
    #[inline(always)]
    pub fn close(from: &'a AccountView, to: &'a AccountView, authority: &'a AccountView) -> Self {
        Self { from, to, authority, data: with_amount(CLOSE_ACCOUNT, 0), data_len: 1 }
    }

    /// Makes the call; `signers` for an authority that is an address of ours.
    #[inline(never)]
    pub fn invoke(&self, signers: &[Signer]) {
        let mut accounts = [const { MaybeUninit::<CpiAccount>::uninit() }; ACCOUNTS];
        let [from, to, authority] = &mut accounts;
        CpiAccount::init_from_account_view(self.from, from);
        CpiAccount::init_from_account_view(self.to, to);
        CpiAccount::init_from_account_view(self.authority, authority);
        let metas = [
            InstructionAccount::writable(self.from.address()),
            InstructionAccount::writable(self.to.address()),
            InstructionAccount::readonly_signer(self.authority.address()),
        ];
        let instruction =
            InstructionView { program_id: &TOKEN_PROGRAM, accounts: &metas, data: &self.data[..self.data_len] };
        // SAFETY: all accounts are initialised above, in the order of `metas`. Handlers never borrow through the views, so
        // the borrow state says nothing; no reference into `from` or `to` lives across a call (`TokenAccount`), and what
        // `signers` refers to is data of an account that the token program does not own.
        unsafe {
            let accounts = &*accounts.as_ptr().cast::<[CpiAccount; ACCOUNTS]>();
            invoke_signed_unchecked(&instruction, accounts, signers);
        }
    }
}

/// Instruction data: the tag and a little-endian amount.
#[inline(always)]
fn with_amount(tag: u8, amount: u64) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h] = amount.to_le_bytes();
    [tag, a, b, c, d, e, f, g, h]
}
