"""Random hierarchical decks: a resistor network whose values come from parameters, functions and scopes.

A deck has m on its outermost X cards or on its devices, never both: where several m meet, ngspice 39 takes one of
them (it writes `m=6 m=1` and reads the last), while longtail multiplies.
"""

import random


def deck(seed: int) -> str:
    """A deck that every SPICE solves: resistors of 100 ohm to 100 kohm below a voltage source."""
    draw = random.Random(seed)
    names = ["pa", "pb", "pc", "pd"]
    lines = [f"random hierarchy {seed}", ".param pa=1 pb={pa*2} pc={max(pb,0.5)+pa} pd='sqrt(pc)+pe' pe=0.25"]
    lines += [".func mix(x,y) {abs(x)/(1+y*y)+pa}", ".func twice(x) {2*mix(x,pb)}", ".global gg", "v1 gg 0 5"]
    own = seed % 2 == 0
    formals = [draw.sample(names, draw.randrange(2, 5)) for _ in range(5)]
    for i in range(4):
        below = draw.randrange(3)
        assigned = _assignments(draw, names, formals[below])
        lines.append(f"x{i} n{i} n{i + 1} s{below}{assigned}{_multiplier(draw, own, names)}")
    lines += ["rin gg n0 1k", "rend n4 0 1k"]
    for level in range(5):
        lines += _subcircuit(draw, level, names, formals, own)
    return "\n".join([*lines, ".end", ""])


def _subcircuit(draw: random.Random, level: int, names: list[str], formals: list[list[str]], own: bool) -> list[str]:
    formal = formals[level]
    lines = [f".subckt s{level} a b params:{_defaults(draw, names, formal)}"]
    if draw.random() < 0.6:
        lines.append(f".param loc={{{_expression(draw, names)}}}")
        lines.append("rloc m 0 {1k+abs(loc)}")
    if draw.random() < 0.5:
        other = draw.choice([name for name in names if name not in formal[1:]])
        lines.append(f".param {other}={draw.randrange(1, 9)}")
    if draw.random() < 0.5:
        lines += [f".if ({draw.choice(names)}>2)", "rif a 0 10k", ".else", "rif b gg 20k", ".endif"]
    lines.append(f"r1 a m {{100+100*abs({_expression(draw, names)})}}")
    lines.append(
        f"r2 m gg {{5k+{_expression(draw, formal)}}}" + (f" m={{1+abs({draw.choice(formal)})}}" if own else "")
    )
    if level < 4:
        for index in range(draw.randrange(1, 3)):
            below = draw.randrange(level + 1, 5)
            lines.append(f"x{index} m k{index} s{below}{_assignments(draw, names, formals[below])}")
            lines.append(f"rk{index} k{index} 0 2k")
    if draw.random() < 0.3:
        lines.append("g1 b 0 m a 1u")
    return [*lines, "r3 m b 1k", ".ends"]


def _defaults(draw: random.Random, names: list[str], formal: list[str]) -> str:
    """Numbers, or expressions of those before, of itself (which means the one outside) and of others, in no circle."""
    order = draw.sample(formal, len(formal))
    texts = {}
    for place, name in enumerate(order):
        readable = [*order[: place + 1], *(other for other in names if other not in formal)]
        texts[name] = f"{{{_sum(draw, readable)}}}" if draw.random() < 0.4 else f"{draw.randrange(1, 9)}"
    return "".join(f" {name}={texts[name]}" for name in formal)


def _assignments(draw: random.Random, names: list[str], formal: list[str]) -> str:
    """Some of the parameters of a subcircuit, as numbers and as expressions that may read each other."""
    chosen = draw.sample(formal, draw.randrange(len(formal) + 1))
    texts = [f"{draw.randrange(1, 9)}" if draw.random() < 0.4 else f"'{_sum(draw, names)}'" for _ in chosen]
    return "".join(f" {name}={text}" for name, text in zip(chosen, texts, strict=True))


def _multiplier(draw: random.Random, own: bool, names: list[str]) -> str:
    if own or draw.random() > 0.4:
        return ""
    return draw.choice([f" m={draw.randrange(1, 4)}", f" m='1+abs({draw.choice(names)})'"])


def _sum(draw: random.Random, names: list[str]) -> str:
    """An expression without functions of the deck, whose bodies read parameters of their own."""
    other = draw.choice([*names, f"{draw.uniform(0.1, 9):.3f}"])
    return draw.choice(["{a}", "({a}+{b})", "{a}/2", "min({a},{b})"]).format(a=draw.choice(names), b=other)


def _expression(draw: random.Random, names: list[str], depth: int = 0) -> str:
    if depth > 2 or draw.random() < 0.3:
        return draw.choice([*names, f"{draw.uniform(0.1, 9):.3f}"])
    a, b = _expression(draw, names, depth + 1), _expression(draw, names, depth + 1)
    return draw.choice([f"({a}+{b})", f"({a}-{b})", f"{a}*{b}", f"mix({a},{b})", f"twice({a})", f"min({a},{b})"])
