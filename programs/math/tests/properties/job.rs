//! What holds after each step of any life, and at its end.

use crate::{
    config,
    life::{Life, Stopper},
    stories::stories,
};
use ionet_math::{
    amount::{fee, price},
    bounds::{BPS, HOLD_BACK, HOUR, RENTAL_WINDOW},
    job::{Fault, Job, Kind},
    seen::Seen,
    transition::State,
};
use proptest::prelude::*;

/// What holds for any job between two instructions.
fn check_sums(life: &Life) -> Result<(), TestCaseError> {
    let job = &life.job;
    let held = job.held().map_err(|fault| TestCaseError::fail(format!("{fault:?}")))?;
    prop_assert_eq!(job.deposit, job.paid + job.fee + job.refunded + held);
    prop_assert!(job.paid + job.fee <= job.released());
    prop_assert!(job.released() <= job.earned && job.earned <= job.deposit);
    prop_assert!(job.fee <= fee(job.earned, job.fee_bps));
    prop_assert!(job.due_to_provider() + job.due_to_treasury() + job.due_to_client(life.now) <= held);
    if life.is_rental() {
        // However it was extended.
        prop_assert_eq!(job.deposit, price(job.rate, job.duration));
    }
    let is_before_stop = matches!(job.state, State::Open | State::Active);
    let unearned = if is_before_stop { 0 } else { job.deposit - job.earned };
    prop_assert!(job.refunded <= unearned);
    prop_assert!(job.seen_seconds <= job.seen_to && job.seen_to <= job.duration);
    prop_assert!(u32::from(job.held_seconds) <= HOLD_BACK.min(job.seen_seconds));
    Ok(())
}

/// What a step may not take back.
fn check_growth(before: &Job, after: &Job) -> Result<(), TestCaseError> {
    prop_assert!(after.released() >= before.released());
    prop_assert!(after.released_fee() >= before.released_fee());
    prop_assert!(after.released_seconds() >= before.released_seconds());
    prop_assert!(after.earned >= before.earned && after.deposit >= before.deposit);
    prop_assert!(after.paid >= before.paid && after.fee >= before.fee && after.refunded >= before.refunded);
    if before.state == State::Ending && before.kind != Kind::Metered {
        prop_assert_eq!(after.earned, before.earned);
    }
    Ok(())
}

/// What the kind's rule says was earned in the life that `life` has been, computed from its outcome alone.
fn earned_by_rule(life: &Life, seconds: u32) -> u128 {
    let (job, device) = (&life.job, &life.opening.device);
    let seen = |to: u32| device.seconds(job.started_at, job.started_at + i64::from(to));
    let mut paid_seconds = seen(seconds);
    if life.stopper == Some(Stopper::Client) && seen(1) == 1 && seconds == job.seen_to {
        paid_seconds = paid_seconds.max(u32::from(job.min_charge));
    }
    (u128::from(job.rate) * u128::from(paid_seconds) / u128::from(HOUR)).min(u128::from(job.deposit))
}

/// All that is left of a life: what was decided, and where the money is.
fn outcome(job: &Job) -> [u64; 9] {
    let seconds = [job.duration, job.seen_to, job.seen_seconds, u32::from(job.held_seconds)].map(u64::from);
    let [duration, seen_to, seen_seconds, held_seconds] = seconds;
    let money = [job.deposit, job.earned, job.paid, job.fee, job.refunded];
    let [deposit, earned, paid, fee, refunded] = money;
    [duration, seen_to, seen_seconds, held_seconds, deposit, earned, paid, fee, refunded]
}

proptest! {
    #![proptest_config(config(2_048))]

    #[test]
    fn money_is_conserved_and_nothing_is_taken_back(story in stories()) {
        let mut life = Life::new(story.opening);
        for (when, act) in story.steps {
            life.wait(when);
            let before = life.job;
            match life.act(act) {
                Ok(()) => check_growth(&before, &life.job)?,
                Err(fault) => {
                    prop_assert_ne!(fault, Fault::Conservation);
                    prop_assert_eq!(before, life.job);
                }
            }
            check_sums(&life)?;
        }
    }

    #[test]
    fn at_the_end_everything_is_paid_out_once(story in stories()) {
        let mut life = Life::new(story.opening);
        for (when, act) in story.steps {
            life.wait(when);
            let _ = life.act(act);
        }
        life.finish();
        let job = &life.job;
        prop_assert_eq!(job.held(), Ok(0));
        prop_assert_eq!(job.refunded + job.earned, job.deposit);
        let gross = u128::from(job.paid + job.fee);
        prop_assert_eq!(u128::from(job.fee), gross * u128::from(job.fee_bps) / u128::from(BPS));
        match (life.has_run(), job.kind) {
            (None, _) => prop_assert_eq!(job.earned, 0),
            (Some(ran), Kind::Rental) => prop_assert_eq!(u128::from(job.earned), earned_by_rule(&life, ran)),
            (Some(_), Kind::Metered) => {}
            (Some(_), Kind::Deliverable) => {
                prop_assert_eq!(job.earned, if job.is_submitted { job.deposit } else { 0 });
            }
        }
    }

    #[test]
    fn cranks_change_nothing_but_when_money_moves(story in stories()) {
        let mut cranked = Life::new(story.opening.clone());
        let mut left_alone = Life::new(story.opening);
        for (when, act) in story.steps {
            cranked.wait(when);
            left_alone.now = cranked.now;
            let result = cranked.act(act);
            if act.is_crank() {
                continue;
            }
            match (result, left_alone.act(act)) {
                // Only a window that is over can be waived too late.
                (Err(Fault::AlreadyReleased), Ok(())) => prop_assert!(cranked.now >= cranked.job.release_at()),
                (with, without) => prop_assert_eq!(with, without),
            }
            let booked = |life: &Life| {
                let mut job = life.as_of_now();
                job.accrue(life.now, &life.opening.device);
                (job.state, job.duration, job.deposit, job.earned, job.seen_to, job.seen_seconds, job.held_seconds)
            };
            prop_assert_eq!(booked(&cranked), booked(&left_alone));
        }
        cranked.finish();
        left_alone.finish();
        prop_assert_eq!(outcome(&cranked.job), outcome(&left_alone.job));
    }

    #[test]
    fn what_waits_depends_on_when_the_job_stopped_only(story in stories()) {
        let mut life = Life::new(story.opening);
        for (when, act) in story.steps {
            life.wait(when);
            let _ = life.act(act);
            let job = life.as_of_now();
            if life.is_rental() && job.state == State::Ending && !job.is_final {
                let past_hold_back = job.seen_to.saturating_sub(HOLD_BACK);
                let stopped = Life { job, ..life.clone() };
                let released = if past_hold_back == job.seen_to { 0 } else { earned_by_rule(&stopped, past_hold_back) };
                prop_assert_eq!(u128::from(job.released()), released);
                prop_assert_eq!(job.release_at(), job.started_at + i64::from(job.seen_to + RENTAL_WINDOW));
            }
        }
    }

    #[test]
    fn a_clock_that_steps_back_takes_nothing_back(story in stories(), back in 1..=2 * HOLD_BACK) {
        let mut life = Life::new(story.opening);
        for (number, (when, act)) in story.steps.into_iter().enumerate() {
            life.wait(when);
            if number % 2 == 1 {
                life.now = (life.now - i64::from(back)).max(life.opening.at);
            }
            let before = life.job;
            if life.act(act).is_ok() {
                check_growth(&before, &life.job)?;
            }
            let held = life.job.held();
            prop_assert!(held.is_ok(), "{held:?}");
        }
    }
}
