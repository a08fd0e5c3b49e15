"""The behavioural model: an amplifier as what its outputs do for each mode of its inputs.

    single-ended output    v_out = A_d*v_id + A_c*v_ic
    differential output    [v_od; v_oc] = [[A_dd, A_c→d], [A_d→c, A_cc]] [v_id; v_ic]

with v_id = v1 - v2 and v_ic = (v1 + v2)/2. Numbers, phasors, arrays and sampled waveforms all go. The rejection that
counts is A_d/A_c of a single output and A_dd/A_c→d of a pair; it is complex when the gains are, and its magnitude is
what is quoted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from longtail import modes
from longtail.errors import InputError
from longtail.modes import COMMON, DIFFERENTIAL, Modes, Terminals
from longtail.units import counted

Number = float | complex

_DEPENDENT = 1e-9  # of the larger: a smaller singular value of the scaled inputs makes them multiples of each other


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Standard deviations of fitted gains, one sigma, V/V, and of what the fit leaves over, V.

    `correlation` is that of A_d with A_c. A complex gain has the deviation of its real and imaginary part together.
    """

    A_d: float
    A_c: float
    correlation: float
    residual: float

    def cmrr_db(self, A_d: Number, A_c: Number) -> float:
        """One sigma of the CMRR in dB, to first order: it says little where it is larger than a few dB."""
        d, c = self.A_d / abs(A_d), self.A_c / abs(A_c)
        spread = d**2 + c**2 - 2.0 * self.correlation * d * c * (1.0 if (A_d * np.conj(A_c)).real >= 0.0 else -1.0)
        return float(20.0 / np.log(10.0) * np.sqrt(max(spread, 0.0)))


class Behavioral:
    """A model with these gains, V/V; `Behavioral.of_pair` makes one with a differential output.

    >>> amp = Behavioral(A_d=100.0, A_c=0.01)
    >>> amp.cmrr, amp.cmrr_db
    (10000.0, 80.0)
    >>> round(amp.output(v1=2.551, v2=2.549), 6)
    0.2255
    """

    def __init__(
        self, A_d: Number, A_c: Number, *, offset: Number = 0.0, uncertainty: Uncertainty | None = None
    ) -> None:
        self.matrix: NDArray[Any] = np.array([[A_d, A_c]])
        self.offset = offset
        self.uncertainty = uncertainty
        _check(self.matrix)

    @classmethod
    def of_pair(
        cls,
        differential: Number,
        common: Number,
        common_to_differential: Number = 0.0,
        differential_to_common: Number = 0.0,
    ) -> Behavioral:
        """A model with two outputs: A_dd, A_cc, A_c→d and A_d→c.

        >>> amp = Behavioral.of_pair(-100.0, -0.5, common_to_differential=0.25)
        >>> amp.outputs(v1=2.0, v2=0.0)
        Terminals(first=-100.375, second=99.375)
        """
        return cls.of_matrix([[differential, common_to_differential], [differential_to_common, common]])

    @classmethod
    def of_matrix(cls, matrix: ArrayLike) -> Behavioral:
        """A model from its gains `[out_mode, in_mode]`: one row for a single output, two for a pair."""
        gains = np.asarray(matrix)
        if gains.shape not in ((1, 2), (2, 2)):
            raise InputError(f"a model has gains [out_mode, in_mode] of one or two outputs, not an array {gains.shape}")
        _check(gains)
        model = cls(gains[0, DIFFERENTIAL].item(), gains[0, COMMON].item())
        model.matrix = gains
        return model

    @classmethod
    def fit(cls, v1: ArrayLike, v2: ArrayLike, v_out: ArrayLike, *, offset: bool = False) -> Behavioral:
        """A_d and A_c from measurements of both inputs and the output, `[measurement]`, V or phasors.

        Two measurements give them exactly; more are a least-squares fit, and the model carries its uncertainty.
        `offset` fits a constant of the output too, and takes one measurement more. Raises `InputError` for too few
        measurements and for inputs that are multiples of each other: those leave one direction of (v_id, v_ic)
        unmeasured.

        >>> model = Behavioral.fit(v1=[15.7e-3, 1.0], v2=[11.2e-3, 1.0], v_out=[1.125, 0.01])
        >>> round(model.A_d, 2), round(model.A_c, 4)
        (249.97, 0.01)
        """
        first, second, out = (np.atleast_1d(np.asarray(x)) for x in (v1, v2, v_out))
        if not first.shape == second.shape == out.shape or out.ndim != 1:
            raise InputError(
                f"v1, v2 and v_out must be as long as each other, not {first.size}, {second.size}, {out.size}"
            )
        if not all(np.isfinite(x).all() for x in (first, second, out)):
            raise InputError("a measurement is no finite number")
        unknowns = 3 if offset else 2
        if out.size < unknowns:
            raise InputError(
                f"{counted(unknowns, 'unknown')} need {counted(unknowns, 'measurement')} at least, not {out.size}",
                hint="with both inputs tied, Behavioral.common_gain(v_ic, v_out) gives A_c alone",
            )
        v_id, v_ic = modes.split(first, second)
        columns = np.stack([v_id, v_ic, *([np.ones_like(v_id)] if offset else [])], axis=1)
        return _least_squares(columns, out)

    @staticmethod
    def common_gain(v_ic: Number, v_out: Number) -> Number:
        """A_c from one bench measurement: both inputs tied and moved by `v_ic`, the output moves by `v_out`, V.

        >>> Behavioral.common_gain(v_ic=1.0, v_out=-0.012)
        -0.012
        """
        if v_ic == 0.0:
            raise InputError("the common-mode input does not move: nothing can be measured")
        return v_out / v_ic

    @staticmethod
    def unwanted_of(differential: Number, cmrr_db: float) -> Number:
        """The gain A_c, or A_c→d of a pair, that leaves this rejection in dB, with the sign of A_d: a CMRR has none.

        >>> round(Behavioral.unwanted_of(-100.0, 80.0), 9)
        -0.01
        """
        if differential == 0.0:
            raise InputError("without a differential gain a CMRR says nothing of the common one")
        return differential / 10.0 ** (cmrr_db / 20.0)

    def __repr__(self) -> str:
        row = [f"{value:.4g}" for value in self.matrix.ravel().tolist()]
        if self.single_ended:
            return f"Behavioral(A_d={row[0]}, A_c={row[1]})"
        return f"Behavioral(A_dd={row[0]}, A_c→d={row[1]}, A_d→c={row[2]}, A_cc={row[3]})"

    @property
    def single_ended(self) -> bool:
        return len(self.matrix) == 1

    @property
    def differential(self) -> Number:
        """A_d, or A_dd of a pair."""
        value: Number = self.matrix[DIFFERENTIAL, DIFFERENTIAL].item()
        return value

    @property
    def unwanted(self) -> Number:
        """A_c, or A_c→d of a pair: what a common-mode input does to the output that counts."""
        value: Number = self.matrix[DIFFERENTIAL, COMMON].item()
        return value

    @property
    def common(self) -> Number:
        """A_c, or A_cc of a pair."""
        value: Number = self.matrix[-1, COMMON].item()
        return value

    A_d = differential
    A_c = unwanted

    @property
    def cmrr(self) -> Number:
        """A_d/A_c, or A_dd/A_c→d of a pair, complex where they are; infinite where nothing is unwanted."""
        return self.differential / self.unwanted if self.unwanted != 0.0 else float("inf")

    @property
    def cmrr_db(self) -> float:
        """20*log10 of its magnitude."""
        return float(20.0 * np.log10(abs(self.cmrr))) if self.differential != 0.0 else float("-inf")

    def output(self, v1: ArrayLike, v2: ArrayLike) -> Any:
        """v_out in V, or v_od of a pair, for two input voltages.

        >>> round(Behavioral(A_d=250.0, A_c=0.0).output(15.7e-3, 11.2e-3), 12)
        1.125
        """
        return self.output_of_modes(*modes.split(v1, v2)).differential

    def output_of_modes(self, v_id: ArrayLike, v_ic: ArrayLike) -> Modes:
        """v_od and v_oc in V for the two modes of the input; v_oc is None for a single output."""
        d, c = np.asarray(v_id), np.asarray(v_ic)
        found = [_plain(row[DIFFERENTIAL] * d + row[COMMON] * c + self.offset) for row in self.matrix]
        return Modes(found[0], found[1] if len(found) == 2 else None)

    def outputs(self, v1: ArrayLike, v2: ArrayLike) -> Terminals:
        """Both output voltages of a pair in V. Raises `InputError` for a single output."""
        if self.single_ended:
            raise InputError(
                "a model with a single output has no pair of output voltages", hint="ask for output(v1, v2)"
            )
        return modes.join(*self.output_of_modes(*modes.split(v1, v2)))

    def signal_over_interference(self, v_d: ArrayLike, v_cm: ArrayLike) -> Any:
        """abs(CMRR)*abs(v_d/v_cm): what a signal makes at the output, over what a common-mode interference does.

        >>> round(Behavioral(100.0, 0.01).signal_over_interference(2e-3, 100e-3), 9)
        200.0
        """
        return _plain(abs(self.cmrr) * np.abs(np.asarray(v_d) / np.asarray(v_cm)))

    @property
    def cmrr_db_uncertainty(self) -> float | None:
        """One sigma of the CMRR in dB of a fit, to first order; None where the gains are exact, or A_c is zero."""
        if self.uncertainty is None or self.unwanted == 0.0 or self.differential == 0.0:
            return None
        return self.uncertainty.cmrr_db(self.differential, self.unwanted)


