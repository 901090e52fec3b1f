"""The market as anyone sees it: which devices there are, what they count as, what they cost."""

from __future__ import annotations

from collections.abc import AsyncIterator

from solders.pubkey import Pubkey

from ionet._async.network import AsyncNetwork
from ionet.amounts import Amount, base_units_of
from ionet.choices import choose
from ionet.device_views import DeviceFilter, DeviceView
from ionet.devices import DeviceState
from ionet.jobs import DeviceReference, address_of
from ionet.offers import OfferFilter, OfferView, gpu_class_of
from ionet.programs.escrow.enums import GpuClass, JobKind
from ionet.programs.verification.enums import SupplySource


class AsyncMarket:
    """What anyone may look up; needs no signer."""

    def __init__(self, network: AsyncNetwork) -> None:
        self._network = network

    async def iter_offers(
        self,
        *,
        kind: JobKind | None = None,
        gpu: GpuClass | str | None = None,
        state: DeviceState | str | None = None,
        source: SupplySource | str | None = None,
        mint: Pubkey | None = None,
        max_rate: Amount | int | None = None,
        is_free: bool = True,
        is_eligible: bool = False,
    ) -> AsyncIterator[OfferView]:
        """Yield the offers that match, by address.

        Args:
            kind: Only offers that take such jobs.
            gpu: Only devices of this class, also by name: ``"H100"``.
            state: Only devices that count as this now, also by name: ``"cluster_ready"``.
            source: Only devices from there, also by name: ``"own"``.
            mint: Only offers paid in this token.
            max_rate: Only offers of at most this rate; an ``Amount`` also fixes the token.
            is_free: Leave out devices that a job holds.
            is_eligible: Leave out devices on which no job may start now: all that are not
                cluster-ready, but for those that were hired in the last epochs. Why an offer is
                not available says its ``obstacle``.

        Raises:
            QuoteError: no class, state or source has this name.
            AmountError: the network does not know the token of ``max_rate``.
        """
        config = await self._network.fetch_config()
        if isinstance(max_rate, Amount):
            mint = self._network.mint_of(config, max_rate, mint)
        wanted = OfferFilter(
            kind=kind,
            gpu=None if gpu is None else gpu_class_of(gpu),
            mint=mint,
            max_rate=None if max_rate is None else base_units_of(max_rate, "max_rate"),
            is_free=is_free,
            device=_device_filter(state=state, source=source, is_eligible=is_eligible),
        )
        for offer in await self._network.view_offers(await self._network.scan_offers(), config):
            if wanted.matches(offer):
                yield offer

    async def iter_devices(
        self,
        *,
        gpu: GpuClass | str | None = None,
        state: DeviceState | str | None = None,
        source: SupplySource | str | None = None,
        owner: Pubkey | None = None,
        is_eligible: bool = False,
    ) -> AsyncIterator[DeviceView]:
        """Yield the devices that match, by address; arguments as for ``iter_offers``."""
        wanted = _device_filter(gpu=gpu, state=state, source=source, is_eligible=is_eligible)
        for device in await self._network.verification.scan_devices(owner=owner):
            if wanted is None or wanted.matches(device):
                yield device

    async def fetch_device(self, device: DeviceReference) -> DeviceView:
        """Return a device as of now: state, eligibility, what the last epochs found.

        Raises:
            AccountNotFoundError: it does not exist, or is deregistered.
        """
        return await self._network.verification.fetch_view(address_of(device))

    async def fetch_offer(self, address: Pubkey) -> OfferView:
        """Return one offer with its device and the fee that a job opened now would carry."""
        return await self._network.fetch_offer_view(address)


def _device_filter(
    *,
    gpu: GpuClass | str | None = None,
    state: DeviceState | str | None = None,
    source: SupplySource | str | None = None,
    is_eligible: bool = False,
) -> DeviceFilter | None:
    """Return the filter; None if it would let everything through."""
    wanted = DeviceFilter(
        gpu=None if gpu is None else gpu_class_of(gpu),
        state=None if state is None else choose("state", DeviceState, state),
        source=None if source is None else choose("source", SupplySource, source),
        is_eligible=is_eligible,
    )
    return None if wanted == DeviceFilter() else wanted
