//! The hashes of the last 512 blocks, as randomness that nobody picks: the first block at or after a slot fixed earlier.

use crate::{checks::program, outcome::Refusal};
use pinocchio::{
    sysvars::slot_hashes::{SlotHashes, SLOTHASHES_ID},
    AccountView,
};

/// What the sysvar says of the first block at a slot or later.
pub enum FirstBlock {
    /// There is none yet.
    Ahead,
    /// It has left the list, or may have: nothing proves that the oldest entry is the first block.
    Lost,
    /// It is this one.
    Found {
        /// Its slot.
        slot: u64,
        /// Its hash.
        hash: [u8; 32],
    },
}

/// Finds the first block at `slot` or later. An entry at or before `slot` proves that it is: blocks leave the list oldest
/// first, so none between the two is missing.
///
/// Errors: `WrongProgram` for another account, `RuntimeRefused` if the list does not fit in its account.
#[inline(always)]
pub fn first_block(sysvar: &AccountView, slot: u64) -> Result<FirstBlock, Refusal> {
    program(sysvar, &SLOTHASHES_ID)?;
    let list = SlotHashes::new(sysvar.try_borrow()?)?;
    // Newest first; slots without a block have no entry.
    let entries = list.entries();
    let (later, earlier) = entries.split_at(entries.partition_point(|entry| entry.slot() >= slot));
    Ok(match later.last() {
        None => FirstBlock::Ahead,
        Some(first) if first.slot() > slot && earlier.is_empty() => FirstBlock::Lost,
        Some(first) => FirstBlock::Found { slot: first.slot(), hash: first.hash },
    })
}
