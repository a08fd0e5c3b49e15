"""How random differences spread what an amplifier does: spreads, contributions, draws, distributions, yields."""
