"""Random circuits that are their own mirror image: half of one, its reflection, and what stands on the line."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

SIDES, LINE = 3, 2  # nodes
MODELS = ".model n npn(bf=80 cje=1p cjc=0.5p)\n.model m nmos(kp=200u vto=0.4 lambda=0.05 tox=10n)"


@dataclass(frozen=True)
class Card:
    """A device as `letter`, nodes, and the rest with `{}` for its value. Nodes "s0", "s1" ... have images "t0", ..."""

    letter: str
    nodes: tuple[str, ...]
    value: float
    rest: str = "{}"

    def text(self, name: str, turned: bool = False, factor: float = 1.0) -> str:
        nodes = [image(node) if turned else node for node in self.nodes]
        return f"{self.letter}{name} {' '.join(nodes)} {self.rest.format(repr(self.value * factor))}"

    @property
    def aside(self) -> bool:
        """Whether its reflection is another device: on the line, or straight across it, the two are in parallel."""
        return sorted(map(image, self.nodes)) != sorted(self.nodes)


def image(node: str) -> str:
    return {"s": "t", "t": "s"}.get(node[0], node[0]) + node[1:]


@dataclass(frozen=True)
class Mirrored:
    """`sides` are written twice, turned the second time; `line` and `across` once."""

    sides: tuple[Card, ...]
    line: tuple[Card, ...]
    across: tuple[Card, ...]

    def cards(self, broken: int | None = None) -> list[str]:
        """The devices; `broken` names the one on the second side whose value is 37 percent more."""
        cards = ["v1 s0 0 dc 0.7", "v2 t0 0 dc 0.7", "vcc vcc 0 3"]
        for k, card in enumerate(self.sides):
            cards += [card.text(f"a{k}"), card.text(f"b{k}", turned=True, factor=1.37 if k == broken else 1.0)]
        cards += [card.text(f"l{k}") for k, card in enumerate(self.line)]
        return [*cards, *(card.text(f"x{k}") for k, card in enumerate(self.across))]

    def text(self, cards: list[str] | None = None) -> str:
        return "\n".join(["random", *(self.cards() if cards is None else cards), MODELS, ".end", ""])


def values(low: float) -> st.SearchStrategy[float]:
    return st.integers(100, 999).map(lambda k: low * k / 100)


@st.composite
def mirrored(draw: st.DrawFn, linear: bool = False) -> Mirrored:
    """A circuit whose every node is joined to the inputs by resistors."""
    one_side = [f"s{k}" for k in range(SIDES)]
    line = [f"l{k}" for k in range(LINE)]
    skeleton = [Card("r", (f"s{k}", f"s{k + 1}"), draw(values(1e3))) for k in range(SIDES - 1)]
    skeleton += [Card("r", (draw(st.sampled_from(one_side)), node), draw(values(1e3))) for node in line]
    anywhere = st.sampled_from([*one_side, *(image(n) for n in one_side), *line, "0", "vcc"])
    inside = st.sampled_from([*one_side, *(image(n) for n in one_side), *line])
    sides = draw(st.lists(_device(anywhere, None if linear else inside), max_size=5))
    on_line = draw(st.lists(_passive(st.sampled_from([*line, "0", "vcc"])), min_size=1, max_size=3))
    across = [_across(draw, draw(st.sampled_from(one_side)), draw(st.sampled_from(one_side))) for _ in range(2)]
    skeleton.append(Card("r", ("s1", "0"), draw(values(1e3))))
    line_cards = [*on_line, *(Card("r", (node, "0"), draw(values(1e3))) for node in line)]
    return Mirrored((*skeleton, *sides), tuple(line_cards), tuple(across))


def _passive(node: st.SearchStrategy[str]) -> st.SearchStrategy[Card]:
    pair = st.tuples(node, node).filter(lambda nodes: nodes[0] != nodes[1])
    return st.one_of(
        st.builds(lambda n, v: Card("r", n, v), pair, values(1e3)),
        st.builds(lambda n, v: Card("c", n, v), pair, values(1e-12)),
        st.builds(lambda n, v: Card("i", n, v), pair, values(1e-6)),
    )


def _device(node: st.SearchStrategy[str], inside: st.SearchStrategy[str] | None) -> st.SearchStrategy[Card]:
    """Any device; transistors between nodes `inside` only, where no junction lies across a supply."""
    four = st.tuples(node, node, node, node).filter(lambda n: n[0] != n[1] and n[2] != n[3])
    kinds = [_passive(node), st.builds(lambda n, v: Card("g", n, v), four, values(1e-6))]
    if inside is not None:
        three = st.tuples(inside, inside, inside).filter(lambda n: len(set(n)) == 3)
        kinds.append(st.builds(lambda n, v: Card("q", n, v, "n area={}"), three, values(1e-1)))
        kinds.append(st.builds(lambda n, v: Card("m", (*n, "0"), v, "m w={} l=1u"), three, values(1e-6)))
    return st.one_of(kinds)


def _across(draw: st.DrawFn, node: str, control: str) -> Card:
    ends = (node, image(node))
    kind = draw(st.sampled_from("rcgb"))
    if kind == "g":
        return Card("g", (*ends, control, image(control)), draw(values(1e-6)))
    if kind == "b":
        return Card("b", ends, draw(values(1e-6)), f"i={{{{{{}}*tanh(v({control},{image(control)}))}}}}")
    return Card(kind, ends, draw(values(1e3 if kind == "r" else 1e-12)))
