//! What every job instruction does before and after its own rule.
//!
//! [`Frame::load`] binds job, offer, cluster and clock and applies what time alone decides; the handler computes on
//! [`Frame::core`]; [`Frame::commit`] checks conservation and writes; [`Frame::pay`] moves the tokens that were booked
//! and holds the vault against what is still held.

use crate::{
    error::EscrowError,
    event::{JobEnded, JobStarted},
    state::{Cluster, EndReason, Job, JobKind, JobState, Offer, FLAG_ACCEPTED, FLAG_FINAL, FLAG_SUBMITTED, VERSION},
};
use ionet_common::outcome::{Outcome, Refusal};
use ionet_common::{
    checks::{is_zero, load, program, reload_mut, same, Check, ZERO},
    event::emit,
    pda::{is_at, Seeds},
    surface::{Record, I64, U16, U32, U64},
    sysvars::{self, Now},
    token::{judge_payee, transfer, Movement, TokenAccount, TOKEN_PROGRAM},
};
use ionet_math::{
    job::{Elapsed, Fault, Job as Core, Kind},
    seen::Always,
    transition::State,
};
use pinocchio::{
    cpi::{Seed, Signer},
    AccountView, Address,
};

/// How devices count as seen: the one place that will read the device's ring.
pub const SEEN: Always = Always;

/// What is released to the provider, cumulative; the offer's counters move by the difference.
#[derive(Clone, Copy)]
struct Released {
    seconds: u64,
    gross: u64,
    fee: u64,
}

impl Released {
    #[inline(always)]
    fn of(core: &Core) -> Self {
        let seconds = if core.kind == Kind::Rental { u64::from(core.released_seconds()) } else { 0 };
        Self { seconds, gross: core.released(), fee: core.released_fee() }
    }
}

/// A loaded job.
pub struct Frame {
    /// The program.
    program_id: Address,
    /// The job's account.
    pub job: AccountView,
    /// Its offer's account.
    pub offer: AccountView,
    /// Its cluster's account, or the job's again.
    pub cluster: AccountView,
    /// The clock.
    pub now: Now,
    /// State as written before this instruction.
    pub written: State,
    /// What time did.
    pub elapsed: Elapsed,
    /// The job as it is now.
    pub core: Core,
    /// Booked to be paid by this instruction, base units.
    pub amount: u64,
    /// Gross released by this instruction, as of [`Self::commit`].
    pub gross: u64,
    /// Fee on `gross`, as of [`Self::commit`].
    pub fee: u64,
    /// Booked and not paid out, as of the last [`Self::commit`].
    pub held: u64,
    before: Released,
}

/// The accounts at the head of every job instruction.
pub struct JobAccounts<'a> {
    /// The program.
    pub program_id: &'a Address,
    /// The job.
    pub job: &'a AccountView,
    /// Its offer.
    pub offer: &'a AccountView,
    /// Its cluster, or the job again.
    pub cluster: &'a AccountView,
}

impl Frame {
    /// Binds the accounts and applies time (ADR 003, "(S)").
    ///
    /// Errors: 6005–6008 for the job, `WrongOffer`, `NotInCluster`, and for a cluster 6005–6008 or `WrongCluster`.
    #[inline(never)]
    pub fn load(a: &JobAccounts) -> Result<Self, Refusal> {
        let record: &Job = load(a.program_id, a.job, VERSION)?;
        if !same(&record.offer, a.offer.address()) {
            return Err(EscrowError::WrongOffer.into());
        }
        let cluster_started_at = cluster_start(a, record)?;
        let now = sysvars::now()?;
        let mut core = decode(record)?;
        let written = core.state;
        let before = Released::of(&core);
        let elapsed = core.elapse(now.unix, cluster_started_at, &SEEN);
        Ok(Self {
            program_id: *a.program_id,
            job: *a.job,
            offer: *a.offer,
            cluster: *a.cluster,
            now,
            written,
            elapsed,
            core,
            amount: 0,
            gross: 0,
            fee: 0,
            held: 0,
            before,
        })
    }

