//! One file per instruction, named after it, but for those of governance, which all programs have from `ionet-common`.
//! They share `config` and `device`, and job instructions `frame` (before their own rule), `books` (after it) and `record`
//! (the account).

mod books;
mod config;
mod device;
mod frame;
mod record;

pub mod accept_job;
pub mod close_cluster;
pub mod close_job;
pub mod decline_job;
pub mod end_job;
pub mod expire_job;
pub mod extend_job;
pub mod initialize_config;
pub mod open_cluster;
pub mod open_job;
pub mod post_offer;
pub mod quit_job;
pub mod refund;
pub mod release;
pub mod set_mint;
pub mod settle_job;
pub mod settle_voucher;
pub mod submit_result;
pub mod sweep_fee;
pub mod update_config;
pub mod update_offer;

ionet_common::governance!(EscrowError);
