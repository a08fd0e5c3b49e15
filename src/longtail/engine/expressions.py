"""interim"""


def evaluate_real(value, name):
    raise NotImplementedError


def evaluate_law(expression, numbers, potential, current):
    raise NotImplementedError
