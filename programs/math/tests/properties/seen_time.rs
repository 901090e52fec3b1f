//! Seen time, state and eligibility of a device, against the definitions read off epoch by epoch and second by second.

use crate::config;
use ionet_math::{
    bounds::{EPOCH_SECONDS, MAX_DURATION, RING_EPOCHS},
    device::{Device, State, RING_LEN, UNSEEN},
    epoch::{epoch_at, starts_at},
    seen::Seen,
};
use proptest::{prelude::*, sample::select};

const GENESIS: i64 = 1_800_000_000;
const LAST: u32 = 600;

#[derive(Clone, Debug)]
struct Record {
    heartbeats: (i64, i64),
    active: (u32, u32),
    tallied_to: u32,
    ring: [u8; RING_LEN],
}

impl Record {
    fn view(&self) -> Device<'_> {
        Device {
            genesis: GENESIS,
            heartbeat: self.heartbeats.1,
            earlier_heartbeat: self.heartbeats.0,
            active_from: self.active.0,
            active_until: self.active.1,
            tallied_to: self.tallied_to,
            ring: &self.ring,
        }
    }

    /// Whether the seconds of an epoch count, by the definition.
    fn is_seen(&self, epoch: u32) -> bool {
        epoch > 0 && self.view().nibble(epoch - 1) & 3 != UNSEEN
    }
}

/// Any ring, dense and sparse: a nibble that a program writes, from all or mostly unseen ones.
fn rings() -> impl Strategy<Value = [u8; RING_LEN]> {
    let nibbles = || select(vec![0, 1, 2, 3, 5, 6, 7, 9, 10, 11_u8]);
    let any = prop::collection::vec(nibbles(), RING_EPOCHS as usize);
    let sparse = prop::collection::vec(prop_oneof![9 => Just(0), 1 => nibbles()], RING_EPOCHS as usize);
    let dense = prop::collection::vec(select(vec![2, 3_u8]), RING_EPOCHS as usize);
    prop_oneof![any, sparse, dense].prop_map(|nibbles| {
        let bytes: Vec<_> = nibbles.chunks(2).map(|pair| pair[0] | pair[1] << 4).collect();
        bytes.try_into().unwrap()
    })
}

/// Any account, whether or not its fields could come about together.
fn records() -> impl Strategy<Value = Record> {
    let end = prop_oneof![Just(u32::MAX), 0..LAST];
    (times(), times(), (0..LAST, end), 0..LAST, rings()).prop_map(|(a, b, active, tallied_to, ring)| Record {
        heartbeats: (a.min(b), a.max(b)),
        active,
        tallied_to,
        ring,
    })
}

/// Seconds from before genesis to past every epoch, half of them next to where an epoch begins.
fn times() -> impl Strategy<Value = i64> {
    let edges = (0..LAST + 20, -1..=1_i64).prop_map(|(epoch, more)| starts_at(GENESIS, epoch) + more);
    prop_oneof![edges, GENESIS - 50_000..starts_at(GENESIS, LAST + 20)]
}

proptest! {
    #![proptest_config(config(2_048))]

    #[test]
    fn seen_seconds_are_those_of_the_epochs_that_count(record in records(), a in times(), b in times()) {
        let (from, to) = (a.min(b), a.max(b));
        let within = |epoch| (to.min(starts_at(GENESIS, epoch + 1)) - from.max(starts_at(GENESIS, epoch))).max(0);
        let seen: i64 = (0..LAST + 300).filter(|&epoch| record.is_seen(epoch)).map(within).sum();
        prop_assert_eq!(i64::from(record.view().seconds(from, to)), seen);
        prop_assert!(seen <= to - from);
        prop_assert_eq!(record.view().seconds(to, from), 0);
    }

    #[test]
    fn seen_seconds_add_up_over_any_parts(record in records(), mut ends in prop::collection::vec(times(), 2..6)) {
        ends.sort_unstable();
        let device = record.view();
        let parts: u32 = ends.windows(2).map(|part| device.seconds(part[0], part[1])).sum();
        prop_assert_eq!(device.seconds(ends[0], ends[ends.len() - 1]), parts);
    }

    #[test]
    fn everything_is_constant_within_an_epoch(record in records(), epoch in 0..LAST + 20, a in 0..21_600_i64) {
        let (device, first) = (record.view(), starts_at(GENESIS, epoch));
        for t in [first + a, starts_at(GENESIS, epoch + 1) - 1] {
            prop_assert_eq!(device.state_at(t), device.state_at(first));
            prop_assert_eq!(device.is_carried_at(t), device.is_carried_at(first));
            prop_assert_eq!(device.is_eligible_at(t), device.is_eligible_at(first));
        }
    }

    #[test]
    fn seen_is_what_is_hired_verified_or_cluster_ready(record in records(), t in times()) {
        let state = record.view().state_at(t);
        let is_counted_seen = matches!(state, State::Hired | State::Verified | State::ClusterReady);
        prop_assert_eq!(record.view().seconds(t, t + 1), u32::from(is_counted_seen));
    }

    #[test]
    fn nothing_reads_the_present_epoch_or_a_later_one(record in records(), more in 0..20_u32, nibble in 0..12_u8) {
        // Whatever the newest nibble is, the epochs up to its own read the same.
        let mut other = record.clone();
        let place = record.tallied_to as usize % RING_EPOCHS as usize;
        let shift = place % 2 * 4;
        other.ring[place / 2] = other.ring[place / 2] & !(0xf << shift) | nibble << shift;
        let t = starts_at(GENESIS, record.tallied_to.saturating_sub(more) + 1) - 1;
        prop_assert_eq!(record.view().state_at(t), other.view().state_at(t));
        prop_assert_eq!(record.view().is_eligible_at(t), other.view().is_eligible_at(t));
        prop_assert_eq!(record.view().seconds(GENESIS, t + 1), other.view().seconds(GENESIS, t + 1));
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn seen_seconds_are_the_seconds_that_are_seen(record in records(), from in times(), length in 0..50_000_i64) {
        let is_seen = |t: &i64| epoch_at(GENESIS, *t).is_some_and(|epoch| record.is_seen(epoch));
        let seen = (from..from + length).filter(is_seen).count();
        prop_assert_eq!(record.view().seconds(from, from + length) as usize, seen);
    }
}

#[test]
fn the_longest_job_of_a_good_device_is_seen_to_the_second() {
    let ring = [0x33; RING_LEN];
    let active = (1, u32::MAX);
    let device = Record { heartbeats: (0, GENESIS), active, tallied_to: 500, ring };
    let from = starts_at(GENESIS, 300) + 12_345;
    for (to, seen) in [(MAX_DURATION, MAX_DURATION), (MAX_DURATION - 1, MAX_DURATION - 1), (0, 0)] {
        assert_eq!(device.view().seconds(from, from + i64::from(to)), seen);
    }
    // The ring holds 256 epochs; two more are carried past it.
    assert_eq!(device.view().seconds(0, i64::MAX), (RING_EPOCHS + 2) * EPOCH_SECONDS);
    assert_eq!(device.view().seconds(i64::MIN, i64::MAX), (RING_EPOCHS + 2) * EPOCH_SECONDS);
}
