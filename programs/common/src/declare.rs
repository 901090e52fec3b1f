//! Macros that turn one declaration of a program's surface into Rust layouts and into the tables behind its IDL.
//!
//! A program declares accounts, events, enums, instructions, constants and errors once; the same text yields the
//! `#[repr(C)]` layouts its handlers use, the discriminators and flags they enforce, and the tables of `surface.rs`, from
//! which `idlgen` writes `idl/<program>.json`.

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
        $(.. $rest:ident)?
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
                    $(
                        /// Takes the declared accounts with exactly the declared flags, and those that follow them.
                        #[inline(always)]
                        pub fn split(
                            accounts: &[pinocchio::AccountView],
                        ) -> Result<(&Self, &[pinocchio::AccountView]), $crate::outcome::Refusal> {
                            let Some((declared, $rest)) = accounts.split_at_checked(METAS.len()) else {
                                return Err($crate::checks::Check::WrongAccountCount.into());
                            };
                            Ok((Self::parse(declared)?, $rest))
                        }
                    )?
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
                /// Name of the accounts that follow in any number; empty where the list is exact.
                pub const REST: &str = concat!("" $(, stringify!($rest))?);
                /// Argument table.
                pub const ARGS: &[$crate::surface::Field] = &[$($crate::surface::Field {
                    name: stringify!($a), docs: &[$($ad),*], ty: <$t as $crate::surface::Wire>::TY,
                }),*];
            }
        )*
        /// Every instruction of this program, for the IDL.
        pub const INSTRUCTIONS: &[$crate::surface::Instruction] = &[$($crate::surface::Instruction {
            name: stringify!($m), docs: &[$($d),*], discriminator: $m::DISCRIMINATOR, accounts: $m::METAS, rest: $m::REST, args: $m::ARGS,
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
