//! The way in from the loader. As `pinocchio::program_entrypoint`, but an error stays the number it is: pinocchio's own
//! goes through `ProgramError`, whose conversion costs 900 bytes.

use crate::{outcome::Outcome, Context};
use core::{mem::MaybeUninit, slice::from_raw_parts};
use pinocchio::{entrypoint::deserialize, AccountView, SUCCESS};

/// Reads the loader's input and runs `dispatch`; 0 or the number of the error. Accounts beyond `MAX` are dropped, so it
/// must be above the longest declared list.
///
/// # Safety
/// `input` is what the loader passed to the program's entrypoint.
#[inline(always)]
pub unsafe fn run<const MAX: usize>(input: *mut u8, dispatch: fn(&Context) -> Outcome) -> u64 {
    let mut accounts = [const { MaybeUninit::<AccountView>::uninit() }; MAX];
    // SAFETY: promised by the caller.
    let (program_id, count, data) = unsafe { deserialize::<MAX>(input, &mut accounts) };
    // SAFETY: `deserialize` has written the first `count` views.
    let accounts = unsafe { from_raw_parts(accounts.as_ptr().cast::<AccountView>(), count) };
    match dispatch(&Context { program_id, accounts, data }) {
        Ok(()) => SUCCESS,
        Err(refusal) => refusal.code(),
    }
}
