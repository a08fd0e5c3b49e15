"""From a circuit at its operating point to formulas: named small-signal elements, exact and approximate gains."""