    /// The job as written; drop it before anything is written.
    #[inline(always)]
    pub fn record(&self) -> &Job {
        // SAFETY: `load` has checked kind and length, and no account of ours changes its length.
        unsafe { &*self.job.data_ptr().cast::<Job>() }
    }

    /// The offer; drop it before anything is written.
    #[inline(always)]
    pub fn offer(&self) -> &Offer {
        // SAFETY: it is the account that `open_job` checked and stored, and an offer is never closed.
        unsafe { &*self.offer.data_ptr().cast::<Offer>() }
    }

    /// The cluster, for a member of one; drop it before it is read otherwise.
    #[allow(clippy::mut_from_ref)] // a view is a handle
    #[inline(always)]
    pub fn cluster_mut(&self) -> Result<Option<&mut Cluster>, Refusal> {
        if self.record().member == 0 {
            return Ok(None);
        }
        reload_mut(&self.cluster).map(Some)
    }

    /// The signer must be the job's client.
    #[inline(never)]
    pub fn expect_client(&self, signer: &AccountView) -> Outcome {
        if !same(&self.record().client, signer.address()) {
            return Err(EscrowError::NotClient.into());
        }
        Ok(())
    }

    /// The signer must be the offer's provider.
    #[inline(never)]
    pub fn expect_provider(&self, signer: &AccountView) -> Outcome {
        if !same(&self.offer().provider, signer.address()) {
            return Err(EscrowError::NotProvider.into());
        }
        Ok(())
    }

    /// The vault must be the job's, and the token program the classic one.
    #[inline(never)]
    pub fn expect_vault(&self, vault: &AccountView, token_program: &AccountView) -> Outcome {
        program(token_program, &TOKEN_PROGRAM)?;
        let seeds = Seeds(b"vault", self.job.address().as_array(), &[]);
        if !is_at(vault, &self.program_id, &seeds, self.record().vault_bump) {
            return Err(EscrowError::WrongVault.into());
        }
        Ok(())
    }

    /// Books the provider's due into [`Self::amount`] if it can be paid now.
    #[inline(never)]
    pub fn book_provider(&mut self, vault: &AccountView, token: &AccountView) -> Outcome {
        let mut is_payable = false;
        judge_payee(token, TokenAccount::load(vault)?.mint(), &self.offer().provider, &mut is_payable)?;
        if is_payable {
            self.amount = self.core.due_to_provider();
            self.core.paid = self.core.paid.saturating_add(self.amount); // conservation is checked at commit
        }
        Ok(())
    }

    /// Books the client's due into [`Self::amount`] if it can be paid now.
    #[inline(never)]
    pub fn book_client(&mut self, vault: &AccountView, token: &AccountView) -> Outcome {
        let mut is_payable = false;
        judge_payee(token, TokenAccount::load(vault)?.mint(), &self.record().client, &mut is_payable)?;
        if is_payable {
            self.amount = self.core.due_to_client(self.now.unix);
            self.core.refunded = self.core.refunded.saturating_add(self.amount);
            // conservation is checked at commit
        }
        Ok(())
    }

    /// Checks conservation, then writes the job and moves the offer's counters; announces what time did.
    ///
    /// Errors: `ConservationBroken`, `ArithmeticOverflow`; nothing is written then.
    #[inline(never)]
    pub fn commit(&mut self) -> Outcome {
        self.held = self.core.held().map_err(EscrowError::refusal)?;
        self.count()?;
        let core = self.core;
        encode(&core, reload_mut(&self.job)?);
        if self.elapsed.is_started {
            self.announce_start();
        }
        if self.elapsed.is_ended {
            self.announce_end(EndReason::Elapsed, 0);
        }
        Ok(())
    }

