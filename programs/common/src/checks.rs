//! Checks that every handler makes before it uses an account, each with its own error.

use crate::outcome::{Outcome, Refusal};
use crate::{
    errors,
    surface::{Meta, Record},
};
use pinocchio::{address::address_eq, AccountView, Address};

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
        UnsupportedMint = 6015 "The mint is not an initialised classic SPL mint (Token-2022 is refused)",
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

/// What [`check`] compares, per kind of account; one table each instead of one copy of the code each.
struct Expected {
    header: [u8; VERSION_OFFSET + 1],
    len: usize,
}

#[inline(always)]
fn check<T: Record>(program_id: &Address, account: &AccountView, version: u8) -> Outcome {
    let [a, b, c, d, e, f, g, h] = T::DISCRIMINATOR;
    check_header(program_id, account, &Expected { header: [a, b, c, d, e, f, g, h, version], len: T::LEN })
}

#[inline(never)]
fn check_header(program_id: &Address, account: &AccountView, expected: &Expected) -> Outcome {
    if !account.owned_by(program_id) {
        return Err(Check::WrongAccountOwner.into());
    }
    if account.data_len() != expected.len {
        return Err(Check::WrongAccountLength.into());
    }
    // SAFETY: the length was checked, every record is longer than its header, and nothing writes meanwhile.
    let header = unsafe { &*account.data_ptr().cast::<[u8; VERSION_OFFSET + 1]>() };
    if header[..VERSION_OFFSET] != expected.header[..VERSION_OFFSET] {
        return Err(Check::WrongDiscriminator.into());
    }
    if header[VERSION_OFFSET] != expected.header[VERSION_OFFSET] {
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

/// The flags of one account as the word the runtime keeps them in, so that the tables with their names and docs stay
/// out of the binary: signer in the low byte, writable in the high one.
pub const fn flag_word(meta: &Meta) -> u16 {
    (if meta.signer { SIGNER } else { 0 }) | (if meta.writable { WRITABLE } else { 0 })
}

const SIGNER: u16 = 0x0001;
const WRITABLE: u16 = 0x0100;

/// Count, signers and writability, as the IDL publishes them.
#[inline(always)]
pub fn flags<const N: usize>(expected: &[u16; N], accounts: &[AccountView]) -> Outcome {
    let Ok(accounts) = <&[AccountView; N]>::try_from(accounts) else {
        return Err(Check::WrongAccountCount.into());
    };
    let mut missing = 0;
    let mut i = 0;
    while i < N {
        let account = &accounts[i];
        let found = u16::from_le_bytes([u8::from(account.is_signer()), u8::from(account.is_writable())]);
        missing |= expected[i] & !found;
        i = i.wrapping_add(1);
    }
    match missing {
        0 => Ok(()),
        _ => Err(missing_flag(missing)),
    }
}

#[cold]
#[inline(never)]
fn missing_flag(missing: u16) -> Refusal {
    if missing & SIGNER != 0 {
        Check::MissingSigner.into()
    } else {
        Check::NotWritable.into()
    }
}
