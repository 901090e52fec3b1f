"""Public prices of GPU time, each with its source and the day on which it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ionet.localnet.scenario_toml import read_toml


@dataclass(frozen=True, slots=True)
class Price:
    """A public price of one GPU for an hour, in USDC base units, and where it was read."""

    gpu: str
    seller: str
    rate: int
    kind: str
    read_on: date
    source: str

    def to_json(self) -> dict[str, str | int]:
        """Return the price as a JSON object."""
        return {
            "gpu": self.gpu,
            "seller": self.seller,
            "rate": self.rate,
            "kind": self.kind,
            "date": self.read_on.isoformat(),
            "source": self.source,
        }


def load_prices(path: Path) -> dict[tuple[str, str], Price]:
    """Read a price list; its rows are found by GPU and seller."""
    top = read_toml(path)
    prices: dict[tuple[str, str], Price] = {}
    for row in top.tables("price"):
        price = Price(
            gpu=row.text("gpu"),
            seller=row.text("seller"),
            rate=row.usdc("usd_per_gpu_hour"),
            kind=row.choice("kind", ("market", "cloud")),
            read_on=row.day("date"),
            source=row.text("source"),
        )
        row.end()
        if (price.gpu, price.seller) in prices:
            raise row.fault("seller", price.seller, f"has a second row for {price.gpu}")
        prices[price.gpu, price.seller] = price
    top.end()
    return prices
