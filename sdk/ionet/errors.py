"""Every exception that this package raises on purpose; each message names the value and the rule.

::

    IonetError
    ├── AmountError, ArgumentError, DurationError   (ValueError)  a value outside its range
    ├── QuoteError, SignerError, VoucherError       (ValueError)  refused before sending
    ├── IdempotencyError                            (ValueError)  one key, two requests
    ├── TransactionTooLargeError                    (ValueError)
    ├── AccountDecodeError, EventDecodeError        (ValueError)  bytes of something else
    ├── InterfaceError                              (ValueError)  an IDL missing or malformed
    ├── AccountNotFoundError                        (LookupError)
    ├── RequestLostError                            lost before the start
    ├── WaitTimeoutError                            (TimeoutError)
    ├── EpochNotReadyError                          (LookupError)  not open, or without a seed
    ├── DutyError                                   (ValueError)  no such report is due
    ├── JournalError                                what was committed to is not known for sure
    │   └── EquivocationError                       (ValueError)  a second report on one thing
    │
    ├── NotSentError                outcome: nothing landed and nothing can, repeating is safe
    │   └── OpeningExpiredError     its time to open is over
    ├── OutcomeUnknownError         outcome: it may have landed; look up its signature
    ├── TransactionFailedError      outcome: it landed and failed, the fee is spent
    │
    └── FaultError                  cause: why a transaction failed
        ├── RuntimeFaultError       the runtime refused (see ``kind``)
        └── ProgramError            a program refused (see ``program``, ``code``)
            ├── TokenProgramError   SPL Token
            ├── SystemProgramError  System program
            ├── UnknownProgramError a code that no table has
            ├── EscrowError         one class per code, in ``ionet.programs.escrow.errors``
            └── VerificationError   the same, in ``ionet.programs.verification.errors``

A fault has a cause *and* an outcome: what ``ionet.faults.error_from_fault`` makes is both a
``FaultError`` and either a ``NotSentError`` (simulation refused) or a ``TransactionFailedError``
(it landed). ``except WrongState`` and ``except TransactionFailedError`` both catch it; the three
outcomes never mix. What several programs refuse alike has a class in
``ionet.programs.shared.errors`` as well, which catches it from any of them.
"""

from __future__ import annotations

from solders.pubkey import Pubkey
from solders.signature import Signature

from ionet.connection import TransactionFault


class IonetError(Exception):
    """Base of every exception of this package."""


class AmountError(IonetError, ValueError):
    """An amount is not exact, not in range, or of another mint."""


class ArgumentError(IonetError, ValueError):
    """An argument does not fit its type on the wire."""


class DurationError(IonetError, ValueError):
    """A duration is not a positive whole number of seconds."""


class QuoteError(IonetError, ValueError):
    """The request cannot be made: outside the offer, or dearer than allowed."""


class IdempotencyError(IonetError, ValueError):
    """An idempotency key has opened something else than what it is used for now."""


class SignerError(IonetError, ValueError):
    """A key is missing, unreadable or not the one required; no message carries a secret."""


class VoucherError(IonetError, ValueError):
    """A voucher's signature or binding is not valid."""


class TransactionTooLargeError(IonetError, ValueError):
    """A transaction does not fit into a packet of 1,232 bytes."""


class AccountDecodeError(IonetError, ValueError):
    """An account is not what it is read as: owner, length, discriminator or version differ."""


class EventDecodeError(IonetError, ValueError):
    """An event's data has a known discriminator and another length."""


class InterfaceError(IonetError, ValueError):
    """An IDL is missing, malformed, or uses a type that no program of ours has."""


class AccountNotFoundError(IonetError, LookupError):
    """An account that must exist does not."""


class RequestLostError(IonetError):
    """A request was declined, withdrawn or expired before it started."""


class WaitTimeoutError(IonetError, TimeoutError):
    """What was waited for did not happen in time; nothing was undone."""


class EpochNotReadyError(IonetError, LookupError):
    """The epoch is not open, or has no seed yet: nobody knows its committees."""


class DutyError(IonetError, ValueError):
    """The attestor does not owe this report, or the codes are not those of its range."""


class JournalError(IonetError):
    """A journal is missing, unreadable, or says something else than the chain; nothing was sent."""


class EquivocationError(JournalError, ValueError):
    """A report differs from the one that is journaled for the same epoch and range."""


class NotSentError(IonetError):
    """Nothing landed and nothing can: repeating is safe.

    Attributes:
        fault: Why it was refused; None when it was never judged, as when its blockhash expired.
    """

    def __init__(self, message: str, *, fault: TransactionFault | None = None) -> None:
        super().__init__(message)
        self.fault = fault


class OpeningExpiredError(NotSentError):
    """The time in which a key could open its job is over, and there is no such job.

    It was opened and closed since, or never opened. Nothing was paid now; to pay (again), use a new
    key.
    """


class OutcomeUnknownError(IonetError):
    """The transaction was sent and its fate could not be learnt; look it up before repeating.

    Attributes:
        signature: What to look up.
        last_valid_block_height: Above this height, what has not landed never will.
    """

    def __init__(self, *, signature: Signature, last_valid_block_height: int) -> None:
        super().__init__(
            f"transaction {signature}: sent, outcome unknown; it can land up to block height"
            f" {last_valid_block_height}"
        )
        self.signature = signature
        self.last_valid_block_height = last_valid_block_height


