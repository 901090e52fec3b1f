"""For every account of every instruction: what takes its place, and the error that it must meet.

``ACCEPTED`` marks a swap that is harmless by design; the reason stands beside it.
"""

from __future__ import annotations

from typing import Final

from ionet.programs.verification.interface import INSTRUCTIONS

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
_ABSENT: Row = dict.fromkeys(("nobody", "missing", "foreign_copy"), "WrongAccountOwner")
_READ: Row = {**_ABSENT, **_SPOILED}
# No two kinds are of one length.
_OTHER_KINDS: Row = dict.fromkeys(
    ("config", "registry", "epoch_ring", "other_device", "other_attestor", "other_report"),
    "WrongAccountLength",
)


def _record(**foreign: str) -> Row:
    """Return the row of an account that is read; ``foreign`` are others of its kind."""
    return {**_READ, **_OTHER_KINDS, **foreign}


def _absent(error: str) -> Row:
    return dict.fromkeys(("nobody", "missing", "foreign_copy"), error)


def _singleton(name: str) -> Row:
    """There is one of its kind, so that the kind is all there is to check."""
    return {sort: error for sort, error in _record().items() if sort != name}


_PROGRAM: Row = {
    **_absent("WrongProgram"),
    **dict.fromkeys(("clock", "slot_hashes"), "WrongProgram"),
}
_SYSVAR: Row = {
    **_absent("WrongProgram"),
    **dict.fromkeys(("clock", "system_program"), "WrongProgram"),
}
_TO_CREATE: Row = {**_absent("WrongAddress"), "registry": "WrongAddress"}
# Whoever signs as payer pays.
_ANYONE: Row = {"nobody": ACCEPTED}
_DEVICE_OF_OWNER: Row = _record(other_device="NotDeviceOwner")
_EPOCH: Row = {**_record(), "other_epoch": "WrongEpoch"}
_EPOCH_OF_CLOCK: Row = {**_record(), "other_epoch": "EpochNotCurrent"}
_REPORT: Row = _record(other_report="WrongReport", report_of_other_range="WrongReport")

_BY_ACCOUNT: dict[str, Row] = {
    "payer": _ANYONE,
    "owner": {"nobody": "NotDeviceOwner"},
    "config": _singleton("config"),
    "registry": _singleton("registry"),
    "epoch_ring": _singleton("epoch_ring"),
    "device": _DEVICE_OF_OWNER,
    "attestor": _record(other_attestor="NotAttestor"),
    "report": _REPORT,
    "epoch": _EPOCH,
    "system_program": _PROGRAM,
    "slot_hashes": _SYSVAR,
    "rent_payer": {**_absent("WrongRentPayer"), "registry": "WrongRentPayer"},
}

_BY_INSTRUCTION: dict[tuple[str, str], Row] = {
    **{
        ("initialize_config", name): _absent("WrongAddress")
        for name in ("config", "registry", "epoch_ring")
    },
    ("initialize_config", "genesis_authority"): {"nobody": "NotGenesisAuthority"},
    **{
        (name, "authority"): {"nobody": "NotAuthority"}
        for name in ("update_config", "propose_authority", "unpause")
    },
    ("accept_authority", "pending_authority"): {"nobody": "NotPendingAuthority"},
    ("pause", "guardian"): {"nobody": "NotGuardian"},
    # Whoever signs with the device is its owner.
    ("register_device", "owner"): _ANYONE,
    ("register_device", "device_key"): {"nobody": "WrongAddress"},
    ("register_device", "device"): {**_TO_CREATE, "other_device": "WrongAddress"},
    ("activate_device", "free_index"): {
        **_absent("NotQueueHead"),
        **dict.fromkeys(("config", "other_device", "other_report"), "NotQueueHead"),
    },
    ("deactivate_device", "free_index"): {**_TO_CREATE, "other_device": "WrongAddress"},
    ("deregister_device", "offer"): {
        **_absent("WrongOffer"),
        **dict.fromkeys(("offer_of_other", "other_device", "system_program"), "WrongOffer"),
    },
    ("heartbeat", "device_key"): {"nobody": "NotDeviceKey"},
    ("heartbeat", "device"): _record(other_device="NotDeviceKey", sibling_device="NotDeviceKey"),
    # Whoever signs is the attestor, at the address of his key.
    ("join_attestor", "authority"): {"nobody": "WrongAddress"},
    ("join_attestor", "attestor"): {**_TO_CREATE, "other_attestor": "WrongAddress"},
    ("exit_attestor", "authority"): {"nobody": "NotAttestor"},
    ("exit_attestor", "last_attestor"): _record(other_attestor="WrongLastAttestor"),
    ("evict_attestor", "attestor"): _record(other_attestor="NotSilent"),
    ("evict_attestor", "last_attestor"): _record(other_attestor="WrongLastAttestor"),
    ("withdraw_bond", "authority"): {"nobody": "NotAttestor"},
    ("open_epoch", "epoch"): {
        "nobody": "WrongAddress",
        "missing": "WrongAddress",
        "foreign_copy": "WrongAccountOwner",
        "other_epoch": "WrongAddress",
        **_OTHER_KINDS,
    },
    ("rearm_epoch", "epoch"): _EPOCH_OF_CLOCK,
    ("seed_epoch", "epoch"): _EPOCH_OF_CLOCK,
    ("post_answers", "provider"): {"nobody": "WrongAddress"},
    ("post_answers", "answers"): {
        "nobody": "WrongAddress",
        "missing": "WrongAddress",
        "foreign_copy": "WrongAccountOwner",
        "other_answers": "WrongAddress",
        **_OTHER_KINDS,
    },
    ("open_report", "report"): {**_TO_CREATE, "other_report": "WrongAddress"},
    ("commit_report", "authority"): {"nobody": "NotAttestor"},
    ("reveal_report", "authority"): {"nobody": "NotAttestor"},
    ("record_miss", "attestor"): _record(other_attestor="WrongAttestor"),
}

# Accounts of another part than in the plain example.
_BY_EXAMPLE: dict[tuple[str, str], Row] = {
    ("activate_device from the queue", "free_index"): {
        **_absent("NotQueueHead"),
        **dict.fromkeys(_SPOILED, "NotQueueHead"),
        **dict.fromkeys(("registry", "other_device", "second_in_queue"), "NotQueueHead"),
    },
    ("deregister_device with an offer", "offer"): {
        **_absent("WrongOffer"),
        "offer_of_other": "WrongOffer",
        "other_device": "WrongOffer",
        **_SPOILED,
    },
    # An address without data is one where the account is still to be made.
    ("open_epoch again", "epoch"): {
        **_BY_INSTRUCTION["open_epoch", "epoch"],
        **_SPOILED,
    },
    ("post_answers again", "answers"): {
        **_BY_INSTRUCTION["post_answers", "answers"],
        **_SPOILED,
    },
}


def row(example: str, account: str) -> Row:
    """Return the swaps of an account and the error of each; KeyError where none are listed."""
    instruction = example.partition(" ")[0]
    for table, key in ((_BY_EXAMPLE, example), (_BY_INSTRUCTION, instruction)):
        if (key, account) in table:
            return table[key, account]
    return _BY_ACCOUNT[account]


def listed_pairs() -> set[tuple[str, str]]:
    """Return every (instruction, account) named one by one; each must exist in the IDL."""
    by_example = {(example.partition(" ")[0], account) for example, account in _BY_EXAMPLE}
    return set(_BY_INSTRUCTION) | by_example


ACCOUNTS = {
    (name, account.name) for name, info in INSTRUCTIONS.items() for account in info.accounts
}
