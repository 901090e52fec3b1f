//! The wire format is the published one: discriminators, lengths, offsets and byte images are those of
//! `tests/vectors/wire.json`, which the Python tests read too.
// A test fails by panicking, and its arithmetic is on small literals.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects)]

use escrow::{
    error, event, interface,
    state::{self, Cluster, Config, Job, Offer},
};
use ionet_common::{
    checks,
    surface::{bytes_of, Field, Record, Ty},
};
use serde_json::Value;
use std::{collections::BTreeMap, mem::offset_of};

fn vectors(section: &str) -> BTreeMap<String, Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/wire.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    serde_json::from_value(file[section].clone()).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

fn bytes(vector: &Value, key: &str) -> Vec<u8> {
    hex(vector[key].as_str().unwrap())
}

/// Length of a type in bytes.
fn length(ty: &Ty) -> usize {
    match ty {
        Ty::Bool | Ty::U8 | Ty::Defined(_) => 1,
        Ty::U16 => 2,
        Ty::U32 => 4,
        Ty::U64 | Ty::I64 => 8,
        Ty::Pubkey => 32,
        Ty::Array(element, count) => length(element) * count,
    }
}

/// The bytes of a vector's value as a type of this program.
fn encode(ty: &Ty, value: &Value) -> Vec<u8> {
    match ty {
        Ty::Bool => vec![u8::from(value.as_bool().unwrap())],
        Ty::I64 => value.as_i64().unwrap().to_le_bytes().to_vec(),
        Ty::U8 | Ty::U16 | Ty::U32 | Ty::U64 => value.as_u64().unwrap().to_le_bytes()[..length(ty)].to_vec(),
        Ty::Pubkey => hex(value.as_str().unwrap()),
        Ty::Array(Ty::U8, _) => hex(value.as_str().unwrap()),
        Ty::Array(element, _) => value.as_array().unwrap().iter().flat_map(|item| encode(element, item)).collect(),
        Ty::Defined(name) => {
            let variants = state::ENUMS.iter().find(|e| e.name == *name).unwrap().variants;
            let tag = variants.iter().position(|variant| Some(*variant) == value.as_str()).unwrap();
            vec![u8::try_from(tag).unwrap()]
        }
    }
}

/// A declared record or instruction has the vector's discriminator, length, offsets and bytes.
fn check(name: &str, vector: &Value, discriminator: [u8; 8], fields: &[Field]) {
    let mut image = discriminator.to_vec();
    let listed = vector["fields"].as_array().unwrap();
    assert_eq!(listed.len(), fields.len(), "{name}");
    for (field, entry) in fields.iter().zip(listed) {
        assert_eq!(entry["name"], field.name, "{name}");
        assert_eq!(entry["offset"], image.len(), "{name}.{}", field.name);
        assert_eq!(entry["length"], length(&field.ty), "{name}.{}", field.name);
        image.extend(encode(&field.ty, &entry["value"]));
    }
    assert_eq!(discriminator.to_vec(), bytes(vector, "discriminator"), "{name}");
    assert_eq!(vector["length"], image.len(), "{name}");
    assert_eq!(image, bytes(vector, "bytes"), "{name}");
}

#[test]
fn records_have_the_published_bytes() {
    for (section, layouts) in [("accounts", state::ACCOUNTS), ("events", event::EVENTS)] {
        let mut published = vectors(section);
        for layout in layouts {
            let vector = published.remove(layout.name).unwrap();
            assert_eq!(vector["length"], layout.size, "{}", layout.name);
            check(layout.name, &vector, layout.discriminator, layout.fields);
        }
        assert!(published.is_empty(), "{section}: published and gone: {:?}", published.keys());
    }
}

#[test]
fn instructions_have_the_published_bytes() {
    let mut published = vectors("instructions");
    for instruction in interface::INSTRUCTIONS {
        let vector = published.remove(instruction.name).unwrap();
        check(instruction.name, &vector, instruction.discriminator, instruction.args);
    }
    assert!(published.is_empty(), "published and gone: {:?}", published.keys());
}

#[test]
fn enums_and_errors_have_the_published_numbers() {
    let enums: BTreeMap<_, _> = state::ENUMS.iter().map(|e| (e.name.to_owned(), Value::from(e.variants))).collect();
    assert_eq!(enums, vectors("enums"));
    let errors = checks::ERRORS.iter().chain(error::ERRORS);
    let errors: BTreeMap<_, _> = errors.map(|e| (e.name.to_owned(), Value::from(e.code))).collect();
    assert_eq!(errors, vectors("errors"));
}

/// The compiled struct puts each field where the vectors say, and reads the image byte for byte.
macro_rules! compiled {
    ($record:ident { $($field:ident),* $(,)? }) => {{
        let vector = vectors("accounts").remove(stringify!($record)).unwrap();
        let listed: BTreeMap<_, _> =
            vector["fields"].as_array().unwrap().iter().map(|f| (f["name"].as_str().unwrap(), f["offset"].as_u64().unwrap())).collect();
        let compiled = BTreeMap::from([$((stringify!($field), offset_of!($record, $field) as u64)),*]);
        assert_eq!(compiled, listed, stringify!($record));
        let image = bytes(&vector, "bytes");
        assert_eq!(image.len(), $record::LEN);
        // SAFETY: the length is exact; `Record` types are align-1 and valid for every bit pattern.
        let record = unsafe { &*image.as_ptr().cast::<$record>() };
        assert_eq!(record.discriminator, $record::DISCRIMINATOR);
        assert_eq!(bytes_of(record), image);
    }};
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
