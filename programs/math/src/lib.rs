//! Every money, time and state rule of the ionet programs.
//!
//! Pure functions over integers: no Solana types, no allocation, no panics. The programs call these and nothing else
//! for amounts; the Python twin (`ionet.money`) is held against the same vectors (`tests/vectors/money.json`).
//! Rounding sides: docs/adr/004-money-arithmetic.md.
#![cfg_attr(not(test), no_std)]

pub mod amount;
pub mod bounds;
pub mod job;
pub mod seen;
pub mod terms;
pub mod transition;
