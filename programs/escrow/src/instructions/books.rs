//! What every job instruction does after its own rule.
//!
//! [`Frame::pay_provider`] and [`Frame::pay_client`] book what is due, [`Frame::commit`] checks conservation and writes,
//! [`Frame::pay`] holds the vault against the books and moves the tokens.

use super::{
    frame::Frame,
    record::{decode, encode, state_of},
};
use crate::{
    error::EscrowError,
    event::{JobCancelled, JobDeclined, JobEnded, JobRefunded, JobStarted},
    state::{EndReason, FLAG_FINAL},
};
use ionet_common::outcome::{Outcome, Refusal};
use ionet_common::{
    checks::{same, Check, ZERO},
    event::emit,
    surface::{Record, I64, U32, U64},
    token::{judge_payee, TokenAccount},
    token_call::TokenCall,
};
use ionet_math::{
    amount::fee,
    job::{Job as Core, Kind},
    transition::State,
};
use pinocchio::{
    cpi::{Seed, Signer},
    AccountView,
};

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

impl Frame<'_> {
    /// Books what is due to the provider, if his account can be paid and the vault is not frozen, then writes and pays it.
    ///
    /// Errors: those of [`Self::pay`].
    #[inline(never)]
    pub fn pay_provider(&mut self, vault: &AccountView, token: &AccountView) -> Outcome {
        let mut is_payable = false;
        let source = TokenAccount::reload(vault)?;
        judge_payee(token, source.mint(), &self.offer().provider, &mut is_payable)?;
        let released = Released::of(&self.core);
        if is_payable && source.is_usable() {
            let net = released.net();
            // Never less than was paid: else nothing is due.
            if let Some(due) = net.checked_sub(self.core.paid) {
                self.amount = due;
                self.core.paid = net;
            }
        }
        self.write(Some(&released))?;
        self.send(vault, token)
    }

    /// Books what is due to the client, if his account can be paid and the vault is not frozen, then [`Self::pay`]s it.
    #[inline(never)]
    pub fn pay_client(&mut self, vault: &AccountView, token: &AccountView) -> Outcome {
        let mut is_payable = false;
        let source = TokenAccount::reload(vault)?;
        judge_payee(token, source.mint(), &self.record().client, &mut is_payable)?;
        if is_payable && source.is_usable() {
            self.amount = self.core.due_to_client(self.now);
            // At most the deposit; conservation is checked at commit.
            self.core.refunded = self.core.refunded.saturating_add(self.amount);
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
        if self.elapsed.is_started {
            self.announce_start();
        }
        encode(&self.core, self.record_mut());
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
        let offer = self.offer_mut();
        add(&mut offer.seconds, grown(before.seconds, after.seconds)?);
        add(&mut offer.gross, self.gross);
        add(&mut offer.fee, self.fee);
        let is_stopped = !matches!(self.core.state, State::Open | State::Active);
        if is_stopped && same(&offer.live_job, self.job.address()) {
            offer.live_job = ZERO;
        }
        if let Some(&stopped) = self.stopped() {
            self.announce_elapsed(&stopped, &before);
        }
        Ok(())
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

    /// Logs the stop that time made, apart from what this instruction does after it: what the stop released is taken out
    /// of [`Self::gross`] and [`Self::fee`], so that the sums over events are the offer's counters.
    #[cold]
    #[inline(never)]
    fn announce_elapsed(&mut self, stopped: &Core, before: &Released) {
        let gross = stopped.released();
        let stop = Stop {
            reason: EndReason::Elapsed,
            // What is released only grows.
            gross: gross.wrapping_sub(before.gross),
            fee: fee(gross, stopped.fee_bps).wrapping_sub(before.fee),
            refund: 0,
            // What left the vault did so before or does after.
            held: stopped.deposit.wrapping_sub(stopped.paid).wrapping_sub(stopped.fee).wrapping_sub(stopped.refunded),
        };
        self.gross = self.gross.wrapping_sub(stop.gross);
        self.fee = self.fee.wrapping_sub(stop.fee);
        self.announce(stopped, &stop);
    }

    /// Logs the stop that this instruction made.
    #[inline(always)]
    pub fn announce_end(&self, reason: EndReason) {
        let stop = Stop { reason, gross: self.gross, fee: self.fee, refund: self.amount, held: self.held };
        self.announce(&self.core, &stop);
    }

    /// Logs `JobRefunded`, or with their discriminators `JobDeclined` or `JobCancelled`, which have its layout.
    #[inline(never)]
    pub fn announce_refund(&self, discriminator: [u8; 8]) {
        emit(&JobRefunded {
            discriminator,
            job: *self.job.address(),
            refund: U64::new(self.amount),
            refunded: U64::new(self.core.refunded),
            held: U64::new(self.held),
            at: self.at(),
        });
    }

    #[inline(never)]
    fn announce(&self, core: &Core, stop: &Stop) {
        emit(&JobEnded {
            discriminator: JobEnded::DISCRIMINATOR,
            job: *self.job.address(),
            reason: stop.reason,
            ended_at: I64::new(core.ended_at()),
            seen_seconds: U32::new(core.seen_seconds),
            gross: U64::new(stop.gross),
            fee: U64::new(stop.fee),
            earned: U64::new(core.earned),
            refund: U64::new(stop.refund),
            refunded: U64::new(core.refunded),
            held: U64::new(stop.held),
            at: self.at(),
        });
    }
}

const _: () = assert!(JobDeclined::LEN == JobRefunded::LEN && JobCancelled::LEN == JobRefunded::LEN);

/// A stop and what moved with it, base units.
struct Stop {
    reason: EndReason,
    gross: u64,
    fee: u64,
    refund: u64,
    held: u64,
}

/// Why a payment that is due could not be made.
#[cold]
#[inline(never)]
pub fn unpaid(vault: &AccountView) -> Refusal {
    match TokenAccount::reload(vault) {
        Ok(source) if !source.is_usable() => EscrowError::VaultFrozen.into(),
        _ => EscrowError::PayeeNotPayable.into(),
    }
}

/// By how much a released amount grew. It never shrinks (property-tested in `math`).
#[inline(always)]
fn grown(before: u64, after: u64) -> Result<u64, Refusal> {
    Ok(after.checked_sub(before).ok_or(Check::ArithmeticOverflow)?)
}

/// Counters saturate: a statistic must never stand in the way of an exit.
#[inline(always)]
fn add(counter: &mut U64, released: u64) {
    let count = counter.get();
    // As `saturating_add`, in half the instructions.
    counter.set(count.wrapping_add(released.min(!count)));
}
