//! Turns one declaration of a program's surface into Rust layouts and into the tables behind its IDL.
//!
//! A program declares accounts, events, enums, instructions, constants and errors once, with the
//! macros below; the same text yields the `#[repr(C)]` layouts its handlers use, the discriminators
//! and flags they enforce, and the tables from which `idlgen` writes `idl/<program>.json`.
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
    /// Accounts in order; the list is exact.
    pub accounts: &'static [Meta],
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

/// Declares accounts or events; each field is documented and typed once.
#[macro_export]
macro_rules! layouts {
    ($kind:ident $table:ident { $($(#[doc = $d:literal])* $name:ident { $($(#[doc = $fd:literal])* $f:ident: $t:ty),* $(,)? })* }) => {
        $(
            $(#[doc = $d])*
            // Fields whose name, unit and type say it all (events above all) need no line of their own.
            #[allow(missing_docs)]
            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct $name {
                /// First eight bytes of the hash of the kind and name.
                pub discriminator: [u8; 8],
                $($(#[doc = $fd])* pub $f: $t,)*
            }
            const _: () = assert!(core::mem::align_of::<$name>() == 1);
            const _: () = assert!(core::mem::size_of::<$name>() == 8 $(+ core::mem::size_of::<$t>())*);
            // SAFETY: all fields are `Wire` (the table below would not compile otherwise); size and alignment are asserted above.
            unsafe impl $crate::surface::Record for $name {
                const DISCRIMINATOR: [u8; 8] = $crate::surface::discriminator(concat!(stringify!($kind), ":", stringify!($name)));
                const LEN: usize = core::mem::size_of::<$name>();
            }
        )*
        #[doc = concat!("Every ", stringify!($kind), " of this program, for the IDL.")]
        pub const $table: &[$crate::surface::Layout] = &[$($crate::surface::Layout {
            kind: stringify!($kind),
            name: stringify!($name),
            docs: &[$($d),*],
            discriminator: <$name as $crate::surface::Record>::DISCRIMINATOR,
            size: <$name as $crate::surface::Record>::LEN,
            fields: &[$($crate::surface::Field { name: stringify!($f), docs: &[$($fd),*], ty: <$t as $crate::surface::Wire>::TY }),*],
        }),*];
    };
}

/// Declares one-byte enums. On the wire any byte is accepted; handlers match on the known values.
#[macro_export]
macro_rules! enums {
    ($($(#[doc = $d:literal])* $name:ident { $($(#[doc = $vd:literal])* $v:ident = $n:literal),* $(,)? })*) => {
        $(
            $(#[doc = $d])*
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            #[repr(transparent)]
            pub struct $name(pub u8);
            #[allow(non_upper_case_globals)]
            impl $name {
                $($(#[doc = $vd])* pub const $v: Self = Self($n);)*
            }
            // SAFETY: a transparent byte.
            unsafe impl $crate::surface::Wire for $name {
                const TY: $crate::surface::Ty = $crate::surface::Ty::Defined(stringify!($name));
            }
            // Borsh numbers variants by position.
            const _: () = { let mut i = 0u8; $(assert!(i == $n); i = i.wrapping_add(1);)* let _ = i; };
        )*
        /// Every enum of this program, for the IDL.
        pub const ENUMS: &[$crate::surface::Enumeration] = &[$($crate::surface::Enumeration {
            name: stringify!($name), docs: &[$($d),*], variants: &[$(stringify!($v)),*],
        }),*];
    };
}

/// Declares instructions: a module each, with `Args`, `Accounts`, `DISCRIMINATOR` and tables.
#[macro_export]
macro_rules! instructions {
    ($($(#[doc = $d:literal])* $m:ident($($(#[doc = $ad:literal])* $a:ident: $t:ty),* $(,)?) {
        $($(#[doc = $md:literal])* $acc:ident $([$($flag:ident)*])? $(= $($k:ident($v:literal))+)? $(@ $address:literal)?,)*
    })*) => {
        $(
            $(#[doc = $d])*
            pub mod $m {
                #[allow(unused_imports)]
                use super::*;
                /// Arguments, in wire order after the discriminator.
                #[allow(missing_docs)]
                #[repr(C)]
                #[derive(Clone, Copy)]
                pub struct Args { $($(#[doc = $ad])* pub $a: $t,)* }
                const _: () = assert!(core::mem::align_of::<Args>() == 1);
                const _: () = assert!(core::mem::size_of::<Args>() == 0 $(+ core::mem::size_of::<$t>())*);
                /// Accounts, in order; [`Accounts::parse`] has checked count, signers and writability.
                #[allow(missing_docs)]
                #[repr(C)]
                #[derive(Clone)]
                pub struct Accounts { $($(#[doc = $md])* pub $acc: pinocchio::AccountView,)* }
                const _: () = assert!(core::mem::size_of::<Accounts>() == METAS.len() * core::mem::size_of::<pinocchio::AccountView>());
                impl Accounts {
                    /// Takes exactly the declared accounts with exactly the declared flags.
                    #[inline(always)]
                    pub fn parse(accounts: &[pinocchio::AccountView]) -> Result<&Self, $crate::outcome::Refusal> {
                        let Ok(views) = <&[pinocchio::AccountView; METAS.len()]>::try_from(accounts) else {
                            return Err($crate::checks::Check::WrongAccountCount.into());
                        };
                        // SAFETY: the struct is that many views in a row.
                        let accounts = unsafe { &*views.as_ptr().cast::<Self>() };
                        // Not a loop over the table: this way three instructions remain for each account.
                        let signers = u16::MAX $(
                            & $crate::checks::flags_if($crate::has_flag!(signer; $($($flag)*)?), &accounts.$acc)
                        )*;
                        let writables = u16::MAX $(
                            & $crate::checks::flags_if($crate::has_flag!(writable; $($($flag)*)?), &accounts.$acc)
                        )*;
                        $crate::checks::expect_flags(signers, writables)?;
                        Ok(accounts)
                    }
                }
                impl Args {
                    /// Takes exactly the declared arguments.
                    #[inline(always)]
                    pub fn parse(data: &[u8]) -> Result<&Self, $crate::outcome::Refusal> {
                        if data.len() != core::mem::size_of::<Self>() {
                            return Err($crate::checks::Check::WrongDataLength.into());
                        }
                        // SAFETY: the length is exact, and `Wire` types are align-1 and valid for every bit pattern.
                        Ok(unsafe { &*data.as_ptr().cast::<Self>() })
                    }
                }
                /// First eight bytes of the instruction data.
                pub const DISCRIMINATOR: [u8; 8] = $crate::surface::discriminator(concat!("global:", stringify!($m)));
                /// [`DISCRIMINATOR`] as a little-endian word.
                pub const TAG: u64 = u64::from_le_bytes(DISCRIMINATOR);
                /// Account table, in order.
                pub const METAS: &[$crate::surface::Meta] = &[$($crate::surface::Meta {
                    name: stringify!($acc),
                    docs: &[$($md),*],
                    signer: $crate::has_flag!(signer; $($($flag)*)?),
                    writable: $crate::has_flag!(writable; $($($flag)*)?),
                    seeds: &[$($($crate::surface::Seed::$k($v)),+)?],
                    address: concat!("" $(, $address)?),
                }),*];
                /// Argument table.
                pub const ARGS: &[$crate::surface::Field] = &[$($crate::surface::Field {
                    name: stringify!($a), docs: &[$($ad),*], ty: <$t as $crate::surface::Wire>::TY,
                }),*];
            }
        )*
        /// Every instruction of this program, for the IDL.
        pub const INSTRUCTIONS: &[$crate::surface::Instruction] = &[$($crate::surface::Instruction {
            name: stringify!($m), docs: &[$($d),*], discriminator: $m::DISCRIMINATOR, accounts: $m::METAS, args: $m::ARGS,
        }),*];
    };
}

/// Whether a word is in a list of flags.
#[doc(hidden)]
#[macro_export]
macro_rules! has_flag {
    (signer; signer $($rest:ident)*) => { true };
    (writable; writable $($rest:ident)*) => { true };
    ($wanted:ident; $first:ident $($rest:ident)*) => { $crate::has_flag!($wanted; $($rest)*) };
    ($wanted:ident;) => { false };
}

/// Declares the error enum: explicit numbers, append-only, one per guard.
#[macro_export]
macro_rules! errors {
    ($(#[doc = $d:literal])* $name:ident { $($v:ident = $c:literal $msg:literal,)* }) => {
        $(#[doc = $d])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u32)]
        pub enum $name { $(#[doc = $msg] $v = $c),* }
        impl From<$name> for $crate::outcome::Refusal {
            #[inline(always)]
            fn from(error: $name) -> Self { Self::new(error as u32) }
        }
        /// Every error of this program, for the IDL.
        pub const ERRORS: &[$crate::surface::Fault] = &[$($crate::surface::Fault { code: $c, name: stringify!($v), msg: $msg }),*];
    };
}

/// Publishes constants that clients need; the values live where the rules live (`math`).
#[macro_export]
macro_rules! constants {
    ($($(#[doc = $d:literal])* $name:ident: $ty:ident = $value:expr;)*) => {
        /// Every published constant of this program, for the IDL.
        pub const CONSTANTS: &[$crate::surface::Constant] = &[$($crate::surface::Constant {
            name: stringify!($name), docs: &[$($d),*], ty: $crate::surface::Ty::$ty, value: $value as i128,
        }),*];
    };
}
