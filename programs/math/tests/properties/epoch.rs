//! Epochs at their boundaries, and the weights of GPU classes.

use ionet_math::{
    bounds::{EPOCH_SECONDS, MAX_PROCESSORS},
    epoch::{
        epoch_at, is_commit_time, is_open_time, is_reveal_time, is_tally_time, misses_from, misses_until, offset_in,
        starts_at,
    },
    gpu::{multiplier, weight},
};
use proptest::prelude::*;

const GENESIS: i64 = 1_800_000_000;

proptest! {
    #![proptest_config(crate::config(1_024))]

    #[test]
    fn an_epoch_is_its_21600_seconds(epoch in any::<u32>(), offset in 0..EPOCH_SECONDS) {
        let start = starts_at(GENESIS, epoch);
        prop_assert_eq!(epoch_at(GENESIS, start + i64::from(offset)), Some(epoch));
        prop_assert_eq!(offset_in(start, start + i64::from(offset)), Some(offset));
        prop_assert_eq!(epoch_at(GENESIS, start - 1), epoch.checked_sub(1));
        prop_assert_eq!(epoch_at(GENESIS, start + 21_600), epoch.checked_add(1));
        prop_assert_eq!((offset_in(start, start - 1), offset_in(start, start + 21_600)), (None, None));
    }

    #[test]
    fn each_second_is_of_one_phase(offset in 0..EPOCH_SECONDS) {
        let phases = [is_commit_time(offset), is_reveal_time(offset), is_tally_time(offset)];
        prop_assert_eq!(phases.iter().filter(|&&is_phase| is_phase).count(), 1);
        prop_assert!(!is_open_time(offset) || is_commit_time(offset), "opened when no more can be committed");
    }

    #[test]
    fn no_time_is_out_of_range(genesis in any::<i64>(), t in any::<i64>(), epoch in any::<u32>()) {
        epoch_at(genesis, t);
        offset_in(genesis, t);
        prop_assert!(misses_until(starts_at(genesis, epoch)) >= misses_from(starts_at(genesis, epoch)));
    }
}

#[test]
fn windows_begin_and_end_at_their_second() {
    let at = |is_time: fn(u32) -> bool, offsets: [u32; 2]| offsets.map(is_time);
    assert_eq!(at(is_open_time, [7_199, 7_200]), [true, false]);
    assert_eq!(at(is_commit_time, [10_799, 10_800]), [true, false]);
    assert_eq!(at(is_reveal_time, [10_799, 10_800]), [false, true]);
    assert_eq!(at(is_reveal_time, [16_199, 16_200]), [true, false]);
    assert_eq!(at(is_tally_time, [16_199, 16_200]), [false, true]);
    assert_eq!(at(is_tally_time, [21_599, 21_600]), [true, false]);
    assert_eq!((misses_from(GENESIS), misses_until(GENESIS)), (GENESIS + 16_200, GENESIS + 16_200 + 28 * 21_600));
}

#[test]
fn classes_weigh_as_published() {
    // Other, H100, H200, B200, A100, L40S, RTX 4090, RTX 3090.
    assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(multiplier), [100, 1_000, 1_200, 3_000, 500, 300, 125, 100]);
    assert!((0..=u8::MAX).all(|class| multiplier(class) >= 100));
    assert_eq!((weight(6, 8), weight(200, 1), weight(3, MAX_PROCESSORS)), (1_000, 100, 3_072_000));
}
