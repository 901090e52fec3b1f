"""Real histories of the market, recorded by the SDK on the shipped builds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ionet import GpuClass, Usdc, hours
from ionet.localnet import Actor, Localnet, Program
from ionet.localnet.demo import run_demo
from ionet.localnet.programs import shipped_programs
from ionet.localnet.scenario import load_scenario, shipped_scenario

BPS = 10_000


def record_rental(path: Path, programs: Sequence[Program] | None = None) -> None:
    """Record a rental of four hours that ends after 7,199 seconds, until it is closed."""
    names = ["renter", "provider", "stranger"]
    with Localnet.start(names, ledger=path, programs=programs) as net:
        renter, provider, stranger = map(net.client, names)
        device = provider.provider.register_device(
            Actor.named("device").keypair,
            gpu=GpuClass.H100,
            vram_gib=80,
            fingerprint=bytes(range(32)),
        )
        provider.provider.activate_device(device)
        net.run_epochs(2)
        provider.provider.post_offer(device, rate=Usdc("2.49"), min=hours(1), max=hours(48))
        (offer,) = renter.renter.iter_offers()
        job = renter.renter.open_job(offer, hours(4), idempotency_key="rental")
        accepted_at = net.vm.now().unix_timestamp
        for request in provider.provider.iter_requests():
            request.accept()
        net.vm.warp_to(accepted_at + 7_199)
        job.end()
        net.vm.warp(hours(48))
        stranger.keeper.crank_all()
        assert net.vm.get_account(job.address) is None


def record_scenario(path: Path, name: str) -> None:
    """Record a shipped scenario."""
    run_demo(load_scenario(shipped_scenario(name)), ledger=path)


def escrow_build() -> Program:
    """Return the shipped build of the escrow."""
    (escrow,) = (program for program in shipped_programs() if program.name == "escrow")
    return escrow


def builds_with_fee_divided_by(divisor: int) -> tuple[Program, ...]:
    """Change the divisor of the fee in the machine code of the escrow, and no other program.

    Instructions have 8 bytes, the last 4 their operand; the remainder is taken by adding a
    multiple of -10,000.
    """
    program, *others = shipped_programs()
    spoiled = bytearray(program.elf)
    for at in range(4, len(spoiled) - 3, 8):
        for sign in (1, -1):
            if spoiled[at : at + 4] == (sign * BPS).to_bytes(4, "little", signed=True):
                spoiled[at : at + 4] = (sign * divisor).to_bytes(4, "little", signed=True)
    return replace(program, elf=bytes(spoiled)), *others
