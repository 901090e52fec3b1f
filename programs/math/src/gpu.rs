//! Shares of GPU classes in rewards. Numbers of the classes: `GpuClass` in `programs/accounts/src/gpu.rs`.

/// Multiplier ×100 of each class: other, H100, H200, B200, A100, L40S, RTX 4090, RTX 3090.
const MULTIPLIERS: [u32; 8] = [100, 1_000, 1_200, 3_000, 500, 300, 125, 100];

/// Multiplier ×100 of a class; never below 100, also for a class that is not in the table.
#[inline(always)]
pub const fn multiplier(class: u8) -> u32 {
    if (class as usize) < MULTIPLIERS.len() {
        MULTIPLIERS[class as usize]
    } else {
        MULTIPLIERS[0]
    }
}

/// Weight of a device: multiplier ×100 times processors.
#[inline(always)]
pub const fn weight(class: u8, processors: u16) -> u32 {
    multiplier(class).saturating_mul(processors as u32)
}
