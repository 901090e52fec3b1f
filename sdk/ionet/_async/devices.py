"""An owner's devices: register, activate, keep connected, take back."""

from __future__ import annotations

from collections.abc import AsyncIterator

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from ionet._async.network import AsyncNetwork
from ionet.choices import choose
from ionet.device_views import DeviceView
from ionet.jobs import DeviceReference, address_of
from ionet.offers import gpu_class_of
from ionet.programs.escrow.pdas import find_offer
from ionet.programs.verification import instructions
from ionet.programs.verification.constants import EPOCH_ACCOUNTS
from ionet.programs.verification.enums import GpuClass, SupplySource
from ionet.programs.verification.errors import (
    AlreadyInUse,
    NotQueueHead,
    WrongAddress,
    WrongRentPayer,
)
from ionet.programs.verification.pdas import find_device, find_epoch, find_free_index, find_registry
from ionet.results import Landed
from ionet.signers import SignerSource, resolve_signer
from ionet.verification_results import DeviceChange

_ATTEMPTS = 5
"""How often the queue of freed indexes is read again after others were quicker."""


class AsyncDeviceOwner:
    """What an owner of devices does in the verification program."""

    def __init__(self, network: AsyncNetwork) -> None:
        self._network = network

    async def register_device(
        self,
        device_key: SignerSource,
        *,
        gpu: GpuClass | str,
        vram_gib: int,
        fingerprint: bytes,
        processors: int = 1,
        source: SupplySource | str = SupplySource.OWN,
    ) -> DeviceChange:
        """Create a device: unverified from the next epoch on, holding no index.

        What is given here never changes; a device that changes is another device.

        Args:
            device_key: The device's own key, which signs too, and signs heartbeats later.
            gpu: Class of its GPUs, also by name: ``"H100"``.
            vram_gib: Memory of each GPU in GiB, 1 to 4,096.
            fingerprint: 32 bytes, hash over the hardware's identity; not zero.
            processors: GPUs, 1 to 1,024.
            source: Where it comes from, also by name.

        Raises:
            QuoteError: no such class or source.
            AlreadyInUse: the key has a device.
        """
        network, key = self._network, resolve_signer(device_key)
        program_id = network.verification.program_id
        registering = instructions.register_device(
            payer=network.payer.pubkey(),
            owner=network.signer.pubkey(),
            device_key=key.pubkey(),
            class_=gpu_class_of(gpu),
            source=choose("source", SupplySource, source),
            processors=processors,
            vram_gib=vram_gib,
            fingerprint=fingerprint,
            program_id=program_id,
        )
        landed = await network.land([registering], [network.signer, key])
        return await self._change(find_device(key.pubkey(), program_id=program_id)[0], landed)

    async def activate_device(self, device: DeviceReference) -> DeviceChange:
        """Give a device an index and put up its deposit; attestors report on it from then on.

        The freed index that has waited longest is taken, or else a new one.

        Raises:
            AccountNotFoundError: it does not exist, or is deregistered.
            DeviceActive: it has an index.
            ReactivatedTooSoon: it gave one back in this epoch.
        """
        address = address_of(device)
        await self._network.verification.fetch_device(address)
        left = _ATTEMPTS
        while True:
            step = await self._activation(address)
            try:
                landed = await self._network.land([step], [self._network.signer])
                break
            except (NotQueueHead, WrongRentPayer):
                left -= 1  # Another device took this index, or gave one back.
                if not left:
                    raise
        return await self._change(address, landed)

    async def deactivate_device(self, device: DeviceReference) -> DeviceChange:
        """Give the index and get the deposit back; unseen from the next epoch on.

        Raises:
            AccountNotFoundError: it does not exist, or is deregistered.
            DeviceNotActive: it has no index.
        """
        network, address = self._network, address_of(device)
        await network.verification.fetch_device(address)
        program_id = network.verification.program_id
        left = _ATTEMPTS
        while True:
            number = (await network.verification.fetch_registry()).free_tail
            step = instructions.deactivate_device(
                payer=network.payer.pubkey(),
                owner=network.signer.pubkey(),
                device=address,
                free_index=find_free_index(number, program_id=program_id)[0],
                program_id=program_id,
            )
            try:
                landed = await network.land([step], [network.signer])
                break
            except (AlreadyInUse, WrongAddress):
                left -= 1  # Another device has taken this place in the queue.
                if not left:
                    raise
        return await self._change(address, landed)

    async def deregister_device(self, device: DeviceReference) -> Landed:
        """Close a device; its rent goes back to who paid it.

        Raises:
            AccountNotFoundError: it does not exist, or is deregistered.
            DeviceActive: it holds an index; deactivate it first.
            DeregisteredTooSoon: it gave its index back in this epoch.
            DeviceHasLiveJob: a job holds it.
        """
        network, address = self._network, address_of(device)
        account = await network.verification.fetch_device(address)
        step = instructions.deregister_device(
            owner=network.signer.pubkey(),
            device=address,
            offer=find_offer(address, program_id=network.programs.escrow)[0],
            rent_payer=account.rent_payer,
            program_id=network.verification.program_id,
        )
        return await network.land([step], [network.signer])

    async def heartbeat(self, device_key: SignerSource) -> DeviceChange:
        """Say that a device is connected; only its own key signs, and the payer.

        One in 30 days keeps a device in the counts.

        Raises:
            AccountNotFoundError: the key has no device.
        """
        network, key = self._network, resolve_signer(device_key)
        program_id = network.verification.program_id
        address = find_device(key.pubkey(), program_id=program_id)[0]
        await network.verification.fetch_device(address)
        step = instructions.heartbeat(
            device_key=key.pubkey(), device=address, program_id=program_id
        )
        return await self._change(address, await network.land([step], [key]))

    async def post_answers(self, root: bytes, *, devices: int) -> Landed:
        """Land the root over the answers of the owner's devices to this epoch's challenge.

        Once per epoch, in its first three hours; attestors judge the slot in which it landed.

        Args:
            root: 32 bytes, not zero.
            devices: How many it covers, above 0.

        Raises:
            EpochNotReadyError: the epoch has no seed, so no challenge yet.
            AlreadyAnswered: a root has landed in this epoch.
        """
        network = self._network
        program_id = network.verification.program_id
        number = (await network.verification.time()).number
        await network.verification.fetch_seeded_epoch(number)
        step = instructions.post_answers(
            payer=network.payer.pubkey(),
            provider=network.signer.pubkey(),
            epoch=find_epoch(number % EPOCH_ACCOUNTS, program_id=program_id)[0],
            epoch_number=number,
            devices=devices,
            root=root,
            program_id=program_id,
        )
        return await network.land([step], [network.signer])

    async def iter_devices(self) -> AsyncIterator[DeviceView]:
        """Yield the owner's own devices, by address."""
        owner = self._network.signer.pubkey()
        for view in await self._network.verification.scan_devices(owner=owner):
            yield view

    async def _activation(self, device: Pubkey) -> Instruction:
        network = self._network
        program_id, owner = network.verification.program_id, network.signer.pubkey()
        registry = await network.verification.fetch_registry()
        head = await network.verification.find_free_index(registry.free_head)
        if head is None:
            free_index, rent_payer = find_registry(program_id=program_id)[0], owner
        else:
            free_index = find_free_index(registry.free_head, program_id=program_id)[0]
            rent_payer = head.rent_payer
        return instructions.activate_device(
            owner=owner,
            device=device,
            free_index=free_index,
            rent_payer=rent_payer,
            program_id=program_id,
        )

    async def _change(self, address: Pubkey, landed: Landed) -> DeviceChange:
        return DeviceChange(await self._network.verification.fetch_view(address), landed)
