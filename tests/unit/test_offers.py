"""Quotes, requests and terms: pure, exact, refused by value and rule."""

import dataclasses
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from ionet import GpuClass, JobKind, OfferView, Quote, Usdc, hours, quote
from ionet.errors import AmountError, DurationError, QuoteError
from ionet.filters import cluster_filter, job_filter, offer_filter
from ionet.offers import OfferFilter, gpu_class_of, kind_bits
from ionet.openings import Opening, RequestTerms
from ionet.programs.escrow.accounts import Cluster, Job, Offer
from ionet.programs.escrow.constants import MAX_DURATION, MAX_RATE
from ionet.programs.escrow.enums import JobState

ADDRESS, PROVIDER, DEVICE, MINT = (Pubkey(bytes([i] * 32)) for i in (1, 2, 3, 4))
OFFER = Offer(
    version=1,
    bump=255,
    class_=GpuClass.H100,
    kinds=7,
    min_charge=600,
    min_duration=3_600,
    max_duration=172_800,
    rate=2_490_000,
    provider=PROVIDER,
    device=DEVICE,
    mint=MINT,
    live_job=Pubkey.default(),
    seconds=0,
    gross=0,
    fee=0,
    jobs=0,
    expired=0,
    device_slot=5,
)
VIEW = OfferView(ADDRESS, OFFER, 250)


def view(**changes: object) -> OfferView:
    return OfferView(ADDRESS, dataclasses.replace(OFFER, **changes), 250)  # type: ignore[arg-type]


def test_a_quote_names_every_amount() -> None:
    assert quote(VIEW, hours(4)) == Quote(
        offer=ADDRESS,
        mint=MINT,
        kind=JobKind.RENTAL,
        duration=14_400,
        deposit=9_960_000,
        fee_bps=250,
        max_fee=249_000,
        min_charge=415_000,
    )
    metered = quote(VIEW, hours(4), kind=JobKind.METERED, deposit=Usdc("5"))
    assert (metered.deposit, metered.max_fee, metered.min_charge) == (5_000_000, 125_000, 0)


@given(st.integers(1, MAX_RATE), st.integers(1, MAX_DURATION))
def test_the_price_is_rounded_up_and_covers_the_pay(rate: int, duration: int) -> None:
    offer = view(rate=rate, min_duration=1, max_duration=MAX_DURATION, min_charge=0)
    deposit = quote(offer, duration).deposit
    assert 0 <= deposit * 3_600 - rate * duration < 3_600


@pytest.mark.parametrize(
    ("offer", "duration", "options", "error", "rule"),
    [
        (VIEW, 3_599, {}, QuoteError, "duration 3599 s: offer .* takes 3600 to 172800 s"),
        (VIEW, 172_801, {}, QuoteError, "duration 172801 s"),
        (VIEW, 0, {}, DurationError, "duration 0: must be above 0"),
        (VIEW, 3_600.0, {}, DurationError, "never a float"),
        (view(kinds=6), 3_600, {}, QuoteError, "does not take rental jobs"),
        (view(kinds=0), 3_600, {}, QuoteError, "does not take rental jobs"),
        (VIEW, 3_600, {"deposit": 1}, QuoteError, "a rental's deposit is its price"),
        (VIEW, 3_600, {"kind": JobKind.METERED}, QuoteError, "a metered job needs one"),
        (VIEW, 3_600, {"kind": JobKind.METERED, "deposit": 0}, QuoteError, "deposit 0"),
        (VIEW, 3_600, {"kind": JobKind.METERED, "deposit": 2**64}, AmountError, "deposit"),
        (VIEW, 3_600, {"kind": JobKind.METERED, "deposit": 1.0}, AmountError, "never a float"),
    ],
)
def test_a_bad_request_is_refused_with_value_and_rule(
    offer: OfferView, duration: int, options: dict[str, object], error: type, rule: str
) -> None:
    with pytest.raises(error, match=rule):
        quote(offer, duration, **options)  # type: ignore[arg-type]


def test_the_terms_hash_is_the_published_one() -> None:
    packed = bytes.fromhex("90fe250000000000 100e0000 00a30200 5802 07 01 fa00")
    expected = hashlib.sha256(b"ionet:terms:v1" + bytes([1] * 32) + bytes([4] * 32) + packed)
    assert VIEW.terms_hash == expected.digest()


