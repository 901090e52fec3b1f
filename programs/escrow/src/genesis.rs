//! Compiled-in facts: the program's address for the IDL, and who may create its config.

use pinocchio::Address;

/// Program id in base58, as published in the IDL. Handlers use the id they are called at.
pub const ADDRESS: &str = "ioEscrow11111111111111111111111111111111111";

/// The only signer `initialize_config` accepts, so that nobody can run ahead of the deployment.
///
/// Set `IONET_GENESIS_AUTHORITY` when building for a public network; the default is the localnet's test key, whose
/// secret is the SHA-256 of `ionet:localnet:genesis-authority`.
pub const GENESIS_AUTHORITY: Address = match option_env!("IONET_GENESIS_AUTHORITY") {
    Some(key) => Address::from_str_const(key),
    None => Address::from_str_const("FCuvSFuoJ2EQqrsLihRjUguFaFDEAMgPf2F7TgNt5Www"),
};
