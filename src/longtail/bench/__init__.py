"""The amplifier from outside: its behavioural model, and measured data made into one. Knows no circuit."""
