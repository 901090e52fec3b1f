//! Opens a cluster for its members to follow.

use super::config::{read, Rules};
use crate::{
    error::EscrowError,
    event::ClusterOpened,
    interface::open_cluster::{Accounts, Args},
    state::{Cluster, PAUSE_OPEN, VERSION},
};
use ionet_common::outcome::Outcome;
use ionet_common::{
    checks::{program, reload_mut, ZERO},
    event::emit,
    pda::{canonical_bump, create, Creation, Seeds},
    surface::{Flag, Record, I64, U64},
    sysvars, Context,
};
use ionet_math::{
    bounds::{MAX_CLUSTER_SIZE, MIN_CLUSTER_SIZE},
    terms::is_accept_window,
};

/// Handles `open_cluster`.
#[inline(never)]
pub fn process(c: &Context) -> Outcome {
    let a = Accounts::parse(c.accounts)?;
    let args = Args::parse(c.data)?;
    program(&a.system_program, &ZERO)?;
    let now = sysvars::now()?;
    read(c.program_id, &a.config)?.expect_running(PAUSE_OPEN, now.unix)?;
    if args.size < MIN_CLUSTER_SIZE || args.size > MAX_CLUSTER_SIZE {
        return Err(EscrowError::InvalidClusterSize.into());
    }
    if !is_accept_window(args.accept_within.get()) {
        return Err(EscrowError::InvalidAcceptWindow.into());
    }
    let client = *a.client.address();
    let mut bump = 0;
    let seeds = Seeds(b"cluster", client.as_array(), args.id.bytes());
    canonical_bump(&a.cluster, c.program_id, &seeds, &mut bump)?;
    let accept_by = I64::new(now.unix.saturating_add(i64::from(args.accept_within.get())));

    create(&Creation {
        payer: &a.payer,
        account: &a.cluster,
        owner: c.program_id,
        len: Cluster::LEN,
        extra: 0,
        seeds: &seeds,
        bump,
    })?;
    *reload_mut::<Cluster>(&a.cluster)? = Cluster {
        discriminator: Cluster::DISCRIMINATOR,
        version: VERSION,
        bump,
        size: args.size,
        accepted: 0,
        unclosed: 0,
        is_failed: Flag::new(false),
        id: args.id,
        client,
        rent_payer: *a.payer.address(),
        opened_slot: U64::new(now.slot),
        accept_by,
        started_at: I64::new(0),
        members: U64::new(0),
        reserved: [0; 16],
    };
    emit(&ClusterOpened {
        discriminator: ClusterOpened::DISCRIMINATOR,
        cluster: *a.cluster.address(),
        client,
        id: args.id,
        size: args.size,
        accept_by,
        at: I64::new(now.unix),
    });
    Ok(())
}
