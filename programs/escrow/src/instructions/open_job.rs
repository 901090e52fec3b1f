//! Pays a deposit into a new job.

use super::config::{read, Rules};
use crate::{
    error::EscrowError,
    event::JobOpened,
    interface::open_job::{Accounts, Args},
    state::{kind_bit, Cluster, Config, Job, JobKind, JobState, Offer, PAUSE_OPEN, VERSION},
};
use ionet_accounts::gpu::GpuClass;
use ionet_common::outcome::{Outcome, Refusal};
use ionet_common::{
    checks::{load, load_mut, program, reload_mut, same, Check, ZERO},
    event::emit,
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Record, I64, U16, U32, U64},
    sysvars::{self, Now},
    token::{TokenAccount, ACCOUNT_LEN, TOKEN_PROGRAM},
    token_call::TokenCall,
    Context,
};
use ionet_math::{
    amount::price,
    bounds::MAX_TIP,
    terms::{is_accept_window, is_review_window, valid_for},
};
use pinocchio::Address;
use pinocchio_token::instructions::InitializeAccount3;
use solana_sha256_hasher::hashv;

/// Domain of the terms hash.
const TERMS: &[u8] = b"ionet:terms:v1";

/// The numbers among the terms, as they are hashed.
#[repr(C)]
struct TermNumbers {
    rate: U64,
    min_duration: U32,
    max_duration: U32,
    min_charge: U16,
    kinds: u8,
    class: GpuClass,
    fee_bps: U16,
}

const TERM_NUMBERS_LEN: usize = 22;
const _: () = assert!(size_of::<TermNumbers>() == TERM_NUMBERS_LEN && align_of::<TermNumbers>() == 1);

/// What checking the request yields.
struct Request {
    now: Now,
    fee_bps: U16,
    min_charge: U16,
    rate: U64,
    accept_within: u16,
    valid_for: u32,
}

/// Handles `open_job`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    let request = check(c.program_id, a, args)?;
    let (mut bump, mut vault_bump) = (0, 0);
    let job_seeds = Seeds(b"job", a.client.address().as_array(), args.id.bytes());
    let vault_seeds = Seeds(b"vault", a.job.address().as_array(), &[]);
    canonical_bump(&a.job, c.program_id, &job_seeds, &mut bump)?;
    canonical_bump(&a.vault, c.program_id, &vault_seeds, &mut vault_bump)?;
    if args.member != 0 {
        join(c.program_id, a, args)?;
    }
    create(&Creation {
        payer: &a.payer,
        account: &a.job,
        owner: c.program_id,
        len: Job::LEN,
        extra: u64::from(args.tip.get()),
        seeds: &job_seeds,
        bump,
    })?;
    create(&Creation {
        payer: &a.payer,
        account: &a.vault,
        owner: &TOKEN_PROGRAM,
        len: ACCOUNT_LEN,
        extra: 0,
        seeds: &vault_seeds,
        bump: vault_bump,
    })?;
    InitializeAccount3::new(&a.vault, &a.mint, a.job.address()).invoke()?;
    TokenCall::transfer(&a.client_token, &a.vault, &a.client, args.deposit.get()).invoke(&[]);

    let job = reload_mut::<Job>(&a.job)?;
    *job = Job {
        discriminator: Job::DISCRIMINATOR,
        version: VERSION,
        bump,
        vault_bump,
        kind: args.kind,
        state: JobState::Open,
        flags: 0,
        fee_bps: request.fee_bps,
        id: args.id,
        client: *a.client.address(),
        offer: *a.offer.address(),
        rent_payer: *a.payer.address(),
        opened_slot: U64::new(request.now.slot),
        opened_at: I64::new(request.now.unix),
        started_at: I64::new(0),
        deposit: args.deposit,
        earned: U64::new(0),
        paid: U64::new(0),
        fee: U64::new(0),
        refunded: U64::new(0),
        rate: request.rate,
        duration: args.duration,
        seen_to: U32::new(0),
        seen_seconds: U32::new(0),
        valid_for: U32::new(request.valid_for),
        review_window: args.review_window,
        accept_within: U16::new(request.accept_within),
        min_charge: request.min_charge,
        held_seconds: U16::new(0),
        tip: args.tip,
        member: args.member,
        reserved: [0; 4],
    };
    if TokenAccount::reload(&a.vault)?.amount() < args.deposit.get() {
        return Err(Check::VaultShort.into());
    }
    announce(a, args, &request);
    Ok(())
}

#[inline(always)]
fn announce(a: &Accounts, args: &Args, request: &Request) {
    let now = request.now.unix;
    emit(&JobOpened {
        discriminator: JobOpened::DISCRIMINATOR,
        job: *a.job.address(),
        client: *a.client.address(),
        offer: *a.offer.address(),
        id: args.id,
        opened_slot: U64::new(request.now.slot),
        kind: args.kind,
        member: args.member,
        fee_bps: request.fee_bps,
        deposit: args.deposit,
        rate: request.rate,
        duration: args.duration,
        accept_by: I64::new(now.saturating_add(i64::from(request.accept_within))),
        valid_until: args.valid_until,
        tip: args.tip,
        at: I64::new(now),
    });
}

