//! A job's money over its life. The program decodes an account into [`Job`], calls one of these, checks, and writes it
//! back; everything here is a function of the job, the clock and what was seen of the device. A refused call leaves
//! its job half changed: drop it, and write nothing.

// Times are within 24 h + 30 days of the clock and amounts within the bounds of `amount`: each step names its reason
// where it is not one of these two.
#![allow(clippy::arithmetic_side_effects)]

use crate::{
    amount::{fee, gross, net, price},
    bounds::{HOLD_BACK, MAX_DURATION, RENTAL_WINDOW, VOUCHER_GRACE},
    seen::Seen,
    transition::{transition, Action, State},
};

/// What a job pays for; numbers as on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// Rate times seen time.
    Rental = 0,
    /// A cumulative amount signed by the client.
    Metered = 1,
    /// A fixed price for a submitted result.
    Deliverable = 2,
}

impl Kind {
    /// The kind with this number.
    #[inline(always)]
    pub const fn from_u8(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Rental,
            1 => Self::Metered,
            2 => Self::Deliverable,
            _ => return None,
        })
    }
}

/// Why a change is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The transition table has no such pair.
    WrongState,
    /// The kind does not allow it.
    WrongKind,
    /// Nothing is added.
    NothingToExtend,
    /// Longer than the offer's maximum or [`MAX_DURATION`].
    ExtensionTooLong,
    /// Not the exact price.
    WrongDeposit,
    /// The grace period is over, or the job final.
    VoucherTooLate,
    /// The cumulative amount adds nothing.
    VoucherNotIncreasing,
    /// The window is not over.
    ReleaseTooEarly,
    /// Final already.
    AlreadyReleased,
    /// Deadlines have not passed.
    ExpireTooEarly,
    /// `deposit == paid + fee + refunded + held` with `held >= 0` does not hold.
    Conservation,
}

/// The part of a job that money depends on. Field meanings: `Job` in `programs/accounts/src/escrow.rs`.
#[allow(missing_docs)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Job {
    pub kind: Kind,
    pub state: State,
    pub is_final: bool,
    pub is_submitted: bool,
    pub is_accepted: bool,
    pub fee_bps: u16,
    pub min_charge: u16,
    pub held_seconds: u16,
    pub started_at: i64,
    pub deposit: u64,
    pub earned: u64,
    pub paid: u64,
    pub fee: u64,
    pub refunded: u64,
    pub rate: u64,
    pub duration: u32,
    pub seen_to: u32,
    pub seen_seconds: u32,
    pub review_window: u32,
}

/// What time alone did to a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Elapsed {
    /// It started with its cluster.
    pub is_started: bool,
    /// Its scheduled end passed.
    pub is_ended: bool,
}

impl Job {
    /// A job with nothing in it, to be filled from an account.
    pub const EMPTY: Self = Self {
        kind: Kind::Rental,
        state: State::Open,
        is_final: false,
        is_submitted: false,
        is_accepted: false,
        fee_bps: 0,
        min_charge: 0,
        held_seconds: 0,
        started_at: 0,
        deposit: 0,
        earned: 0,
        paid: 0,
        fee: 0,
        refunded: 0,
        rate: 0,
        duration: 0,
        seen_to: 0,
        seen_seconds: 0,
        review_window: 0,
    };

    /// Scheduled end, unix second; meaningful once started.
    #[inline(always)]
    pub const fn scheduled_end(&self) -> i64 {
        self.started_at + self.duration as i64
    }

    /// When it stopped, unix second; meaningful once ended.
    #[inline(always)]
    pub const fn ended_at(&self) -> i64 {
        self.started_at + self.seen_to as i64
    }

    /// From when on anyone may release it, unix second; meaningful once ended.
    #[inline(always)]
    pub const fn release_at(&self) -> i64 {
        let window = match self.kind {
            Kind::Rental => RENTAL_WINDOW,
            Kind::Metered => VOUCHER_GRACE,
            Kind::Deliverable if self.is_submitted => self.review_window,
            Kind::Deliverable => 0,
        };
        self.ended_at() + window as i64
    }

    /// Seen seconds whose pay is released.
    #[inline(always)]
    pub const fn released_seconds(&self) -> u32 {
        if self.is_final {
            self.seen_seconds
        } else {
            self.seen_seconds - self.held_seconds as u32 // held_seconds is part of seen_seconds
        }
    }

