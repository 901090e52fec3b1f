//! Committees are what the exact formula draws: distinct seats that exist, at one hash for four.

use crate::config;
use ionet_math::{
    bounds::MAX_COMMITTEE,
    committee::{committee_size, draw},
};
use proptest::prelude::*;

const MOST: usize = MAX_COMMITTEE as usize;

/// Hashes as they come, and where rounding would show: at the ends of their range and between two shares of it.
fn hashes() -> impl Strategy<Value = Vec<[u8; 32]>> {
    // The first word of a share, and the last of the one before: all 64 bits decide which it is.
    let step = (1..30_u128, 0..30_u128, 0..2_u64).prop_map(|(shares, share, less)| {
        let first = ((share % shares) << 64).div_ceil(shares);
        (first as u64).wrapping_sub(less)
    });
    let word = prop_oneof![2 => any::<u64>(), 2 => step, 1 => Just(0), 1 => Just(u64::MAX)];
    let hash = prop::array::uniform4(word).prop_map(|words| {
        let bytes: Vec<_> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.try_into().unwrap()
    });
    prop::collection::vec(hash, MOST.div_ceil(4))
}

/// Few seats, where most draws meet a taken one, and any number.
fn seats() -> impl Strategy<Value = u16> {
    prop_oneof![1..30_u16, 1..=u16::MAX, Just(u16::MAX)]
}

/// Floyd's sampling in 128 bits.
fn exact(hashes: &[[u8; 32]], seats: u16, k: u8) -> Vec<u16> {
    let mut members = Vec::new();
    for place in 0..usize::from(k) {
        let word = hashes[place / 4][place % 4 * 8..][..8].try_into().unwrap();
        let top = seats - u16::from(k) + place as u16;
        let pick = ((u128::from(u64::from_le_bytes(word)) * (u128::from(top) + 1)) >> 64) as u16;
        members.push(if members.contains(&pick) { top } else { pick });
    }
    members
}

proptest! {
    #![proptest_config(config(4_096))]

    #[test]
    fn a_draw_is_the_exact_one(hashes in hashes(), seats in seats(), configured in 1..=MAX_COMMITTEE) {
        let k = committee_size(configured, 1, seats);
        let (mut taken, mut members) = (0, [u16::MAX; MOST]);
        draw(|number| { taken += 1; hashes[number as usize] }, seats, k, &mut members);
        let (drawn, rest) = members.split_at(usize::from(k));
        prop_assert_eq!(drawn, exact(&hashes, seats, k));
        prop_assert!(rest.iter().all(|&seat| seat == u16::MAX), "wrote past the committee");
        prop_assert_eq!(taken, usize::from(k).div_ceil(4));
    }

    #[test]
    fn members_are_distinct_and_hold_a_seat(hashes in hashes(), seats in seats(), configured in 1..=MAX_COMMITTEE) {
        let k = usize::from(committee_size(configured, 1, seats));
        let mut members = [u16::MAX; MOST];
        draw(|number| hashes[number as usize], seats, k as u8, &mut members);
        let mut drawn = members[..k].to_vec();
        prop_assert!(drawn.iter().all(|&seat| seat < seats));
        drawn.sort_unstable();
        drawn.dedup();
        prop_assert_eq!(drawn.len(), k);
    }
}