/// Holds the request against offer, config, bounds and clock.
#[inline(always)]
fn check(program_id: &Address, a: &Accounts, args: &Args) -> Result<Request, Refusal> {
    program(&a.system_program, &ZERO)?;
    program(&a.token_program, &TOKEN_PROGRAM)?;
    let now = sysvars::now()?;
    let config = read(program_id, &a.config)?;
    config.expect_running(PAUSE_OPEN, now.unix)?;
    let offer: &Offer = load(program_id, &a.offer, VERSION)?;
    if !same(&offer.mint, a.mint.address()) {
        return Err(Check::WrongMint.into());
    }
    let mut slot = 0;
    config.find_slot(&offer.mint, &mut slot)?;
    // A minimum raised since the offer was posted holds for new jobs.
    if offer.rate.get() < config.min_rate(slot, offer.class.0) {
        return Err(EscrowError::RateTooLow.into());
    }
    check_terms(a, args, offer, config)?;
    let is_rental = args.kind == JobKind::Rental;
    let rate = if is_rental { offer.rate.get() } else { 0 };
    check_deposit(a, args, rate)?;
    let is_review_valid = match args.kind {
        JobKind::Deliverable => is_review_window(args.review_window.get()),
        _ => args.review_window.get() == 0,
    };
    if !is_review_valid {
        return Err(EscrowError::InvalidReviewWindow.into());
    }
    if args.tip.get() > MAX_TIP {
        return Err(EscrowError::TipTooHigh.into());
    }
    let accept_within = accept_within(program_id, a, args, now.unix)?;
    let valid_for = valid_for(now.unix, args.valid_until.get(), accept_within);
    if valid_for == 0 {
        return Err(EscrowError::InvalidValidity.into());
    }
    let min_charge = if is_rental { offer.min_charge } else { U16::new(0) };
    Ok(Request { now, fee_bps: config.fee_bps, min_charge, rate: U64::new(rate), accept_within, valid_for })
}

/// The terms the client saw must be those in force: they name his price.
#[inline(always)]
fn check_terms(a: &Accounts, args: &Args, offer: &Offer, config: &Config) -> Outcome {
    let bit = kind_bit(args.kind);
    if bit == 0 {
        return Err(EscrowError::InvalidKind.into());
    }
    if offer.kinds & bit == 0 {
        return Err(EscrowError::KindNotOffered.into());
    }
    if args.rate != offer.rate {
        return Err(EscrowError::RateChanged.into());
    }
    let numbers = TermNumbers {
        rate: offer.rate,
        min_duration: offer.min_duration,
        max_duration: offer.max_duration,
        min_charge: offer.min_charge,
        kinds: offer.kinds,
        class: offer.class,
        fee_bps: config.fee_bps,
    };
    // SAFETY: size and alignment are asserted, and all fields are bytes. One slice costs less to hash than seven.
    let numbers = unsafe { &*core::ptr::from_ref(&numbers).cast::<[u8; TERM_NUMBERS_LEN]>() };
    let hash = hashv(&[TERMS, a.offer.address().as_array(), offer.mint.as_array(), numbers]);
    if hash.as_ref() != args.terms_hash {
        return Err(EscrowError::TermsChanged.into());
    }
    let duration = args.duration.get();
    if duration < offer.min_duration.get() || duration > offer.max_duration.get() {
        return Err(EscrowError::DurationOutsideOffer.into());
    }
    Ok(())
}

/// The deposit is exact for a rental (`rate` above 0), positive otherwise, and the client has it.
#[inline(always)]
fn check_deposit(a: &Accounts, args: &Args, rate: u64) -> Outcome {
    let deposit = args.deposit.get();
    if deposit == 0 {
        return Err(EscrowError::ZeroDeposit.into());
    }
    if rate > 0 && deposit != price(rate, args.duration.get()) {
        return Err(EscrowError::WrongDeposit.into());
    }
    let source = TokenAccount::load(&a.client_token)?;
    source.expect(a.mint.address(), a.client.address())?;
    if source.amount() < deposit {
        return Err(EscrowError::InsufficientFunds.into());
    }
    Ok(())
}

/// Seconds in which the job can be accepted: its own, or what is left of its cluster's.
#[inline(always)]
fn accept_within(program_id: &Address, a: &Accounts, args: &Args, now: i64) -> Result<u16, Refusal> {
    let own = args.accept_within.get();
    if args.member == 0 {
        if !same(a.cluster.address(), a.job.address()) {
            return Err(EscrowError::NotInCluster.into());
        }
        return if is_accept_window(own) { Ok(own) } else { Err(EscrowError::InvalidAcceptWindow.into()) };
    }
    if own != 0 {
        return Err(EscrowError::InvalidAcceptWindow.into());
    }
    let cluster: &Cluster = load(program_id, &a.cluster, VERSION)?;
    let left = cluster.accept_by.get().saturating_sub(now);
    match u16::try_from(left) {
        Ok(seconds) if seconds > 0 => Ok(seconds),
        _ => Err(EscrowError::ClusterDeadlinePassed.into()),
    }
}

/// Takes the member's place in its cluster.
#[inline(always)]
fn join(program_id: &Address, a: &Accounts, args: &Args) -> Outcome {
    let client = *a.client.address();
    let cluster: &mut Cluster = load_mut(program_id, &a.cluster, VERSION)?;
    if !same(&cluster.client, &client) {
        return Err(EscrowError::WrongCluster.into());
    }
    let place = args.member.wrapping_sub(1); // member is not 0
    let id = cluster.id.get().checked_add(u64::from(place));
    if args.member > cluster.size || id != Some(args.id.get()) {
        return Err(EscrowError::InvalidMember.into());
    }
    if cluster.is_failed.get() {
        return Err(EscrowError::ClusterFailed.into());
    }
    let bit = 1u64 << place; // below 64 by the cluster's size
    if cluster.members.get() & bit != 0 {
        return Err(EscrowError::MemberTaken.into());
    }
    cluster.members.set(cluster.members.get() | bit);
    cluster.unclosed = cluster.unclosed.wrapping_add(1); // at most one per bit
    Ok(())
}
