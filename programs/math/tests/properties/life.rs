//! A job's life: the clock, who acts, and what each act pays, in the order in which the handlers of
//! `programs/escrow` do it.

use crate::device::Device;
use ionet_math::{
    bounds::HOLD_BACK,
    job::{Fault, Job, Kind},
    transition::{Action, State},
};

/// What is done to a job. A payment that is not payable stays booked.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Settle {
        is_payable: bool,
    },
    Sweep {
        is_payable: bool,
    },
    Refund {
        is_payable: bool,
    },
    /// The crank that writes a running job's scheduled end.
    Expire,
    /// By a stranger, once the window is over.
    Release,
    Extend {
        duration: u32,
        deposit: u64,
    },
    /// A rental's extension with its exact price.
    ExtendAtPrice {
        duration: u32,
    },
    End {
        is_payable: bool,
    },
    Quit {
        is_payable: bool,
    },
    Submit,
    /// A voucher over this many thousandths of the deposit.
    Voucher {
        permille: u64,
    },
    /// Release by who the window protects.
    Waive,
    /// The provider refuses the request, or its deadline passes.
    Leave {
        action: Action,
    },
}

impl Act {
    /// Whether it only carries out what is decided already; anyone may do it at any time, or not at all.
    pub fn is_crank(self) -> bool {
        matches!(self, Self::Settle { .. } | Self::Sweep { .. } | Self::Refund { .. } | Self::Expire | Self::Release)
    }
}

/// When something is done: after the previous act, or at a landmark if that is still ahead.
#[derive(Clone, Copy, Debug)]
pub enum When {
    Later(u32),
    Around(Mark, i64),
}

/// Where rules change.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    Start,
    /// The first second of pay leaves the hold-back.
    FirstPay,
    MinimumCharge,
    /// The last second of a full run enters the hold-back.
    LastHold,
    ScheduledEnd,
    ReleaseAt,
}

/// Who stopped a job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stopper {
    Client,
    Provider,
}

/// What a job is at its opening and how it starts.
#[derive(Clone, Debug)]
pub struct Opening {
    pub job: Job,
    /// Unix second of opening.
    pub at: i64,
    /// Unix second of the start, by its cluster; at `at` by its provider if equal; never if `None`.
    pub starts_at: Option<i64>,
    /// The offer's maximum.
    pub max_duration: u32,
    pub device: Device,
}

/// A life in progress.
#[derive(Clone, Debug)]
pub struct Life {
    pub opening: Opening,
    pub job: Job,
    pub now: i64,
    /// Who stopped it before its scheduled end, if anyone.
    pub stopper: Option<Stopper>,
}

impl Life {
    pub fn new(opening: Opening) -> Self {
        let mut life = Self { job: opening.job, now: opening.at, opening, stopper: None };
        match life.opening.starts_at {
            Some(at) if at == life.now => life.job.start(at),
            Some(_) => life.job.is_accepted = true,
            None => {}
        }
        life
    }

    /// Moves the clock forward.
    pub fn wait(&mut self, when: When) {
        let start = self.opening.starts_at.unwrap_or(self.opening.at);
        let end = start + i64::from(self.job.duration);
        self.now = match when {
            When::Later(seconds) => self.now + i64::from(seconds),
            When::Around(mark, offset) => {
                let at = match mark {
                    Mark::Start => start,
                    Mark::FirstPay => start + i64::from(HOLD_BACK),
                    Mark::MinimumCharge => start + i64::from(self.job.min_charge),
                    Mark::LastHold => end - i64::from(HOLD_BACK),
                    Mark::ScheduledEnd => end,
                    Mark::ReleaseAt => self.as_of_now().release_at(),
                };
                self.now.max(at + offset)
            }
        };
    }

    /// The job with what time alone does, as any instruction would find it.
    pub fn as_of_now(&self) -> Job {
        let mut job = self.job;
        let _ = job.elapse(self.now, self.cluster_started_at(), &self.opening.device);
        job
    }

    fn cluster_started_at(&self) -> i64 {
        self.opening.starts_at.filter(|at| *at <= self.now).unwrap_or(0)
    }