@pytest.mark.parametrize(
    "changes",
    [
        {"rate": 2_490_001},
        {"min_duration": 3_601},
        {"max_duration": 172_801},
        {"min_charge": 601},
        {"kinds": 3},
        {"class_": GpuClass.H200},
        {"mint": DEVICE},
    ],
)
def test_every_term_changes_the_hash(changes: dict[str, object]) -> None:
    assert view(**changes).terms_hash != VIEW.terms_hash
    assert dataclasses.replace(VIEW, fee_bps=251).terms_hash != VIEW.terms_hash
    assert dataclasses.replace(VIEW, address=DEVICE).terms_hash != VIEW.terms_hash


def test_filters_say_what_is_wanted() -> None:
    busy = view(live_job=DEVICE)
    assert OfferFilter().matches(VIEW)
    assert not OfferFilter().matches(busy)
    assert OfferFilter(is_free=False).matches(busy)
    assert not OfferFilter(is_free=False).matches(view(kinds=0))
    assert not OfferFilter(kind=JobKind.METERED).matches(view(kinds=5))
    assert OfferFilter(kind=JobKind.METERED).matches(view(kinds=2))
    assert not OfferFilter(gpu=GpuClass.H200).matches(VIEW)
    assert not OfferFilter(mint=DEVICE).matches(VIEW)
    assert [OfferFilter(max_rate=OFFER.rate + i).matches(VIEW) for i in (-1, 0)] == [False, True]


def test_names_of_gpus_and_kinds_are_read() -> None:
    assert gpu_class_of("rtx4090") is gpu_class_of(GpuClass.RTX4090) is GpuClass.RTX4090
    with pytest.raises(QuoteError, match="gpu 'H1000': must be one of OTHER, H100"):
        gpu_class_of("H1000")
    assert kind_bits([]) == 0
    assert kind_bits([JobKind.DELIVERABLE, JobKind.RENTAL, JobKind.RENTAL]) == 5


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("accept_within", (0, 901, -1, 1.0, True)),
        ("valid_for", (419, 86_401, 1_000.0)),
        ("valid_until", (1.5, "tomorrow")),
        ("tip", (-1, 20_001, 1.5)),
        ("review_window", (0, 3_599, 604_801)),
    ],
)
def test_request_windows_and_tip_are_bounded(field: str, values: tuple[object, ...]) -> None:
    for value in values:
        with pytest.raises(QuoteError, match=f"{field} {value!r}"):
            RequestTerms(**{field: value})  # type: ignore[arg-type]


def test_an_opening_belongs_to_its_job_or_its_cluster() -> None:
    priced = quote(VIEW, hours(4))
    single = Opening(7, VIEW, priced, RequestTerms(), valid_until=1_000)
    member = dataclasses.replace(single, cluster=DEVICE, member=2)
    built = [
        opening.build(client=PROVIDER, payer=PROVIDER, program_id=ADDRESS)
        for opening in (single, member)
    ]
    assert built[0].accounts[4].pubkey == built[0].accounts[2].pubkey
    assert built[1].accounts[4].pubkey == DEVICE
    # id u64 8, kind 16, member 17, deposit 18, rate 26, duration 34, accept_within u16 38
    assert [int.from_bytes(bytes(ix.data)[38:40], "little") for ix in built] == [300, 0]
    assert [bytes(ix.data)[17] for ix in built] == [0, 2]


def test_account_filters_select_by_kind_version_and_field() -> None:
    data = OFFER.encode()
    for wanted, length in (
        (offer_filter(provider=PROVIDER), Offer.LENGTH),
        (job_filter(client=PROVIDER, state=JobState.OPEN), Job.LENGTH),
        (cluster_filter(), Cluster.LENGTH),
    ):
        assert wanted.data_size == length
        assert (8, b"\x01") in wanted.memcmp
    wanted = offer_filter(provider=PROVIDER)
    assert all(data[at : at + len(part)] == part for at, part in wanted.memcmp)
    other = offer_filter(provider=DEVICE)
    assert not all(data[at : at + len(part)] == part for at, part in other.memcmp)
