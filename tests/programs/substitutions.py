"""For every account of every instruction: what takes its place, and the error that it must meet.

``ACCEPTED`` marks a swap that is harmless by design; the reason stands beside it.
"""

from __future__ import annotations

from typing import Final

from ionet.programs.escrow.interface import INSTRUCTIONS

ACCEPTED: Final = "accepted"

Row = dict[str, str]

# An account of ours that is read: owner, length, discriminator, version, in this order.
_SPOILED: Row = {
    "foreign_owner": "WrongAccountOwner",
    "truncated": "WrongAccountLength",
    "longer": "WrongAccountLength",
    "other_kind": "WrongDiscriminator",
    "next_version": "WrongVersion",
}
_READ: Row = {
    "nobody": "WrongAccountOwner",
    "missing": "WrongAccountOwner",
    "foreign_copy": "WrongAccountOwner",
    **_SPOILED,
}
_CONFIG: Row = {**_READ, "an_offer": "WrongAccountLength"}
_JOB: Row = {
    **_READ,
    "an_offer": "WrongAccountLength",
    "other_cluster": "WrongAccountLength",
    "other_job": "WrongOffer",
}
# Of a device only the address counts, unless its record is read.
_DEVICE_BY_ADDRESS: Row = dict.fromkeys(
    ("nobody", "missing", "foreign_copy", "other_device", "an_offer", "other_job"), "WrongDevice"
)
_DEVICE_READ: Row = {**_DEVICE_BY_ADDRESS, **_SPOILED, "removed": "WrongAccountOwner"}
# No exit depends on a device: unread, it may even be gone (docs/adr/011).
_DEVICE: Row = {**_DEVICE_BY_ADDRESS, **dict.fromkeys((*_SPOILED, "removed"), ACCEPTED)}
# The examples in which a job starts, or a rental is running.
_READING_DEVICE = {"accept_job", "extend_job", "settle_job", "end_job", "quit_job"}
# The job names its offer, so only the address counts.
_OFFER_OF_JOB: Row = dict.fromkeys(
    ("nobody", "missing", "foreign_copy", "other_offer", "other_job"), "WrongOffer"
)
_NO_CLUSTER: Row = dict.fromkeys(
    ("nobody", "missing", "foreign_copy", "other_cluster", "other_job"), "NotInCluster"
)
_CLUSTER: Row = {
    **_READ,
    "other_job": "WrongAccountLength",
    "an_offer": "WrongAccountLength",
    "other_cluster": "WrongCluster",
    "second_cluster": "WrongCluster",
}
_VAULT: Row = {
    **dict.fromkeys(
        ("nobody", "missing", "foreign_copy", "other_vault", "sibling_vault", "token_of_stranger"),
        "WrongVault",
    ),
    **dict.fromkeys(("foreign_owner", "truncated", "longer", "uninitialised"), "NotTokenAccount"),
}
_TOKEN: Row = {
    **dict.fromkeys(("nobody", "missing", "foreign_copy", "token_of_2022"), "NotTokenAccount"),
    **dict.fromkeys(("truncated", "longer", "uninitialised"), "NotTokenAccount"),
    "token_of_other_mint": "WrongMint",
    "token_of_stranger": "WrongTokenOwner",
    "other_vault": "WrongTokenOwner",
    "other_mint": "NotTokenAccount",
}
# One that pays must exist; for one that is paid see test_payees.py.
_TOKEN_THAT_PAYS: Row = {**_TOKEN, "foreign_owner": "NotTokenAccount"}
_MINT: Row = dict.fromkeys(
    ("nobody", "missing", "foreign_copy", "other_mint", "mint_of_2022"), "WrongMint"
)
_PROGRAM: Row = dict.fromkeys(
    ("nobody", "missing", "foreign_copy", "token_2022", "ata_program"), "WrongProgram"
)
_TO_CREATE: Row = dict.fromkeys(("nobody", "missing", "foreign_copy"), "WrongAddress")
# Whoever signs as payer pays; whoever calls gets the tip or nothing.
_ANYONE: Row = {"nobody": ACCEPTED}

