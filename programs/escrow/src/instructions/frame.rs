//! What every job instruction does before and after its own rule.
//!
//! [`Frame::load`] binds job, offer, cluster and clock and applies what time alone decides; the handler computes on
//! [`Frame::core`]; [`Frame::pay_provider`] and [`Frame::pay_client`] book what is due, [`Frame::commit`] checks
//! conservation and writes, [`Frame::pay`] holds the vault against the books and moves the tokens.

use crate::{
    error::EscrowError,
    event::{JobEnded, JobStarted},
    state::{Cluster, EndReason, Job, JobKind, JobState, Offer, FLAG_ACCEPTED, FLAG_FINAL, FLAG_SUBMITTED, VERSION},
};
use core::mem::MaybeUninit;
use ionet_common::outcome::{Outcome, Refusal};
use ionet_common::{
    checks::{is_zero, load, program, reload_mut, same, Check, ZERO},
    event::emit,
    pda::{is_at, Seeds},
    surface::{Record, I64, U16, U32, U64},
    sysvars,
    token::{expect_token_account, judge_payee, TokenAccount, TOKEN_PROGRAM},
    token_call::TokenCall,
};
use ionet_math::{
    amount::fee,
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
        let gross = core.released();
        let seconds = if core.kind == Kind::Rental { u64::from(core.released_seconds()) } else { 0 };
        Self { seconds, gross, fee: fee(gross, core.fee_bps) }
    }

    /// What the provider gets of it.
    #[inline(always)]
    fn net(&self) -> u64 {
        self.gross.wrapping_sub(self.fee) // a fee is a part of its gross
    }
}

/// A loaded job.
pub struct Frame<'a> {
    program_id: &'a Address,
    /// The job's account.
    pub job: &'a AccountView,
    /// Its offer's account.
    pub offer: &'a AccountView,
    /// Its cluster's account, or the job's again.
    pub cluster: &'a AccountView,
    /// Unix second of the transaction.
    pub now: i64,
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
    /// Booked and not paid out, as of [`Self::commit`].
    pub held: u64,
}

/// Where a handler keeps its frame: 250 bytes that are filled in place, as moving them would cost 60 CU.
pub type Slot<'a> = MaybeUninit<Frame<'a>>;

