//! Pauses: how long one lasts, and when the next may begin.

use ionet_math::pause::{is_paused, may_pause, pause_end};
use proptest::prelude::*;

const HOURS_72: i64 = 72 * 3_600;

proptest! {
    #![proptest_config(crate::config(1_024))]

    #[test]
    fn a_pause_lasts_72_hours_and_so_does_the_rest(now in 1..=i64::MAX / 4) {
        let end = pause_end(now);
        prop_assert_eq!(end - now, HOURS_72);
        prop_assert_eq!([now, end - 1, end].map(|t| is_paused(end, t)), [true, true, false]);
        let rested = end + HOURS_72;
        prop_assert_eq!([now, end, rested - 1, rested].map(|t| may_pause(end, t)), [false, false, false, true]);
    }

    #[test]
    fn the_first_pause_may_begin_at_once(now in 1..=i64::MAX) {
        prop_assert!(!is_paused(0, now) && may_pause(0, now));
    }

    #[test]
    fn no_time_is_out_of_range(until in any::<i64>(), now in any::<i64>()) {
        prop_assert!(pause_end(now) >= now);
        prop_assert!(!(is_paused(until, now) && may_pause(until, now)) || until == 0, "a pause on top of a pause");
    }
}
