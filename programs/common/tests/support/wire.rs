//! A program's declared surface against its entry of `tests/vectors/wire.json`, which the Python tests read too.
//!
//! Shared by `programs/*/tests/wire.rs`.

use ionet_common::{
    checks,
    surface::{Enumeration, Fault, Field, Instruction, Layout, Ty},
};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a program declares.
pub struct Surface {
    /// As its IDL is named.
    pub program: &'static str,
    /// Accounts.
    pub accounts: &'static [Layout],
    /// Events.
    pub events: &'static [Layout],
    /// Instructions.
    pub instructions: &'static [Instruction],
    /// Enums: its own, and those of all programs.
    pub enums: &'static [&'static [Enumeration]],
    /// Errors beside the checks that all programs have.
    pub errors: &'static [Fault],
}

impl Surface {
    /// Published vectors of `accounts`, `events`, `instructions`, `enums` or `errors`, by name.
    pub fn vectors(&self, section: &str) -> BTreeMap<String, Value> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/wire.json");
        let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        serde_json::from_value(file[self.program][section].clone()).unwrap()
    }

    /// Accounts, events and instructions have the published discriminators, lengths, offsets and bytes.
    pub fn has_the_published_bytes(&self) {
        for (section, layouts) in [("accounts", self.accounts), ("events", self.events)] {
            let mut published = self.vectors(section);
            for layout in layouts {
                let vector = published.remove(layout.name).unwrap();
                assert_eq!(vector["length"], layout.size, "{}", layout.name);
                self.check(layout.name, &vector, layout.discriminator, layout.fields);
            }
            assert!(published.is_empty(), "{section}: published and gone: {:?}", published.keys());
        }
        let mut published = self.vectors("instructions");
        for instruction in self.instructions {
            let vector = published.remove(instruction.name).unwrap();
            self.check(instruction.name, &vector, instruction.discriminator, instruction.args);
        }
        assert!(published.is_empty(), "published and gone: {:?}", published.keys());
    }

    /// Enums and errors have the published numbers.
    pub fn has_the_published_numbers(&self) {
        let enums = self.enums.iter().copied().flatten();
        let enums: BTreeMap<_, _> = enums.map(|e| (e.name.to_owned(), Value::from(e.variants))).collect();
        assert_eq!(enums, self.vectors("enums"));
        let errors = checks::ERRORS.iter().chain(self.errors);
        let errors: BTreeMap<_, _> = errors.map(|e| (e.name.to_owned(), Value::from(e.code))).collect();
        assert_eq!(errors, self.vectors("errors"));
    }

    fn check(&self, name: &str, vector: &Value, discriminator: [u8; 8], fields: &[Field]) {
        let mut image = discriminator.to_vec();
        let listed = vector["fields"].as_array().unwrap();
        assert_eq!(listed.len(), fields.len(), "{name}");
        for (field, entry) in fields.iter().zip(listed) {
            assert_eq!(entry["name"], field.name, "{name}");
            assert_eq!(entry["offset"], image.len(), "{name}.{}", field.name);
            assert_eq!(entry["length"], length(&field.ty), "{name}.{}", field.name);
            image.extend(self.encode(&field.ty, &entry["value"]));
        }
        assert_eq!(discriminator.to_vec(), bytes(vector, "discriminator"), "{name}");
        assert_eq!(vector["length"], image.len(), "{name}");
        assert_eq!(image, bytes(vector, "bytes"), "{name}");
    }

    /// The bytes of a vector's value as a type of this program.
    fn encode(&self, ty: &Ty, value: &Value) -> Vec<u8> {
        match ty {
            Ty::Bool => vec![u8::from(value.as_bool().unwrap())],
            Ty::I64 => value.as_i64().unwrap().to_le_bytes().to_vec(),
            Ty::U8 | Ty::U16 | Ty::U32 | Ty::U64 => value.as_u64().unwrap().to_le_bytes()[..length(ty)].to_vec(),
            Ty::Pubkey | Ty::Array(Ty::U8, _) => hex(value.as_str().unwrap()),
            Ty::Array(element, _) => {
                value.as_array().unwrap().iter().flat_map(|item| self.encode(element, item)).collect()
            }
            Ty::Defined(name) => {
                let declared = self.enums.iter().copied().flatten().find(|e| e.name == *name).unwrap();
                let tag = declared.variants.iter().position(|variant| Some(*variant) == value.as_str()).unwrap();
                vec![u8::try_from(tag).unwrap()]
            }
        }
    }
}

/// Bytes of a vector that are hex in the file.
pub fn bytes(vector: &Value, key: &str) -> Vec<u8> {
    hex(vector[key].as_str().unwrap())
}

/// Offset of each field of a vector, by name.
pub fn offsets(vector: &Value) -> BTreeMap<&str, u64> {
    let fields = vector["fields"].as_array().unwrap();
    fields.iter().map(|f| (f["name"].as_str().unwrap(), f["offset"].as_u64().unwrap())).collect()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

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

/// The compiled struct puts each field where the vectors of `SURFACE` say, and reads the image byte for byte.
macro_rules! compiled {
    ($record:ident { $($field:ident),* $(,)? }) => {{
        let vector = SURFACE.vectors("accounts").remove(stringify!($record)).unwrap();
        let compiled = BTreeMap::from([$((stringify!($field), offset_of!($record, $field) as u64)),*]);
        assert_eq!(compiled, wire::offsets(&vector), stringify!($record));
        let image = wire::bytes(&vector, "bytes");
        assert_eq!(image.len(), $record::LEN);
        // SAFETY: the length is exact; `Record` types are align-1 and valid for every bit pattern.
        let record = unsafe { &*image.as_ptr().cast::<$record>() };
        assert_eq!(record.discriminator, $record::DISCRIMINATOR);
        assert_eq!(bytes_of(record), image);
    }};
}
