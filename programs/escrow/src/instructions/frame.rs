//! What every job instruction does before its own rule.
//!
//! [`Frame::load`] binds job, offer, device, cluster and clock and applies what time alone decides; the handler checks who signs
//! and computes on [`Frame::core`]; `books.rs` has what comes after.

use super::{
    device::{read_device, Ring},
    record::{decode, kind_of, state_of},
};
use crate::{
    error::EscrowError,
    state::{Cluster, Job, Offer, VERSION},
};
use core::mem::MaybeUninit;
use ionet_common::outcome::{Outcome, Refusal};
use ionet_common::{
    checks::{is_zero, load, program, reload_mut, same},
    pda::{is_at, Seeds},
    surface::I64,
    sysvars,
    token::{expect_token_account, TOKEN_PROGRAM},
};
use ionet_math::{
    job::{Elapsed, Job as Core, Kind},
    transition::State,
};
use pinocchio::{AccountView, Address};

/// The accounts that every job instruction takes, in a row; see `interface.rs`.
#[repr(C)]
pub struct Around {
    /// The job's account.
    pub job: AccountView,
    /// Its offer's account.
    pub offer: AccountView,
    /// The device of the offer.
    pub device: AccountView,
    /// Its cluster's account, or the job's again.
    pub cluster: AccountView,
}

/// [`Around`] of an instruction's accounts, which must be in scope as `Accounts`.
macro_rules! around {
    ($a:ident) => {{
        use core::mem::offset_of;
        use $crate::instructions::frame::Around;
        const JOB: usize = offset_of!(Accounts, job);
        const _: () = assert!(
            offset_of!(Accounts, offer).wrapping_sub(JOB) == offset_of!(Around, offer)
                && offset_of!(Accounts, device).wrapping_sub(JOB) == offset_of!(Around, device)
                && offset_of!(Accounts, cluster).wrapping_sub(JOB) == offset_of!(Around, cluster)
        );
        let accounts: &Accounts = $a;
        // SAFETY: four views in a row, as asserted; a copy of them would cost every job instruction 16 CU.
        unsafe { &*core::ptr::from_ref(accounts).cast::<u8>().add(JOB).cast::<Around>() }
    }};
}
pub(crate) use around;

/// A loaded job.
pub struct Frame<'a> {
    program_id: &'a Address,
    /// The job's account.
    pub job: &'a AccountView,
    /// Its offer's account.
    pub offer: &'a AccountView,
    /// The device of the offer; its record is checked while a rental runs, and only then.
    pub device: &'a AccountView,
    /// Its cluster's account, or the job's again.
    pub cluster: &'a AccountView,
    /// Unix second of the transaction.
    pub now: i64,
    /// What time did.
    pub elapsed: Elapsed,
    /// The job as it is now.
    pub core: Core,
    /// The job as time stopped it, before what this instruction does; meaningful if [`Self::elapsed`] says so.
    stopped: MaybeUninit<Core>,
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
    /// Errors: 6005–6008 for the job, `WrongOffer`, `WrongDevice`, `NotInCluster`; for a cluster 6005–6008 or
    /// `WrongCluster`; for the device of a rental that runs 6005–6008.
    #[inline(always)]
    pub fn load<'s>(
        slot: &'s mut Slot<'a>,
        program_id: &'a Address,
        around: &'a Around,
    ) -> Result<&'s mut Self, Refusal> {
        Self::fill(slot, program_id, around)?;
        // SAFETY: filled.
        Ok(unsafe { slot.assume_init_mut() })
    }

    /// As [`Self::load`]; on success the slot is initialised.
    #[inline(never)]
    fn fill(slot: &mut Slot<'a>, program_id: &'a Address, around: &'a Around) -> Outcome {
        let Around { job, offer, device, cluster } = around;
        let record: &Job = load(program_id, job, VERSION)?;
        if !same(&record.offer, offer.address()) {
            return Err(EscrowError::WrongOffer.into());
        }
        // SAFETY: the account that `open_job` checked and stored; an offer is never closed.
        let is_offered = same(unsafe { &(*offer.data_ptr().cast::<Offer>()).device }, device.address());
        if !is_offered {
            return Err(EscrowError::WrongDevice.into());
        }
        let cluster_started_at = cluster_start(program_id, job, cluster, record)?;
        let now = sysvars::now()?.unix;
        let numbers = (kind_of(record)?, state_of(record)?);
        let frame = slot.write(Self {
            program_id,
            job,
            offer,
            device,
            cluster,
            now,
            elapsed: Elapsed::default(),
            core: Core::EMPTY,
            stopped: MaybeUninit::uninit(),
            amount: 0,
            gross: 0,
            fee: 0,
            held: 0,
        });
        decode(record, numbers, &mut frame.core);
        frame.elapsed.is_started = frame.core.begin(cluster_started_at);
        // Only a running rental reads the ring, and its device cannot be closed (ADR 011): no exit depends on a device.
        if frame.core.kind == Kind::Rental && frame.core.state == State::Active {
            read_device(device)?;
        }
        let seen = frame.seen();
        frame.elapsed.is_ended = frame.core.finish(now, &seen);
        if frame.elapsed.is_ended {
            frame.stopped.write(frame.core);
        }
        Ok(())
    }

    /// Which seconds count: the one place where pay meets verification.
    #[inline(always)]
    pub fn seen(&self) -> Ring<'a> {
        Ring(self.device)
    }

    /// The job as time stopped it, before what this instruction does.
    #[inline(always)]
    pub fn stopped(&self) -> Option<&Core> {
        // SAFETY: written whenever the flag is set.
        self.elapsed.is_ended.then(|| unsafe { self.stopped.assume_init_ref() })
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

    /// The job, to be written; drop other references to it first.
    #[allow(clippy::mut_from_ref)] // a view is a handle
    #[inline(always)]
    pub fn record_mut(&self) -> &mut Job {
        // SAFETY: as in `record`, and the only reference at this time.
        unsafe { &mut *self.job.data_ptr().cast_mut().cast::<Job>() }
    }

    /// The offer, to be written; drop other references to it first.
    #[allow(clippy::mut_from_ref)] // a view is a handle
    #[inline(always)]
    pub fn offer_mut(&self) -> &mut Offer {
        // SAFETY: as in `offer`, and the only reference at this time.
        unsafe { &mut *self.offer.data_ptr().cast_mut().cast::<Offer>() }
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

    /// Unix second of the transaction, as events carry it.
    #[inline(always)]
    pub fn at(&self) -> I64 {
        I64::new(self.now)
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

/// Whether an offer's device is free.
#[inline(always)]
pub fn is_free(offer: &Offer) -> bool {
    is_zero(&offer.live_job)
}
