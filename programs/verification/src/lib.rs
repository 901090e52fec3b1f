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

// As many accounts as a transaction can lock: a tally takes any number of devices.
ionet_common::program! { 64;
    heartbeat
    commit_report
    reveal_report
    tally
    record_miss
    open_report
    post_answers
    open_epoch
    rearm_epoch
    seed_epoch
    register_device
    activate_device
    deactivate_device
    deregister_device
    join_attestor
    evict_attestor
    exit_attestor
    withdraw_bond
    initialize_config
    update_config
    propose_authority
    accept_authority
    pause
    unpause
}
