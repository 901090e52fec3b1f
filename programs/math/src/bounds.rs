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
pub const HOLD_BACK: u32 = 21_600;
/// Seconds from a rental's end to its release.
pub const RENTAL_WINDOW: u32 = 21_600;
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

// `HOLD_BACK` is kept in a `u16` of the job account.
const _: () = assert!(HOLD_BACK <= u16::MAX as u32);
// amount::price: (MAX_RATE / HOUR + 1) * MAX_DURATION and HOUR * MAX_DURATION stay far inside u64.
const _: () = assert!((MAX_RATE / HOUR as u64 + 1) as u128 * (MAX_DURATION as u128) < u64::MAX as u128 / 2);
