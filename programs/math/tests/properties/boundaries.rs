//! Boundaries of a job's rules, each at the second or the unit before, on and after it.

use crate::{device::Device, stories::blank};
use ionet_math::{
    bounds::{MAX_DURATION, RENTAL_WINDOW},
    job::{Fault, Job, Kind},
    seen::Always,
    transition::State,
};

/// A rental of an hour at 3.6 tokens per hour that runs since second 0: one thousandth each second.
fn rental() -> Job {
    Job {
        state: State::Active,
        rate: 3_600_000,
        duration: 3_600,
        deposit: 3_600_000,
        min_charge: 60,
        fee_bps: 250,
        ..blank(Kind::Rental)
    }
}

/// A metered job of an hour with a deposit of 500, running since second 0.
fn metered() -> Job {
    Job { kind: Kind::Metered, rate: 0, min_charge: 0, deposit: 500, ..rental() }
}

#[test]
fn the_scheduled_end_is_due_on_its_second() {
    for (now, is_ended) in [(3_599, false), (3_600, true), (3_601, true)] {
        let mut job = rental();
        assert_eq!(job.elapse(now, 0, &Always).is_ended, is_ended);
        assert_eq!(job.earned, if is_ended { 3_600_000 } else { 0 });
    }
}

#[test]
fn the_minimum_charge_binds_up_to_its_last_second_and_for_the_client_only() {
    for (at, earned) in [(0, 60_000), (59, 60_000), (60, 60_000), (61, 61_000)] {
        let (mut ended, mut quit) = (rental(), rental());
        assert_eq!((ended.end(at, &Always), quit.quit(at, &Always)), (Ok(()), Ok(())));
        assert_eq!((ended.earned, quit.earned), (earned, at as u64 * 1_000));
    }
}

#[test]
fn a_device_missed_in_its_first_second_earns_no_minimum() {
    let mut job = rental();
    assert_eq!(job.end(30, &Device(vec![(0, 1)])), Ok(()));
    assert_eq!(job.earned, 29_000);
}

#[test]
fn the_release_window_ends_on_its_second_or_is_waived() {
    let mut stopped = rental();
    assert_eq!(stopped.quit(100, &Always), Ok(()));
    let release_at = 100 + i64::from(RENTAL_WINDOW);
    for (now, is_waived, result) in [
        (release_at - 1, false, Err(Fault::ReleaseTooEarly)),
        (release_at - 1, true, Ok(())),
        (release_at, false, Ok(())),
    ] {
        let mut job = stopped;
        assert_eq!(job.release(now, is_waived), result);
        assert_eq!(job.released(), if result.is_ok() { 100_000 } else { 0 });
    }
}

#[test]
fn the_last_voucher_comes_a_second_before_the_grace_is_over() {
    let metered = metered();
    for (now, result) in [(7_199, Ok(())), (7_200, Err(Fault::VoucherTooLate))] {
        let mut job = metered;
        job.elapse(now, 0, &Always);
        assert_eq!(job.due_to_client(now), if result.is_ok() { 0 } else { 500 });
        assert_eq!(job.redeem(now, 900), result);
        assert_eq!(job.earned, if result.is_ok() { 500 } else { 0 });
    }
}

#[test]
fn a_job_that_paid_too_much_is_refused() {
    for broken in [
        Job { paid: 1, ..rental() },
        Job { earned: 3_600_001, ..rental() },
        Job { refunded: 3_600_001, ..rental() },
        Job { paid: u64::MAX, fee: 1, ..rental() },
        Job { earned: 10, paid: 10, refunded: 3_599_991, ..rental() },
    ] {
        assert_eq!(broken.held(), Err(Fault::Conservation), "{broken:?}");
    }
}

#[test]
fn a_voucher_must_add_to_what_is_earned() {
    for (cumulative, result) in
        [(99, Err(Fault::VoucherNotIncreasing)), (100, Err(Fault::VoucherNotIncreasing)), (101, Ok(()))]
    {
        let mut job = Job { earned: 100, ..metered() };
        assert_eq!(job.redeem(0, cumulative), result);
        assert_eq!(job.earned, if result.is_ok() { 101 } else { 100 });
    }
    let mut used_up = Job { earned: 500, ..metered() };
    assert_eq!(used_up.redeem(0, 501), Err(Fault::VoucherNotIncreasing));
}

#[test]
fn a_metered_job_that_its_provider_releases_refunds_at_once() {
    let mut job = metered();
    assert_eq!(job.redeem(0, 120), Ok(()));
    assert_eq!(job.end(10, &Always), Ok(()));
    assert_eq!(job.due_to_client(10), 0);
    assert_eq!(job.release(10, true), Ok(()));
    assert_eq!(job.due_to_client(10), 380);
    assert_eq!(job.redeem(10, 200), Err(Fault::VoucherTooLate));
    assert_eq!(job.release(10, true), Err(Fault::AlreadyReleased));
}

