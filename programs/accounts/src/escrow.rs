//! Accounts of the escrow program. Layouts are published: fields are only ever appended, with a new version.

use crate::gpu::GpuClass;
use ionet_common::{
    enums, layouts,
    surface::{Flag, I64, U16, U32, U64},
};
use pinocchio::Address;

/// Version byte of every account written by this build.
pub const VERSION: u8 = 1;

/// Places for accepted mints in [`Config`].
pub const MINT_SLOTS: usize = 4;
/// GPU classes with a minimum rate, per mint.
pub const CLASS_SLOTS: usize = 16;

enums! {
    /// What a job pays for.
    JobKind {
        /// Rate times seen time.
        Rental = 0,
        /// A cumulative amount signed by the client (inference).
        Metered = 1,
        /// A fixed price for a submitted result.
        Deliverable = 2,
    }
    /// Where a job is in its life; the transitions are docs/adr/003-job-state-machine.md.
    JobState {
        /// Paid for, not started.
        Open = 0,
        /// Running.
        Active = 1,
        /// Stopped; amounts are booked and being paid out.
        Ending = 2,
        /// Held for a ruling.
        Disputed = 3,
        /// Ruled, not yet paid out.
        Ruled = 4,
        /// Refused by the provider.
        Declined = 5,
        /// Nobody accepted in time, or its cluster failed.
        Expired = 6,
        /// Withdrawn by the client before the start.
        Cancelled = 7,
    }
    /// Why a job stopped.
    EndReason {
        /// Its scheduled end passed.
        Elapsed = 0,
        /// The client ended it.
        Client = 1,
        /// The provider quit.
        Provider = 2,
        /// The result was submitted.
        Submitted = 3,
    }
}

/// Bits of `Offer::kinds`: one for each job kind the provider takes.
pub const fn kind_bit(kind: JobKind) -> u8 {
    match kind {
        JobKind::Rental => 1,
        JobKind::Metered => 2,
        JobKind::Deliverable => 4,
        _ => 0,
    }
}
/// All kinds.
pub const ALL_KINDS: u8 = 7;

/// `Job::flags`: no more can change but the payments; the provider is owed all that was earned.
pub const FLAG_FINAL: u8 = 1;
/// `Job::flags`: the result was submitted.
pub const FLAG_SUBMITTED: u8 = 2;
/// `Job::flags`: accepted, waiting for the other members of its cluster.
pub const FLAG_ACCEPTED: u8 = 4;

/// `Config::pause_flags`: no new jobs or clusters.
pub const PAUSE_OPEN: u8 = 1;
/// `Config::pause_flags`: no accepting.
pub const PAUSE_ACCEPT: u8 = 2;
/// `Config::pause_flags`: no extending.
pub const PAUSE_EXTEND: u8 = 4;
/// All flags of `Config::pause_flags`.
pub const PAUSES: u8 = PAUSE_OPEN | PAUSE_ACCEPT | PAUSE_EXTEND;