    /// Gross amount the provider can be paid by now, cumulative.
    #[inline(always)]
    pub fn released(&self) -> u64 {
        match self.kind {
            _ if self.is_final => self.earned,
            // While it runs, only what is past the hold-back is booked.
            Kind::Rental if self.state as u8 == State::Active as u8 => self.earned,
            Kind::Rental => gross(self.rate, self.released_seconds()).min(self.earned),
            Kind::Metered => self.earned,
            Kind::Deliverable => 0,
        }
    }

    /// Fee on what is released, cumulative.
    #[inline(always)]
    pub fn released_fee(&self) -> u64 {
        fee(self.released(), self.fee_bps)
    }

    /// Net amount due to the provider now.
    #[inline(always)]
    pub fn due_to_provider(&self) -> u64 {
        net(self.released(), self.fee_bps).saturating_sub(self.paid)
    }

    /// Fee due to the treasury now.
    #[inline(always)]
    pub fn due_to_treasury(&self) -> u64 {
        self.released_fee().saturating_sub(self.fee)
    }

    /// Amount due to the client now.
    #[inline(always)]
    pub fn due_to_client(&self, now: i64) -> u64 {
        let owed = match self.state {
            State::Open | State::Active => 0,
            // A voucher may still come.
            State::Ending if self.kind as u8 == Kind::Metered as u8 && !self.is_final && now < self.release_at() => 0,
            _ => self.deposit.saturating_sub(self.earned),
        };
        owed.saturating_sub(self.refunded)
    }

    /// Booked but not paid out; `Fault::Conservation` if more was paid than came in or was earned.
    #[inline(always)]
    pub fn held(&self) -> Result<u64, Fault> {
        let unpaid = self.earned.checked_sub(self.paid).and_then(|rest| rest.checked_sub(self.fee));
        let unearned = self.deposit.checked_sub(self.earned);
        let (Some(unpaid), Some(unearned)) = (unpaid, unearned) else { return Err(Fault::Conservation) };
        // Together at most the deposit.
        (unpaid + unearned).checked_sub(self.refunded).ok_or(Fault::Conservation)
    }

    /// Moves along the transition table.
    #[inline(always)]
    pub fn go(&mut self, action: Action) -> Result<(), Fault> {
        let Some(to) = transition(self.state, action) else { return Err(Fault::WrongState) };
        self.state = to;
        Ok(())
    }

    /// Applies what time alone decides (ADR 003, "(S)"): [`Self::begin`], then [`Self::finish`].
    #[inline(always)]
    pub fn elapse(&mut self, now: i64, cluster_started_at: i64, seen: &impl Seen) -> Elapsed {
        let is_started = self.begin(cluster_started_at);
        Elapsed { is_started, is_ended: self.finish(now, seen) }
    }

    /// Starts an accepted member of a complete cluster (`cluster_started_at`, 0 for none); whether it did.
    #[inline(always)]
    pub fn begin(&mut self, cluster_started_at: i64) -> bool {
        // First what is false for most jobs.
        if cluster_started_at == 0 || !self.is_accepted || self.state as u8 != State::Open as u8 {
            return false;
        }
        self.start(cluster_started_at);
        true
    }

    /// Stops a running job whose scheduled end has passed; whether it did.
    #[inline(always)]
    pub fn finish(&mut self, now: i64, seen: &impl Seen) -> bool {
        let is_ended = self.state as u8 == State::Active as u8 && now >= self.scheduled_end();
        if is_ended {
            self.stop(self.duration, false, seen);
        }
        is_ended
    }

    /// Starts the job.
    #[inline(always)]
    pub fn start(&mut self, at: i64) {
        self.state = State::Active;
        self.is_accepted = false;
        self.started_at = at;
    }

    /// Seconds the job has run at `now`, at most its duration; a clock behind the start counts as the start.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped to a `u32`
    #[inline(always)]
    pub fn run_for(&self, now: i64) -> u32 {
        (now - self.started_at).clamp(0, self.duration as i64) as u32
    }

    /// Accounts seen time up to `to` seconds after the start.
    #[inline(always)]
    fn account(&mut self, to: u32, seen: &impl Seen) {
        if to > self.seen_to {
            let from = self.started_at + self.seen_to as i64;
            self.seen_seconds += seen.seconds(from, self.started_at + to as i64).min(to - self.seen_to);
            self.seen_to = to;
        }
    }

    /// Books what a running rental has earned up to one hold-back ago.
    #[inline(always)]
    pub fn accrue(&mut self, now: i64, seen: &impl Seen) {
        if self.kind as u8 == Kind::Rental as u8 && self.state as u8 == State::Active as u8 {
            let run = self.run_for(now);
            if run > HOLD_BACK {
                self.account(run - HOLD_BACK, seen);
            }
            self.earned = gross(self.rate, self.seen_seconds).min(self.deposit);
        }
    }

