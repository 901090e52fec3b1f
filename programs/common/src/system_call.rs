//! Calls into the system program.
//!
//! All take one account or two, so one function makes them: pinocchio-system has a copy of the whole call for each.

use core::mem::MaybeUninit;
use pinocchio::{
    cpi::{invoke_signed_unchecked, CpiAccount, Signer},
    instruction::{InstructionAccount, InstructionView},
    AccountView, Address,
};
use pinocchio_system::ID;

const CREATE_ACCOUNT: u8 = 0;
const ASSIGN: u8 = 1;
const TRANSFER: u8 = 2;
const ALLOCATE: u8 = 8;
/// `CreateAccount`: tag as `u32`, lamports, space, owner.
const MAX_DATA: usize = 52;

/// One call. A refusal by the system program ends the transaction, so making it returns nothing.
pub struct SystemCall<'a> {
    accounts: [&'a AccountView; 2],
    /// The first always does.
    does_second_sign: bool,
    count: usize,
    data: [u8; MAX_DATA],
    data_len: usize,
}

impl<'a> SystemCall<'a> {
    /// Creates `to` with `lamports` and `space` bytes for `owner`; both accounts sign.
    #[inline(always)]
    pub fn create_account(
        from: &'a AccountView,
        to: &'a AccountView,
        lamports: u64,
        space: u64,
        owner: &Address,
    ) -> Self {
        let mut data = with_number(CREATE_ACCOUNT, lamports);
        data[12..20].copy_from_slice(&space.to_le_bytes());
        data[20..].copy_from_slice(owner.as_array());
        Self { does_second_sign: true, ..Self::new([from, to], 2, data, MAX_DATA) }
    }

    /// Moves `lamports`; `from` signs.
    #[inline(always)]
    pub fn transfer(from: &'a AccountView, to: &'a AccountView, lamports: u64) -> Self {
        Self::new([from, to], 2, with_number(TRANSFER, lamports), 12)
    }

    /// Gives `account`, which signs, `space` bytes.
    #[inline(always)]
    pub fn allocate(account: &'a AccountView, space: u64) -> Self {
        Self::new([account, account], 1, with_number(ALLOCATE, space), 12)
    }

    /// Gives `account`, which signs, to `owner`.
    #[inline(always)]
    pub fn assign(account: &'a AccountView, owner: &Address) -> Self {
        let mut data = with_number(ASSIGN, 0);
        data[4..36].copy_from_slice(owner.as_array());
        Self::new([account, account], 1, data, 36)
    }

    #[inline(always)]
    fn new(accounts: [&'a AccountView; 2], count: usize, data: [u8; MAX_DATA], data_len: usize) -> Self {
        Self { accounts, does_second_sign: false, count, data, data_len }
    }

    /// Makes the call; `signers` for an account that is an address of ours.
    #[inline(never)]
    pub fn invoke(&self, signers: &[Signer]) {
        let mut accounts = [const { MaybeUninit::<CpiAccount>::uninit() }; 2];
        let [first, second] = &mut accounts;
        CpiAccount::init_from_account_view(self.accounts[0], first);
        CpiAccount::init_from_account_view(self.accounts[1], second);
        let metas = [
            InstructionAccount::writable_signer(self.accounts[0].address()),
            InstructionAccount::new(self.accounts[1].address(), true, self.does_second_sign),
        ];
        let count = self.count.min(metas.len());
        let data = &self.data[..self.data_len.min(MAX_DATA)];
        let instruction = InstructionView { program_id: &ID, accounts: &metas[..count], data };
        // SAFETY: both accounts are initialised above, in the order of `metas`. Handlers never borrow through the views,
        // and hold no reference into an account that the system program owns.
        unsafe {
            let accounts = &*accounts.as_ptr().cast::<[CpiAccount; 2]>();
            invoke_signed_unchecked(&instruction, &accounts[..count], signers);
        }
    }
}

/// Instruction data of the system program: the tag as `u32` and a number as `u64`, little-endian.
#[inline(always)]
fn with_number(tag: u8, number: u64) -> [u8; MAX_DATA] {
    let mut data = [0; MAX_DATA];
    data[0] = tag;
    data[4..12].copy_from_slice(&number.to_le_bytes());
    data
}
