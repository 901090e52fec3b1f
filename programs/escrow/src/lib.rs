//! Job escrow: offers, jobs with a vault each, clusters.
//!
//! `interface.rs` is the manual: every instruction with its accounts and arguments. `state.rs` holds the accounts,
//! `event.rs` the events, `error.rs` one error per guard. Handlers in `instructions/` all have one shape:
//! accounts → checks → compute (in `ionet-math`) → commit → token transfer → event.
#![cfg_attr(target_os = "solana", no_std)]

pub mod error;
pub mod event;
pub mod genesis;
pub mod instructions;
pub mod interface;
pub mod state;

pub use genesis::ADDRESS;

use instructions as handlers;
use ionet_common::{checks::Check, Context};
use pinocchio::{AccountView, Address, ProgramResult};

#[cfg(target_os = "solana")]
mod entrypoint {
    pinocchio::program_entrypoint!(super::process, 16);
    pinocchio::no_allocator!();
    pinocchio::nostd_panic_handler!();
}

/// Finds the handler by the first eight bytes of the data and runs it.
pub fn process(program_id: &Address, accounts: &mut [AccountView], data: &[u8]) -> ProgramResult {
    let Some((discriminator, data)) = data.split_first_chunk::<8>() else {
        return Err(Check::UnknownInstruction.into());
    };
    let c = &Context { program_id, accounts, data };
    match *discriminator {
        interface::settle_job::DISCRIMINATOR => handlers::settle_job::process(c),
        interface::settle_voucher::DISCRIMINATOR => handlers::settle_voucher::process(c),
        interface::open_job::DISCRIMINATOR => handlers::open_job::process(c),
        interface::accept_job::DISCRIMINATOR => handlers::accept_job::process(c),
        interface::decline_job::DISCRIMINATOR => handlers::decline_job::process(c),
        interface::extend_job::DISCRIMINATOR => handlers::extend_job::process(c),
        interface::submit_result::DISCRIMINATOR => handlers::submit_result::process(c),
        interface::end_job::DISCRIMINATOR => handlers::end_job::process(c),
        interface::quit_job::DISCRIMINATOR => handlers::quit_job::process(c),
        interface::expire_job::DISCRIMINATOR => handlers::expire_job::process(c),
        interface::release::DISCRIMINATOR => handlers::release::process(c),
        interface::refund::DISCRIMINATOR => handlers::refund::process(c),
        interface::sweep_fee::DISCRIMINATOR => handlers::sweep_fee::process(c),
        interface::close_job::DISCRIMINATOR => handlers::close_job::process(c),
        interface::open_cluster::DISCRIMINATOR => handlers::open_cluster::process(c),
        interface::close_cluster::DISCRIMINATOR => handlers::close_cluster::process(c),
        interface::post_offer::DISCRIMINATOR => handlers::post_offer::process(c),
        interface::update_offer::DISCRIMINATOR => handlers::update_offer::process(c),
        interface::initialize_config::DISCRIMINATOR => handlers::initialize_config::process(c),
        interface::update_config::DISCRIMINATOR => handlers::update_config::process(c),
        interface::set_mint::DISCRIMINATOR => handlers::set_mint::process(c),
        interface::propose_authority::DISCRIMINATOR => handlers::propose_authority::process(c),
        interface::accept_authority::DISCRIMINATOR => handlers::accept_authority::process(c),
        interface::pause::DISCRIMINATOR => handlers::pause::process(c),
        interface::unpause::DISCRIMINATOR => handlers::unpause::process(c),
        _ => Err(Check::UnknownInstruction.into()),
    }
}
