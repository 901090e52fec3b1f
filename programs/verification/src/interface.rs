//! Instructions and constants of the verification program, as its IDL publishes them.
//!
//! Account order is the same everywhere: signers, the subject, what it is related to, singletons, programs. Windows of an
//! epoch, rings and states: docs/adr/009-devices-and-epochs.md. Committees, reports and the tally:
//! docs/adr/010-committees-and-reports.md.

use ionet_accounts::{
    gpu::GpuClass,
    verification::{self as state, SupplySource},
};
use ionet_common::{
    constants, instructions,
    surface::{I64, U16, U32, U64},
};
use ionet_math::bounds;
use pinocchio::Address;

instructions! {
    /// Creates the singletons `Config`, `Registry` and `EpochRing`; only the genesis authority compiled into the program
    /// can. `genesis` must lie ahead.
    initialize_config(authority: Address, guardian: Address, genesis: I64, committee_size: u8, min_attestors: u8, attestor_bond: U64, activation_deposit: U64) {
        /// Pays the rent.
        payer [signer writable],
        /// Compiled into the program.
        genesis_authority [signer],
        config [writable] = Const("config"),
        registry [writable] = Const("registry"),
        epoch_ring [writable] = Const("epoch_ring"),
        system_program @ "11111111111111111111111111111111",
    }
    /// Sets guardian and parameters; bonds and deposits that were put up stay as they are, and so does an open epoch.
    update_config(guardian: Address, committee_size: u8, min_attestors: u8, attestor_bond: U64, activation_deposit: U64) {
        authority [signer],
        config [writable] = Const("config"),
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
    /// Creates a device; owner and device key sign, so that nobody can claim another's. It holds no index and counts as
    /// unverified from the next epoch on.
    register_device(class: GpuClass, source: SupplySource, processors: U16, vram_gib: U16, fingerprint: [u8; 32]) {
        /// Pays the rent.
        payer [signer writable],
        owner [signer],
        device_key [signer],
        device [writable] = Const("device") Account("device_key"),
        config = Const("config"),
        system_program @ "11111111111111111111111111111111",
    }
    /// Gives the device an index, the head of the queue of freed ones or else a new one, and takes the deposit. Attestors
    /// report on it from the next epoch on.
    activate_device() {
        /// Puts up the deposit.
        owner [signer writable],
        device [writable],
        /// The head of the queue, which is closed; while the queue is empty the registry once more.
        free_index [writable],
        /// As stored in the head of the queue; while it is empty the owner once more.
        rent_payer [writable],
        registry [writable] = Const("registry"),
        config = Const("config"),
        system_program @ "11111111111111111111111111111111",
    }
    /// Takes the index back to the end of the queue and returns the deposit; the device is unseen from the next epoch on.
    deactivate_device() {
        /// Pays the rent of the queued index until it is taken.
        payer [signer writable],
        /// Gets the deposit back.
        owner [signer writable],
        device [writable],
        /// To be created, numbered `Registry.free_tail`.
        free_index [writable],
        registry [writable] = Const("registry"),
        epoch_ring [writable] = Const("epoch_ring"),
        system_program @ "11111111111111111111111111111111",
    }
    /// Closes a device that holds no index, has no open case and whose offer has no live job.
    deregister_device() {
        /// Gets back what a rise of rents kept of the deposit.
        owner [signer writable],
        device [writable],
        /// The device's offer in the escrow program, or its address while there is none.
        offer,
        /// As stored in the device.
        rent_payer [writable],
    }
    /// Says that the device is connected.
    heartbeat() {
        device_key [signer],
        device [writable],
    }
    /// Takes the next seat and puts up the bond; duties begin with the next epoch.
    join_attestor() {
        /// Pays the rent.
        payer [signer writable],
        /// Puts up the bond.
        authority [signer writable],
        attestor [writable] = Const("attestor") Account("authority"),
        registry [writable] = Const("registry"),
        config = Const("config"),
        system_program @ "11111111111111111111111111111111",
    }
    /// Gives the seat back; the holder of the last seat moves into it. Duties of this epoch remain.
    exit_attestor() {
        authority [signer],
        attestor [writable],
        /// Who holds the last seat; the attestor once more if he does.
        last_attestor [writable],
        registry [writable] = Const("registry"),
        config = Const("config"),
    }
    /// Gives the seat of a silent attestor back: one with recorded misses in 4 of the last 8 epochs and no report in any of
    /// them; anyone may. Its bond waits for it as after an exit.
    evict_attestor() {
        attestor [writable],
        /// Who holds the last seat; the attestor once more if he does.
        last_attestor [writable],
        registry [writable] = Const("registry"),
        config = Const("config"),
    }
    /// Closes an attestor 28 epochs after its last duties and returns the bond.
    withdraw_bond() {
        /// Gets the bond back.
        authority [signer writable],
        attestor [writable],
        /// As stored in the attestor.
        rent_payer [writable],
        config = Const("config"),
    }
    /// Opens the current epoch, within its first 2 hours: fixes slot S and what committees are drawn from.
    open_epoch(epoch_number: U32, ring_index: u8) {
        /// Pays the rent, once for each of the 32 accounts.
        payer [signer writable],
        /// `ring_index` is the number mod 32.
        epoch [writable] = Const("epoch") Arg("ring_index"),
        epoch_ring [writable] = Const("epoch_ring"),
        registry = Const("registry"),
        config = Const("config"),
        system_program @ "11111111111111111111111111111111",
    }
    /// Fixes a new slot S for an epoch whose seed has left SlotHashes before anyone took it.
    rearm_epoch() {
        epoch [writable],
        slot_hashes @ "SysvarS1otHashes111111111111111111111111111",
    }
    /// Takes the seed of the current epoch: the hash of the first block at slot S + 32 or later.
    seed_epoch() {
        epoch [writable],
        slot_hashes @ "SysvarS1otHashes111111111111111111111111111",
    }
    /// Lands the root over the answers of a provider's devices to the epoch's challenge, once.
    post_answers(epoch_number: U32, devices: U16, root: [u8; 32]) {
        /// Pays the rent, once.
        payer [signer writable],
        provider [signer],
        answers [writable] = Const("answers") Account("provider"),
        epoch,
        system_program @ "11111111111111111111111111111111",
    }
    /// Creates the account of one place in the committees of a range; anyone may.
    open_report(range: U32, place: u8) {
        /// Pays the rent, once.
        payer [signer writable],
        report [writable] = Const("report") Arg("range") Arg("place"),
        system_program @ "11111111111111111111111111111111",
    }
    /// Commits the member drawn for a place to its codes.
    commit_report(epoch_number: U32, range: U32, place: u8, commitment: [u8; 32]) {
        authority [signer],
        attestor,
        report [writable],
        epoch,
    }
    /// Reveals what was committed to.
    reveal_report(epoch_number: U32, range: U32, place: u8, evidence_root: [u8; 32], salt: [u8; 32], codes: [u8; 512]) {
        authority [signer],
        attestor [writable],
        report [writable],
        epoch,
        epoch_ring [writable] = Const("epoch_ring"),
    }
    /// Decides devices of one range by the revealed reports; anyone may. Followed by the range's report accounts in order
    /// of place, as many as the committee has members, then by writable devices.
    tally(epoch_number: U32, range: U32) {
        epoch,
        epoch_ring [writable] = Const("epoch_ring"),
        ..reports_and_devices
    }
    /// Counts a report that was due and not revealed; anyone may, for 28 epochs.
    record_miss(epoch_number: U32, range: U32, place: u8) {
        attestor [writable],
        report [writable],
        epoch,
    }
}

constants! {
    /// Seconds of an epoch.
    EPOCH_SECONDS: U32 = bounds::EPOCH_SECONDS;
    /// Seconds of an epoch in which it can be opened.
    OPEN_WINDOW: U32 = bounds::OPEN_WINDOW;
    /// Seconds of an epoch in which it can be seeded, and answers and commitments are taken.
    COMMIT_WINDOW: U32 = bounds::COMMIT_WINDOW;
    /// Second of an epoch at which reveals end and the tally begins.
    REVEAL_DEADLINE: U32 = bounds::REVEAL_DEADLINE;
    /// Slots from slot S to the block that gives the seed.
    SEED_DELAY_SLOTS: U64 = bounds::SEED_DELAY_SLOTS;
    /// Epochs in a device's ring and in `EpochRing`.
    RING_EPOCHS: U32 = bounds::RING_EPOCHS;
    /// `Epoch` accounts.
    EPOCH_ACCOUNTS: U32 = bounds::EPOCH_ACCOUNTS;
    /// Epochs kept in a report's history and an attestor's lists.
    REPORT_HISTORY: U32 = bounds::REPORT_HISTORY;
    /// Epochs for which a miss can be recorded, and a bond stays after the last duties.
    MISS_EPOCHS: U32 = bounds::MISS_EPOCHS;
    /// Device indexes in a range.
    RANGE_SIZE: U32 = bounds::RANGE_SIZE;
    /// Epochs before the current one in which an attestor's silence is looked for.
    SILENCE_WINDOW: U32 = bounds::SILENCE_WINDOW;
    /// Epochs of them with recorded misses that make it silent.
    SILENT_EPOCHS: U32 = bounds::SILENT_EPOCHS;
    /// Largest committee.
    MAX_COMMITTEE: U8 = bounds::MAX_COMMITTEE;
    /// How often in a row a result is carried.
    MAX_CARRIES: U8 = bounds::MAX_CARRIES;
    /// Epochs after a heartbeat in which a device counts as connected.
    CONNECTED_EPOCHS: U32 = bounds::CONNECTED_EPOCHS;
    /// Epochs after a deployable result in which a hired device stays eligible.
    HIRED_EPOCHS: U32 = bounds::HIRED_EPOCHS;
    /// Most GPUs of a device.
    MAX_PROCESSORS: U16 = bounds::MAX_PROCESSORS;
    /// Most memory of a GPU in GiB.
    MAX_VRAM_GIB: U16 = bounds::MAX_VRAM_GIB;
    /// Lowest bond of an attestor, in lamports.
    MIN_ATTESTOR_BOND: U64 = bounds::MIN_ATTESTOR_BOND;
    /// Highest bond of an attestor, in lamports.
    MAX_ATTESTOR_BOND: U64 = bounds::MAX_ATTESTOR_BOND;
    /// Lowest deposit of a device, in lamports.
    MIN_ACTIVATION_DEPOSIT: U64 = bounds::MIN_ACTIVATION_DEPOSIT;
    /// Highest deposit of a device, in lamports.
    MAX_ACTIVATION_DEPOSIT: U64 = bounds::MAX_ACTIVATION_DEPOSIT;
    /// Length of a pause, and of the rest after it, in seconds.
    PAUSE_DURATION: U32 = bounds::PAUSE_DURATION;
    /// Version byte of accounts.
    ACCOUNT_VERSION: U8 = state::VERSION;
    /// `active_until` of a device or attestor that is active.
    FOREVER: U32 = state::FOREVER;
    /// `Config.pause_flags`: no registering of devices.
    PAUSE_REGISTER: U8 = state::PAUSE_REGISTER;
    /// `Config.pause_flags`: no activating of devices.
    PAUSE_ACTIVATE: U8 = state::PAUSE_ACTIVATE;
    /// `Config.pause_flags`: no joining of attestors.
    PAUSE_JOIN: U8 = state::PAUSE_JOIN;
}
