"""One slot, one device: what tells two lives of a key apart is the slot of its registration."""

from __future__ import annotations

import pytest
from solders.instruction import Instruction

from ionet.localnet import Actor, Localnet, LocalnetError
from ionet.programs.escrow import instructions as escrow
from ionet.programs.escrow.pdas import find_offer
from ionet.programs.verification import instructions as verification
from ionet.programs.verification.enums import GpuClass, SupplySource
from ionet.programs.verification.errors import DeregisteredAtOnce
from ionet.programs.verification.pdas import find_device


def test_a_key_is_not_registered_twice_in_a_slot() -> None:
    """Else the offer of an H100 stays, with its terms, when an RTX 3090 takes its place."""
    with Localnet.start(["owner"]) as net:
        owner, gpu = net.actor("owner"), Actor.named("gpu")
        device = find_device(gpu.pubkey)[0]

        def register(class_: GpuClass, fingerprint: bytes) -> Instruction:
            return verification.register_device(
                payer=owner.pubkey,
                owner=owner.pubkey,
                device_key=gpu.pubkey,
                class_=class_,
                source=SupplySource.OWN,
                processors=1,
                vram_gib=24,
                fingerprint=fingerprint,
            )

        post = escrow.post_offer(
            payer=owner.pubkey,
            provider=owner.pubkey,
            device=device,
            mint=net.usdc,
            kinds=1,
            rate=2_490_000,
            min_duration=3600,
            max_duration=86_400,
            min_charge=0,
        )
        close = verification.deregister_device(
            owner=owner.pubkey, device=device, offer=find_offer(device)[0], rent_payer=owner.pubkey
        )
        first, second = register(GpuClass.H100, b"\1" * 32), register(GpuClass.RTX3090, b"\2" * 32)
        steps = (first, post, close, second)
        with pytest.raises(LocalnetError, match=str(DeregisteredAtOnce.code)):
            net.execute(*steps, signers=(owner, gpu))
