//! Generators of job lives. `reach.rs` counts that they reach the regions where rules meet.

use crate::{
    device::Device,
    life::{Act, Mark, Opening, When},
};
use ionet_math::{
    amount::price,
    bounds::{
        HOLD_BACK, HOUR, MAX_DURATION, MAX_FEE_BPS, MAX_MIN_CHARGE, MAX_RATE, MAX_REVIEW_WINDOW, MIN_REVIEW_WINDOW,
    },
    job::{Job, Kind},
    transition::Action,
};
use proptest::{prelude::*, sample::select};

/// A life to live.
#[derive(Clone, Debug)]
pub struct Story {
    pub opening: Opening,
    pub steps: Vec<(When, Act)>,
}

const OPENED_AT: i64 = 1_800_000_000;

pub fn stories() -> impl Strategy<Value = Story> {
    openings().prop_flat_map(|opening| {
        let steps = prop::collection::vec(steps(opening.job.kind), 0..14);
        (Just(opening), steps).prop_map(|(opening, steps)| Story { opening, steps })
    })
}

fn steps(kind: Kind) -> impl Strategy<Value = (When, Act)> {
    // The minimum charge is one moment of many and matters to one act: tried on purpose.
    let early_end =
        (-1..=1_i64).prop_map(|offset| (When::Around(Mark::MinimumCharge, offset), Act::End { is_payable: true }));
    prop_oneof![19 => (moments(), acts(kind)), 1 => early_end]
}

/// Openings as `open_job` admits them.
fn openings() -> impl Strategy<Value = Opening> {
    let kinds = select(vec![Kind::Rental, Kind::Rental, Kind::Metered, Kind::Deliverable]);
    let starts = prop_oneof![6 => Just(Some(0)), 2 => (1..900_i64).prop_map(Some), 1 => Just(None)];
    (kinds, durations(), 0..=MAX_DURATION, (rates(), deposits(), fees()), 0..=MAX_MIN_CHARGE, starts).prop_flat_map(
        |(kind, duration, spare, (rate, deposit, fee_bps), min_charge, delay)| {
            let job = Job {
                fee_bps,
                duration,
                min_charge: if kind == Kind::Rental {
                    min_charge.min(u16::try_from(duration).unwrap_or(u16::MAX))
                } else {
                    0
                },
                rate: if kind == Kind::Rental { rate } else { 0 },
                deposit: if kind == Kind::Rental { price(rate, duration) } else { deposit },
                ..blank(kind)
            };
            let starts_at = delay.map(|seconds| OPENED_AT + seconds);
            let max_duration = duration.saturating_add(spare).min(MAX_DURATION);
            (outages(starts_at.unwrap_or(OPENED_AT), duration), MIN_REVIEW_WINDOW..=MAX_REVIEW_WINDOW).prop_map(
                move |(outages, window)| Opening {
                    job: Job { review_window: if kind == Kind::Deliverable { window } else { 0 }, ..job },
                    at: OPENED_AT,
                    starts_at,
                    max_duration,
                    device: Device(outages),
                },
            )
        },
    )
}

/// An open job that has everything still before it.
pub fn blank(kind: Kind) -> Job {
    Job { kind, ..Job::EMPTY }
}

fn durations() -> impl Strategy<Value = u32> {
    prop_oneof![
        1..=u32::from(MAX_MIN_CHARGE),
        HOLD_BACK - 2..=HOLD_BACK + 2,
        HOLD_BACK..=4 * HOLD_BACK,
        HOUR..=MAX_DURATION,
        Just(MAX_DURATION),
    ]
}

/// Cheap enough for roundings to matter, real, and any.
fn rates() -> impl Strategy<Value = u64> {
    prop_oneof![1..=20_u64, 1..=2 * u64::from(HOUR), 100_000..=20_000_000_u64, 1..=MAX_RATE, Just(MAX_RATE)]
}

fn deposits() -> impl Strategy<Value = u64> {
    prop_oneof![1..=50_u64, 1..=1_000_000_000_u64, 1..=u64::MAX, Just(u64::MAX)]
}

fn fees() -> impl Strategy<Value = u16> {
    prop_oneof![Just(0), Just(250), 0..=MAX_FEE_BPS, Just(MAX_FEE_BPS)]
}

/// Outages at the first second, of single seconds, and of hours.
fn outages(start: i64, duration: u32) -> impl Strategy<Value = Vec<(i64, i64)>> {
    let at = prop_oneof![2 => -2..3_i64, 5 => 0..i64::from(duration)];
    let length = prop_oneof![1..4_i64, 1..i64::from(HOLD_BACK), 1..=i64::from(duration)];
    prop_oneof![
        Just(Vec::new()),
        prop::collection::vec((at, length).prop_map(move |(at, length)| (start + at, start + at + length)), 1..6),
    ]
}

fn moments() -> impl Strategy<Value = When> {
    let marks =
        vec![Mark::Start, Mark::FirstPay, Mark::MinimumCharge, Mark::LastHold, Mark::ScheduledEnd, Mark::ReleaseAt];
    prop_oneof![
        4 => prop_oneof![Just(0), 1..=3_u32, 1..=HOUR, 1..=HOLD_BACK, 1..=3 * HOLD_BACK].prop_map(When::Later),
        3 => (select(marks), -1..=1_i64).prop_map(|(mark, offset)| When::Around(mark, offset)),
    ]
}

/// Mostly what the kind allows; now and then what it does not.
fn acts(kind: Kind) -> impl Strategy<Value = Act> {
    let own = match kind {
        Kind::Rental => extensions().boxed(),
        Kind::Metered => prop_oneof![4 => vouchers(), 1 => extensions()].boxed(),
        Kind::Deliverable => Just(Act::Submit).boxed(),
    };
    prop_oneof![
        8 => cranks(),
        4 => own,
        2 => stops(),
        1 => prop_oneof![extensions(), vouchers(), Just(Act::Submit)],
        1 => Just(Act::Waive),
        1 => select(vec![Action::Decline, Action::Expire]).prop_map(|action| Act::Leave { action }),
    ]
}

fn payable() -> impl Strategy<Value = bool> + Clone {
    prop::bool::weighted(0.8)
}

fn cranks() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => payable().prop_map(|is_payable| Act::Settle { is_payable }),
        2 => payable().prop_map(|is_payable| Act::Sweep { is_payable }),
        2 => payable().prop_map(|is_payable| Act::Refund { is_payable }),
        1 => Just(Act::Expire),
        1 => Just(Act::Release),
    ]
}

fn stops() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => payable().prop_map(|is_payable| Act::End { is_payable }),
        1 => payable().prop_map(|is_payable| Act::Quit { is_payable }),
    ]
}

fn vouchers() -> impl Strategy<Value = Act> {
    prop_oneof![3 => 0..=1_000_u64, 1 => 900..=1_500_u64].prop_map(|permille| Act::Voucher { permille })
}

fn extensions() -> impl Strategy<Value = Act> {
    let added = prop_oneof![2 => Just(0), 4 => 1..=HOUR, 4 => 1..=2 * HOLD_BACK, 1 => 0..=u32::MAX];
    prop_oneof![
        1 => (added.clone(), deposits()).prop_map(|(duration, deposit)| Act::Extend { duration, deposit }),
        2 => added.prop_map(|duration| Act::ExtendAtPrice { duration }),
    ]
}
