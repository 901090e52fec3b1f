//! Classic SPL tokens: reading accounts and mints, judging a payee.

use crate::outcome::{Outcome, Refusal};
use crate::{
    checks::{same, Check},
    pda::{canonical_bump, Seeds},
};
use pinocchio::{AccountView, Address};

/// The classic token program; Token-2022 is refused everywhere.
pub use pinocchio_token::ID as TOKEN_PROGRAM;

/// The associated-token-account program, whose addresses are where a missing account is expected.
const ASSOCIATED_TOKEN_PROGRAM: Address = Address::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

/// Wrapped SOL.
const NATIVE_MINT: Address = Address::from_str_const("So11111111111111111111111111111111111111112");

/// Length of a token account.
pub const ACCOUNT_LEN: usize = 165;
/// Length of a mint.
const MINT_LEN: usize = 82;
const AMOUNT_OFFSET: usize = 64;
const STATE_OFFSET: usize = 108;
const MINT_INITIALIZED_OFFSET: usize = 45;
const INITIALIZED: u8 = 1;

/// A token account's fields that matter here.
pub struct TokenAccount<'a>(&'a [u8; ACCOUNT_LEN]);

impl<'a> TokenAccount<'a> {
    /// Reads an initialised classic token account, or `NotTokenAccount`. Drop it before any call that moves tokens.
    #[inline(always)]
    pub fn load(account: &'a AccountView) -> Result<Self, Refusal> {
        expect_token_account(account)?;
        Self::reload(account)
    }

    /// Reads a token account that was accepted or initialised in this instruction.
    #[inline(always)]
    pub fn reload(account: &'a AccountView) -> Result<Self, Refusal> {
        if account.data_len() != ACCOUNT_LEN {
            return Err(Check::NotTokenAccount.into());
        }
        // SAFETY: the length is exact, and nothing writes the account while the view lives.
        Ok(Self(unsafe { &*account.data_ptr().cast::<[u8; ACCOUNT_LEN]>() }))
    }

    /// Mint.
    #[inline(always)]
    pub fn mint(&self) -> &'a Address {
        // SAFETY: bytes 0..32 of 165; `Address` is a transparent `[u8; 32]`.
        unsafe { &*self.0.as_ptr().cast::<Address>() }
    }

    /// Owner of the tokens.
    #[inline(always)]
    pub fn owner(&self) -> &'a Address {
        // SAFETY: bytes 32..64 of 165; `Address` is a transparent `[u8; 32]`.
        unsafe { &*self.0.as_ptr().add(32).cast::<Address>() }
    }

    /// Base units in it.
    #[inline(always)]
    pub fn amount(&self) -> u64 {
        let mut bytes = [0u8; 8];
        bytes.copy_from_slice(&self.0[AMOUNT_OFFSET..AMOUNT_OFFSET + 8]);
        u64::from_le_bytes(bytes)
    }

    /// Neither frozen nor anything else that keeps tokens from moving.
    #[inline(always)]
    pub fn is_usable(&self) -> bool {
        self.0[STATE_OFFSET] == INITIALIZED
    }

    #[inline(always)]
    fn expect_initialized(&self) -> Outcome {
        match self.0[STATE_OFFSET] {
            0 => Err(Check::NotTokenAccount.into()),
            _ => Ok(()),
        }
    }

    /// Mint and owner must be these.
    #[inline(always)]
    pub fn expect(&self, mint: &Address, owner: &Address) -> Outcome {
        if !same(self.mint(), mint) {
            return Err(Check::WrongMint.into());
        }
        if !same(self.owner(), owner) {
            return Err(Check::WrongTokenOwner.into());
        }
        Ok(())
    }
}

/// Must be an initialised token account of the classic token program, or `NotTokenAccount`.
#[inline(never)]
pub fn expect_token_account(account: &AccountView) -> Outcome {
    if !account.owned_by(&TOKEN_PROGRAM) {
        return Err(Check::NotTokenAccount.into());
    }
    TokenAccount::reload(account)?.expect_initialized()
}

/// Whether tokens can be sent to `account`, which must be `owner`'s account for `mint`; written to `is_payable`.
///
/// False if it is frozen, or if there is no account of `owner` at his associated address: missing, or given away to
/// another owner, which must not block the state moves of a job. Anything else that is not `owner`'s account for `mint`
/// is an error, so that a caller cannot hold back a payment by naming a wrong account.
#[inline(never)]
pub fn judge_payee(account: &AccountView, mint: &Address, owner: &Address, is_payable: &mut bool) -> Outcome {
    *is_payable = false;
    if account.owned_by(&TOKEN_PROGRAM) {
        let view = TokenAccount::reload(account)?;
        view.expect_initialized()?;
        if !same(view.mint(), mint) {
            return Err(Check::WrongMint.into());
        }
        if !same(view.owner(), owner) {
            return expect_associated(account, mint, owner, Check::WrongTokenOwner);
        }
        *is_payable = view.is_usable();
        return Ok(());
    }
    expect_associated(account, mint, owner, Check::NotTokenAccount)
}

/// The account must be at `owner`'s associated address, or `otherwise`.
#[cold]
#[inline(never)]
fn expect_associated(account: &AccountView, mint: &Address, owner: &Address, otherwise: Check) -> Outcome {
    let seeds = Seeds(owner.as_array(), TOKEN_PROGRAM.as_array(), mint.as_array());
    match canonical_bump(account, &ASSOCIATED_TOKEN_PROGRAM, &seeds, &mut 0) {
        Ok(()) => Ok(()),
        Err(_) => Err(otherwise.into()),
    }
}

/// Must be an initialised mint of the classic token program, and not the native one: lamports sent to a vault of
/// wrapped SOL become tokens that can neither be burned nor, if the client has no account, be sent.
#[inline(always)]
pub fn expect_mint(account: &AccountView) -> Outcome {
    let is_native = same(account.address(), &NATIVE_MINT);
    if !account.owned_by(&TOKEN_PROGRAM) || account.data_len() != MINT_LEN || is_native {
        return Err(Check::UnsupportedMint.into());
    }
    // SAFETY: the length is exact, and nothing writes the account while the view lives.
    let data = unsafe { &*account.data_ptr().cast::<[u8; MINT_LEN]>() };
    if data[MINT_INITIALIZED_OFFSET] != INITIALIZED {
        return Err(Check::UnsupportedMint.into());
    }
    Ok(())
}
