//! One file per instruction, named after it, but for those of governance, which all programs have from `ionet-common`.
//! The others hold what several of them share.

mod attestor;
mod committee;
mod config;
mod device;
mod epoch;
mod position;
mod registry;
mod report;
mod vacate;

pub mod activate_device;
pub mod commit_report;
pub mod deactivate_device;
pub mod deregister_device;
pub mod evict_attestor;
pub mod exit_attestor;
pub mod heartbeat;
pub mod initialize_config;
pub mod join_attestor;
pub mod open_epoch;
pub mod open_report;
pub mod post_answers;
pub mod rearm_epoch;
pub mod record_miss;
pub mod register_device;
pub mod reveal_report;
pub mod seed_epoch;
pub mod tally;
pub mod update_config;
pub mod withdraw_bond;

ionet_common::governance!(VerificationError);
