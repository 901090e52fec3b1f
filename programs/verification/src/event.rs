//! Events, written with `sol_log_data` in Anchor's form. `at` is the unix second of the transaction; amounts are lamports.

use ionet_accounts::{
    gpu::GpuClass,
    verification::{ReportCode, SupplySource},
};
use ionet_common::{
    layouts,
    surface::{I64, U16, U32, U64},
};
use pinocchio::Address;

layouts! { event EVENTS {
    /// The program's singletons were created.
    ConfigInitialized { authority: Address, guardian: Address, genesis: I64, committee_size: u8, min_attestors: u8, attestor_bond: U64, activation_deposit: U64, at: I64 }
    /// Parameters were changed.
    ConfigUpdated { guardian: Address, committee_size: u8, min_attestors: u8, attestor_bond: U64, activation_deposit: U64, at: I64 }
    /// A new authority was named.
    AuthorityProposed { authority: Address, pending_authority: Address, at: I64 }
    /// The named authority took over.
    AuthorityAccepted { authority: Address, at: I64 }
    /// Entries were paused until `until`.
    Paused { by: Address, flags: u8, until: I64, at: I64 }
    /// The pause was lifted.
    Unpaused { at: I64 }
    /// A device was registered.
    DeviceRegistered { device: Address, owner: Address, device_key: Address, class: GpuClass, source: SupplySource, processors: U16, vram_gib: U16, weight: U32, fingerprint: [u8; 32], slot: U64, at: I64 }
    /// A device got an index and counts from epoch `active_from` on.
    DeviceActivated { device: Address, index: U32, active_from: U32, deposit: U64, at: I64 }
    /// A device gave its index back; its deposit was returned.
    DeviceDeactivated { device: Address, index: U32, active_until: U32, deposit: U64, at: I64 }
    /// A device was closed and its rent returned.
    DeviceDeregistered { device: Address, rent_payer: Address, rent: U64, at: I64 }
    /// A device said that it is connected.
    Heartbeat { device: Address, at: I64 }
    /// An attestor took a seat that counts from epoch `since` on.
    AttestorJoined { attestor: Address, authority: Address, seat: U16, since: U32, bond: U64, at: I64 }
    /// An attestor gave its seat back; its last duties are those of the epoch before `active_until`.
    AttestorExited { attestor: Address, seat: U16, active_until: U32, at: I64 }
    /// The holder of the last seat moved into a freed one, which counts from epoch `since` on.
    SeatMoved { attestor: Address, from: U16, to: U16, since: U32, at: I64 }
    /// An attestor was closed; bond and rent were returned.
    BondWithdrawn { attestor: Address, authority: Address, bond: U64, at: I64 }
    /// An epoch was opened.
    EpochOpened { epoch_number: U32, slot: U64, seats: U16, committee_size: u8, index_count: U32, at: I64 }
    /// An epoch got a new slot S.
    EpochRearmed { epoch_number: U32, slot: U64, at: I64 }
    /// An epoch got its seed.
    EpochSeeded { epoch_number: U32, seed_slot: U64, seed: [u8; 32], at: I64 }
    /// A provider's answers landed in slot `slot`.
    AnswersPosted { provider: Address, epoch_number: U32, devices: U16, root: [u8; 32], slot: U64, at: I64 }
    /// The account of one place was created.
    ReportOpened { report: Address, range: U32, place: u8, at: I64 }
    /// A member committed to its codes.
    ReportCommitted { attestor: Address, epoch_number: U32, range: U32, place: u8, commitment: [u8; 32], at: I64 }
    /// A member revealed its codes; `digest` is the hash over codes and evidence root.
    ReportRevealed { attestor: Address, epoch_number: U32, range: U32, place: u8, evidence_root: [u8; 32], digest: [u8; 32], at: I64 }
    /// A device was decided: `nibble` as written in its ring, `reason` as of its last failure.
    DeviceTallied { device: Address, epoch_number: U32, index: U32, nibble: u8, reason: ReportCode, at: I64 }
    /// A member did not reveal.
    MissRecorded { attestor: Address, epoch_number: U32, range: U32, place: u8, total_missed: U64, at: I64 }
} }
