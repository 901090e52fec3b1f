"""What the instructions of epochs, reports and the tally change, written by hand."""

from __future__ import annotations

from hashlib import sha256

from ionet.localnet.actors import Actor
from ionet.localnet.rent import minimum_balance
from ionet.programs.verification import events
from ionet.programs.verification.accounts import Answers, Epoch, Report
from ionet.programs.verification.constants import ACCOUNT_VERSION
from ionet.programs.verification.enums import ReportCode
from ionet.programs.verification.pdas import find_answers, find_epoch, find_report
from tests.verification.harness.cast import CAROL, FLEET, FUNDER, attestor_of
from tests.verification.harness.effects import Effects
from tests.verification.harness.examples import NOBODY
from tests.verification.harness.rounds import Ballot, members
from tests.verification.harness.world import GENESIS, World

V = ACCOUNT_VERSION
EPOCH = 1
SEATS, MEMBERS, INDEXES = 5, 3, 3
ROOT = sha256(b"answers").digest()


def _placed(values: tuple[object, ...], place: int, value: object) -> tuple[object, ...]:
    return (*values[:place], value, *values[place + 1 :])


def open_epoch(world: World) -> Effects:
    slot, rent = world.vm.now().slot, minimum_balance(Epoch.LENGTH)
    record = Epoch(
        V,
        find_epoch(1)[1],
        number=1,
        starts_at=GENESIS + 21_600,
        slot=slot,
        seed_slot=0,
        seed=bytes(32),
        seats=SEATS,
        committee_size=MEMBERS,
        index_count=INDEXES,
        rent_payer=FUNDER.pubkey,
    )
    return Effects(
        {"epoch": record, "epoch_ring": {"numbers": _placed(world.ring().numbers, 1, 1)}},
        {"payer": -rent, "epoch": rent},
        [events.EpochOpened(1, slot, SEATS, MEMBERS, INDEXES, world.now)],
    )


def open_epoch_again(world: World) -> Effects:
    slot = world.vm.now().slot
    changes = {
        "number": 33,
        "starts_at": GENESIS + 33 * 21_600,
        "slot": slot,
        "seed_slot": 0,
        "seed": bytes(32),
    }
    return Effects(
        {"epoch": changes, "epoch_ring": {"numbers": _placed(world.ring().numbers, 33, 33)}},
        {},
        [events.EpochOpened(33, slot, SEATS, MEMBERS, INDEXES, world.now)],
    )


def rearm_epoch(world: World) -> Effects:
    slot = world.vm.now().slot
    return Effects({"epoch": {"slot": slot}}, {}, [events.EpochRearmed(EPOCH, slot, world.now)])


def seed_epoch(world: World) -> Effects:
    slot = world.epoch_record().slot + 32
    seed = bytes(dict(world.vm.clock.slot_hashes())[slot])
    return Effects(
        {"epoch": {"seed_slot": slot, "seed": seed}},
        {},
        [events.EpochSeeded(EPOCH, slot, seed, world.now)],
    )


def post_answers(world: World) -> Effects:
    slot, rent = world.vm.now().slot, minimum_balance(Answers.LENGTH)
    record = Answers(
        V,
        find_answers(CAROL.pubkey)[1],
        devices=2,
        epoch=EPOCH,
        slot=slot,
        posted_at=world.now,
        root=ROOT,
        provider=CAROL.pubkey,
        rent_payer=FUNDER.pubkey,
    )
    return Effects(
        {"answers": record},
        {"payer": -rent, "answers": rent},
        [events.AnswersPosted(CAROL.pubkey, EPOCH, 2, ROOT, slot, world.now)],
    )


def post_answers_again(world: World) -> Effects:
    slot = world.vm.now().slot
    changes = {"devices": 3, "epoch": 2, "slot": slot, "posted_at": world.now}
    event = events.AnswersPosted(CAROL.pubkey, 2, 3, ROOT, slot, world.now)
    return Effects({"answers": changes}, {}, [event])


def open_report(world: World) -> Effects:
    (address, bump), rent = find_report(0, 3), minimum_balance(Report.LENGTH)
    record = Report(
        V,
        bump,
        range=0,
        place=3,
        is_revealed=False,
        epoch=0,
        attestor=NOBODY,
        commitment=bytes(32),
        evidence_root=bytes(32),
        codes=bytes(512),
        history_epochs=(0,) * 32,
        history_attestors=(NOBODY,) * 32,
        history_digests=(bytes(32),) * 32,
        rent_payer=FUNDER.pubkey,
    )
    return Effects(
        {"report": record},
        {"payer": -rent, "report": rent},
        [events.ReportOpened(address, 0, 3, world.now)],
    )


def _first(world: World) -> tuple[Actor, Ballot]:
    actor = members(world, EPOCH)[0]
    return actor, Ballot(actor, EPOCH, 0)


def commit_report(world: World) -> Effects:
    actor, ballot = _first(world)
    attestor, commitment = attestor_of(actor), ballot.commitment
    changes = {"epoch": EPOCH, "attestor": attestor, "commitment": commitment}
    event = events.ReportCommitted(attestor, EPOCH, 0, 0, commitment, world.now)
    return Effects({"report": changes}, {}, [event])


def reveal_report(world: World) -> Effects:
    actor, ballot = _first(world)
    attestor, root, digest = attestor_of(actor), ballot.evidence_root, ballot.digest
    blank = (0,) * 32
    report = {
        "is_revealed": True,
        "evidence_root": root,
        "codes": b"\x22\x02" + bytes(510),
        "history_epochs": _placed(blank, 1, EPOCH),
        "history_attestors": _placed((NOBODY,) * 32, 1, attestor),
        "history_digests": _placed((bytes(32),) * 32, 1, digest),
    }
    member = {
        "epochs": _placed(blank, 1, EPOCH),
        "revealed": _placed(blank, 1, 1),
        "total_revealed": 1,
    }
    ring = {"reports": _placed((0,) * 256, 1, 1)}
    return Effects(
        {"report": report, "attestor": member, "epoch_ring": ring},
        {},
        [events.ReportRevealed(attestor, EPOCH, 0, 0, root, digest, world.now)],
    )


def tally(world: World) -> Effects:
    """All members found all devices deployable; epoch 1 is the upper half of byte 0."""
    ring = bytes([3 << 4]) + bytes(127)
    weights = 1_000 * 8 + 100 * 1 + 3_000 * 4  # an RTX 3090 counts least
    devices = {
        f"reports_and_devices {MEMBERS + n}": {"tallied_to": EPOCH, "ring": ring}
        for n in range(len(FLEET))
    }
    decided = [
        events.DeviceTallied(gpu.address, EPOCH, index, 3, ReportCode.NO_ANSWER, world.now)
        for index, gpu in enumerate(FLEET)
    ]
    totals = {"weights": _placed((0,) * 256, 1, weights)}
    return Effects({"epoch_ring": totals, **devices}, {}, [*decided])


def record_miss(world: World) -> Effects:
    """Recorded with zeros; what was committed to stays where it was."""
    attestor, blank = attestor_of(_first(world)[0]), (0,) * 32
    report = {
        "history_epochs": _placed(blank, 1, EPOCH),
        "history_attestors": _placed((NOBODY,) * 32, 1, attestor),
    }
    member = {
        "epochs": _placed(blank, 1, EPOCH),
        "missed": _placed(blank, 1, 1),
        "total_missed": 1,
    }
    event = events.MissRecorded(attestor, EPOCH, 0, 0, 1, world.now)
    return Effects({"report": report, "attestor": member}, {}, [event])
