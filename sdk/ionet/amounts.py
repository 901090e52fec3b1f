"""Exact token amounts.

Money is either an ``int`` of base units or an :class:`Amount` built from decimal text. A float
cannot hold 2.49 and is refused everywhere, so no rounding ever happens on the way to the chain.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import total_ordering
from typing import ClassVar, Self

from ionet.errors import AmountError

MAX_BASE_UNITS = 2**64 - 1
"""Largest amount of a token account, in base units."""


@total_ordering
class Amount:
    """An exact, non-negative amount of one token; immutable, hashable, ordered.

    Subclasses fix the token. Amounts of different tokens neither add nor compare.

    Args:
        value: Whole tokens as decimal text (``"2.49"``) or ``Decimal``. An ``int`` is refused,
            because it could mean base units as well as tokens: see :meth:`from_base_units`.

    Raises:
        AmountError: not a finite, non-negative number of at most ``decimals`` decimals whose base
            units fit in a u64.
    """

    __slots__ = ("base_units",)

    decimals: ClassVar[int]
    symbol: ClassVar[str]
    mint_slot: ClassVar[int]
    """Place of the token's mint in the escrow ``Config``."""

    base_units: int

    def __init__(self, value: str | Decimal) -> None:
        object.__setattr__(self, "base_units", _parse(value, self.symbol, self.decimals))

    @classmethod
    def from_base_units(cls, base_units: int) -> Self:
        """Make the amount that has this many base units (10 ** -decimals tokens each)."""
        amount = cls.__new__(cls)
        object.__setattr__(amount, "base_units", checked_base_units(base_units, cls.symbol))
        return amount

    @property
    def tokens(self) -> Decimal:
        """The amount in whole tokens, with all its decimals."""
        return Decimal((0, tuple(map(int, str(self.base_units))), -self.decimals))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot set {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: cannot delete {name}")

    def __reduce__(self) -> tuple[object, tuple[str]]:
        # Without it copy and pickle would go through __setattr__.
        return (type(self), (format(self.tokens, "f"),))

    def __add__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return self.from_base_units(self.base_units + other.base_units)

    def __sub__(self, other: Self) -> Self:
        if type(other) is not type(self):
            return NotImplemented
        return self.from_base_units(self.base_units - other.base_units)

    def __mul__(self, count: int) -> Self:
        if type(count) is not int:
            return NotImplemented
        return self.from_base_units(self.base_units * count)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.base_units == other.base_units

    def __lt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self.base_units < other.base_units

    def __hash__(self) -> int:
        return hash((self.symbol, self.base_units))

    def __bool__(self) -> bool:
        return self.base_units != 0

    def __str__(self) -> str:
        return f"{self.tokens:,f} {self.symbol}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({format(self.tokens, 'f')!r})"

    def __format__(self, spec: str) -> str:
        """Format the number of tokens by ``Decimal``'s rules; without a spec as ``str()``."""
        return format(self.tokens, spec) if spec else str(self)


class Usdc(Amount):
    """USD Coin: 6 decimals, first mint of the escrow ``Config``."""

    __slots__ = ()
    decimals = 6
    symbol = "USDC"
    mint_slot = 0


class Io(Amount):
    """$IO: 8 decimals, second mint of the escrow ``Config``."""

    __slots__ = ()
    decimals = 8
    symbol = "IO"
    mint_slot = 1


def base_units_of(value: Amount | int, name: str = "amount") -> int:
    """Return the base units of an amount, or the checked ``int`` of base units itself.

    Raises:
        AmountError: a float, a negative number or one above 2**64 - 1; the message names ``name``.
    """
    if isinstance(value, Amount):
        return value.base_units
    return checked_base_units(value, name)


def checked_base_units(value: int, name: str) -> int:
    """Return ``value`` if it is an ``int`` in 0 … 2**64 - 1, else raise ``AmountError``."""
    # A bool is an int to isinstance; nobody means True base units.
    if type(value) is not int:
        raise AmountError(f"{name} {value!r}: base units must be an int, never a float")
    if not 0 <= value <= MAX_BASE_UNITS:
        raise AmountError(f"{name} {value}: base units must be 0 to 2**64 - 1")
    return value


def _parse(value: object, symbol: str, decimals: int) -> int:
    if isinstance(value, float):
        raise AmountError(f"{symbol} {value!r}: a float is not exact, write it as text")
    if not isinstance(value, str | Decimal):
        raise AmountError(f"{symbol} {value!r}: write tokens as text, or use from_base_units()")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise AmountError(f"{symbol} {value!r}: not a decimal number") from None
    if not number.is_finite():
        raise AmountError(f"{symbol} {value!r}: must be finite")
    if number.is_signed() and number != 0:
        raise AmountError(f"{symbol} {value!r}: must not be negative")
    return _scale(number, symbol, decimals)


def _scale(number: Decimal, symbol: str, decimals: int) -> int:
    """Shift the decimal point by tuple arithmetic: exact under any decimal context."""
    if not number:
        return 0
    # The magnitude decides first: 1e999999 must not become an integer of a million digits.
    if number.adjusted() + decimals > 20:
        raise AmountError(f"{symbol} {number}: base units must be 0 to 2**64 - 1")
    _, digits, exponent = number.as_tuple()
    shift = int(exponent) + decimals
    whole, fraction = (digits, ()) if shift >= 0 else (digits[:shift], digits[shift:])
    if any(fraction):
        raise AmountError(f"{symbol} {number}: {symbol} has {decimals} decimals at most")
    base_units: int = int("".join(map(str, whole)) or "0") * 10 ** max(shift, 0)
    if base_units > MAX_BASE_UNITS:
        raise AmountError(f"{symbol} {number}: base units must be 0 to 2**64 - 1")
    return base_units
