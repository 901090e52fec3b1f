//! Checks that every handler makes before it uses an account, each with its own error.

use crate::outcome::{Outcome, Refusal};
use crate::{errors, surface::Record};
use core::mem::offset_of;
use pinocchio::{account::RuntimeAccount, address::address_eq, error::ProgramError, AccountView, Address};

errors! {
    /// Refusals shared by all ionet programs.
    Check {
        WrongAccountCount = 6000 "The account list is not exactly the declared one",
        WrongDataLength = 6001 "The instruction data is not exactly the declared length",
        UnknownInstruction = 6002 "No instruction has this discriminator",
        MissingSigner = 6003 "An account that must sign did not",
        NotWritable = 6004 "An account that must be writable is not",
        WrongAccountOwner = 6005 "An account is not owned by the program that should own it",
        WrongAccountLength = 6006 "An account has not the exact length of its kind",
        WrongDiscriminator = 6007 "An account is of another kind",
        WrongVersion = 6008 "An account has a version that this program does not know",
        WrongAddress = 6009 "An account is not at the address that its seeds give",
        WrongProgram = 6010 "A program or sysvar account is not the expected one",
        AlreadyInUse = 6011 "The account to create exists",
        NotTokenAccount = 6012 "An account is not an initialised classic SPL token account",
        WrongMint = 6013 "A token account or mint account is of another mint",
        WrongTokenOwner = 6014 "A token account belongs to somebody else",
        UnsupportedMint = 6015 "The mint is not an initialised classic SPL mint (Token-2022 and wrapped SOL are refused)",
        InvalidBoolean = 6016 "A boolean argument is neither 0 nor 1",
        ConservationBroken = 6017 "Deposit is not paid + fee + refunded + held: nothing was changed",
        VaultShort = 6018 "The vault holds less than is booked: nothing was changed",
        ArithmeticOverflow = 6019 "An amount left its range: nothing was changed",
        RuntimeRefused = 6020 "The runtime refused a sysvar or an account operation",

        NoPreviousInstruction = 6030 "No instruction precedes this one",
        NotEd25519 = 6031 "The instruction directly before is not of the ed25519 program",
        WrongSignatureLength = 6032 "The ed25519 instruction has not the exact length of one voucher",
        WrongSignatureCount = 6033 "The ed25519 instruction does not carry exactly one signature",
        WrongSignaturePadding = 6034 "The ed25519 instruction's padding byte is not zero",
        WrongSignatureOffsets = 6035 "The ed25519 instruction's offsets are not the canonical ones",
        WrongSignatureInstruction = 6036 "The ed25519 instruction refers to another instruction's data",
        WrongSignatureKey = 6037 "The ed25519 instruction verifies another key",
        WrongSignatureMessage = 6038 "The ed25519 instruction verifies another message",
    }
}

impl From<ProgramError> for Refusal {
    /// Local refusals of the runtime library, such as a sysvar that is missing.
    #[inline(always)]
    fn from(_: ProgramError) -> Self {
        Check::RuntimeRefused.into()
    }
}

/// Offset of the version byte: right after the discriminator, in every account.
const VERSION_OFFSET: usize = 8;

/// Reads an account of ours: owner, exact length, discriminator, version, in this order.
///
/// The reference must be dropped before the account is written or passed to another program.
#[inline(always)]
pub fn load<'a, T: Record>(program_id: &Address, account: &'a AccountView, version: u8) -> Result<&'a T, Refusal> {
    check::<T>(program_id, account, version)?;
    // SAFETY: the length is exact and `Record` types are align-1 and valid for every bit pattern.
    Ok(unsafe { &*account.data_ptr().cast::<T>() })
}