#[test]
fn an_extension_adds_something_within_the_maximum_at_its_price() {
    let (rental, metered) = (rental(), metered());
    for (job, duration, deposit, max_duration, result) in [
        (rental, 3_660, 3_660_000, 3_660, Ok((3_660, 3_660_000))),
        (rental, 3_660, 3_659_999, 3_660, Err(Fault::WrongDeposit)),
        (rental, 3_660, 3_660_001, 3_660, Err(Fault::WrongDeposit)),
        (rental, 3_661, 3_661_000, 3_660, Err(Fault::ExtensionTooLong)),
        (rental, MAX_DURATION + 1, 3_600_000, u32::MAX, Err(Fault::ExtensionTooLong)),
        (rental, u32::MAX, 3_600_000, u32::MAX, Err(Fault::ExtensionTooLong)),
        (rental, 3_600, 3_600_000, 3_660, Err(Fault::NothingToExtend)),
        (rental, 3_600, 3_600_001, 3_660, Err(Fault::WrongDeposit)),
        (rental, 3_599, 3_600_001, 3_660, Err(Fault::NothingToExtend)),
        (rental, 3_660, 3_599_999, 3_660, Err(Fault::NothingToExtend)),
        (rental, 0, 0, 3_660, Err(Fault::NothingToExtend)),
        (metered, 3_600, 500, 3_660, Err(Fault::NothingToExtend)),
        (metered, 3_600, 499, 3_660, Err(Fault::NothingToExtend)),
        (metered, 3_660, 499, 3_660, Err(Fault::NothingToExtend)),
        (metered, 3_600, 501, 3_660, Ok((3_600, 501))),
        // Money may be added though the offer's maximum has been lowered since.
        (metered, 3_600, 501, 10, Ok((3_600, 501))),
        (metered, 3_660, 500, 3_660, Ok((3_660, 500))),
        (metered, 3_661, 500, 3_660, Err(Fault::ExtensionTooLong)),
        (metered, 3_600, u64::MAX, 3_600, Ok((3_600, u64::MAX))),
        (Job { kind: Kind::Deliverable, ..metered }, 3_660, 501, 3_660, Err(Fault::WrongKind)),
        (Job { state: State::Ending, ..rental }, 3_660, 3_660_000, 3_660, Err(Fault::WrongState)),
    ] {
        let mut extended = job;
        let found = extended.extend(duration, deposit, max_duration);
        assert_eq!(found.map(|()| (extended.duration, extended.deposit)), result, "{job:?} {duration} {deposit}");
        // Totals: the same call again adds nothing.
        if found.is_ok() {
            assert_eq!(extended.extend(duration, deposit, max_duration), Err(Fault::NothingToExtend));
        }
    }
}

#[test]
fn odd_prices_are_extended_to_the_exact_price() {
    // 7 units per hour: an hour costs 7, an hour and a second 8, two hours 14.
    let odd = Job { rate: 7, deposit: 7, min_charge: 0, ..rental() };
    for (duration, deposit) in [(3_601, 8), (3_602, 8), (4_114, 8), (4_115, 9), (7_200, 14)] {
        let mut job = odd;
        assert_eq!(job.extend(duration, deposit, MAX_DURATION), Ok(()), "{duration}");
    }
    let mut twice = odd;
    assert_eq!(twice.extend(3_601, 8, MAX_DURATION), Ok(()));
    // The unit that the first extension was rounded up by is not asked for again.
    assert_eq!(twice.extend(4_114, 8, MAX_DURATION), Ok(()));
    assert_eq!((twice.duration, twice.deposit), (4_114, 8));
}

#[test]
fn a_member_starts_with_its_cluster_only_if_accepted() {
    let open = Job { state: State::Open, ..rental() };
    for (is_accepted, cluster_started_at, is_started) in [(true, 50, true), (true, 0, false), (false, 50, false)] {
        let mut job = Job { is_accepted, ..open };
        assert_eq!(job.elapse(60, cluster_started_at, &Always).is_started, is_started);
        assert_eq!(job.started_at, if is_started { 50 } else { 0 });
        assert_eq!(job.state == State::Active, is_started);
    }
}

#[test]
fn a_kind_refuses_what_is_another_kinds() {
    let deliverable = Job { kind: Kind::Deliverable, rate: 0, min_charge: 0, ..rental() };
    assert_eq!(deliverable.clone().end(1, &Always), Err(Fault::WrongKind));
    assert_eq!(deliverable.clone().redeem(1, 1), Err(Fault::WrongKind));
    assert_eq!(rental().redeem(1, 1), Err(Fault::WrongKind));
    assert_eq!(rental().submit(1, &Always), Err(Fault::WrongKind));
    assert_eq!(metered().submit(1, &Always), Err(Fault::WrongKind));
}

#[test]
fn a_result_is_paid_when_its_review_is_over_and_not_before() {
    let running = Job { kind: Kind::Deliverable, rate: 0, min_charge: 0, review_window: 7_200, ..rental() };
    let mut submitted = running;
    assert_eq!(submitted.submit(3_599, &Always), Ok(()));
    assert_eq!((submitted.released(), submitted.due_to_client(3_599)), (0, 0));
    for (now, result) in [(10_798, Err(Fault::ReleaseTooEarly)), (10_799, Ok(()))] {
        let mut job = submitted;
        assert_eq!(job.release(now, false), result);
        assert_eq!(job.released(), if result.is_ok() { 3_600_000 } else { 0 });
    }
    let mut missed = running;
    assert!(missed.elapse(3_600, 0, &Always).is_ended);
    assert_eq!(missed.submit(3_600, &Always), Err(Fault::WrongState));
    assert_eq!((missed.due_to_client(3_600), missed.release_at()), (3_600_000, 3_600));
}

#[test]
fn a_client_is_due_nothing_while_a_job_runs() {
    for state in [State::Open, State::Active] {
        assert_eq!(Job { state, ..rental() }.due_to_client(i64::MAX), 0);
    }
}
