"""The examples that come with the program, by name."""

from __future__ import annotations

from pathlib import Path

from longtail.errors import nearest


def gallery() -> dict[str, Path]:
    """The netlists of the gallery by name: in the package where it is installed, beside it in a checkout.

    >>> gallery()["bjt_pair"].name
    'bjt_pair.cir'
    """
    package = Path(__file__).parent
    folder = package / "gallery"
    if not folder.is_dir():
        folder = package.parents[1] / "examples"
    return {path.stem: path for path in sorted(folder.glob("*.cir"))}


def example(file: str) -> Path | None:
    """The example that is meant where there is no file of that name; None where no example has it.

    >>> example("bjt_pair") == example("bjt_pair.cir") == gallery()["bjt_pair"], example("bjt_piar")
    (True, None)
    """
    return gallery().get(file.removesuffix(".cir"))


def nearest_example(file: str) -> str | None:
    """A hint naming the example that may have been meant; None where nothing is near."""
    return nearest(file.removesuffix(".cir"), gallery())


def in_place_of(file: str, taken: Path) -> str:
    """What is said where an example stands in for a file."""
    return f"no file '{file}' here: using the example of that name, {taken}"
