//! Accounts of all ionet programs, so that one program can read what another wrote without a call between them.
//!
//! A program writes only its own accounts. Of another's it checks owner ([`ids`]), length, discriminator, version and
//! the relation to its own account before it reads (docs/adr/002-wire-format.md).
#![no_std]

pub mod escrow;
pub mod gpu;
pub mod ids;
pub mod verification;