def _least_squares(columns: NDArray[Any], out: NDArray[Any]) -> Behavioral:
    size = np.linalg.norm(columns, axis=0)
    silent = [name for name, s in zip(("v_id", "v_ic", "offset"), size, strict=False) if s == 0.0]
    if silent:
        raise InputError(f"{silent[0]} is zero in every measurement: its gain cannot be known")
    scaled = columns / size
    singular = np.linalg.svd(scaled, compute_uv=False)
    if singular[-1] < _DEPENDENT * singular[0]:
        raise InputError(
            "the inputs of the measurements depend linearly on each other: A_d and A_c cannot be told apart",
            hint="measure once more with another ratio of v1 to v2, best once with v2 = -v1 and once with v2 = v1",
        )
    gains = np.linalg.lstsq(scaled, out, rcond=None)[0] / size
    left = out - columns @ gains
    freedom = out.size - columns.shape[1]
    uncertainty = None
    if freedom > 0:
        sigma = float(np.linalg.norm(left) / np.sqrt(freedom))
        covariance = sigma**2 * np.linalg.inv(scaled.conj().T @ scaled) / np.outer(size, size)
        d, c = np.sqrt(covariance.diagonal().real[:2])
        correlation = float((covariance[0, 1] / (d * c)).real) if d > 0.0 and c > 0.0 else 0.0
        uncertainty = Uncertainty(float(d), float(c), correlation, sigma)
    constant = gains[2].item() if len(gains) == 3 else 0.0
    return Behavioral(gains[0].item(), gains[1].item(), offset=constant, uncertainty=uncertainty)


def _check(matrix: NDArray[Any]) -> None:
    if not np.isfinite(matrix).all():
        raise InputError("a gain is no finite number")


def _plain(x: Any) -> Any:
    return x if np.ndim(x) else np.asarray(x).item()
