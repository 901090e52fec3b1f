//! What a program's surface is made of: the tables behind its IDL, and the types that may appear on the wire.
//!
//! Programs write none of this by hand: `declare.rs` has the macros.
//! Wire format: docs/adr/002-wire-format.md.

use pinocchio::Address;

/// One named, documented value in an account, event or argument list.
pub struct Field {
    /// Name in snake case.
    pub name: &'static str,
    /// Documentation lines, each with the leading blank of its `///`.
    pub docs: &'static [&'static str],
    /// Type on the wire.
    pub ty: Ty,
}

/// A type on the wire; all are fixed-size, align-1 and little-endian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ty {
    /// One byte, 0 or 1.
    Bool,
    /// Unsigned byte.
    U8,
    /// 2 bytes.
    U16,
    /// 4 bytes.
    U32,
    /// 8 bytes.
    U64,
    /// 8 bytes, signed.
    I64,
    /// 32 bytes.
    Pubkey,
    /// A fixed number of equal elements.
    Array(&'static Ty, usize),
    /// A one-byte enum of this program.
    Defined(&'static str),
}

/// An account or an event.
pub struct Layout {
    /// `account` or `event`.
    pub kind: &'static str,
    /// Name in Pascal case.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// First eight bytes of `sha256("<kind>:<name>")`.
    pub discriminator: [u8; 8],
    /// Length with the discriminator, in bytes.
    pub size: usize,
    /// Fields after the discriminator, in order.
    pub fields: &'static [Field],
}

/// One part of a program-derived address.
pub enum Seed {
    /// UTF-8 text.
    Const(&'static str),
    /// The address of another account of the instruction.
    Account(&'static str),
    /// An argument of the instruction, as its bytes on the wire.
    Arg(&'static str),
}

/// One account of an instruction: the IDL publishes what `Accounts::parse` enforces, from the same words.
pub struct Meta {
    /// Name in snake case.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// Must sign.
    pub signer: bool,
    /// Must be writable.
    pub writable: bool,
    /// Seeds, where the address is derived from the other accounts and the arguments.
    pub seeds: &'static [Seed],
    /// Fixed address in base58, or empty.
    pub address: &'static str,
}

/// One instruction.
pub struct Instruction {
    /// Name in snake case.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// First eight bytes of `sha256("global:<name>")`.
    pub discriminator: [u8; 8],
    /// Accounts in order; the list is exact, but for `rest`.
    pub accounts: &'static [Meta],
    /// Name of the accounts that follow in any number; empty where the list is exact.
    pub rest: &'static str,
    /// Arguments in order; the length is exact.
    pub args: &'static [Field],
}

/// One error code.
pub struct Fault {
    /// Number, 6000 or above.
    pub code: u32,
    /// Name in Pascal case.
    pub name: &'static str,
    /// What is wrong and what to do.
    pub msg: &'static str,
}

/// One enum of unit variants numbered 0, 1, 2, …
pub struct Enumeration {
    /// Name in Pascal case.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// Variant names in order.
    pub variants: &'static [&'static str],
}

/// One published constant.
pub struct Constant {
    /// Name in upper case.
    pub name: &'static str,
    /// Documentation lines.
    pub docs: &'static [&'static str],
    /// Type.
    pub ty: Ty,
    /// Value as Rust would print it.
    pub value: i128,
}

/// Types that may appear on the wire.
///
/// # Safety
/// Implementors are align-1, have no padding and are valid for every bit pattern.
pub unsafe trait Wire: Copy {
    /// Name of the type in the IDL.
    const TY: Ty;
}

macro_rules! wire {
    ($($(#[$doc:meta])* $t:ident($n:literal) $ty:ident as $int:ty;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        #[repr(transparent)]
        pub struct $t([u8; $n]);
        // SAFETY: a byte array.
        unsafe impl Wire for $t { const TY: Ty = Ty::$ty; }
        impl $t {
            /// Encodes the value.
            #[inline(always)]
            pub const fn new(value: $int) -> Self { Self(value.to_le_bytes()) }
            /// Decodes the value.
            #[inline(always)]
            pub const fn get(self) -> $int { <$int>::from_le_bytes(self.0) }
            /// Replaces the value.
            #[inline(always)]
            pub fn set(&mut self, value: $int) { self.0 = value.to_le_bytes(); }
            /// The bytes on the wire.
            #[inline(always)]
            pub const fn bytes(&self) -> &[u8; $n] { &self.0 }
        }
        impl From<$int> for $t {
            #[inline(always)]
            fn from(value: $int) -> Self { Self::new(value) }
        }
    )* };
}

wire! {
    /// `u16`, little-endian, align 1.
    U16(2) U16 as u16;
    /// `u32`, little-endian, align 1.
    U32(4) U32 as u32;
    /// `u64`, little-endian, align 1.
    U64(8) U64 as u64;
    /// `i64`, little-endian, align 1.
    I64(8) I64 as i64;
}

/// A boolean byte; only 0 and 1 are written, anything but 0 reads as true.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(transparent)]
pub struct Flag(u8);

impl Flag {
    /// Encodes the value.
    #[inline(always)]
    pub const fn new(value: bool) -> Self {
        Self(value as u8)
    }
    /// Decodes the value.
    #[inline(always)]
    pub const fn get(self) -> bool {
        self.0 != 0
    }
    /// Whether the byte is a boolean at all; handlers refuse an argument that is not.
    #[inline(always)]
    pub const fn is_valid(self) -> bool {
        self.0 <= 1
    }
}

// SAFETY: a byte.
unsafe impl Wire for u8 {
    const TY: Ty = Ty::U8;
}
// SAFETY: a transparent byte.
unsafe impl Wire for Flag {
    const TY: Ty = Ty::Bool;
}
// SAFETY: a transparent `[u8; 32]`.
unsafe impl Wire for Address {
    const TY: Ty = Ty::Pubkey;
}
// SAFETY: elements without padding and of align 1 make an array without padding and of align 1.
unsafe impl<T: Wire, const N: usize> Wire for [T; N] {
    const TY: Ty = Ty::Array(&T::TY, N);
}

/// A declared account or event: its bytes start with its discriminator.
///
/// # Safety
/// As [`Wire`]; `layouts!` is the only implementor and asserts size and alignment.
pub unsafe trait Record: Copy {
    /// First eight bytes.
    const DISCRIMINATOR: [u8; 8];
    /// Exact length in bytes.
    const LEN: usize;
}

/// The bytes of a record.
#[inline(always)]
pub fn bytes_of<T: Record>(record: &T) -> &[u8] {
    // SAFETY: `Record` types are align-1 and free of padding, so all `LEN` bytes are initialised.
    unsafe { core::slice::from_raw_parts(core::ptr::from_ref(record).cast::<u8>(), T::LEN) }
}

/// First eight bytes of the SHA-256 of `text`, at compile time.
pub const fn discriminator(text: &str) -> [u8; 8] {
    let h = sha2_const_stable::Sha256::new().update(text.as_bytes()).finalize();
    [h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]]
}
