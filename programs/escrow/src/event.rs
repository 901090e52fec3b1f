//! Events, written with `sol_log_data` in Anchor's form. `at` is the unix second of the transaction;
//! amounts are base units. A change carries what moved and the new cumulative values, so each line can be checked alone.

use crate::state::{EndReason, JobKind};
use ionet_accounts::gpu::GpuClass;
use ionet_common::{
    layouts,
    surface::{Flag, I64, U16, U32, U64},
};
use pinocchio::Address;

layouts! { event EVENTS {
    /// The program's parameters were created.
    ConfigInitialized { authority: Address, guardian: Address, treasury: Address, genesis_hash: Address, fee_bps: U16, at: I64 }
    /// Parameters were changed.
    ConfigUpdated { guardian: Address, treasury: Address, fee_bps: U16, at: I64 }
    /// A mint was accepted or refused for new jobs.
    MintSet { mint: Address, slot: u8, is_accepted: Flag, at: I64 }
    /// A new authority was named.
    AuthorityProposed { authority: Address, pending_authority: Address, at: I64 }
    /// The named authority took over.
    AuthorityAccepted { authority: Address, at: I64 }
    /// Entries were paused until `until`.
    Paused { by: Address, flags: u8, until: I64, at: I64 }
    /// The pause was lifted.
    Unpaused { at: I64 }
    /// An offer was made.
    OfferPosted { offer: Address, provider: Address, device: Address, mint: Address, class: GpuClass, kinds: u8, rate: U64, min_duration: U32, max_duration: U32, min_charge: U16, at: I64 }
    /// An offer's terms were changed; jobs that exist keep theirs.
    OfferUpdated { offer: Address, kinds: u8, rate: U64, min_duration: U32, max_duration: U32, min_charge: U16, at: I64 }
    /// A cluster was opened for members to follow.
    ClusterOpened { cluster: Address, client: Address, id: U64, size: u8, accept_by: I64, at: I64 }
    /// The last member was accepted: all start at `at`.
    ClusterStarted { cluster: Address, size: u8, at: I64 }
    /// A member was lost before the start: the others expire.
    ClusterFailed { cluster: Address, job: Address, at: I64 }
    /// A cluster was closed and its rent returned.
    ClusterClosed { cluster: Address, rent_payer: Address, rent: U64, at: I64 }
    /// A job was paid for.
    JobOpened { job: Address, client: Address, offer: Address, id: U64, opened_slot: U64, kind: JobKind, member: u8, fee_bps: U16, deposit: U64, rate: U64, duration: U32, accept_by: I64, valid_until: I64, tip: U16, at: I64 }
    /// The provider accepted; `started_at` is 0 while the cluster is incomplete.
    JobAccepted { job: Address, offer: Address, provider: Address, started_at: I64, at: I64 }
    /// A member's start was written after its cluster had started.
    JobStarted { job: Address, started_at: I64, at: I64 }
    /// The provider refused.
    JobDeclined { job: Address, refund: U64, refunded: U64, held: U64, at: I64 }
    /// The client withdrew before the start.
    JobCancelled { job: Address, refund: U64, refunded: U64, held: U64, at: I64 }
    /// Nobody accepted in time; `tip` lamports went to `caller`.
    JobExpired { job: Address, caller: Address, tip: U64, refund: U64, refunded: U64, held: U64, at: I64 }
    /// Time and money were added.
    JobExtended { job: Address, added_duration: U32, added_deposit: U64, duration: U32, deposit: U64, held: U64, at: I64 }
    /// Seen time was accounted: `gross` more earned with `fee` on it, `net` paid now.
    JobSettled { job: Address, seen_to: I64, seen_seconds: U32, gross: U64, fee: U64, net: U64, earned: U64, paid: U64, held: U64, at: I64 }
    /// A voucher was taken.
    VoucherSettled { job: Address, cumulative: U64, gross: U64, fee: U64, net: U64, earned: U64, paid: U64, held: U64, at: I64 }
    /// A result was handed in; it counts as accepted at `release_at`.
    ResultSubmitted { job: Address, result_hash: [u8; 32], earned: U64, release_at: I64, at: I64 }
    /// The job stopped at `ended_at` with `earned` booked: the stop released `gross` with `fee` on it, and `refund` was
    /// paid back now. If time stopped it, what its instruction pays follows in an event of its own.
    JobEnded { job: Address, reason: EndReason, ended_at: I64, seen_seconds: U32, gross: U64, fee: U64, earned: U64, refund: U64, refunded: U64, held: U64, at: I64 }
    /// The provider's last part was released: `gross` with `fee` on it, `net` paid now.
    JobReleased { job: Address, gross: U64, fee: U64, net: U64, earned: U64, paid: U64, held: U64, at: I64 }
    /// What the provider did not earn was paid back.
    JobRefunded { job: Address, refund: U64, refunded: U64, held: U64, at: I64 }
    /// The fee due was moved to the treasury.
    FeeSwept { job: Address, amount: U64, fee: U64, held: U64, at: I64 }
    /// The job is gone: final amounts, donated `surplus` and returned `rent` in lamports.
    JobClosed { job: Address, deposit: U64, paid: U64, fee: U64, refunded: U64, surplus: U64, is_surplus_burned: Flag, rent: U64, at: I64 }
} }