impl<'a> Frame<'a> {
    /// Binds the accounts and applies time (ADR 003, "(S)").
    ///
    /// Errors: 6005–6008 for the job, `WrongOffer`, `NotInCluster`, and for a cluster 6005–6008 or `WrongCluster`.
    #[inline(always)]
    pub fn load<'s>(
        slot: &'s mut Slot<'a>,
        program_id: &'a Address,
        job: &'a AccountView,
        offer: &'a AccountView,
        cluster: &'a AccountView,
    ) -> Result<&'s mut Self, Refusal> {
        Self::fill(slot, program_id, job, offer, cluster)?;
        // SAFETY: filled.
        Ok(unsafe { slot.assume_init_mut() })
    }

    /// As [`Self::load`]; on success the slot is initialised.
    #[inline(never)]
    fn fill(
        slot: &mut Slot<'a>,
        program_id: &'a Address,
        job: &'a AccountView,
        offer: &'a AccountView,
        cluster: &'a AccountView,
    ) -> Outcome {
        let record: &Job = load(program_id, job, VERSION)?;
        if !same(&record.offer, offer.address()) {
            return Err(EscrowError::WrongOffer.into());
        }
        let cluster_started_at = cluster_start(program_id, job, cluster, record)?;
        let now = sysvars::now()?.unix;
        let kind = Kind::from_u8(record.kind.0).ok_or(EscrowError::WrongState)?; // never: our own account
        let state = state_of(record)?;
        let frame = slot.write(Self {
            program_id,
            job,
            offer,
            cluster,
            now,
            elapsed: Elapsed::default(),
            core: Core::EMPTY,
            amount: 0,
            gross: 0,
            fee: 0,
            held: 0,
        });
        decode(record, (kind, state), &mut frame.core);
        frame.elapsed = frame.core.elapse(now, cluster_started_at, &SEEN);
        Ok(())
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
        reload_mut(self.cluster).map(Some)
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
        if !is_at(vault, self.program_id, &seeds, self.record().vault_bump) {
            return Err(EscrowError::WrongVault.into());
        }
        expect_token_account(vault)
    }

    /// Books what is due to the provider, if his account can be paid, then writes and pays it.
    ///
    /// Errors: those of [`Self::pay`].
    #[inline(never)]
    pub fn pay_provider(&mut self, vault: &AccountView, token: &AccountView) -> Outcome {
        let mut is_payable = false;
        judge_payee(token, TokenAccount::reload(vault)?.mint(), &self.offer().provider, &mut is_payable)?;
        let released = Released::of(&self.core);
        if is_payable {
            let net = released.net();
            if let Some(due) = net.checked_sub(self.core.paid) {
                self.amount = due;
                self.core.paid = net;
            }
        }
        self.write(Some(&released))?;
        self.send(vault, token)
    }

    /// Books what is due to the client, if his account can be paid, then [`Self::pay`]s it.
    #[inline(never)]
    pub fn pay_client(&mut self, vault: &AccountView, token: &AccountView) -> Outcome {
        let mut is_payable = false;
        judge_payee(token, TokenAccount::reload(vault)?.mint(), &self.record().client, &mut is_payable)?;
        if is_payable {
            self.amount = self.core.due_to_client(self.now);
            self.core.refunded = self.core.refunded.saturating_add(self.amount);
            // as above
        }
        self.pay(vault, token)
    }

    /// [`Self::commit`]s, then sends [`Self::amount`] out of the vault.
    ///
    /// Errors: `ConservationBroken`, `ArithmeticOverflow`, `VaultShort`.
    #[inline(always)]
    pub fn pay(&mut self, vault: &AccountView, to: &AccountView) -> Outcome {
        self.commit()?;
        self.send(vault, to)
    }

    /// The vault must hold what is sent beside what stays held.
    #[inline(always)]
    fn send(&self, vault: &AccountView, to: &AccountView) -> Outcome {
        self.expect_solvent(vault, self.amount)?;
        if self.amount > 0 {
            self.sign(&TokenCall::transfer(vault, to, self.job, self.amount));
        }
        Ok(())
    }

    /// Makes a token call whose authority is the job.
    #[inline(never)]
    pub fn sign(&self, call: &TokenCall) {
        let record = self.record();
        let bump = [record.bump];
        let seeds = [
            Seed::from(b"job"),
            Seed::from(record.client.as_array().as_slice()),
            Seed::from(record.id.bytes().as_slice()),
            Seed::from(&bump),
        ];
        call.invoke(&[Signer::from(&seeds)]);
    }

    /// The vault must hold what is held and `outgoing` base units, or `VaultShort`.
    #[inline(always)]
    pub fn expect_solvent(&self, vault: &AccountView, outgoing: u64) -> Outcome {
        // Both are parts of the deposit, so their sum is in range.
        if TokenAccount::reload(vault)?.amount() < self.held.wrapping_add(outgoing) {
            return Err(Check::VaultShort.into());
        }
        Ok(())
    }

    /// Checks conservation, then writes the job and moves the offer's counters; announces what time did.
    ///
    /// Errors: `ConservationBroken`, `ArithmeticOverflow`; nothing is written then.
    #[inline(never)]
    pub fn commit(&mut self) -> Outcome {
        if self.is_only_paid() {
            return self.write(None);
        }
        self.write(Some(&Released::of(&self.core)))
    }

    /// Whether nothing changed that anything released depends on, as when money is only paid out.
    #[inline(always)]
    fn is_only_paid(&self) -> bool {
        let (core, record) = (&self.core, self.record());
        record.state.0 == core.state as u8
            && record.earned.get() == core.earned
            && record.seen_seconds.get() == core.seen_seconds
            && record.held_seconds.get() == core.held_seconds
            && (record.flags & FLAG_FINAL != 0) == core.is_final
    }

    /// As [`Self::commit`], with what the job has released, or `None` if that is what it was.
    #[inline(never)]
    fn write(&mut self, released: Option<&Released>) -> Outcome {
        self.held = self.core.held().map_err(EscrowError::refusal)?;
        if let Some(released) = released {
            self.count(released)?;
        }
        encode(&self.core, reload_mut(self.job)?);
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
    fn count(&mut self, after: &Released) -> Outcome {
        let record = self.record();
        let mut before = Core::EMPTY;
        decode(record, (self.core.kind, state_of(record)?), &mut before);
        let before = Released::of(&before);
        self.gross = grown(before.gross, after.gross)?;
        self.fee = grown(before.fee, after.fee)?;
        let offer: &mut Offer = reload_mut(self.offer)?;
        add(&mut offer.seconds, grown(before.seconds, after.seconds)?)?;
        add(&mut offer.gross, self.gross)?;
        add(&mut offer.fee, self.fee)?;
        let is_stopped = !matches!(self.core.state, State::Open | State::Active);
        if is_stopped && same(&offer.live_job, self.job.address()) {
            offer.live_job = ZERO;
        }
        Ok(())
    }

    /// Unix second of the transaction, as events carry it.
    #[inline(always)]
    pub fn at(&self) -> I64 {
        I64::new(self.now)
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
fn cluster_start(program_id: &Address, job: &AccountView, cluster: &AccountView, record: &Job) -> Result<i64, Refusal> {
    if record.member == 0 {
        // One valid address for each job: nothing can be left out.
        return if same(cluster.address(), job.address()) { Ok(0) } else { Err(EscrowError::NotInCluster.into()) };
    }
    let cluster: &Cluster = load(program_id, cluster, VERSION)?;
    let first = record.id.get().wrapping_sub(u64::from(record.member)).wrapping_add(1); // as checked at opening
    if !same(&cluster.client, &record.client) || cluster.id.get() != first {
        return Err(EscrowError::WrongCluster.into());
    }
    Ok(cluster.started_at.get())
}

/// By how much a released amount grew. It never shrinks (property-tested in `math`).
#[inline(always)]
fn grown(before: u64, after: u64) -> Result<u64, Refusal> {
    Ok(after.checked_sub(before).ok_or(Check::ArithmeticOverflow)?)
}

#[inline(always)]
fn add(counter: &mut U64, released: u64) -> Outcome {
    let count = counter.get();
    // Not `checked_add`, which costs 4 more instructions on SBPF.
    if released > u64::MAX.wrapping_sub(count) {
        return Err(Check::ArithmeticOverflow.into());
    }
    counter.set(count.wrapping_add(released));
    Ok(())
}

/// Field by field into place: a value returned would be kept in registers and spilled.
#[inline(always)]
fn decode(record: &Job, (kind, state): (Kind, State), core: &mut Core) {
    core.kind = kind;
    core.state = state;
    core.is_final = record.flags & FLAG_FINAL != 0;
    core.is_submitted = record.flags & FLAG_SUBMITTED != 0;
    core.is_accepted = record.flags & FLAG_ACCEPTED != 0;
    core.fee_bps = record.fee_bps.get();
    core.min_charge = record.min_charge.get();
    core.held_seconds = record.held_seconds.get();
    core.started_at = record.started_at.get();
    core.deposit = record.deposit.get();
    core.earned = record.earned.get();
    core.paid = record.paid.get();
    core.fee = record.fee.get();
    core.refunded = record.refunded.get();
    core.rate = record.rate.get();
    core.duration = record.duration.get();
    core.seen_to = record.seen_to.get();
    core.seen_seconds = record.seen_seconds.get();
    core.review_window = record.review_window.get();
}

/// Our own accounts hold no other numbers than those of states.
#[inline(always)]
fn state_of(record: &Job) -> Result<State, Refusal> {
    Ok(State::from_u8(record.state.0).ok_or(EscrowError::WrongState)?)
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

/// Whether an offer's device is free.
#[inline(always)]
pub fn is_free(offer: &Offer) -> bool {
    is_zero(&offer.live_job)
}

// The account's numbers are the state machine's.
const _: () = assert!(JobState::Cancelled.0 == State::Cancelled as u8);
const _: () = assert!(JobKind::Deliverable.0 == Kind::Deliverable as u8);