layouts! { account ACCOUNTS {
    /// The singleton of governance parameters. Seeds: `config`.
    Config {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// What is paused until `paused_until`: 1 open, 2 accept, 4 extend. Exits are never paused.
        pause_flags: u8,
        /// Bit i is set while jobs may be opened in `mints[i]`.
        accepted: u8,
        /// Fee of jobs opened from now on, in bps of what the provider earns; at most 1,000.
        fee_bps: U16,
        /// Unix second at which the pause ends by itself; 0 before the first pause.
        paused_until: I64,
        /// Sets parameters within bounds.
        authority: Address,
        /// Named by the authority, becomes it by signing; zero when none.
        pending_authority: Address,
        /// May pause, nothing else.
        guardian: Address,
        /// Owner of the token accounts that receive fees.
        treasury: Address,
        /// Genesis hash of the network, part of each voucher: a voucher is worth nothing on another network.
        genesis_hash: Address,
        /// Classic SPL mints that were ever accepted; zero where unused.
        mints: [Address; 4],
        /// Minimum rate in base units per hour, `[mint slot × 16 + GPU class]`.
        min_rates: [U64; 64],
        /// Zero.
        reserved: [u8; 64],
    }
    /// What a provider asks for one device; never closed, its counters never decrease. Seeds: `offer`, device account.
    Offer {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// GPU class.
        class: GpuClass,
        /// Job kinds taken: 1 rental, 2 metered, 4 deliverable; 0 withdraws the offer.
        kinds: u8,
        /// Seconds a client pays for at least once a rental has started; at most 3,600 and at most `min_duration`.
        min_charge: U16,
        /// Shortest job in seconds.
        min_duration: U32,
        /// Longest job with all extensions, in seconds; at most 30 days.
        max_duration: U32,
        /// Base units per hour.
        rate: U64,
        /// Who is paid. Written once.
        provider: Address,
        /// The device's account in the verification program. Written once.
        device: Address,
        /// Mint of the rate and of all its jobs. Written once.
        mint: Address,
        /// The job that holds the device, from accept until it stops; zero when free.
        live_job: Address,
        /// Settled seen seconds of rentals, cumulative.
        seconds: U64,
        /// Gross amount released to the provider, cumulative base units.
        gross: U64,
        /// Fee on `gross`, cumulative base units, summed over jobs.
        fee: U64,
        /// Jobs accepted, cumulative.
        jobs: U64,
        /// Requests that expired unanswered, cumulative.
        expired: U64,
        /// Slot of the device's registration: with its address, the identity of the device. Written once.
        device_slot: U64,
        /// Zero.
        reserved: [u8; 18],
    }
    /// One job and its money. Seeds: `job`, client, id. Its vault: `vault`, job.
    /// Always `deposit == paid + fee + refunded + held`, with `held` in the vault.
    Job {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// Canonical bump of the vault.
        vault_bump: u8,
        /// What the job pays for. Written at opening.
        kind: JobKind,
        /// State as last written; see `transition` for what time changes.
        state: JobState,
        /// 1 final, 2 result submitted, 4 accepted while the cluster is incomplete.
        flags: u8,
        /// Fee in bps of what is earned. Written at opening.
        fee_bps: U16,
        /// Chosen by the client, unique per client while the job exists. Written at opening.
        id: U64,
        /// Who pays and is refunded. Written at opening.
        client: Address,
        /// The offer taken; it names provider, device and mint. Written at opening.
        offer: Address,
        /// Who paid the rent and the tip, and gets them back. Written at opening.
        rent_payer: Address,
        /// Slot of opening: with the address, the identity of the job. Written at opening.
        opened_slot: U64,
        /// Unix second of opening. Written at opening.
        opened_at: I64,
        /// Unix second of the start; 0 before it.
        started_at: I64,
        /// Base units paid in by the client, cumulative.
        deposit: U64,
        /// Gross base units booked for the provider, cumulative; final once the job has ended.
        earned: U64,
        /// Net base units paid to the provider, cumulative.
        paid: U64,
        /// Fee swept to the treasury, cumulative base units.
        fee: U64,
        /// Base units paid back to the client, cumulative.
        refunded: U64,
        /// Base units per hour. Written at opening; 0 unless a rental.
        rate: U64,
        /// Seconds from start to scheduled end, with extensions.
        duration: U32,
        /// Seconds after the start up to which the job is accounted; once stopped, when it stopped.
        seen_to: U32,
        /// Seen seconds among them (rentals).
        seen_seconds: U32,
        /// The job can be closed from `opened_at + valid_for` on; at most 24 h. Written at opening.
        valid_for: U32,
        /// Seconds in which the client may examine a submitted result. Written at opening; 0 unless a deliverable.
        review_window: U32,
        /// Seconds after opening within which it can be accepted; at most 900. Written at opening.
        accept_within: U16,
        /// Seconds that are charged at least. Written at opening; 0 unless a rental.
        min_charge: U16,
        /// Seen seconds at the end whose pay waits for `release`; at most 21,600.
        held_seconds: U16,
        /// Lamports for the caller of `expire_job`; 0 once paid.
        tip: U16,
        /// Place in its cluster counted from 1, whose id is then `id - member + 1`; 0 without cluster. Written at opening.
        member: u8,
        /// Zero.
        reserved: [u8; 4],
    }
    /// An all-or-nothing start of several jobs. Seeds: `cluster`, client, id.
    Cluster {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// Number of members, 2 to 64.
        size: u8,
        /// Members accepted.
        accepted: u8,
        /// Member jobs that are not closed.
        unclosed: u8,
        /// A member was declined, cancelled or expired before the start: the others expire at once.
        is_failed: Flag,
        /// Chosen by the client; member j is the job with id `id + j - 1`.
        id: U64,
        /// Client of all members.
        client: Address,
        /// Who paid the rent and gets it back.
        rent_payer: Address,
        /// Slot of opening.
        opened_slot: U64,
        /// Unix second before which all members must be accepted.
        accept_by: I64,
        /// Unix second of the last accept, the start of all members; 0 before it.
        started_at: I64,
        /// Bit j - 1 is set once member j was opened.
        members: U64,
        /// Zero.
        reserved: [u8; 16],
    }
} }
