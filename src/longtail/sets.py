"""Disjoint sets of names: what hangs together."""

from __future__ import annotations


class DisjointSets:
    """Names that are joined two at a time; a name that was never joined is a set by itself.

    >>> sets = DisjointSets()
    >>> sets.join("a", "b"), sets.join("b", "c"), sets.join("c", "a")
    (True, True, False)
    >>> sets.find("a") == sets.find("c"), sets.find("a") == sets.find("d")
    (True, False)
    """

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        """The name that stands for the whole set."""
        parent = self._parent
        root = parent.setdefault(name, name)
        if root == name or parent[root] == root:  # as nearly always
            return root
        while parent[root] != root:
            root = parent[root]
        while parent[name] != root:
            parent[name], name = root, parent[name]
        return root

    def join(self, a: str, b: str) -> bool:
        """Unite two sets; False when they were one already."""
        a, b = self.find(a), self.find(b)
        self._parent[a] = b
        return a != b
