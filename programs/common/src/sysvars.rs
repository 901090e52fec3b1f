//! Clock and rent, read through `sol_get_sysvar` so that both runtime generations agree.

use crate::{
    checks::Check,
    outcome::{Outcome, Refusal},
};
use core::mem::{offset_of, MaybeUninit};
use pinocchio::sysvars::{clock::CLOCK_ID, get_sysvar, get_sysvar_unchecked, rent::RENT_ID};

/// The moment of the transaction: the clock sysvar as it is, so that reading it copies nothing.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Now {
    /// Slot.
    pub slot: u64,
    epoch_start: i64,
    epoch: u64,
    leader_schedule_epoch: u64,
    /// Unix seconds.
    pub unix: i64,
}
const _: () = assert!(size_of::<Now>() == 40 && offset_of!(Now, unix) == 32);

/// Reads the clock.
#[inline(always)]
pub fn now() -> Result<Now, Refusal> {
    let mut now = MaybeUninit::<Now>::uninit();
    // SAFETY: `Now` is as long as what is read, and any bytes are valid integers; on success all of it is written.
    unsafe {
        get_sysvar_unchecked(now.as_mut_ptr().cast::<u8>(), &CLOCK_ID, 0, size_of::<Now>())?;
        Ok(now.assume_init())
    }
}

/// Reads unix seconds; one copy of the code for instructions that may cost a few CU more.
#[inline(always)]
pub fn unix_time() -> Result<i64, Refusal> {
    let mut unix = 0;
    read_unix_time(&mut unix)?;
    Ok(unix)
}

#[inline(never)]
fn read_unix_time(unix: &mut i64) -> Outcome {
    *unix = now()?.unix;
    Ok(())
}

/// Bytes that every account pays for beside its data.
const ACCOUNT_OVERHEAD: u64 = 128;
/// An exemption threshold of 1.0 and 2.0 years, as `f64` bits; SBPF has no floating point.
const ONE_YEAR: u64 = 0x3FF0_0000_0000_0000;
const TWO_YEARS: u64 = 0x4000_0000_0000_0000;

/// Lamports that exempt an account of `len` bytes from rent.
///
/// The sysvar holds lamports per byte-year and a threshold in years: 3,480 × 2.0 up to Agave 3, 6,960 × 1.0 since.
/// Both are honoured; any other threshold is refused rather than guessed.
#[inline(always)]
pub fn minimum_balance(len: usize) -> Result<u64, Refusal> {
    let mut rent = [0u8; 16];
    get_sysvar(&mut rent, &RENT_ID, 0)?;
    let (mut per_byte, mut threshold) = ([0u8; 8], [0u8; 8]);
    per_byte.copy_from_slice(&rent[..8]);
    threshold.copy_from_slice(&rent[8..]);
    // In range: accounts are at most 10 MiB, and the price per byte is a few thousand lamports.
    let base = (len as u64).wrapping_add(ACCOUNT_OVERHEAD).wrapping_mul(u64::from_le_bytes(per_byte));
    match u64::from_le_bytes(threshold) {
        ONE_YEAR => Ok(base),
        TWO_YEARS => Ok(base.wrapping_mul(2)),
        _ => Err(Check::RuntimeRefused.into()),
    }
}
