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

// Above the longest declared list of accounts.
ionet_common::program! { 16;
    settle_job
    settle_voucher
    open_job
    accept_job
    decline_job
    extend_job
    submit_result
    end_job
    quit_job
    expire_job
    release
    refund
    sweep_fee
    close_job
    open_cluster
    close_cluster
    post_offer
    update_offer
    initialize_config
    update_config
    set_mint
    propose_authority
    accept_authority
    pause
    unpause
}