    /// Moves the offer's counters by what this instruction released, and frees the device of a stopped job.
    #[inline(always)]
    fn count(&mut self) -> Outcome {
        let after = Released::of(&self.core);
        let before = self.before;
        // Released amounts never decrease (property-tested in `math`).
        self.gross = after.gross.wrapping_sub(before.gross);
        self.fee = after.fee.wrapping_sub(before.fee);
        let job = *self.job.address();
        let is_stopped = !matches!(self.core.state, State::Open | State::Active);
        let offer: &mut Offer = reload_mut(&self.offer)?;
        add(&mut offer.seconds, after.seconds, before.seconds)?;
        add(&mut offer.gross, after.gross, before.gross)?;
        add(&mut offer.fee, after.fee, before.fee)?;
        if is_stopped && same(&offer.live_job, &job) {
            offer.live_job = ZERO;
        }
        Ok(())
    }

    /// Sends [`Self::amount`] out of the vault, which must then still hold what is held.
    ///
    /// Errors: `VaultShort`.
    #[inline(never)]
    pub fn pay(&self, vault: &AccountView, to: &AccountView) -> Outcome {
        let amount = self.amount;
        if amount > 0 {
            let record = self.record();
            let bump = [record.bump];
            let seeds = [
                Seed::from(b"job"),
                Seed::from(record.client.as_array().as_slice()),
                Seed::from(record.id.bytes().as_slice()),
                Seed::from(&bump),
            ];
            if TokenAccount::load(vault)?.amount() < amount {
                return Err(Check::VaultShort.into());
            }
            let movement = Movement { from: vault, to, authority: &self.job, amount };
            transfer(&movement, &[Signer::from(&seeds)])?;
        }
        self.expect_solvent(vault)
    }

    /// The vault must hold what is held, or `VaultShort`.
    #[inline(always)]
    pub fn expect_solvent(&self, vault: &AccountView) -> Outcome {
        if TokenAccount::load(vault)?.amount() < self.held {
            return Err(Check::VaultShort.into());
        }
        Ok(())
    }

    /// Unix second of the transaction, as events carry it.
    #[inline(always)]
    pub fn at(&self) -> I64 {
        I64::new(self.now.unix)
    }

    #[cold]
    #[inline(never)]
    fn announce_start(&self) {
        emit(&JobStarted {
            discriminator: JobStarted::DISCRIMINATOR,
            job: *self.job.address(),
            started_at: I64::new(self.core.started_at),
            at: self.at(),
        });
    }

    /// Logs `JobEnded` with what is refunded at the same time.
    #[inline(never)]
    pub fn announce_end(&self, reason: EndReason, refund: u64) {
        emit(&JobEnded {
            discriminator: JobEnded::DISCRIMINATOR,
            job: *self.job.address(),
            reason,
            ended_at: I64::new(self.core.ended_at()),
            seen_seconds: U32::new(self.core.seen_seconds),
            earned: U64::new(self.core.earned),
            refund: U64::new(refund),
            refunded: U64::new(self.core.refunded),
            held: U64::new(self.held),
            at: self.at(),
        });
    }
}

/// When the job's cluster started, 0 for never; binds the account.
#[inline(always)]
fn cluster_start(a: &JobAccounts, record: &Job) -> Result<i64, Refusal> {
    if record.member == 0 {
        // One valid address for each job: nothing can be left out.
        return if same(a.cluster.address(), a.job.address()) { Ok(0) } else { Err(EscrowError::NotInCluster.into()) };
    }
    let cluster: &Cluster = load(a.program_id, a.cluster, VERSION)?;
    let first = record.id.get().wrapping_sub(u64::from(record.member)).wrapping_add(1); // as checked at opening
    if !same(&cluster.client, &record.client) || cluster.id.get() != first {
        return Err(EscrowError::WrongCluster.into());
    }
    Ok(cluster.started_at.get())
}

