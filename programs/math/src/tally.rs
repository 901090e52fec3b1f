//! What a committee's codes decide for one device: docs/adr/010-committees-and-reports.md.

// At most `MAX_COMMITTEE` votes are counted, each lane has room for 255.
#![allow(clippy::arithmetic_side_effects)]

use crate::{
    committee::threshold,
    device::{ALIVE, DEPLOYABLE, PASSED, UNSEEN},
};

/// Code: no answer to the challenge.
pub const NO_ANSWER: u8 = 0;
/// Code: passed the proof of work.
pub const CODE_PASSED: u8 = 1;
/// Code: passed, and a workload could be deployed.
pub const CODE_DEPLOYABLE: u8 = 2;
/// Code: alive, but hired.
pub const CODE_HIRED: u8 = 3;

/// What is decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decision {
    /// The result for the ring; `None` where no quorum agrees and the one before is carried on.
    pub outcome: Option<u8>,
    /// Of a result unseen, the code that most gave as the reason, the lowest on a tie; else 0.
    pub reason: u8,
}

/// The codes revealed for one device, counted: a byte for each code, 0 to 7 in the first word and 8 to 15 in the second.
#[derive(Clone, Copy, Default, Debug)]
pub struct Votes {
    low: u64,
    high: u64,
}

impl Votes {
    /// Counts one revealed code, the low nibble of `code`.
    #[inline(always)]
    pub fn add(&mut self, code: u8) {
        let one = 1 << (code % 8 * 8);
        if code & 8 == 0 {
            self.low += one;
        } else {
            self.high += one;
        }
    }

    /// What a committee of `k` decides by these votes, at most one of each member; nothing where `k` is 0.
    #[inline(always)]
    pub const fn decide(&self, k: u8) -> Decision {
        let needed = threshold(k) as u64;
        let deployable = self.count(CODE_DEPLOYABLE);
        let passed = deployable + self.count(CODE_PASSED);
        let alive = passed + self.count(CODE_HIRED);
        let outcome = if needed == 0 {
            None
        } else if deployable >= needed {
            Some(DEPLOYABLE)
        } else if passed >= needed {
            Some(PASSED)
        } else if alive >= needed {
            Some(ALIVE)
        } else if self.total() - alive >= needed {
            return Decision { outcome: Some(UNSEEN), reason: self.reason() };
        } else {
            None
        };
        Decision { outcome, reason: 0 }
    }

    #[inline(always)]
    const fn count(&self, code: u8) -> u64 {
        let word = if code < 8 { self.low } else { self.high };
        word >> (code % 8 * 8) & 0xff
    }

    #[inline(always)]
    const fn total(&self) -> u64 {
        // No lane overflows into the next: the sum of all is at most the committee.
        (self.low + self.high).wrapping_mul(0x0101_0101_0101_0101) >> 56
    }

    /// The most frequent code that fails a device, the lowest on a tie: 0, 4 to 7, or 8 to 15.
    #[inline(always)]
    const fn reason(&self) -> u8 {
        let no_answer = (NO_ANSWER, self.count(NO_ANSWER));
        lead(self.high, 8, lead(self.low >> 32, 4, no_answer)).0
    }
}

/// The code with the most votes and their number: of `best` and the codes from `code` on, whose counts are `rest`.
#[inline(always)]
const fn lead(mut rest: u64, mut code: u8, mut best: (u8, u64)) -> (u8, u64) {
    while rest != 0 {
        if rest & 0xff > best.1 {
            best = (code, rest & 0xff);
        }
        rest >>= 8;
        code += 1;
    }
    best
}
