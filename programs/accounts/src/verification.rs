//! Accounts of the verification program. Layouts are published: fields are only ever appended, with a new version.
//!
//! Epochs, rings and states: docs/adr/009-devices-and-epochs.md. Committees and reports:
//! docs/adr/010-committees-and-reports.md.

use crate::gpu::GpuClass;
use ionet_common::{
    enums, layouts,
    surface::{Flag, I64, U16, U32, U64},
};
use ionet_math::device;
use pinocchio::Address;

/// Version byte of every account written by this build.
pub const VERSION: u8 = 1;

/// `Config::pause_flags`: no registering of devices.
pub const PAUSE_REGISTER: u8 = 1;
/// `Config::pause_flags`: no activating of devices.
pub const PAUSE_ACTIVATE: u8 = 2;
/// `Config::pause_flags`: no joining of attestors.
pub const PAUSE_JOIN: u8 = 4;
/// All flags of `Config::pause_flags`.
pub const PAUSES: u8 = PAUSE_REGISTER | PAUSE_ACTIVATE | PAUSE_JOIN;

/// `Device::active_until` and `Attestor::active_until` of who is active.
pub const FOREVER: u32 = u32::MAX;

enums! {
    /// Where a device comes from.
    SupplySource {
        /// The owner's own.
        Own = 0,
        /// Render Network.
        Render = 1,
        /// Filecoin.
        Filecoin = 2,
        /// Any other network.
        Other = 3,
    }
    /// What an attestor reports of a device: a nibble. 11 to 15 are further reasons to fail it.
    ReportCode {
        /// No answer to the challenge.
        NoAnswer = 0,
        /// Passed the proof of work.
        Passed = 1,
        /// Passed, and a workload could be deployed.
        Deployable = 2,
        /// Alive, but hired: the challenge cannot run beside a tenant.
        Hired = 3,
        /// Answered after the time its class is allowed.
        Late = 4,
        /// The answer is wrong.
        WrongAnswer = 5,
        /// Fewer GPUs answered than the device declares.
        FewerGpus = 6,
        /// The hardware is not the one registered.
        FingerprintChanged = 7,
        /// Faster than the class can be.
        TooFast = 8,
        /// Could not be reached.
        Unreachable = 9,
        /// Driver or software cannot run the challenge.
        Unsupported = 10,
    }
}

