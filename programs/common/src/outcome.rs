//! What handlers return: nothing, or the code of an error.
//!
//! `ProgramResult` takes two words, which SBPF returns through memory; this takes one register, as wide as the machine's
//! so that no caller has to clear its upper half. A failed call into another program never returns to its caller, so a
//! number is all there is to tell.

use core::num::NonZeroU64;

/// A refused instruction: the number of its error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Refusal(NonZeroU64);

/// Done, or refused.
pub type Outcome = Result<(), Refusal>;

impl Refusal {
    /// The refusal with this error number; declared numbers are 6000 and above.
    #[inline(always)]
    pub const fn new(code: u32) -> Self {
        match NonZeroU64::new(code as u64) {
            Some(code) => Self(code),
            None => Self(NonZeroU64::MAX),
        }
    }

    /// The error number, as the runtime takes it from a program.
    #[inline(always)]
    pub const fn code(self) -> u64 {
        self.0.get()
    }
}
