//! An attestor gives its seat back.

use super::{
    attestor::{expect_authority, read_attestor},
    config::read,
    epoch::current_epoch,
    vacate::{vacate, Vacancy},
};
use crate::interface::exit_attestor::{Accounts, Args};
use ionet_common::{outcome::Outcome, surface::I64, sysvars, Context};

/// Handles `exit_attestor`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    expect_authority(read_attestor(c.program_id, &a.attestor)?, &a.authority)?;
    let at = I64::new(sysvars::unix_time()?);
    let epoch = current_epoch(read(c.program_id, &a.config)?.genesis.get(), at.get())?;
    let (attestor, last_attestor, registry) = (&a.attestor, &a.last_attestor, &a.registry);
    vacate(c.program_id, &Vacancy { attestor, last_attestor, registry, epoch, at })
}