    /// Stops a running job `at` seconds after its start and books all it has earned.
    #[inline(never)]
    fn stop(&mut self, at: u32, is_minimum_charged: bool, seen: &impl Seen) {
        if self.kind as u8 == Kind::Rental as u8 {
            self.account(at.saturating_sub(HOLD_BACK), seen);
            let before = self.seen_seconds;
            self.account(at, seen);
            // The tail is at most HOLD_BACK seconds, which fits in a u16.
            self.held_seconds = u16::try_from(self.seen_seconds - before).unwrap_or(u16::MAX);
            let mut seconds = self.seen_seconds;
            let minimum = self.min_charge as u32;
            if is_minimum_charged && seconds < minimum && seen.seconds(self.started_at, self.started_at + 1) > 0 {
                seconds = minimum;
            }
            self.earned = gross(self.rate, seconds).min(self.deposit);
        }
        self.seen_to = at;
        self.state = State::Ending;
    }

    /// The client ends a running rental or metered job: at least the minimum charge is earned.
    #[inline(always)]
    pub fn end(&mut self, now: i64, seen: &impl Seen) -> Result<(), Fault> {
        self.go(Action::End)?;
        if self.kind as u8 == Kind::Deliverable as u8 {
            return Err(Fault::WrongKind);
        }
        self.stop(self.run_for(now), true, seen);
        Ok(())
    }

    /// The provider quits: no minimum charge.
    #[inline(always)]
    pub fn quit(&mut self, now: i64, seen: &impl Seen) -> Result<(), Fault> {
        self.go(Action::Quit)?;
        self.stop(self.run_for(now), false, seen);
        Ok(())
    }

    /// The result is handed in: the whole deposit is earned, and released after the review window.
    #[inline(always)]
    pub fn submit(&mut self, now: i64, seen: &impl Seen) -> Result<(), Fault> {
        self.go(Action::Submit)?;
        if self.kind as u8 != Kind::Deliverable as u8 {
            return Err(Fault::WrongKind);
        }
        self.stop(self.run_for(now), false, seen);
        self.is_submitted = true;
        self.earned = self.deposit;
        Ok(())
    }

    /// Adds `duration` seconds and `deposit` base units; a rental's deposit is exactly the difference in price.
    #[inline(always)]
    pub fn extend(&mut self, duration: u32, deposit: u64, max_duration: u32) -> Result<(), Fault> {
        self.go(Action::Extend)?;
        if self.kind as u8 == Kind::Deliverable as u8 {
            return Err(Fault::WrongKind);
        }
        // Totals, so that a repeated call adds nothing; a job only ever grows.
        let is_more = duration > self.duration || deposit > self.deposit;
        if !is_more || duration < self.duration || deposit < self.deposit {
            return Err(Fault::NothingToExtend);
        }
        if duration > self.duration && duration > max_duration.min(MAX_DURATION) {
            return Err(Fault::ExtensionTooLong);
        }
        if self.kind as u8 == Kind::Rental as u8 && deposit != price(self.rate, duration) {
            return Err(Fault::WrongDeposit);
        }
        self.duration = duration;
        self.deposit = deposit;
        Ok(())
    }

    /// Takes a voucher over a cumulative amount, clamped at the deposit.
    #[inline(always)]
    pub fn redeem(&mut self, now: i64, cumulative: u64) -> Result<(), Fault> {
        self.go(Action::Voucher)?;
        if self.kind as u8 != Kind::Metered as u8 {
            return Err(Fault::WrongKind);
        }
        if self.state as u8 == State::Ending as u8 && (self.is_final || now >= self.release_at()) {
            return Err(Fault::VoucherTooLate);
        }
        let earned = cumulative.min(self.deposit);
        if earned <= self.earned {
            return Err(Fault::VoucherNotIncreasing);
        }
        self.earned = earned;
        Ok(())
    }

    /// Makes the job final; `is_waived` if the signer is who the window protects.
    #[inline(always)]
    pub fn release(&mut self, now: i64, is_waived: bool) -> Result<(), Fault> {
        self.go(Action::Release)?;
        if self.is_final {
            return Err(Fault::AlreadyReleased);
        }
        if now < self.release_at() && !is_waived {
            return Err(Fault::ReleaseTooEarly);
        }
        self.is_final = true;
        Ok(())
    }
}
