//! The generators reach the regions where rules meet: a property that never goes there shows nothing.

use crate::{
    life::{Act, Life, Stopper},
    stories::stories,
};
use ionet_math::{
    amount::gross,
    bounds::HOLD_BACK,
    job::{Fault, Job, Kind},
    transition::State,
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use std::collections::BTreeMap;

const LIVES: u32 = 4_096;
/// Each region must be reached this often in [`LIVES`] lives.
const OFTEN: u32 = 20;

const REGIONS: [&str; 26] = [
    "started with its cluster",
    "started and ended in one instruction",
    "declined",
    "expired unanswered",
    "cancelled",
    "paid while running",
    "settled without a payable payee, then paid",
    "ended within the hold-back",
    "ended at the hold-back exactly",
    "ended past the hold-back",
    "minimum charge binding",
    "minimum charge reached exactly",
    "first second missed, no minimum",
    "seconds dropped in the held tail",
    "extended after a settlement",
    "extension refused: not the price",
    "extension refused: too long",
    "extension refused: nothing added",
    "voucher clamped by the deposit",
    "voucher in the grace period",
    "voucher too late",
    "result submitted",
    "deliverable ended with nothing submitted",
    "window waived",
    "fee rounded down",
    "price rounded up",
];

/// The regions that a step has reached.
fn regions(life: &Life, before: &Job, act: Act, result: Result<(), Fault>) -> Vec<&'static str> {
    let job = &life.job;
    let mut reached = refusals(act, result);
    if result.is_err() {
        return reached;
    }
    let mut mark = |is_reached: bool, region: &'static str| {
        if is_reached {
            reached.push(region);
        }
    };
    let is_running = job.state == State::Active;
    let has_started = before.state == State::Open && job.started_at != 0;
    mark(has_started, "started with its cluster");
    mark(has_started && !is_running, "started and ended in one instruction");
    mark(job.state == State::Declined, "declined");
    mark(job.state == State::Expired, "expired unanswered");
    mark(job.state == State::Cancelled, "cancelled");
    mark(is_running && job.kind == Kind::Rental && job.paid > before.paid, "paid while running");
    let was_left = before.due_to_provider() > 0 && before.state == job.state;
    mark(was_left && job.paid > before.paid, "settled without a payable payee, then paid");
    let is_extension = matches!(act, Act::Extend { .. } | Act::ExtendAtPrice { .. });
    mark(is_extension && life.is_rental() && before.earned > 0, "extended after a settlement");
    if let Act::Voucher { permille } = act {
        mark(permille > 1_000, "voucher clamped by the deposit");
        mark(job.state == State::Ending, "voucher in the grace period");
    }
    mark(matches!(act, Act::Waive), "window waived");
    reached.extend(stops(life, before));
    reached
}

fn refusals(act: Act, result: Result<(), Fault>) -> Vec<&'static str> {
    let region = match (act, result) {
        (_, Err(Fault::WrongDeposit)) => "extension refused: not the price",
        (_, Err(Fault::ExtensionTooLong)) => "extension refused: too long",
        (_, Err(Fault::NothingToExtend)) => "extension refused: nothing added",
        (_, Err(Fault::VoucherTooLate)) => "voucher too late",
        _ => return Vec::new(),
    };
    vec![region]
}

/// The regions of the step in which a job stopped.
fn stops(life: &Life, before: &Job) -> Vec<&'static str> {
    let job = &life.job;
    let mut reached = Vec::new();
    let mut mark = |is_reached: bool, region: &'static str| {
        if is_reached {
            reached.push(region);
        }
    };
    if job.state != State::Ending || before.state == State::Ending {
        return reached;
    }
    if job.kind == Kind::Deliverable {
        mark(job.is_submitted, "result submitted");
        mark(!job.is_submitted, "deliverable ended with nothing submitted");
    }
    if life.is_rental() {
        mark(job.seen_to < HOLD_BACK, "ended within the hold-back");
        mark(job.seen_to == HOLD_BACK, "ended at the hold-back exactly");
        mark(job.seen_to > HOLD_BACK, "ended past the hold-back");
        let (is_client, charge) = (life.stopper == Some(Stopper::Client), u32::from(job.min_charge));
        mark(job.earned > gross(job.rate, job.seen_seconds), "minimum charge binding");
        mark(is_client && charge > 0 && job.seen_to == charge, "minimum charge reached exactly");
        let is_short = is_client && gross(job.rate, job.seen_seconds) < gross(job.rate, charge);
        mark(is_short && job.earned < gross(job.rate, charge), "first second missed, no minimum");
        let tail = job.seen_to.min(HOLD_BACK);
        mark(u32::from(job.held_seconds) < tail, "seconds dropped in the held tail");
        mark(gross(job.rate, job.duration) < job.deposit, "price rounded up");
    }
    reached
}

#[test]
fn stories_reach_every_region() {
    let mut runner = TestRunner::deterministic();
    let mut reached: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..LIVES {
        let story = stories().new_tree(&mut runner).unwrap().current();
        let mut life = Life::new(story.opening);
        for (when, act) in story.steps {
            life.wait(when);
            let before = life.job;
            let result = life.act(act);
            for region in regions(&life, &before, act, result) {
                *reached.entry(region).or_default() += 1;
            }
        }
        life.finish();
        let is_rounded = u128::from(life.job.earned) * u128::from(life.job.fee_bps) % 10_000 != 0;
        *reached.entry("fee rounded down").or_default() += u32::from(is_rounded);
    }
    let rare: Vec<_> = REGIONS.iter().filter(|region| reached.get(*region).copied().unwrap_or(0) < OFTEN).collect();
    assert!(rare.is_empty(), "rarely reached: {rare:?}, of {reached:#?}");
    assert_eq!(reached.len(), REGIONS.len(), "a region without a name in REGIONS: {reached:#?}");
}
