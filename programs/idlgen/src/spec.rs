//! Turns a declared surface into Anchor's IDL types.

use anchor_lang_idl_spec::{
    Idl, IdlAccount, IdlArrayLen, IdlConst, IdlDefinedFields, IdlEnumVariant, IdlErrorCode, IdlEvent, IdlField,
    IdlInstruction, IdlInstructionAccount, IdlInstructionAccountItem, IdlMetadata, IdlPda, IdlSeed, IdlSeedAccount,
    IdlSeedArg, IdlSeedConst, IdlType, IdlTypeDef, IdlTypeDefTy, IDL_SPEC,
};
use ionet_accounts::{gpu, ids};
use ionet_common::{
    checks,
    surface::{Constant, Enumeration, Fault, Field, Instruction, Layout, Meta, Seed, Ty},
};

/// A program's declared surface.
struct Surface {
    name: &'static str,
    address: &'static str,
    version: &'static str,
    description: &'static str,
    instructions: &'static [Instruction],
    accounts: &'static [Layout],
    events: &'static [Layout],
    enums: &'static [&'static [Enumeration]],
    errors: &'static [Fault],
    constants: &'static [Constant],
}

/// The IDLs of all programs.
pub fn all() -> Vec<Idl> {
    vec![escrow(), verification()]
}

fn escrow() -> Idl {
    Surface {
        name: "escrow",
        address: ids::ESCROW,
        version: env!("CARGO_PKG_VERSION"),
        description: "Job escrow: offers, jobs, clusters",
        instructions: escrow::interface::INSTRUCTIONS,
        accounts: ionet_accounts::escrow::ACCOUNTS,
        events: escrow::event::EVENTS,
        enums: &[gpu::ENUMS, ionet_accounts::escrow::ENUMS],
        errors: escrow::error::ERRORS,
        constants: escrow::interface::CONSTANTS,
    }
    .idl()
}

fn verification() -> Idl {
    Surface {
        name: "verification",
        address: ids::VERIFICATION,
        version: env!("CARGO_PKG_VERSION"),
        description: "GPU verification: devices, attestors, epochs, reports",
        instructions: verification::interface::INSTRUCTIONS,
        accounts: ionet_accounts::verification::ACCOUNTS,
        events: verification::event::EVENTS,
        enums: &[gpu::ENUMS, ionet_accounts::verification::ENUMS],
        errors: verification::error::ERRORS,
        constants: verification::interface::CONSTANTS,
    }
    .idl()
}

impl Surface {
    fn idl(&self) -> Idl {
        Idl {
            address: self.address.into(),
            metadata: IdlMetadata {
                name: self.name.into(),
                version: self.version.into(),
                spec: IDL_SPEC.into(),
                description: Some(self.description.into()),
                repository: None,
                dependencies: vec![],
                contact: None,
                deployments: None,
            },
            docs: vec![],
            instructions: self.instructions.iter().map(instruction).collect(),
            accounts: self.accounts.iter().map(account).collect(),
            events: self.events.iter().map(event).collect(),
            errors: checks::ERRORS.iter().chain(self.errors).map(error).collect(),
            types: self
                .accounts
                .iter()
                .chain(self.events)
                .map(layout)
                .chain(self.enums.iter().copied().flatten().map(enumeration))
                .collect(),
            constants: self.constants.iter().map(constant).collect(),
        }
    }
}

fn docs(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| line.trim().to_owned()).collect()
}

fn ty(ty: &Ty) -> IdlType {
    match ty {
        Ty::Bool => IdlType::Bool,
        Ty::U8 => IdlType::U8,
        Ty::U16 => IdlType::U16,
        Ty::U32 => IdlType::U32,
        Ty::U64 => IdlType::U64,
        Ty::I64 => IdlType::I64,
        Ty::Pubkey => IdlType::Pubkey,
        Ty::Array(element, len) => IdlType::Array(Box::new(self::ty(element)), IdlArrayLen::Value(*len)),
        Ty::Defined(name) => IdlType::Defined { name: (*name).into(), generics: vec![] },
    }
}

fn fields(fields: &[Field]) -> Vec<IdlField> {
    fields.iter().map(|f| IdlField { name: f.name.into(), docs: docs(f.docs), ty: ty(&f.ty) }).collect()
}

fn instruction(i: &Instruction) -> IdlInstruction {
    IdlInstruction {
        name: i.name.into(),
        docs: docs(i.docs).into_iter().chain(rest(i.rest)).collect(),
        discriminator: i.discriminator.into(),
        accounts: i.accounts.iter().map(meta).collect(),
        args: fields(i.args),
        returns: None,
    }
}

/// The specification has no field for accounts in any number; client generators find this line.
fn rest(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| format!("Remaining accounts: {name}"))
}

fn meta(m: &Meta) -> IdlInstructionAccountItem {
    IdlInstructionAccountItem::Single(IdlInstructionAccount {
        name: m.name.into(),
        docs: docs(m.docs),
        writable: m.writable,
        signer: m.signer,
        optional: false,
        address: (!m.address.is_empty()).then(|| m.address.into()),
        pda: (!m.seeds.is_empty()).then(|| IdlPda { seeds: m.seeds.iter().map(seed).collect(), program: None }),
        relations: vec![],
    })
}

fn seed(s: &Seed) -> IdlSeed {
    match *s {
        Seed::Const(text) => IdlSeed::Const(IdlSeedConst { value: text.into() }),
        Seed::Account(path) => IdlSeed::Account(IdlSeedAccount { path: path.into(), account: None }),
        Seed::Arg(path) => IdlSeed::Arg(IdlSeedArg { path: path.into() }),
    }
}

fn account(l: &Layout) -> IdlAccount {
    IdlAccount { name: l.name.into(), discriminator: l.discriminator.into() }
}

fn event(l: &Layout) -> IdlEvent {
    IdlEvent { name: l.name.into(), discriminator: l.discriminator.into() }
}

fn error(f: &Fault) -> IdlErrorCode {
    IdlErrorCode { code: f.code, name: f.name.into(), msg: Some(f.msg.into()) }
}

fn typedef(name: &str, lines: &[&str], ty: IdlTypeDefTy) -> IdlTypeDef {
    IdlTypeDef {
        name: name.into(),
        docs: docs(lines),
        serialization: anchor_lang_idl_spec::IdlSerialization::Borsh,
        repr: None,
        generics: vec![],
        ty,
    }
}

fn layout(l: &Layout) -> IdlTypeDef {
    typedef(l.name, l.docs, IdlTypeDefTy::Struct { fields: Some(IdlDefinedFields::Named(fields(l.fields))) })
}

fn enumeration(e: &Enumeration) -> IdlTypeDef {
    let variants = e.variants.iter().map(|v| IdlEnumVariant { name: (*v).into(), fields: None }).collect();
    typedef(e.name, e.docs, IdlTypeDefTy::Enum { variants })
}

fn constant(c: &Constant) -> IdlConst {
    IdlConst { name: c.name.into(), docs: docs(c.docs), ty: ty(&c.ty), value: c.value.to_string() }
}
