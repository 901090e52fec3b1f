//! Job escrow: offers, jobs with a vault each, clusters.
//!
//! `interface.rs` is the manual: every instruction with its accounts and arguments. `ionet_accounts::escrow` holds the
//! accounts, `event.rs` the events, `error.rs` one error per guard. Handlers in `instructions/` all have one shape:
//! accounts → checks → compute (in `ionet-math`) → commit → token transfer → event.
#![cfg_attr(target_os = "solana", no_std)]

pub mod error;
pub mod event;
pub mod instructions;
pub mod interface;

pub use ionet_accounts::escrow as state;

use instructions as handlers;
use ionet_common::{checks::Check, outcome::Outcome, Context};

#[cfg(target_os = "solana")]
mod entrypoint {
    /// Above the longest declared account list.
    const MAX_ACCOUNTS: usize = 16;

    /// Called by the loader.
    ///
    /// # Safety
    /// `input` is the loader's.
    #[no_mangle]
    pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
        // SAFETY: as promised by the loader.
        unsafe { ionet_common::entry::run::<MAX_ACCOUNTS>(input, super::dispatch) }
    }
    pinocchio::no_allocator!();
    pinocchio::nostd_panic_handler!();
}

/// Finds the handler by the first eight bytes of the data and runs it.
#[inline(always)]
pub fn dispatch(c: &Context) -> Outcome {
    let Some((discriminator, data)) = c.data.split_first_chunk::<8>() else {
        return Err(Check::UnknownInstruction.into());
    };
    let c = &Context { data, ..*c };
    // Words compare in one step where arrays compare byte by byte.
    match u64::from_le_bytes(*discriminator) {
        interface::settle_job::TAG => handlers::settle_job::process(c),
        interface::settle_voucher::TAG => handlers::settle_voucher::process(c),
        interface::open_job::TAG => handlers::open_job::process(c),
        interface::accept_job::TAG => handlers::accept_job::process(c),
        interface::decline_job::TAG => handlers::decline_job::process(c),
        interface::extend_job::TAG => handlers::extend_job::process(c),
        interface::submit_result::TAG => handlers::submit_result::process(c),
        interface::end_job::TAG => handlers::end_job::process(c),
        interface::quit_job::TAG => handlers::quit_job::process(c),
        interface::expire_job::TAG => handlers::expire_job::process(c),
        interface::release::TAG => handlers::release::process(c),
        interface::refund::TAG => handlers::refund::process(c),
        interface::sweep_fee::TAG => handlers::sweep_fee::process(c),
        interface::close_job::TAG => handlers::close_job::process(c),
        interface::open_cluster::TAG => handlers::open_cluster::process(c),
        interface::close_cluster::TAG => handlers::close_cluster::process(c),
        interface::post_offer::TAG => handlers::post_offer::process(c),
        interface::update_offer::TAG => handlers::update_offer::process(c),
        interface::initialize_config::TAG => handlers::initialize_config::process(c),
        interface::update_config::TAG => handlers::update_config::process(c),
        interface::set_mint::TAG => handlers::set_mint::process(c),
        interface::propose_authority::TAG => handlers::propose_authority::process(c),
        interface::accept_authority::TAG => handlers::accept_authority::process(c),
        interface::pause::TAG => handlers::pause::process(c),
        interface::unpause::TAG => handlers::unpause::process(c),
        _ => Err(Check::UnknownInstruction.into()),
    }
}
