//! Published bounds. The proofs in this crate rest on them; `interface.rs` carries them into the IDL.

/// Denominator of basis points.
pub const BPS: u64 = 10_000;
/// Highest fee, 10 %.
pub const MAX_FEE_BPS: u16 = 1_000;
/// Seconds in the hour that rates are quoted for.
pub const HOUR: u32 = 3_600;
/// Highest rate in base units per hour: 10 million USDC, 100 thousand IO.
pub const MAX_RATE: u64 = 10_000_000_000_000;
/// Longest job with all extensions: 30 days. The device's ring covers 64.
pub const MAX_DURATION: u32 = 2_592_000;
/// Highest minimum charge.
pub const MAX_MIN_CHARGE: u16 = 3_600;
/// Longest time for accepting.
pub const MAX_ACCEPT_WITHIN: u16 = 900;
/// Longest validity of an opening.
pub const MAX_VALID_FOR: u32 = 86_400;
/// Highest tip in lamports.
pub const MAX_TIP: u16 = 20_000;
/// Seconds at the end of a rental whose pay waits: one verification epoch.
pub const HOLD_BACK: u32 = EPOCH_SECONDS;
/// Seconds from a rental's end to its release.
pub const RENTAL_WINDOW: u32 = EPOCH_SECONDS;
/// Seconds after a metered job's end in which vouchers are taken.
pub const VOUCHER_GRACE: u32 = 3_600;
/// Shortest review window of a deliverable.
pub const MIN_REVIEW_WINDOW: u32 = 3_600;
/// Longest review window of a deliverable.
pub const MAX_REVIEW_WINDOW: u32 = 604_800;
/// Smallest cluster.
pub const MIN_CLUSTER_SIZE: u8 = 2;
/// Largest cluster: one bit of a `u64` per member.
pub const MAX_CLUSTER_SIZE: u8 = 64;
/// Length of a pause, and of the rest that must follow it: 72 h.
pub const PAUSE_DURATION: u32 = 259_200;

/// Seconds of a verification epoch: 6 h.
pub const EPOCH_SECONDS: u32 = 21_600;
/// Second of the epoch before which it is opened, and its seed armed again.
pub const OPEN_WINDOW: u32 = 7_200;
/// Second of the epoch before which it is seeded, answers are posted and reports committed.
pub const COMMIT_WINDOW: u32 = 10_800;
/// Second of the epoch before which reports are revealed, from `COMMIT_WINDOW` on.
pub const REVEAL_DEADLINE: u32 = 16_200;
/// Slots from the one that opening fixes to the first whose block gives the seed.
pub const SEED_DELAY_SLOTS: u64 = 32;
/// Epochs that a device's ring, and the ring of totals, keep: 64 days.
pub const RING_EPOCHS: u32 = 256;
/// Epoch accounts, used in turn.
pub const EPOCH_ACCOUNTS: u32 = 32;
/// Epochs that a report account and an attestor remember.
pub const REPORT_HISTORY: u32 = 32;
/// Epochs for which a missed reveal may be recorded; the accounts it is proven with outlast it.
pub const MISS_EPOCHS: u32 = 28;
/// Epochs before the current one in which an attestor's silence is looked for.
pub const SILENCE_WINDOW: u32 = 8;
/// Epochs of [`SILENCE_WINDOW`] with recorded misses that make an attestor silent, if it revealed in none.
pub const SILENT_EPOCHS: u32 = 4;
/// Device indexes that one committee reports on.
pub const RANGE_SIZE: u32 = 1_024;
/// Bytes of a report's codes: one nibble per index.
pub const CODES_LEN: usize = 512;
/// Largest committee.
pub const MAX_COMMITTEE: u8 = 21;
/// How often in a row a result is carried.
pub const MAX_CARRIES: u8 = 2;
/// Epochs for which a heartbeat keeps a device connected: 30 days.
pub const CONNECTED_EPOCHS: u32 = 120;
/// Epochs for which a hired device stays eligible.
pub const HIRED_EPOCHS: u32 = 4;
/// Most GPUs of a device.
pub const MAX_PROCESSORS: u16 = 1_024;
/// Most memory of a GPU in GiB.
pub const MAX_VRAM_GIB: u16 = 4_096;
/// Lowest bond of an attestor: 1 SOL in lamports.
pub const MIN_ATTESTOR_BOND: u64 = 1_000_000_000;
/// Highest bond of an attestor: 10,000 SOL in lamports.
pub const MAX_ATTESTOR_BOND: u64 = 10_000_000_000_000;
/// Lowest deposit of an activated device: 0.001 SOL in lamports.
pub const MIN_ACTIVATION_DEPOSIT: u64 = 1_000_000;
/// Highest deposit of an activated device: 100 SOL in lamports.
pub const MAX_ACTIVATION_DEPOSIT: u64 = 100_000_000_000;

// `HOLD_BACK` is kept in a `u16` of the job account.
const _: () = assert!(HOLD_BACK <= u16::MAX as u32);
// amount::price: (MAX_RATE / HOUR + 1) * MAX_DURATION and HOUR * MAX_DURATION stay far inside u64.
const _: () = assert!((MAX_RATE / HOUR as u64 + 1) as u128 * (MAX_DURATION as u128) < u64::MAX as u128 / 2);
// The windows of an epoch follow each other and leave time for the tally.
const _: () =
    assert!(OPEN_WINDOW < COMMIT_WINDOW && COMMIT_WINDOW < REVEAL_DEADLINE && REVEAL_DEADLINE < EPOCH_SECONDS);
// The ring still holds the first second of the longest job a month after its end.
const _: () = assert!(RING_EPOCHS >= 2 * (MAX_DURATION / EPOCH_SECONDS));
// Ring positions are `epoch % RING_EPOCHS` of a wrapping `u32`; so are those of the epoch accounts.
const _: () = assert!(RING_EPOCHS.is_power_of_two() && EPOCH_ACCOUNTS.is_power_of_two());
// What proves a miss is not yet used again while it may be recorded.
const _: () = assert!(MISS_EPOCHS < EPOCH_ACCOUNTS && MISS_EPOCHS < REPORT_HISTORY);
// One nibble per index of a range.
const _: () = assert!(CODES_LEN * 2 == RANGE_SIZE as usize);