class TransactionFailedError(IonetError):
    """The transaction landed and failed: its fee is spent and nothing else changed.

    Attributes:
        signature: Its identity.
        fault: Why, in terms of the runtime.
        logs: Its log lines.
    """

    def __init__(
        self,
        message: str,
        *,
        signature: Signature,
        fault: TransactionFault,
        logs: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.signature = signature
        self.fault = fault
        self.logs = logs


class FaultError(IonetError):
    """Why a transaction failed.

    Attributes:
        fault: In terms of the runtime.
        logs: Log lines, as far as they are known.
        signature: The landed transaction; None when it failed in simulation.
        instruction_index: Which instruction failed, counted from 0; None if not one of them did.
    """

    def __init__(
        self,
        message: str,
        *,
        fault: TransactionFault,
        logs: tuple[str, ...] = (),
        signature: Signature | None = None,
    ) -> None:
        # Past the outcome class that error_from_fault mixes in: its attributes are all set here.
        Exception.__init__(self, message)
        self.fault = fault
        self.logs = logs
        self.signature = signature
        self.instruction_index = fault.instruction_index


class RuntimeFaultError(FaultError):
    """The runtime refused, not a program's own rule.

    Attributes:
        kind: Name of the runtime's error, e.g. ``InsufficientFundsForFee``.
    """

    @property
    def kind(self) -> str:
        """Name of the runtime's error."""
        return self.fault.kind


class ProgramError(FaultError):
    """A program refused with one of its own error codes.

    Attributes:
        program: Address of the program; None when the logs do not tell.
        code: Its error number.
        name: Name of the error, e.g. ``WrongState``.
        message: What is wrong and what to do.
    """

    program_name = "program"
    code: int = -1
    name: str = ""
    message: str = ""

    def __init__(
        self,
        *,
        fault: TransactionFault,
        program: Pubkey | None = None,
        logs: tuple[str, ...] = (),
        signature: Signature | None = None,
    ) -> None:
        self.program = program
        self._name_code(fault.custom_code)
        where = (
            "" if fault.instruction_index is None else f" (instruction {fault.instruction_index})"
        )
        text = f"{self.program_name}: {self.name} {self.code}: {self.message}{where}"
        super().__init__(text, fault=fault, logs=logs, signature=signature)

    def _name_code(self, code: int | None) -> None:
        """Set code, name and message where the class stands for more than one code."""


class TokenProgramError(ProgramError):
    """SPL Token refused."""

    program_name = "spl-token"

    def _name_code(self, code: int | None) -> None:
        self.code = -1 if code is None else code
        self.name, self.message = _TOKEN_ERRORS.get(self.code, _UNNAMED)


class SystemProgramError(ProgramError):
    """The System program refused."""

    program_name = "system"

    def _name_code(self, code: int | None) -> None:
        self.code = -1 if code is None else code
        self.name, self.message = _SYSTEM_ERRORS.get(self.code, _UNNAMED)


class UnknownProgramError(ProgramError):
    """A program refused with a code that no table of this package has."""

    def _name_code(self, code: int | None) -> None:
        self.code = -1 if code is None else code
        self.name = "Unknown"
        self.message = f"program {self.program or 'not named in the logs'} refused"


_UNNAMED = ("Unknown", "the program has no published error of this number")

# spl-token's TokenError, in its order.
_TOKEN_ERRORS = dict(
    enumerate(
        (
            ("NotRentExempt", "lamport balance is below the rent-exempt threshold"),
            ("InsufficientFunds", "the token account holds less than is moved"),
            ("InvalidMint", "the mint is not a mint"),
            ("MintMismatch", "the token account is of another mint"),
            ("OwnerMismatch", "the authority does not own the token account"),
            ("FixedSupply", "the mint's supply is fixed"),
            ("AlreadyInUse", "the account is initialised already"),
            ("InvalidNumberOfProvidedSigners", "wrong number of multisig signers given"),
            ("InvalidNumberOfRequiredSigners", "wrong number of multisig signers required"),
            ("UninitializedState", "the account is not initialised"),
            ("NativeNotSupported", "native tokens do not support this instruction"),
            ("NonNativeHasBalance", "only an empty account can be closed"),
            ("InvalidInstruction", "the instruction is not one of the program"),
            ("InvalidState", "the account's state does not allow this"),
            ("Overflow", "an amount left its range"),
            ("AuthorityTypeNotSupported", "the account has no authority of this type"),
            ("MintCannotFreeze", "the mint cannot freeze accounts"),
            ("AccountFrozen", "the token account is frozen"),
            ("MintDecimalsMismatch", "the decimals given are not the mint's"),
            ("NonNativeNotSupported", "only native tokens support this instruction"),
        )
    )
)

# solana-system-interface's SystemError, in its order.
_SYSTEM_ERRORS = dict(
    enumerate(
        (
            ("AccountAlreadyInUse", "the account to create exists"),
            ("ResultWithNegativeLamports", "the account holds fewer lamports than are moved"),
            ("InvalidProgramId", "the account cannot be assigned to this program"),
            ("InvalidAccountDataLength", "the account cannot have this length"),
            ("MaxSeedLengthExceeded", "the seed is longer than 32 bytes"),
            ("AddressWithSeedMismatch", "the address is not the one its seed gives"),
            ("NonceNoRecentBlockhashes", "a nonce needs a recent blockhash"),
            ("NonceBlockhashNotExpired", "the nonce can advance once per block"),
            ("NonceUnexpectedBlockhashValue", "the nonce holds another blockhash"),
        )
    )
)
