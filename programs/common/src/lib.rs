//! What every ionet program shares: the declared surface, account checks, addresses, calls, events, governance, the clock
//! and ed25519 introspection.
#![no_std]

pub mod checks;
mod declare;
pub mod ed25519;
pub mod entry;
pub mod event;
mod governance;
pub mod outcome;
pub mod pda;
pub mod slot_hashes;
pub mod surface;
pub mod system_call;
pub mod sysvars;
pub mod token;
pub mod token_call;

/// What the runtime hands to a program; handlers take one reference, as SBPF functions take at most five arguments.
pub struct Context<'a> {
    /// The address this program is called at.
    pub program_id: &'a pinocchio::Address,
    /// All accounts of the instruction.
    pub accounts: &'a [pinocchio::AccountView],
    /// Instruction data after the discriminator.
    pub data: &'a [u8],
}