    /// Does it, or says why not and changes nothing.
    pub fn act(&mut self, act: Act) -> Result<(), Fault> {
        let mut job = self.job;
        let elapsed = job.elapse(self.now, self.cluster_started_at(), &self.opening.device);
        match act {
            Act::Expire if elapsed.is_ended => self.refund(&mut job, true),
            Act::Expire => return Err(Fault::ExpireTooEarly),
            _ => self.apply(&mut job, act)?,
        }
        let _ = job.held()?;
        if self.as_of_now().state == State::Active {
            self.stopper = match act {
                Act::End { .. } => Some(Stopper::Client),
                Act::Quit { .. } | Act::Submit => Some(Stopper::Provider),
                _ => self.stopper,
            };
        }
        self.job = job;
        Ok(())
    }

    fn apply(&self, job: &mut Job, act: Act) -> Result<(), Fault> {
        let (now, device) = (self.now, &self.opening.device);
        match act {
            Act::Settle { is_payable } => {
                job.go(Action::Settle)?;
                job.accrue(now, device);
                pay(job, is_payable);
            }
            Act::Sweep { is_payable } => {
                job.go(Action::Sweep)?;
                job.fee += if is_payable { job.due_to_treasury() } else { 0 };
            }
            Act::Refund { is_payable } => {
                job.go(Action::Refund)?;
                self.refund(job, is_payable);
            }
            Act::Extend { duration, deposit } => self.extend(job, duration, deposit)?,
            Act::ExtendAtPrice { duration } => {
                let total = job.duration.saturating_add(duration).min(ionet_math::bounds::MAX_DURATION);
                let price = ionet_math::amount::price(job.rate, total);
                self.extend(job, duration, price.saturating_sub(job.deposit))?;
            }
            Act::End { .. } | Act::Quit { .. } | Act::Leave { .. } => self.stop(job, act)?,
            Act::Submit => job.submit(now, device)?,
            Act::Voucher { permille } => {
                let cumulative = u128::from(job.deposit) * u128::from(permille) / 1_000;
                job.redeem(now, u64::try_from(cumulative).unwrap_or(u64::MAX))?;
                pay(job, true);
            }
            Act::Release | Act::Waive => {
                job.release(now, matches!(act, Act::Waive))?;
                pay(job, true);
            }
            Act::Expire => return Err(Fault::WrongState),
        }
        Ok(())
    }

    /// Stops a running job or withdraws a request, and refunds.
    fn stop(&self, job: &mut Job, act: Act) -> Result<(), Fault> {
        let (now, device) = (self.now, &self.opening.device);
        let is_request = job.state == State::Open;
        let is_payable = match act {
            Act::End { is_payable } | Act::Quit { is_payable } => is_payable,
            _ => true,
        };
        match act {
            Act::End { .. } if is_request => job.go(Action::End)?,
            Act::End { .. } => job.end(now, device)?,
            Act::Quit { .. } => job.quit(now, device)?,
            Act::Leave { action } if is_request => job.go(action)?,
            _ => return Err(Fault::WrongState),
        }
        self.refund(job, is_payable);
        Ok(())
    }

    fn extend(&self, job: &mut Job, duration: u32, deposit: u64) -> Result<(), Fault> {
        job.accrue(self.now, &self.opening.device);
        let (duration, deposit) = (job.duration.saturating_add(duration), job.deposit.saturating_add(deposit));
        job.extend(duration, deposit, self.opening.max_duration)
    }

    fn refund(&self, job: &mut Job, is_payable: bool) {
        job.refunded += if is_payable { job.due_to_client(self.now) } else { 0 };
    }

    /// Lets every window pass and cranks until nothing is left to do.
    pub fn finish(&mut self) {
        let _ = self.act(Act::Leave { action: Action::Expire });
        self.wait(When::Around(Mark::ScheduledEnd, 0));
        let _ = self.act(Act::Expire);
        self.wait(When::Around(Mark::ReleaseAt, 0));
        let _ = self.act(Act::Release);
        for act in [Act::Settle { is_payable: true }, Act::Refund { is_payable: true }, Act::Sweep { is_payable: true }]
        {
            let _ = self.act(act);
        }
    }

    /// Seconds from the start to the stop of a job that has run, by the clock alone.
    pub fn has_run(&self) -> Option<u32> {
        let started = self.job.state == State::Ending;
        started.then_some(self.job.seen_to)
    }

    pub fn is_rental(&self) -> bool {
        self.job.kind == Kind::Rental
    }
}

fn pay(job: &mut Job, is_payable: bool) {
    job.paid += if is_payable { job.due_to_provider() } else { 0 };
}
