//! Events in Anchor's form: one `Program data:` line with discriminator and fields.

use crate::surface::{bytes_of, Record};

/// Logs an event.
#[inline(always)]
pub fn emit<T: Record>(event: &T) {
    log(bytes_of(event));
}

/// One copy of the call for all events; each would cost 56 bytes of code and, in SBPF v0, a relocation.
#[inline(never)]
fn log(bytes: &[u8]) {
    let slices: [&[u8]; 1] = [bytes];
    #[cfg(target_os = "solana")]
    // SAFETY: the syscall reads one slice descriptor and its bytes, both alive here.
    unsafe {
        pinocchio::syscalls::sol_log_data(slices.as_ptr().cast::<u8>(), 1);
    }
    #[cfg(not(target_os = "solana"))]
    core::hint::black_box(slices);
}