#[inline(always)]
fn add(counter: &mut U64, after: u64, before: u64) -> Outcome {
    let sum = counter.get().checked_add(after.saturating_sub(before)).ok_or(Check::ArithmeticOverflow)?;
    counter.set(sum);
    Ok(())
}

#[inline(always)]
fn decode(record: &Job) -> Result<Core, Refusal> {
    // Our own accounts hold no other numbers.
    let (Some(kind), Some(state)) = (Kind::from_u8(record.kind.0), State::from_u8(record.state.0)) else {
        return Err(EscrowError::WrongState.into());
    };
    Ok(Core {
        kind,
        state,
        is_final: record.flags & FLAG_FINAL != 0,
        is_submitted: record.flags & FLAG_SUBMITTED != 0,
        is_accepted: record.flags & FLAG_ACCEPTED != 0,
        fee_bps: record.fee_bps.get(),
        min_charge: record.min_charge.get(),
        held_seconds: record.held_seconds.get(),
        started_at: record.started_at.get(),
        deposit: record.deposit.get(),
        earned: record.earned.get(),
        paid: record.paid.get(),
        fee: record.fee.get(),
        refunded: record.refunded.get(),
        rate: record.rate.get(),
        duration: record.duration.get(),
        seen_to: record.seen_to.get(),
        seen_seconds: record.seen_seconds.get(),
        review_window: record.review_window.get(),
    })
}

/// Writes what can change after opening.
#[inline(always)]
fn encode(core: &Core, record: &mut Job) {
    let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
    record.state = JobState(core.state as u8);
    record.flags = flag(core.is_final, FLAG_FINAL)
        | flag(core.is_submitted, FLAG_SUBMITTED)
        | flag(core.is_accepted, FLAG_ACCEPTED);
    record.held_seconds = U16::new(core.held_seconds);
    record.started_at = I64::new(core.started_at);
    record.deposit = U64::new(core.deposit);
    record.earned = U64::new(core.earned);
    record.paid = U64::new(core.paid);
    record.fee = U64::new(core.fee);
    record.refunded = U64::new(core.refunded);
    record.duration = U32::new(core.duration);
    record.seen_to = U32::new(core.seen_to);
    record.seen_seconds = U32::new(core.seen_seconds);
}

impl EscrowError {
    /// The error of a refused change.
    #[cold]
    #[inline(never)]
    pub fn refusal(fault: Fault) -> Refusal {
        match fault {
            Fault::WrongState => Self::WrongState.into(),
            Fault::WrongKind => Self::WrongKind.into(),
            Fault::NothingToExtend => Self::NothingToExtend.into(),
            Fault::ExtensionTooLong => Self::ExtensionTooLong.into(),
            Fault::WrongDeposit => Self::WrongDeposit.into(),
            Fault::VoucherTooLate => Self::VoucherTooLate.into(),
            Fault::VoucherNotIncreasing => Self::VoucherNotIncreasing.into(),
            Fault::ReleaseTooEarly => Self::ReleaseTooEarly.into(),
            Fault::AlreadyReleased => Self::AlreadyReleased.into(),
            Fault::ExpireTooEarly => Self::ExpireTooEarly.into(),
            Fault::Overflow => Check::ArithmeticOverflow.into(),
            Fault::Conservation => Check::ConservationBroken.into(),
        }
    }
}

/// The error of a frame that could not be loaded. Handlers borrow the frame out of its result instead of moving it:
/// it is 250 bytes, and a copy costs 60 CU in each of them.
#[inline(always)]
pub fn refused(refusal: &mut Refusal) -> Refusal {
    *refusal
}

/// Whether an offer's device is free.
#[inline(always)]
pub fn is_free(offer: &Offer) -> bool {
    is_zero(&offer.live_job)
}

// The account's numbers are the state machine's.
const _: () = assert!(JobState::Cancelled.0 == State::Cancelled as u8);
const _: () = assert!(JobKind::Deliverable.0 == Kind::Deliverable as u8);
