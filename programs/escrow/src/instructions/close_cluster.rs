//! Removes a cluster that no job refers to.

use crate::{
    error::EscrowError,
    event::ClusterClosed,
    interface::close_cluster::{Accounts, Args},
    state::{Cluster, VERSION},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    checks::{load, same},
    event::emit,
    pda::close,
    surface::{Record, I64, U64},
    sysvars, Context,
};

/// Handles `close_cluster`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    Args::parse(c.data)?;
    let address = *a.cluster.address();
    let now = sysvars::unix_time()?;
    {
        let cluster: &Cluster = load(c.program_id, &a.cluster, VERSION)?;
        if !same(&cluster.rent_payer, a.rent_payer.address()) {
            return Err(EscrowError::WrongRentPayer.into());
        }
        // A member reads its start from here until it is closed itself.
        if cluster.unclosed != 0 {
            return Err(EscrowError::ClusterUnclosed.into());
        }
        if now < cluster.accept_by.get() {
            return Err(EscrowError::ClusterStillOpen.into());
        }
    }
    let rent = close(&a.cluster, &a.rent_payer)?;
    emit(&ClusterClosed {
        discriminator: ClusterClosed::DISCRIMINATOR,
        cluster: address,
        rent_payer: *a.rent_payer.address(),
        rent: U64::new(rent),
        at: I64::new(now),
    });
    Ok(())
}
