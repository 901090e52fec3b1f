//! Introspection of a signature that the ed25519 program verified in the same transaction.
//!
//! Every field is pinned: a signature over another message, by another key, or whose parts lie in another instruction
//! must not pass for ours (docs/adr/005-vouchers.md).

use crate::checks::{same, Check};
use crate::outcome::Refusal;
use pinocchio::{sysvars::instructions::Instructions, AccountView, Address};

/// The ed25519 program.
pub const ED25519_PROGRAM: Address = Address::from_str_const("Ed25519SigVerify111111111111111111111111111");
/// The instructions sysvar.
pub const INSTRUCTIONS_SYSVAR: Address = Address::from_str_const("Sysvar1nstructions1111111111111111111111111");

/// "In this very instruction".
const HERE: u16 = u16::MAX;
const KEY: u16 = 16;
const SIGNATURE: u16 = 48;
const MESSAGE: u16 = 112;

/// The instruction directly before the current one must verify exactly one signature by `key` over `message`.
#[inline(always)]
pub fn expect_signed<const N: usize>(sysvar: &AccountView, key: &Address, message: &[u8; N]) -> Result<(), Refusal> {
    if !same(sysvar.address(), &INSTRUCTIONS_SYSVAR) {
        return Err(Check::WrongProgram.into());
    }
    let instructions = Instructions::try_from(sysvar)?;
    let Some(previous) = instructions.load_current_index().checked_sub(1) else {
        return Err(Check::NoPreviousInstruction.into());
    };
    let instruction = instructions.load_instruction_at(usize::from(previous))?;
    if !same(instruction.get_program_id(), &ED25519_PROGRAM) {
        return Err(Check::NotEd25519.into());
    }
    let (header, signed) = parts::<N>(instruction.get_instruction_data())?;
    check_header::<N>(header)?;
    if signed.key != key.as_array() {
        return Err(Check::WrongSignatureKey.into());
    }
    if signed.message != message {
        return Err(Check::WrongSignatureMessage.into());
    }
    Ok(())
}

/// What the canonical layout holds after its header; the signature itself is the ed25519 program's business.
struct Signed<'a, const N: usize> {
    key: &'a [u8; 32],
    message: &'a [u8; N],
}

/// Splits the data at the canonical offsets; its length must be exactly that of one signature over `N` bytes.
#[inline(always)]
fn parts<const N: usize>(data: &[u8]) -> Result<(&[u8; 16], Signed<'_, N>), Refusal> {
    let wrong_length = Check::WrongSignatureLength;
    let (header, rest) = data.split_first_chunk::<16>().ok_or(wrong_length)?;
    let (key, rest) = rest.split_first_chunk::<32>().ok_or(wrong_length)?;
    let (_signature, rest) = rest.split_first_chunk::<64>().ok_or(wrong_length)?;
    let message = <&[u8; N]>::try_from(rest).map_err(|_| wrong_length)?;
    Ok((header, Signed { key, message }))
}

/// Count, padding and the seven offsets, each with its own error.
#[inline(always)]
fn check_header<const N: usize>(header: &[u8; 16]) -> Result<(), Refusal> {
    let [count, padding, s0, s1, si0, si1, k0, k1, ki0, ki1, m0, m1, l0, l1, mi0, mi1] = *header;
    if count != 1 {
        return Err(Check::WrongSignatureCount.into());
    }
    if padding != 0 {
        return Err(Check::WrongSignaturePadding.into());
    }
    let is = |low: u8, high: u8, expected: u16| u16::from_le_bytes([low, high]) == expected;
    if !(is(si0, si1, HERE) && is(ki0, ki1, HERE) && is(mi0, mi1, HERE)) {
        return Err(Check::WrongSignatureInstruction.into());
    }
    let is_length = u16::from_le_bytes([l0, l1]) as usize == N;
    if !(is(s0, s1, SIGNATURE) && is(k0, k1, KEY) && is(m0, m1, MESSAGE) && is_length) {
        return Err(Check::WrongSignatureOffsets.into());
    }
    Ok(())
}
