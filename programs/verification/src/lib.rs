//! GPU verification: devices, attestors, epochs, reports.
//!
//! `interface.rs` is the manual: every instruction with its accounts and arguments. `ionet_accounts::verification` holds
//! the accounts, `event.rs` the events, `error.rs` one error per guard. Handlers in `instructions/` all have one shape:
//! accounts → checks → compute (in `ionet-math`) → write → event.
#![cfg_attr(target_os = "solana", no_std)]

pub mod error;
pub mod event;
pub mod instructions;
pub mod interface;

pub use ionet_accounts::verification as state;

use instructions as handlers;
use ionet_common::{checks::Check, outcome::Outcome, Context};

#[cfg(target_os = "solana")]
mod entrypoint {
    /// As many accounts as a transaction can lock: a tally takes any number of devices.
    const MAX_ACCOUNTS: usize = 64;

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
        interface::heartbeat::TAG => handlers::heartbeat::process(c),
        interface::commit_report::TAG => handlers::commit_report::process(c),
        interface::reveal_report::TAG => handlers::reveal_report::process(c),
        interface::tally::TAG => handlers::tally::process(c),
        interface::record_miss::TAG => handlers::record_miss::process(c),
        interface::open_report::TAG => handlers::open_report::process(c),
        interface::post_answers::TAG => handlers::post_answers::process(c),
        interface::open_epoch::TAG => handlers::open_epoch::process(c),
        interface::rearm_epoch::TAG => handlers::rearm_epoch::process(c),
        interface::seed_epoch::TAG => handlers::seed_epoch::process(c),
        interface::register_device::TAG => handlers::register_device::process(c),
        interface::activate_device::TAG => handlers::activate_device::process(c),
        interface::deactivate_device::TAG => handlers::deactivate_device::process(c),
        interface::deregister_device::TAG => handlers::deregister_device::process(c),
        interface::join_attestor::TAG => handlers::join_attestor::process(c),
        interface::evict_attestor::TAG => handlers::evict_attestor::process(c),
        interface::exit_attestor::TAG => handlers::exit_attestor::process(c),
        interface::withdraw_bond::TAG => handlers::withdraw_bond::process(c),
        interface::initialize_config::TAG => handlers::initialize_config::process(c),
        interface::update_config::TAG => handlers::update_config::process(c),
        interface::propose_authority::TAG => handlers::propose_authority::process(c),
        interface::accept_authority::TAG => handlers::accept_authority::process(c),
        interface::pause::TAG => handlers::pause::process(c),
        interface::unpause::TAG => handlers::unpause::process(c),
        _ => Err(Check::UnknownInstruction.into()),
    }
}
