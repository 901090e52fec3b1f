//! Compiled-in addresses: the programs, and who may create their configs.

use pinocchio::Address;

/// The escrow program in base58, as published in its IDL. Handlers use the id they are called at.
pub const ESCROW: &str = "ioEscrow11111111111111111111111111111111111";
/// The verification program in base58, as published in its IDL.
pub const VERIFICATION: &str = "ioVerify11111111111111111111111111111111111";

/// [`ESCROW`] as an address: owner of the accounts that other programs read.
pub const ESCROW_ID: Address = Address::from_str_const(ESCROW);
/// [`VERIFICATION`] as an address: owner of the accounts that other programs read.
pub const VERIFICATION_ID: Address = Address::from_str_const(VERIFICATION);

/// The only signer that `initialize_config` of any program accepts, so that nobody can run ahead of the deployment.
///
/// Set `IONET_GENESIS_AUTHORITY` when building for a public network; the default is the localnet's test key, whose
/// secret is the SHA-256 of `ionet:localnet:genesis-authority`.
pub const GENESIS_AUTHORITY: Address = match option_env!("IONET_GENESIS_AUTHORITY") {
    Some(key) => Address::from_str_const(key),
    None => Address::from_str_const("FCuvSFuoJ2EQqrsLihRjUguFaFDEAMgPf2F7TgNt5Www"),
};
