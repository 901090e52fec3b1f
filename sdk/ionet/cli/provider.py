"""``ionet provider``: an owner's devices and their offers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from ionet.amounts import Usdc
from ionet.cli.facts import DEVICE_COLUMNS, device_facts, offer_facts
from ionet.cli.options import Role, command, group
from ionet.cli.output import print_json, print_table
from ionet.cli.session import Session, address_of
from ionet.cli.values import hash_of, seconds_of
from ionet.programs.escrow.enums import JobKind

provider = group("provider", "Devices of an owner: register, activate, keep connected, offer.")


class Kind(StrEnum):
    """Kinds of jobs."""

    RENTAL = "rental"
    METERED = "metered"
    DELIVERABLE = "deliverable"


DeviceArgument: TypeAlias = Annotated[str, typer.Argument(help="Address of the device's account.")]
DeviceKeyOption: TypeAlias = Annotated[
    Path, typer.Option("--device-key", help="Key pair file of the device itself.")
]


@command(provider, "register")
def register(
    session: Session,
    device_key: DeviceKeyOption,
    gpu: Annotated[str, typer.Option(help="Class of its GPUs, such as H100.")],
    vram_gib: Annotated[int, typer.Option(help="Memory of each GPU in GiB.")],
    fingerprint: Annotated[
        str, typer.Option(metavar="HEX", help="32 bytes, hash over the hardware's identity.")
    ],
    processors: Annotated[int, typer.Option(help="GPUs.")] = 1,
    source: Annotated[str, typer.Option(help="own, render, filecoin or other.")] = "own",
) -> None:
    """Register a device: unverified from the next epoch on."""
    change = session.client.provider.register_device(
        device_key,
        gpu=gpu,
        vram_gib=vram_gib,
        fingerprint=hash_of("fingerprint", fingerprint),
        processors=processors,
        source=source,
    )
    session.show({"device": device_facts(change.device)})


@command(provider, "activate")
def activate(session: Session, device: DeviceArgument) -> None:
    """Put up a device's deposit and take an index: attestors report on it from then on."""
    change = session.client.provider.activate_device(address_of(device))
    session.show({"device": device_facts(change.device)})


@command(provider, "heartbeat")
def heartbeat(session: Session, device_key: DeviceKeyOption) -> None:
    """Say that a device is connected; its own key signs, --key pays the network fee."""
    change = session.client.provider.heartbeat(device_key)
    session.show({"device": device_facts(change.device)})


@command(provider, "deactivate")
def deactivate(session: Session, device: DeviceArgument) -> None:
    """Give a device's index back, and get its deposit."""
    change = session.client.provider.deactivate_device(address_of(device))
    session.show({"device": device_facts(change.device)})


@command(provider, "deregister")
def deregister(session: Session, device: DeviceArgument) -> None:
    """Close a device's account, and get its rent."""
    session.client.provider.deregister_device(address_of(device))
    session.show({"deregistered": device})


@command(provider, "devices", role=Role.OWNER)
def devices(session: Session) -> None:
    """List the devices that belong to --key."""
    found = [device_facts(view) for view in session.client.provider.iter_devices()]
    if session.as_json:
        print_json({"devices": found})
        return
    rows = ([facts[name] for name in DEVICE_COLUMNS] for facts in found)
    print_table(f"Devices of {session.client.pubkey}", rows, DEVICE_COLUMNS)


@command(provider, "offer")
def offer(
    session: Session,
    device: DeviceArgument,
    rate: Annotated[str, typer.Option(metavar="USDC", help="Per hour, such as 2.49.")],
    shortest: Annotated[str, typer.Option("--min", help="Shortest job, such as 1h.")] = "1h",
    longest: Annotated[str, typer.Option("--max", help="Longest job, at most 30d.")] = "24h",
    kinds: Annotated[list[Kind] | None, typer.Option("--kind", help="Jobs it takes.")] = None,
    min_charge: Annotated[
        str, typer.Option(help="Paid at least when a client ends a rental early.")
    ] = "0s",
) -> None:
    """Offer a device for hire; jobs start on it once it is cluster-ready."""
    change = session.client.provider.post_offer(
        address_of(device),
        rate=Usdc(rate),
        min=seconds_of("min", shortest),
        max=seconds_of("max", longest),
        kinds=[JobKind[kind.name] for kind in kinds or [Kind.RENTAL]],
        min_charge=seconds_of("min_charge", min_charge),
    )
    session.show({"offer": offer_facts(change.offer)})