_BY_ACCOUNT: dict[str, Row] = {
    "payer": _ANYONE,
    "caller": _ANYONE,
    "authority": {"nobody": "NotAuthority"},
    "provider": {"nobody": "NotProvider"},
    "client": {"nobody": "NotClient"},
    "config": _CONFIG,
    "job": _JOB,
    "offer": _OFFER_OF_JOB,
    "vault": _VAULT,
    "client_token": _TOKEN,
    "provider_token": _TOKEN,
    "treasury_token": _TOKEN,
    "system_program": {**_PROGRAM, "token_program": "WrongProgram"},
    "token_program": {**_PROGRAM, "system_program": "WrongProgram"},
    "instructions_sysvar": {**_PROGRAM, "system_program": "WrongProgram"},
    "rent_payer": dict.fromkeys(("nobody", "missing", "foreign_copy"), "WrongRentPayer"),
}

_BY_INSTRUCTION: dict[tuple[str, str], Row] = {
    ("initialize_config", "config"): _TO_CREATE,
    ("initialize_config", "genesis_authority"): {"nobody": "NotGenesisAuthority"},
    ("accept_authority", "pending_authority"): {"nobody": "NotPendingAuthority"},
    ("pause", "guardian"): {"nobody": "NotGuardian"},
    ("set_mint", "mint"): {
        **dict.fromkeys(
            ("nobody", "missing", "foreign_copy", "mint_of_2022", "token_of_stranger"),
            "UnsupportedMint",
        ),
        **dict.fromkeys(
            ("foreign_owner", "truncated", "longer", "uninitialised_mint"), "UnsupportedMint"
        ),
        "other_mint": "InvalidMintSlot",
    },
    ("post_offer", "provider"): {"nobody": "NotDeviceOwner"},
    ("post_offer", "device"): {
        **_READ,
        "removed": "WrongAccountOwner",
        "other_device": "NotDeviceOwner",
        "device_of_carol": "WrongAddress",
        "an_offer": "WrongAccountOwner",
    },
    ("post_offer", "offer"): {**_TO_CREATE, "other_offer": "WrongAddress"},
    ("post_offer", "mint"): dict.fromkeys(
        ("nobody", "missing", "foreign_copy", "mint_of_2022"), "MintNotAccepted"
    ),
    ("update_offer", "offer"): {
        **_READ,
        "other_job": "WrongAccountLength",
        "other_offer": "NotProvider",
    },
    ("open_cluster", "client"): {"nobody": "WrongAddress"},
    ("open_cluster", "cluster"): {**_TO_CREATE, "other_cluster": "WrongAddress"},
    ("close_cluster", "cluster"): {
        **_READ,
        "other_job": "WrongAccountLength",
        "an_offer": "WrongAccountLength",
    },
    # The deposit is the signer's own.
    ("open_job", "client"): {"nobody": "WrongTokenOwner"},
    ("open_job", "job"): dict.fromkeys(
        ("nobody", "missing", "foreign_copy", "other_job"), "NotInCluster"
    ),
    ("open_job", "offer"): {
        **_READ,
        "other_job": "WrongAccountLength",
        "other_offer": "RateChanged",
    },
    ("open_job", "vault"): {**_TO_CREATE, "other_vault": "WrongAddress"},
    ("open_job", "client_token"): _TOKEN_THAT_PAYS,
    ("open_job", "mint"): _MINT,
    ("extend_job", "client_token"): _TOKEN_THAT_PAYS,
    ("close_job", "mint"): _MINT,
}

_OF_MEMBERS: dict[tuple[str, str], Row] = {
    ("open_job", "job"): {**_TO_CREATE, "other_job": "WrongAddress"},
    ("open_job", "cluster"): {**_CLUSTER, "second_cluster": "InvalidMember"},
}


def row(instruction: str, account: str, *, is_member: bool) -> Row:
    """Return the swaps of an account and the error of each; KeyError where none are listed."""
    key = (instruction, account)
    if is_member and key in _OF_MEMBERS:
        return _OF_MEMBERS[key]
    if key in _BY_INSTRUCTION:
        return _BY_INSTRUCTION[key]
    if account == "device":
        return _DEVICE_READ if instruction in _READING_DEVICE else _DEVICE
    if account == "cluster":
        return _CLUSTER if is_member else _NO_CLUSTER
    return _BY_ACCOUNT[account]


def listed_pairs() -> set[tuple[str, str]]:
    """Return every (instruction, account) named one by one; each must exist in the IDL."""
    return set(_BY_INSTRUCTION) | set(_OF_MEMBERS)


ACCOUNTS = {
    (name, account.name) for name, info in INSTRUCTIONS.items() for account in info.accounts
}
