//! The hashes of the last 512 blocks, as randomness that nobody picks: the first block at or after a slot fixed earlier.

use crate::{checks::program, outcome::Refusal};
use pinocchio::{
    sysvars::slot_hashes::{SlotHashes, SLOTHASHES_ID},
    AccountView,
};

/// What the sysvar says of the first block at a slot or later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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

/// Finds the first block at `slot` or later in the sysvar account.
///
/// Errors: `WrongProgram` for another account, else as [`find`].
#[inline(always)]
pub fn first_block(sysvar: &AccountView, slot: u64) -> Result<FirstBlock, Refusal> {
    program(sysvar, &SLOTHASHES_ID)?;
    find(&sysvar.try_borrow()?, slot)
}

/// Finds the first block at `slot` or later in the sysvar's data. An entry at or before `slot` proves that it is: blocks
/// leave the list oldest first, so none between the two is missing.
///
/// Errors: `RuntimeRefused` if the list is longer than 512 entries or does not fit in the data.
#[inline(always)]
pub fn find(data: &[u8], slot: u64) -> Result<FirstBlock, Refusal> {
    let list = SlotHashes::new(data)?;
    // Newest first; slots without a block have no entry.
    let entries = list.entries();
    let (later, earlier) = entries.split_at(entries.partition_point(|entry| entry.slot() >= slot));
    Ok(match later.last() {
        None => FirstBlock::Ahead,
        Some(first) if first.slot() > slot && earlier.is_empty() => FirstBlock::Lost,
        Some(first) => FirstBlock::Found { slot: first.slot(), hash: first.hash },
    })
}
