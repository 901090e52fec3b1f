//! Every money, time and state rule of the ionet programs.
//!
//! Pure functions over integers: no Solana types, no allocation, no panics. The programs call these and nothing else
//! for amounts, states and committees; the Python twins (`ionet.money`, `ionet.devices`, `ionet.committees`) are held
//! against the same vectors (`tests/vectors`). Rounding sides: docs/adr/004-money-arithmetic.md; what counts as seen:
//! docs/adr/009-devices-and-epochs.md; who reports it: docs/adr/010-committees-and-reports.md.
#![cfg_attr(not(test), no_std)]

pub mod amount;
pub mod bounds;
pub mod committee;
pub mod device;
pub mod epoch;
pub mod gpu;
pub mod job;
pub mod pause;
mod ring;
pub mod seen;
pub mod tally;
pub mod terms;
pub mod transition;
