"""Dishonest attestors are refused what they try, and decide nothing against an honest quorum."""

import pytest

from ionet.devices import Result, nibble_of, result_of
from ionet.errors import TransactionFailedError
from ionet.localnet import Actor, Localnet
from ionet.localnet.behaviours import (
    ALWAYS_FAIL,
    ALWAYS_PASS,
    COPIER,
    EQUIVOCATOR,
    LATE,
    SILENT,
    Behaviour,
    Window,
)
from ionet.localnet.reporting import Overheard
from tests.localnet.fleet import Gpu, read_attestor

COMMIT, REVEAL, TALLY = Window
REFUSED: dict[str, tuple[Behaviour, list[tuple[Window, str]]]] = {
    "copier": (COPIER, [(REVEAL, "RevealMismatch")]),
    "equivocator": (EQUIVOCATOR, [(COMMIT, "AlreadyCommitted"), (REVEAL, "RevealMismatch")]),
    "late": (LATE, [(TALLY, "RevealTooLate")]),
    "silent": (SILENT, []),
    "always pass": (ALWAYS_PASS, []),
    "always fail": (ALWAYS_FAIL, []),
}


def two_gpus(net: Localnet) -> tuple[Gpu, Gpu]:
    """Return a good device and a fake one, which answers nothing."""
    good, fake = (Gpu(net, Actor.named(name)) for name in ("good", "fake"))
    for gpu in (good, fake):
        gpu.register()
        gpu.activate()
    net.unplug(fake.address)
    return good, fake


def result(gpu: Gpu, epoch: int) -> Result:
    return result_of(nibble_of(gpu.read(), epoch))


@pytest.mark.parametrize("name", REFUSED)
def test_a_minority_decides_nothing(name: str) -> None:
    behaviour, refused = REFUSED[name]
    with Localnet.start(["owner", "funder"], attestors=6) as net:
        good, fake = two_gpus(net)
        dishonest = ["attestor-1", "attestor-4"]
        for attestor in dishonest:
            net.attestors[attestor].behaviour = behaviour
        _, report = net.run_epochs(2)
        for attestor in dishonest:
            own = [refusal for refusal in report.refusals if refusal.attestor == attestor]
            assert [(r.window, type(r.error).__name__) for r in own] == refused
        assert {refusal.attestor for refusal in report.refusals} <= set(dishonest)
        assert (result(good, 1), result(fake, 1)) == (Result.DEPLOYABLE, Result.UNSEEN)
        reveals = [read_attestor(net, net.actor(name)).total_revealed for name in dishonest]
        misses = [read_attestor(net, net.actor(name)).total_missed for name in dishonest]
        is_revealing = behaviour in (ALWAYS_PASS, ALWAYS_FAIL)
        assert (reveals, misses) == (([1, 1], [0, 0]) if is_revealing else ([0, 0], [1, 1]))


def test_a_majority_of_liars_does_decide() -> None:
    """What the others are measured against: the behaviours reach the tally."""
    with Localnet.start(["owner", "funder"], attestors=3) as net:
        good, fake = two_gpus(net)
        for attestor in ("attestor-1", "attestor-2"):
            net.attestors[attestor].behaviour = ALWAYS_PASS
        net.run_epochs(2)
        assert (result(good, 1), result(fake, 1)) == (Result.DEPLOYABLE, Result.DEPLOYABLE)


def test_a_copier_alone_copies_nothing() -> None:
    with Localnet.start(["owner", "funder"], attestors=1) as net:
        good, _ = two_gpus(net)
        net.attestors["attestor-1"].behaviour = COPIER
        _, report = net.run_epochs(2)
        assert (report.refusals, report.committed, report.missed) == ((), 0, 1)
        assert result(good, 1) is Result.UNSEEN


def test_what_was_refused_stands_in_the_ledger() -> None:
    with Localnet.start(["owner", "funder"], attestors=3) as net:
        two_gpus(net)
        net.attestors["attestor-1"].behaviour = EQUIVOCATOR
        before = net.vm.landed_count
        overheard = Overheard(net.verification)
        net.vm.observers.append(overheard)
        _, report = net.run_epochs(2)
        assert len(report.refusals) == 2
        for refusal in report.refusals:
            assert isinstance(refusal.error, TransactionFailedError)
            outcome = net.vm.get_transaction(refusal.error.signature)
            assert outcome is not None
            assert outcome.err is not None
        assert net.vm.landed_count > before
        # Only what the program accepted counts as revealed.
        assert [len(openings) for openings in overheard.openings.values()] == [2]
