//! The wire format is the published one: discriminators, lengths, offsets and byte images are those of
//! `tests/vectors/wire.json`.
// A test fails by panicking, and its arithmetic is on small literals.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

#[macro_use]
#[path = "../../common/tests/support/wire.rs"]
mod wire;

use escrow::{
    error, event, interface,
    state::{self, Cluster, Config, Job, Offer},
};
use ionet_accounts::gpu;
use ionet_common::surface::{bytes_of, Record};
use std::{collections::BTreeMap, mem::offset_of};
use wire::Surface;

const SURFACE: Surface = Surface {
    program: "escrow",
    accounts: state::ACCOUNTS,
    events: event::EVENTS,
    instructions: interface::INSTRUCTIONS,
    enums: &[gpu::ENUMS, state::ENUMS],
    errors: error::ERRORS,
};

#[test]
fn the_surface_has_the_published_bytes() {
    SURFACE.has_the_published_bytes();
}

#[test]
fn enums_and_errors_have_the_published_numbers() {
    SURFACE.has_the_published_numbers();
}

#[test]
fn compiled_accounts_have_the_published_offsets() {
    compiled!(Config {
        version,
        bump,
        pause_flags,
        accepted,
        fee_bps,
        paused_until,
        authority,
        pending_authority,
        guardian,
        treasury,
        genesis_hash,
        mints,
        min_rates,
        reserved,
    });
    compiled!(Offer {
        version,
        bump,
        class,
        kinds,
        min_charge,
        min_duration,
        max_duration,
        rate,
        provider,
        device,
        mint,
        live_job,
        seconds,
        gross,
        fee,
        jobs,
        expired,
        device_slot,
        reserved,
    });
    compiled!(Job {
        version,
        bump,
        vault_bump,
        kind,
        state,
        flags,
        fee_bps,
        id,
        client,
        offer,
        rent_payer,
        opened_slot,
        opened_at,
        started_at,
        deposit,
        earned,
        paid,
        fee,
        refunded,
        rate,
        duration,
        seen_to,
        seen_seconds,
        valid_for,
        review_window,
        accept_within,
        min_charge,
        held_seconds,
        tip,
        member,
        reserved,
    });
    compiled!(Cluster {
        version,
        bump,
        size,
        accepted,
        unclosed,
        is_failed,
        id,
        client,
        rent_payer,
        opened_slot,
        accept_by,
        started_at,
        members,
        reserved,
    });
}
