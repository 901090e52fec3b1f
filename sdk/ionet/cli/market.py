"""``ionet market``: what anyone may look up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, TypeAlias

import typer

from ionet.amounts import Usdc
from ionet.cli.facts import DEVICE_COLUMNS, device_facts, offer_facts
from ionet.cli.options import Role, command, group
from ionet.cli.output import print_facts, print_json, print_table
from ionet.cli.session import Session, address_of
from ionet.device_views import EpochResult

market = group("market", "Offers and devices, as anyone sees them.")

GpuOption: TypeAlias = Annotated[str | None, typer.Option(help="Class of GPU, such as H100.")]
StateOption: TypeAlias = Annotated[
    str | None,
    typer.Option(help="cluster_ready, verified, hired, unverified or not_counted."),
]
SourceOption: TypeAlias = Annotated[
    str | None, typer.Option(help="own, render, filecoin or other.")
]
_OFFER_COLUMNS = ("address", "gpu", "source", "state", "rate:", "is_free", "device")
_HISTORY = 28
"""Epochs that ``market device`` tells of: a week."""


@command(market, "offers", role=Role.READER)
def offers(
    session: Session,
    gpu: GpuOption = None,
    state: StateOption = None,
    source: SourceOption = None,
    max_rate: Annotated[
        str | None, typer.Option(metavar="USDC", help="Highest rate per hour, such as 2.49.")
    ] = None,
    taken: Annotated[bool, typer.Option("--taken", help="Also devices that a job holds.")] = False,
) -> None:
    """List the offers that match."""
    found = [
        offer_facts(view)
        for view in session.client.market.iter_offers(
            gpu=gpu,
            state=state,
            source=source,
            max_rate=None if max_rate is None else Usdc(max_rate),
            is_free=not taken,
        )
    ]
    if session.as_json:
        print_json({"offers": found})
        return
    names = [column.removesuffix(":") for column in _OFFER_COLUMNS]
    print_table(
        "Offers, rates in base units per hour",
        ([facts[name] for name in names] for facts in found),
        _OFFER_COLUMNS,
    )


@command(market, "devices", role=Role.READER)
def devices(
    session: Session,
    gpu: GpuOption = None,
    state: StateOption = None,
    source: SourceOption = None,
    owner: Annotated[str | None, typer.Option(help="Address of who registered them.")] = None,
) -> None:
    """List the devices that match."""
    found = [
        device_facts(view)
        for view in session.client.market.iter_devices(
            gpu=gpu,
            state=state,
            source=source,
            owner=None if owner is None else address_of(owner),
        )
    ]
    if session.as_json:
        print_json({"devices": found})
        return
    rows = ([facts[name] for name in DEVICE_COLUMNS] for facts in found)
    print_table("Devices", rows, DEVICE_COLUMNS)


@command(market, "device", role=Role.READER)
def device(
    session: Session,
    address: Annotated[str, typer.Argument(help="Address of the device's account.")],
) -> None:
    """Show a device, and what the epochs of the last week found of it, newest first."""
    view = session.client.market.fetch_device(address_of(address))
    past, facts = view.history(_HISTORY), device_facts(view)
    if session.as_json:
        history = [asdict(found) for found in past]
        print_json({"device": {**facts, "history": history}})
    else:
        print_facts({**facts, "history": [_told(found) for found in past]})


def _told(found: EpochResult) -> str:
    carried = f", carried {found.carries} times" if found.carries else ""
    return f"epoch {found.epoch}: {found.result.name.lower()}{carried}"
