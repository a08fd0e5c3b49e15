"""Damaged and made-up decks: deck number k is the same in every run.

Most begin with a sound deck of this repository (examples, decks of the tests, cards of devices, random amplifiers and
hierarchies) or with a deck of the tests that is wrong in one place, and are changed in one to four places.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

from benches.table import BENCHES
from benches.table import MODELS as BENCH_MODELS
from benches.ways import WAYS, amplifier
from devices.cards import BIPOLARS, DIODES
from elaborate import random_hierarchy
from reference import amplifiers, test_random_amplifiers

ROOT = Path(__file__).parents[2]
NUMBERS = (
    *("0", "-1", "1e999999", "-1e308", "1e308", "1e-308", "1e-320", "5e-324", "1" * 400, "nan", "inf", "1e30", "1e-30"),
    *("1meg", "1t", "1f", "{0/0}", "{1/0}", "{1e200*1e200}", "{sqrt(-1)}", "{ln(0)}", "{temper}", "{time}", "0.5", "1"),
    *("1e15", "-1e-15", "65536", "4294967296", "9" * 25, "1e12", "1e-12", "1k7", "1:2", "0x10", "1_000", "."),
)
NOISE = "{}()[]'\"=,+-*/^$;.%&|!<>?:@#~`\\ \t\n\r\x00\x1b\x7f_0ePXxvi kµé中\u202e\u200b\ufeff\U0001f600"
MOST = 45  # lines of a random amplifier: many stages without a solution take long, and find nothing new
CARDS = (
    *("r{n} {a} {b} {v}", "c{n} {a} {b} {v}", "l{n} {a} {b} {v}", "v{n} {a} {b} {v}", "i{n} {a} {b} {v}"),
    *("e{n} {a} {b} {b} {c} {v}", "g{n} {a} {b} {c} {a} {v}", "f{n} {a} {b} v1 {v}", "h{n} {a} {b} v1 {v}"),
    *("b{n} {a} {b} v=v({c})*{v}", "b{n} {a} {b} i=tanh(v({a},{c}))", "d{n} {a} {b} dz", ".model dz d(bv={v} is={v})"),
    *("q{n} {a} {b} {c} qz", ".model qz npn(bf={v} is={v} rb={v})", "m{n} {a} {b} {c} 0 mz", ".model mz nmos(kp={v})"),
    *("j{n} {a} {b} {c} jz", ".model jz njf(beta={v} vto={v})", ".temp {v}", ".options gmin={v} reltol={v}"),
    *("k{n} l1 l2 {v}", "x{n} {a} {b} s{n}", ".subckt s{n} {a} {b}", ".ends", ".param {a}={v}", ".nodeset v({a})={v}"),
    *("*@ input {a} {b}", "*@ output {c}", "*@ supply v1", "*@ vcm {v}", ".if ({v})", ".endif", ".else", ".lib {a}"),
    *(".include opamp.inc", ".include {a}", ".global {a}", ".func f{n}(x) {{x*{v}}}", "*@ corner {a} {b}={v}", "+ {v}"),
    *("v{n} {a} {b} pwl(0 {v} 1 {v})", "v{n} {a} {b} sin({v} {v} {v})", "e{n} {a} 0 table {{v({b})}}=({v},0) (1,{v})"),
    *("e{n} {a} 0 poly(2) {a} 0 {b} 0 {v} 1 {v}", ".ic v({a})={v}", ".end", ".control", ".endc"),
)


@cache
def sound() -> tuple[str, ...]:
    """Decks to begin with."""
    paths = sorted((ROOT / "examples").glob("*.cir")) + sorted((ROOT / "tests").rglob("*.cir"))
    found = [path.read_text(encoding="latin-1") for path in paths if path.stat().st_size < 20_000]
    found += [f"{name}\n{deck}" for name, deck in amplifiers.DECKS.items()]
    found += [f"{name}\n{bench.deck}{BENCH_MODELS}.end\n" for name, bench in BENCHES.items()]
    for name, case in {**BIPOLARS, **DIODES}.items():
        parameters = " ".join(f"{key}={value!r}" for key, value in case.model.items())
        found.append(_of_device(f"{name}\n", f".model m {case.type}({parameters})\n.end\n", name in DIODES))
    return tuple(found)


def _of_device(title: str, model: str, diode: bool) -> str:
    if diode:
        return f"{title}v1 a 0 5\nr1 a d 1k\nd1 d 0 m\n{model}"
    pair = "v1 vcc 0 9\nve vee 0 -9\nvp inp 0 0\nvn inn 0 0\nr1 vcc o1 5k\nr2 vcc o2 5k\nre e vee 9k\n"
    return f"{title}{pair}q1 o1 inp e m\nq2 o2 inn e m\n{model}"


def generated(draw: random.Random) -> str:
    """A deck that no file holds."""
    match draw.randrange(4):
        case 0:
            found = (test_random_amplifiers.amplifier(draw.randrange(10**6)) for _ in range(100))
            return next(text for text in found if text.count("\n") < MOST)
        case 1:
            return random_hierarchy.deck(draw.randrange(10**6))
        case 2:
            one = amplifier(draw)
            bench = WAYS[draw.choice(sorted(WAYS))](draw, one.level)
            cards = (bench.cards + bench.kept).format(a=1, b=0, output=one.output[0])
            return one.deck(cards, f"*@ output {' '.join(one.output)}\n")
    return "\n".join(["cards at random", *(_card(draw) for _ in range(draw.randint(1, 25))), ""])


def _card(draw: random.Random) -> str:
    nodes = draw.choices(("0", "a", "b", "inp", "inn", "out", "vcc"), k=3)
    value = draw.choice(NUMBERS) if draw.random() < 0.3 else f"{10 ** draw.uniform(-12, 6):.3g}"
    words = dict(zip("abc", nodes, strict=True))
    return draw.choice(CARDS).format(n=draw.randint(1, 9), v=value, **words)


Change = Callable[[random.Random, list[str]], None]


def _row(draw: random.Random, lines: list[str]) -> int:
    return draw.randrange(len(lines))


def _swap_words(draw: random.Random, lines: list[str]) -> None:
    words = lines[at := _row(draw, lines)].split()
    others = lines[_row(draw, lines)].split()
    if words and others:
        words[draw.randrange(len(words))] = draw.choice(others)
        lines[at] = " ".join(words)


def _drop_word(draw: random.Random, lines: list[str]) -> None:
    words = lines[at := _row(draw, lines)].split()
    if words:
        del words[draw.randrange(len(words))]
        lines[at] = " ".join(words)


def _double_word(draw: random.Random, lines: list[str]) -> None:
    words = lines[at := _row(draw, lines)].split()
    if words:
        words.insert(draw.randrange(len(words)), draw.choice(words))
        lines[at] = " ".join(words)


def _extreme(draw: random.Random, lines: list[str]) -> None:
    """A value, behind an equals sign or alone, becomes an unusual number."""
    words = lines[at := _row(draw, lines)].replace("=", " = ").split()
    valued = [k for k, word in enumerate(words) if word[0] in "0123456789.+-{" and k]
    if valued:
        words[draw.choice(valued)] = draw.choice(NUMBERS)
        lines[at] = " ".join(words).replace(" = ", "=")


def _noise(draw: random.Random, lines: list[str]) -> None:
    line = lines[at := _row(draw, lines)]
    place = draw.randint(0, len(line))
    cut = draw.choice((0, 0, 1, 3))
    lines[at] = line[:place] + draw.choice(NOISE) * draw.choice((1, 1, 1, 2, 70)) + line[place + cut :]


def _swap_lines(draw: random.Random, lines: list[str]) -> None:
    a, b = _row(draw, lines), _row(draw, lines)
    lines[a], lines[b] = lines[b], lines[a]


def _drop_line(draw: random.Random, lines: list[str]) -> None:
    if len(lines) > 1:
        del lines[_row(draw, lines)]


def _double_line(draw: random.Random, lines: list[str]) -> None:
    lines.insert(_row(draw, lines), lines[_row(draw, lines)])


def _new_card(draw: random.Random, lines: list[str]) -> None:
    lines.insert(draw.randint(1, len(lines)), _card(draw))


def _cut_short(draw: random.Random, lines: list[str]) -> None:
    at = _row(draw, lines)
    lines[at:] = [lines[at][: draw.randint(0, len(lines[at]))]]


def _merge(draw: random.Random, lines: list[str]) -> None:
    others = draw.choice(sound()).splitlines()
    start = draw.randrange(len(others))
    lines[(at := _row(draw, lines)) : at] = others[start : start + draw.choice((1, 3, 100))]


CHANGES: tuple[Change, ...] = (
    *(_swap_words, _swap_words, _drop_word, _double_word, _extreme, _extreme, _extreme, _noise),
    *(_swap_lines, _drop_line, _drop_line, _double_line, _new_card, _new_card, _cut_short, _merge),
)


def deck(number: int) -> str:
    """The deck of that number."""
    draw = random.Random(f"deck {number}")
    text = generated(draw) if draw.random() < 0.35 else draw.choice(sound())
    lines = text.splitlines() or [""]
    for _ in range(draw.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        draw.choice(CHANGES)(draw, lines)
        lines = lines or [""]
    ending = draw.choice(("\n",) * 8 + ("\r\n", "\r"))
    return ending.join(lines) + "\n"
