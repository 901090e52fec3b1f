//! The wire format is the published one: discriminators, lengths, offsets and byte images are those of
//! `tests/vectors/wire.json`.
// A test fails by panicking, and its arithmetic is on small literals.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

#[macro_use]
#[path = "../../common/tests/support/wire.rs"]
mod wire;

use ionet_accounts::gpu;
use ionet_common::surface::{bytes_of, Record};
use std::{collections::BTreeMap, mem::offset_of};
use verification::{
    error, event, interface,
    state::{self, Answers, Attestor, Config, Device, Epoch, EpochRing, FreeIndex, Registry, Report},
};
use wire::Surface;

const SURFACE: Surface = Surface {
    program: "verification",
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
        committee_size,
        min_attestors,
        paused_until,
        genesis,
        attestor_bond,
        activation_deposit,
        authority,
        pending_authority,
        guardian,
        reserved,
    });
    compiled!(Registry {
        version,
        bump,
        seats,
        earlier_seats,
        seats_since,
        index_count,
        active_devices,
        free_head,
        free_tail,
        reserved,
    });
    compiled!(FreeIndex { version, bump, number, index, rent_payer, freed_in, reserved });
    compiled!(Device {
        version,
        bump,
        class,
        source,
        processors,
        vram_gib,
        genesis,
        heartbeat,
        earlier_heartbeat,
        index,
        active_from,
        active_until,
        tallied_to,
        ring,
        reason,
        weight,
        registered_slot,
        registered_at,
        deposit,
        owner,
        device_key,
        fingerprint,
        rent_payer,
        open_case,
        case_nonce,
        reserved,
    });
    compiled!(Attestor {
        version,
        bump,
        seats,
        seats_since,
        active_until,
        bond,
        epochs,
        revealed,
        missed,
        total_revealed,
        total_missed,
        authority,
        rent_payer,
        open_case,
        case_nonce,
        reserved,
    });
    compiled!(Epoch {
        version,
        bump,
        number,
        starts_at,
        slot,
        seed_slot,
        seed,
        seats,
        committee_size,
        index_count,
        rent_payer,
        reserved,
    });
    compiled!(EpochRing { version, bump, numbers, weights, reports, reserved });
    compiled!(Report {
        version,
        bump,
        range,
        place,
        is_revealed,
        epoch,
        attestor,
        commitment,
        evidence_root,
        codes,
        history_epochs,
        history_attestors,
        history_digests,
        rent_payer,
        reserved,
    });
    compiled!(Answers { version, bump, devices, epoch, slot, posted_at, root, provider, rent_payer, reserved });
}
