"""Events are attributed to the program that logged them, whatever text programs log."""

import random

from ionet.localnet.logs import LoggedData, logged_data

A, B = "ioEscrow11111111111111111111111111111111111", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"


def test_nested_programs_keep_their_own_events() -> None:
    logs = [
        f"Program {A} invoke [1]",
        "Program data: QQ==",
        f"Program {B} invoke [2]",
        "Program data: Qg== Qw==",
        f"Program {B} success",
        "Program data: RA==",
        f"Program {A} success",
    ]
    assert logged_data(logs) == (
        LoggedData(A, "QQ=="),
        LoggedData(B, "Qg== Qw=="),
        LoggedData(A, "RA=="),
    )


def test_a_failed_call_ends_too() -> None:
    logs = [
        f"Program {A} invoke [1]",
        f"Program {B} invoke [2]",
        f"Program {B} failed: custom program error: 0x1",
        "Program data: QQ==",
    ]
    assert logged_data(logs) == (LoggedData(A, "QQ=="),)


def test_logged_text_forges_nothing() -> None:
    logs = [
        f"Program {B} invoke [1]",
        f"Program log: Program {A} invoke [2]",
        f"Program log: a\nProgram {A} invoke [2]",
        "Program log: Program data: QQ==",
        f"Program log: Program {B} success",
        "Program data: Qg==",
        f"Program {B} success",
    ]
    assert logged_data(logs) == (LoggedData(B, "Qg=="),)


def test_data_outside_of_a_program_is_nobodys() -> None:
    assert logged_data(["Program data: QQ==", f"Program {A} success", "", "Program "]) == ()


def test_any_text_is_survived() -> None:
    rng = random.Random(5)
    words = [f"Program {A}", " invoke [1]", " success", "Program data: ", "QQ=", "\n", "é", "[", ""]
    for _ in range(2_000):
        logs = ["".join(rng.choices(words, k=rng.randrange(4))) for _ in range(8)]
        assert all(found.program == A for found in logged_data(logs))