/// As [`load`], for writing; the account must be writable. Handlers hold one reference to an account's data at a time.
// A view is a handle (several may name one account), so borrowing it mutably would promise nothing.
#[allow(clippy::mut_from_ref)]
#[inline(always)]
pub fn load_mut<'a, T: Record>(
    program_id: &Address,
    account: &'a AccountView,
    version: u8,
) -> Result<&'a mut T, Refusal> {
    check::<T>(program_id, account, version)?;
    // SAFETY: as in `load`, and the only reference at this time.
    Ok(unsafe { &mut *account.data_ptr().cast_mut().cast::<T>() })
}

/// Writes an account of ours that [`load`] has accepted, or that was created, in this instruction.
#[allow(clippy::mut_from_ref)] // as above
#[inline(always)]
pub fn reload_mut<T: Record>(account: &AccountView) -> Result<&mut T, Refusal> {
    if account.data_len() != T::LEN {
        return Err(Check::WrongAccountLength.into());
    }
    // SAFETY: as in `load_mut`.
    Ok(unsafe { &mut *account.data_ptr().cast_mut().cast::<T>() })
}

#[inline(always)]
fn check<T: Record>(program_id: &Address, account: &AccountView, version: u8) -> Outcome {
    check_header(program_id, account, u64::from_le_bytes(T::DISCRIMINATOR), version, T::LEN)
}

/// One copy for all kinds of accounts; the discriminator comes as a word, which compares in one step.
#[inline(never)]
fn check_header(program_id: &Address, account: &AccountView, discriminator: u64, version: u8, len: usize) -> Outcome {
    if !account.owned_by(program_id) {
        return Err(Check::WrongAccountOwner.into());
    }
    if account.data_len() != len {
        return Err(Check::WrongAccountLength.into());
    }
    let data = account.data_ptr();
    // SAFETY: the length was checked, every record is longer than its header, and nothing writes meanwhile.
    let (found, found_version) = unsafe { (data.cast::<u64>().read_unaligned(), *data.add(VERSION_OFFSET)) };
    if found != discriminator {
        return Err(Check::WrongDiscriminator.into());
    }
    if found_version != version {
        return Err(Check::WrongVersion.into());
    }
    Ok(())
}

/// A program or sysvar must be the one expected.
#[inline(always)]
pub fn program(account: &AccountView, expected: &Address) -> Outcome {
    if !address_eq(account.address(), expected) {
        return Err(Check::WrongProgram.into());
    }
    Ok(())
}

/// Whether two addresses are equal; four word compares.
#[inline(always)]
pub fn same(a: &Address, b: &Address) -> bool {
    address_eq(a, b)
}

/// Whether an address is all zeros, our mark for "none".
#[inline(always)]
pub fn is_zero(a: &Address) -> bool {
    address_eq(a, &ZERO)
}

/// The zero address.
pub const ZERO: Address = Address::new_from_array([0; 32]);

const SIGNER: u16 = 0x0001;
const WRITABLE: u16 = 0x0100;
const _: () = assert!(offset_of!(RuntimeAccount, is_signer) == 1 && offset_of!(RuntimeAccount, is_writable) == 2);

/// Both flags of an account in one read, as the runtime writes only 0 and 1: signer in the low byte, writable in the
/// high one. All ones if nothing is asked of the account.
#[inline(always)]
pub fn flags_if(is_asked: bool, account: &AccountView) -> u16 {
    if !is_asked {
        return u16::MAX;
    }
    let header = account.account_ptr().cast::<u8>();
    // SAFETY: a view points to a whole header, and both bytes lie in it.
    u16::from_le(unsafe { header.add(offset_of!(RuntimeAccount, is_signer)).cast::<u16>().read_unaligned() })
}

/// The flags common to all accounts that must sign, and to all that must be writable.
#[inline(always)]
pub fn expect_flags(signers: u16, writables: u16) -> Outcome {
    if signers & SIGNER == 0 {
        return Err(Check::MissingSigner.into());
    }
    if writables & WRITABLE == 0 {
        return Err(Check::NotWritable.into());
    }
    Ok(())
}
