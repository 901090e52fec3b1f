//! The first block at a slot, held against a search through the whole list.
#![allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)] // slots and counts here are small

use ionet_common::{
    checks::Check,
    outcome::Refusal,
    slot_hashes::{find, FirstBlock},
};

fn hash_of(slot: u64) -> [u8; 32] {
    [slot as u8; 32]
}

/// The sysvar's data for these slots, oldest first, in an account of its full length.
fn list(slots: &[u64]) -> Vec<u8> {
    let mut data = (slots.len() as u64).to_le_bytes().to_vec();
    for slot in slots.iter().rev() {
        data.extend(slot.to_le_bytes());
        data.extend(hash_of(*slot));
    }
    data.resize(data.len().max(8 + 512 * 40), 0);
    data
}

/// Oldest first: the first at `slot` or later, if something at `slot` or before shows that nothing is missing.
fn expected(slots: &[u64], slot: u64) -> FirstBlock {
    match slots.iter().copied().find(|s| *s >= slot) {
        None => FirstBlock::Ahead,
        Some(first) if slots.iter().any(|s| *s <= slot) => FirstBlock::Found { slot: first, hash: hash_of(first) },
        Some(_) => FirstBlock::Lost,
    }
}

#[test]
fn the_first_block_is_found_where_nothing_can_be_missing() {
    for count in [0, 1, 2, 3, 100, 511, 512] {
        for skips in [1, 2, 5] {
            let slots: Vec<u64> = (0..count).map(|i| 1_000 + i * skips).collect();
            let data = list(&slots);
            for slot in 995..1_005 + count * skips {
                assert_eq!(find(&data, slot), Ok(expected(&slots, slot)), "{count} blocks, every {skips}, slot {slot}");
            }
        }
    }
}

#[test]
fn the_oldest_entry_proves_only_its_own_slot() {
    let data = list(&[40, 41, 45]);
    assert_eq!(find(&data, 39), Ok(FirstBlock::Lost));
    assert_eq!(find(&data, 40), Ok(FirstBlock::Found { slot: 40, hash: hash_of(40) }));
    assert_eq!(find(&data, 42), Ok(FirstBlock::Found { slot: 45, hash: hash_of(45) }));
    assert_eq!(find(&data, 46), Ok(FirstBlock::Ahead));
}

#[test]
fn a_list_that_does_not_fit_rejects() {
    let refused = Err(Refusal::from(Check::RuntimeRefused));
    let counted = |count: u64, len: usize| {
        let mut data = count.to_le_bytes().to_vec();
        data.resize(len, 0);
        data
    };
    assert_eq!(find(&[], 0), refused);
    assert_eq!(find(&[0; 7], 0), refused);
    assert_eq!(find(&counted(2, 8 + 2 * 40 - 1), 0), refused);
    assert_eq!(find(&counted(513, 8 + 513 * 40), 0), refused);
    assert_eq!(find(&counted(u64::MAX, 8 + 512 * 40), 0), refused);
    assert_eq!(find(&counted(0, 8), 0), Ok(FirstBlock::Ahead));
}
