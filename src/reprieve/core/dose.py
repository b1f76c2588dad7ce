"""Dose: an exact amount of one product."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from reprieve.core.errors import DoseError, UnitsError

# Rimabotulinumtoxin B is dosed in thousands and comes in vials of 10,000 units; nothing real is above this.
LARGEST_UNITS = Decimal(100_000)
# Finer than any syringe; a longer tail is the trace of a division, not of a decision.
MOST_DECIMALS = 6
# Figures before or after the point that are ever written out.
LONGEST = 40
_FINEST = Decimal(1).scaleb(-MOST_DECIMALS)


def is_plainly_written(text: str) -> bool:
    """Return whether a number is written in the figures 0 to 9 without grouping; `Decimal` reads more than that.

    >>> [is_plainly_written(text) for text in ("62.5", "1_000", "١٠")]
    [True, False, False]
    """
    return text.isascii() and "_" not in text


def exact(value: Decimal | int | str | float, what: str = "units") -> Decimal:
    """Return `value` as a finite exact decimal.

    Parameters
    ----------
    value : Decimal, int, str or float
        A float is read by its shortest decimal form, so ``62.5`` is exactly 62.5.
    what : str
        Name of the quantity, for the message.

    Returns
    -------
    Decimal
        Finite, without a trailing exponent.

    Raises
    ------
    DoseError
        If `value` is no finite decimal number.
    """
    if isinstance(value, bool) or (isinstance(value, str) and not is_plainly_written(value)):
        raise DoseError(f"{what} must be a number, but got {value!r}; enter a decimal such as 62.5")
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise DoseError(f"{what} must be a number, but got {value!r}; enter a decimal such as 62.5") from None
    if not number.is_finite():
        raise DoseError(f"{what} must be a finite number, but got {value!r}; enter a decimal such as 62.5")
    return number


def plain(number: Decimal) -> str:
    """Return `number` as text without exponent and without trailing zeros (``62.50`` reads ``62.5``).

    A number that no record can hold keeps its exponent: written out, ``1e999999999`` would fill a gigabyte.
    """
    if number.is_finite() and abs(number.adjusted()) > LONGEST:
        return str(number)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def within(number: Decimal, low: Decimal | int, high: Decimal | int) -> bool:
    """Return whether `number` is a number between both ends, ends included; NaN and infinity are not."""
    return number.is_finite() and low <= number <= high


def check_units(number: Decimal, product: str) -> Decimal:
    """Return `number` if it can be a dose of `product`.

    Raises
    ------
    DoseError
        Not finite, negative, above 100,000, or finer than six decimals.
    """
    if not within(number, 0, LARGEST_UNITS):
        raise DoseError(
            f"units of {product} must lie between 0 and {LARGEST_UNITS}, but got {plain(number)}; check the entry"
        )
    if number != number.quantize(_FINEST):
        raise DoseError(
            f"units of {product} take at most {MOST_DECIMALS} decimals, but got {plain(number)}; round the entry"
        )
    return number


@dataclass(frozen=True, slots=True, init=False)
class Dose:
    """An exact number of units of one product.

    Units of two products are not interchangeable: adding, subtracting or comparing doses of two
    products raises, and nothing in reprieve converts one into the other.

    Parameters
    ----------
    units : Decimal, int, str or float
        Units of `product`; finite, not negative, at most 100,000, at most six decimals.
    product : str
        Nonproprietary name, for example ``onabotulinumtoxinA``.

    Raises
    ------
    DoseError
        If `units` is not such a number or `product` is empty.

    Examples
    --------
    >>> Dose("62.5", "onabotulinumtoxinA") + Dose(30, "onabotulinumtoxinA")
    Dose(units='92.5', product='onabotulinumtoxinA')
    """

    units: Decimal
    product: str

    def __init__(self, units: Decimal | int | str | float, product: str) -> None:
        if not isinstance(product, str) or not product.strip():
            raise DoseError(f"a dose needs its product, but got {product!r}; units mean nothing without it")
        number = check_units(exact(units, f"units of {product}"), product)
        object.__setattr__(self, "units", number)
        object.__setattr__(self, "product", product)

    def _same_product(self, other: Dose, verb: str) -> None:
        if self.product != other.product:
            raise UnitsError(
                f"cannot {verb} units of {self.product} and {other.product}: units are not interchangeable; "
                "keep the two products apart"
            )

    def __add__(self, other: Dose) -> Dose:
        if not isinstance(other, Dose):
            return NotImplemented
        self._same_product(other, "add")
        return Dose(self.units + other.units, self.product)

    def __sub__(self, other: Dose) -> Dose:
        if not isinstance(other, Dose):
            return NotImplemented
        self._same_product(other, "subtract")
        return Dose(self.units - other.units, self.product)

    def __lt__(self, other: Dose) -> bool:
        if not isinstance(other, Dose):
            return NotImplemented
        self._same_product(other, "compare")
        return self.units < other.units

    def __le__(self, other: Dose) -> bool:
        if not isinstance(other, Dose):
            return NotImplemented
        self._same_product(other, "compare")
        return self.units <= other.units

    def __repr__(self) -> str:
        return f"Dose(units={plain(self.units)!r}, product={self.product!r})"

    def __str__(self) -> str:
        return f"{plain(self.units)} units {self.product}"


def total(doses: Iterable[Dose], product: str) -> Dose:
    """Return the exact sum of `doses`, all of `product`; no doses give a dose of 0.

    Raises
    ------
    UnitsError
        If one of them is of another product.
    """
    result = Dose(0, product)
    for dose in doses:
        result = result + dose
    return result