layouts! { account ACCOUNTS {
    /// The singleton of governance parameters. Seeds: `config`.
    Config {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// What is paused until `paused_until`: 1 register, 2 activate, 4 join. Exits are never paused.
        pause_flags: u8,
        /// Members of a committee, if there are as many seats; 1 to 21.
        committee_size: u8,
        /// Fewer seats than this make no committee: everything is undecided. 1 to 21.
        min_attestors: u8,
        /// Unix second at which the pause ends by itself; 0 before the first pause.
        paused_until: I64,
        /// Unix second at which epoch 0 begins. Written once.
        genesis: I64,
        /// Lamports that a joining attestor puts up.
        attestor_bond: U64,
        /// Lamports that an activated device puts up.
        activation_deposit: U64,
        /// Sets parameters within bounds.
        authority: Address,
        /// Named by the authority, becomes it by signing; zero when none.
        pending_authority: Address,
        /// May pause, nothing else.
        guardian: Address,
        /// Zero.
        reserved: [u8; 64],
    }
    /// The singleton that hands out seats and indexes. Seeds: `registry`.
    Registry {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// Seats taken, from epoch `seats_since` on.
        seats: U16,
        /// Seats taken before `seats_since`.
        earlier_seats: U16,
        /// Epoch from which `seats` counts: the one after the last change.
        seats_since: U32,
        /// Indexes ever handed out; the next new one.
        index_count: U32,
        /// Devices that hold an index.
        active_devices: U32,
        /// Number of the `FreeIndex` to be taken next.
        free_head: U64,
        /// Number of the next `FreeIndex` to be made; equal to `free_head` when the queue is empty.
        free_tail: U64,
        /// Zero.
        reserved: [u8; 32],
    }
    /// A freed index in the queue. Seeds: `free_index`, number.
    FreeIndex {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// Place in the queue.
        number: U64,
        /// The index.
        index: U32,
        /// Who paid the rent and gets it back when the index is taken.
        rent_payer: Address,
        /// Epoch in which it was freed: the next holder counts from a later one.
        freed_in: U32,
        /// Zero.
        reserved: [u8; 4],
    }
    /// One device: a host's GPUs of one class behind one key. Seeds: `device`, device key.
    Device {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// GPU class. Written once.
        class: GpuClass,
        /// Where it comes from. Written once.
        source: SupplySource,
        /// GPUs. Written once.
        processors: U16,
        /// Memory of each GPU in GiB. Written once.
        vram_gib: U16,
        /// Unix second at which epoch 0 begins, as in `Config`. Written once.
        genesis: I64,
        /// Unix second of the last heartbeat; registration is the first.
        heartbeat: I64,
        /// Unix second of the last heartbeat in an epoch before that of `heartbeat`; 0 for none.
        earlier_heartbeat: I64,
        /// Place in the reports while active; kept, without meaning, afterwards.
        index: U32,
        /// First epoch of the last activation; 0 before the first.
        active_from: U32,
        /// Epoch of the last deactivation; 2³² − 1 while active, 0 before the first activation.
        active_until: U32,
        /// Newest epoch whose nibble is written in `ring`.
        tallied_to: U32,
        /// Results of the last 256 epochs up to `tallied_to`, one nibble each: `result | carries << 2`.
        ring: [u8; 128],
        /// Why the last result that failed did: a `ReportCode`.
        reason: ReportCode,
        /// Share in rewards: class multiplier ×100 times processors. Written once.
        weight: U32,
        /// Slot of registration: with the address, the identity of the device. Written once.
        registered_slot: U64,
        /// Unix second of registration. Written once.
        registered_at: I64,
        /// Lamports above the rent that are put up while active; afterwards what a rise of rents keeps of them until it is
        /// deregistered.
        deposit: U64,
        /// Who registered it, is paid for it and gets the deposit back. Written once.
        owner: Address,
        /// Signs for the device itself: registration and heartbeats. Written once.
        device_key: Address,
        /// Hash over the hardware's identity. Written once.
        fingerprint: [u8; 32],
        /// Who paid the rent and gets it back. Written once.
        rent_payer: Address,
        /// The case open against it; zero for none.
        open_case: Address,
        /// Cases opened against it so far.
        case_nonce: U64,
        /// Zero.
        reserved: [u8; 19],
    }
    /// One attestor. Seeds: `attestor`, authority.
    Attestor {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// Its last seats, newest first.
        seats: [U16; 3],
        /// Epoch from which each seat counts; 0 where there is none.
        seats_since: [U32; 3],
        /// First epoch after its last duties; 2³² − 1 before it exits.
        active_until: U32,
        /// Lamports above the rent that are put up.
        bond: U64,
        /// Epochs of the two lists below: epoch e is at e mod 32.
        epochs: [U32; 32],
        /// Reports revealed in each of these epochs.
        revealed: [U16; 32],
        /// Reports recorded as missed in each of these epochs.
        missed: [U16; 32],
        /// Reports revealed, cumulative.
        total_revealed: U64,
        /// Reports recorded as missed, cumulative.
        total_missed: U64,
        /// Signs its reports and gets the bond back. Written once.
        authority: Address,
        /// Who paid the rent and gets it back. Written once.
        rent_payer: Address,
        /// The case open against it; zero for none.
        open_case: Address,
        /// Cases opened against it so far.
        case_nonce: U64,
        /// Zero.
        reserved: [u8; 32],
    }
    /// What one epoch is drawn from; used again by every 32nd. Seeds: `epoch`, number mod 32.
    Epoch {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// Number.
        number: U32,
        /// Unix second at which it begins.
        starts_at: I64,
        /// Slot S: the seed is the hash of the first block at slot S + 32 or later.
        slot: U64,
        /// Slot of the block whose hash is the seed; 0 before it is taken.
        seed_slot: U64,
        /// Zero before it is taken.
        seed: [u8; 32],
        /// Seats of this epoch.
        seats: U16,
        /// Members of each committee; 0 if there are too few seats.
        committee_size: u8,
        /// Indexes handed out when it was opened: it has that many, divided by 1,024 and rounded up, ranges.
        index_count: U32,
        /// Who paid the rent.
        rent_payer: Address,
        /// Zero.
        reserved: [u8; 32],
    }
    /// The singleton of the totals of the last 256 epochs; epoch e is at e mod 256. Seeds: `epoch_ring`.
    EpochRing {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// Number of the epoch in each place.
        numbers: [U32; 256],
        /// Total weight of devices deployable by a fresh result.
        weights: [U64; 256],
        /// Reports revealed.
        reports: [U32; 256],
        /// Zero.
        reserved: [u8; 22],
    }
    /// What one member of a range's committee reports; used again every epoch. Seeds: `report`, range, place.
    Report {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// Range of 1,024 device indexes. Written once.
        range: U32,
        /// Place in the committee. Written once.
        place: u8,
        /// The codes of `epoch` are revealed.
        is_revealed: Flag,
        /// Epoch of the last commitment.
        epoch: U32,
        /// Who made it; zero before the first.
        attestor: Address,
        /// The commitment.
        commitment: [u8; 32],
        /// Root over the evidence, as revealed.
        evidence_root: [u8; 32],
        /// One nibble per index, as revealed.
        codes: [u8; 512],
        /// Epochs of the two lists below: epoch e is at e mod 32.
        history_epochs: [U32; 32],
        /// Who reported, or should have.
        history_attestors: [Address; 32],
        /// Hash over codes and evidence root; zero for a recorded miss.
        history_digests: [[u8; 32]; 32],
        /// Who paid the rent.
        rent_payer: Address,
        /// Zero.
        reserved: [u8; 32],
    }
    /// A provider's answers to the challenge of an epoch; used again every epoch. Seeds: `answers`, provider.
    Answers {
        /// Layout version.
        version: u8,
        /// Canonical bump.
        bump: u8,
        /// Devices that the root covers.
        devices: U16,
        /// Epoch of the challenge.
        epoch: U32,
        /// Slot in which the root landed.
        slot: U64,
        /// Unix second in which the root landed.
        posted_at: I64,
        /// Merkle root over the answers of the provider's devices.
        root: [u8; 32],
        /// Who posts.
        provider: Address,
        /// Who paid the rent.
        rent_payer: Address,
        /// Zero.
        reserved: [u8; 32],
    }
} }

impl Device {
    /// The part that decides state, seen time and eligibility.
    #[inline(always)]
    pub fn view(&self) -> device::Device<'_> {
        device::Device {
            genesis: self.genesis.get(),
            heartbeat: self.heartbeat.get(),
            earlier_heartbeat: self.earlier_heartbeat.get(),
            active_from: self.active_from.get(),
            active_until: self.active_until.get(),
            tallied_to: self.tallied_to.get(),
            ring: &self.ring,
        }
    }
}
