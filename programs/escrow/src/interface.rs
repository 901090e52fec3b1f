//! Instructions and constants of the escrow program, as its IDL publishes them.
//!
//! Account order is the same everywhere: signer, `job`, `offer`, `device`, `cluster`, `vault`, token accounts,
//! singletons, programs. In job instructions `device` is the offer's `Device` in the verification program (its address
//! is checked always, the account is read while a rental runs), and `cluster` is the job's `Cluster`, or the job itself
//! once more when it has none.
//! Transitions and guards: docs/adr/003-job-state-machine.md. Rounding: docs/adr/004-money-arithmetic.md.

use crate::state::{self, JobKind};
use ionet_common::{
    constants, instructions,
    surface::{Flag, I64, U16, U32, U64},
};
use ionet_math::bounds;
use pinocchio::Address;

instructions! {
    /// Creates the singleton `Config`; only the genesis authority compiled into the program can.
    initialize_config(authority: Address, guardian: Address, treasury: Address, genesis_hash: Address, fee_bps: U16) {
        /// Pays the rent.
        payer [signer writable],
        /// Compiled into the program.
        genesis_authority [signer],
        config [writable] = Const("config"),
        system_program @ "11111111111111111111111111111111",
    }
    /// Sets guardian, treasury and fee; jobs that exist keep their fee.
    update_config(guardian: Address, treasury: Address, fee_bps: U16) {
        authority [signer],
        config [writable] = Const("config"),
    }
    /// Writes one mint slot: whether new jobs may use the mint, and the minimum rate of each GPU class.
    set_mint(slot: u8, is_accepted: Flag, min_rates: [U64; 16]) {
        authority [signer],
        config [writable] = Const("config"),
        /// A classic SPL mint.
        mint,
    }
    /// Names the next authority; zero withdraws the proposal.
    propose_authority(new_authority: Address) {
        authority [signer],
        config [writable] = Const("config"),
    }
    /// Takes over as authority.
    accept_authority() {
        pending_authority [signer],
        config [writable] = Const("config"),
    }
    /// Pauses entries for 72 hours (guardian or authority), not again until 72 hours after the last pause ended.
    pause(flags: u8) {
        guardian [signer],
        config [writable] = Const("config"),
    }
    /// Lifts the pause.
    unpause() {
        authority [signer],
        config [writable] = Const("config"),
    }
    /// Creates the offer of a device, which its owner makes; GPU class and minimum rate are the device's.
    post_offer(kinds: u8, rate: U64, min_duration: U32, max_duration: U32, min_charge: U16) {
        /// Pays the rent of the offer, which is never closed.
        payer [signer writable],
        provider [signer],
        /// The device's account in the verification program.
        device,
        offer [writable] = Const("offer") Account("device"),
        config = Const("config"),
        mint,
        system_program @ "11111111111111111111111111111111",
    }
    /// Changes an offer's terms; `kinds` 0 withdraws it.
    update_offer(kinds: u8, rate: U64, min_duration: U32, max_duration: U32, min_charge: U16) {
        provider [signer],
        offer [writable],
        config = Const("config"),
    }
    /// Creates a cluster; its members are opened with `open_job` and all start with the last accept.
    open_cluster(id: U64, size: u8, accept_within: U16) {
        /// Pays the rent.
        payer [signer writable],
        client [signer],
        cluster [writable] = Const("cluster") Account("client") Arg("id"),
        config = Const("config"),
        system_program @ "11111111111111111111111111111111",
    }
    /// Returns the rent of a cluster none of whose members is left.
    close_cluster() {
        cluster [writable],
        /// As stored in the cluster.
        rent_payer [writable],
    }
    /// Pays a deposit into a new job for an offer.
    /// `rate` and `terms_hash` must be the offer's, so a changed offer takes no money.
    open_job(id: U64, kind: JobKind, member: u8, deposit: U64, rate: U64, duration: U32, accept_within: U16, review_window: U32, valid_until: I64, tip: U16, terms_hash: [u8; 32]) {
        /// Pays rent and tip, and gets back what is left of them.
        payer [signer writable],
        client [signer],
        job [writable] = Const("job") Account("client") Arg("id"),
        offer,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        client_token [writable],
        config = Const("config"),
        mint,
        system_program @ "11111111111111111111111111111111",
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Starts the job on an eligible device, or in a cluster waits for the other members. `opened_slot` must be the job's: a signed accept is
    /// worth nothing on another job under the same id.
    accept_job(opened_slot: U64) {
        provider [signer],
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        config = Const("config"),
    }
    /// Refuses the job; the client is refunded and its cluster fails.
    decline_job() {
        provider [signer],
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        client_token [writable],
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Adds time at the job's own rate (rental: exactly its price), or a deposit (metered). `duration` and `deposit` are
    /// the new totals, so a repeated call adds nothing.
    extend_job(duration: U32, deposit: U64) {
        client [signer],
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        client_token [writable],
        config = Const("config"),
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Accounts seen time up to six hours ago and pays the provider what is due; anyone may call.
    settle_job() {
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        provider_token [writable],
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Pays by a voucher, which the ed25519 instruction directly before this one verifies; anyone may call.
    settle_voucher(cumulative: U64) {
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        provider_token [writable],
        config = Const("config"),
        instructions_sysvar @ "Sysvar1nstructions1111111111111111111111111",
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Hands in the result of a deliverable; the review window begins.
    submit_result(result_hash: [u8; 32]) {
        provider [signer],
        job [writable],
        offer [writable],
        device,
        cluster [writable],
    }
    /// The client stops a job, or withdraws a request; what is not earned is refunded.
    end_job() {
        client [signer],
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        client_token [writable],
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// The provider stops a job; no minimum charge applies.
    quit_job() {
        provider [signer],
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        client_token [writable],
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Expires a request that nobody accepted, or writes the scheduled end of a running job; the caller gets the tip.
    expire_job() {
        /// Receives the tip.
        caller [signer writable],
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        client_token [writable],
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Makes a stopped job final and pays the provider the rest: anyone after the window; before it, only who waits
    /// for his own protection (the client of a rental or deliverable, the provider of a metered job).
    release() {
        caller [signer],
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        provider_token [writable],
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Pays the client what is owed; anyone may call.
    refund() {
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        client_token [writable],
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Moves the fee due to the treasury; anyone may call.
    sweep_fee() {
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        treasury_token [writable],
        config = Const("config"),
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
    /// Closes a job that holds nothing, from `valid_until` on; rent and unspent tip go back to who paid them, a
    /// donated surplus to the client (or is burned if he cannot be paid). Anyone may call.
    close_job() {
        job [writable],
        offer [writable],
        device,
        cluster [writable],
        vault [writable] = Const("vault") Account("job"),
        client_token [writable],
        mint [writable],
        /// As stored in the job.
        rent_payer [writable],
        token_program @ "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    }
}

constants! {
    /// Denominator of basis points.
    BPS: U64 = bounds::BPS;
    /// Highest fee in bps.
    MAX_FEE_BPS: U16 = bounds::MAX_FEE_BPS;
    /// Highest rate, base units per hour.
    MAX_RATE: U64 = bounds::MAX_RATE;
    /// Seconds in the hour that rates are quoted for.
    HOUR: U32 = bounds::HOUR;
    /// Longest job with all extensions, in seconds.
    MAX_DURATION: U32 = bounds::MAX_DURATION;
    /// Highest minimum charge, in seconds.
    MAX_MIN_CHARGE: U16 = bounds::MAX_MIN_CHARGE;
    /// Longest time for accepting, in seconds.
    MAX_ACCEPT_WITHIN: U16 = bounds::MAX_ACCEPT_WITHIN;
    /// Longest validity of an opening, in seconds.
    MAX_VALID_FOR: U32 = bounds::MAX_VALID_FOR;
    /// Highest tip, in lamports.
    MAX_TIP: U16 = bounds::MAX_TIP;
    /// Seconds at the end of a rental whose pay waits.
    HOLD_BACK: U32 = bounds::HOLD_BACK;
    /// Seconds from a rental's end to its release.
    RENTAL_WINDOW: U32 = bounds::RENTAL_WINDOW;
    /// Seconds after a metered job's end in which vouchers are taken.
    VOUCHER_GRACE: U32 = bounds::VOUCHER_GRACE;
    /// Shortest review window, in seconds.
    MIN_REVIEW_WINDOW: U32 = bounds::MIN_REVIEW_WINDOW;
    /// Longest review window, in seconds.
    MAX_REVIEW_WINDOW: U32 = bounds::MAX_REVIEW_WINDOW;
    /// Smallest cluster.
    MIN_CLUSTER_SIZE: U8 = bounds::MIN_CLUSTER_SIZE;
    /// Largest cluster.
    MAX_CLUSTER_SIZE: U8 = bounds::MAX_CLUSTER_SIZE;
    /// Length of a pause, and of the rest after it, in seconds.
    PAUSE_DURATION: U32 = bounds::PAUSE_DURATION;
    /// Version byte of accounts.
    ACCOUNT_VERSION: U8 = state::VERSION;
    /// `Offer.kinds`: takes rentals.
    KIND_RENTAL: U8 = state::kind_bit(JobKind::Rental);
    /// `Offer.kinds`: takes metered jobs.
    KIND_METERED: U8 = state::kind_bit(JobKind::Metered);
    /// `Offer.kinds`: takes deliverables.
    KIND_DELIVERABLE: U8 = state::kind_bit(JobKind::Deliverable);
    /// `Job.flags`: only payments can still change; the provider is owed all that was earned.
    FLAG_FINAL: U8 = state::FLAG_FINAL;
    /// `Job.flags`: the result was submitted.
    FLAG_SUBMITTED: U8 = state::FLAG_SUBMITTED;
    /// `Job.flags`: accepted, waiting for the other members of its cluster.
    FLAG_ACCEPTED: U8 = state::FLAG_ACCEPTED;
    /// `Config.pause_flags`: no new jobs or clusters.
    PAUSE_OPEN: U8 = state::PAUSE_OPEN;
    /// `Config.pause_flags`: no accepting.
    PAUSE_ACCEPT: U8 = state::PAUSE_ACCEPT;
    /// `Config.pause_flags`: no extending.
    PAUSE_EXTEND: U8 = state::PAUSE_EXTEND;
}
