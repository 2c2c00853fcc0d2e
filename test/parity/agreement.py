"""Measures of agreement by their definitions, in exact fractions and over single pairs of ratings: slow, and unlike ours in every step.

scikit-learn's κ and the krippendorff package's α are asked too where they are installed.
"""
from fractions import Fraction
from itertools import product


def exact(value):
    return Fraction(value).limit_denominator(10**6)


def kappa_by_definition(pairs, weight):
    """Mean weight of the pairs as they are, and of all pairs that could have been."""
    observed = Fraction(sum(weight(a, b) for a, b in pairs), 1) / len(pairs)
    firsts, seconds = [a for a, _ in pairs], [b for _, b in pairs]
    expected = Fraction(sum(weight(a, b) for a, b in product(firsts, seconds)), 1) / len(pairs) ** 2
    return None if expected == 0 else float(1 - observed / expected)


WEIGHTS = {None: lambda a, b: int(a != b), "linear": lambda a, b: abs(a - b), "quadratic": lambda a, b: (a - b) ** 2}


def kappa(request):
    pairs = [tuple(pair) for pair in request["pairs"]]
    weights = request["weights"]
    ours = kappa_by_definition(pairs, WEIGHTS[weights])
    return {"definition": ours, "library": None if ours is None else kappa_of_library(pairs, weights, request["categories"])}


def kappa_of_library(pairs, weights, categories):
    try:
        from sklearn.metrics import cohen_kappa_score
    except ImportError:
        return None
    return float(cohen_kappa_score([a for a, _ in pairs], [b for _, b in pairs], weights=weights, labels=list(range(categories))))


def difference(level, given):
    """Squared difference of two values; `given`: every rating that can be paired, once for each time it was given."""
    if level == "nominal":
        return lambda a, b: int(a != b)
    if level == "interval":
        return lambda a, b: (a - b) ** 2

    def ranks_apart(a, b):
        low, high = min(a, b), max(a, b)
        inside = sum(1 for one in given if low <= one <= high)
        ends = Fraction(sum(1 for one in given if one == low) + sum(1 for one in given if one == high), 2)
        return 0 if low == high else (inside - ends) ** 2

    return ranks_apart


def alpha_by_definition(units, level):
    units = [[exact(value) for value in unit] for unit in units if len(unit) > 1]
    given = [value for unit in units for value in unit]
    apart = difference(level, given)
    known = {}

    def cost(a, b):
        if (a, b) not in known:
            known[a, b] = apart(a, b)
        return known[a, b]

    n = len(given)
    if n < 2:
        return None
    within = [Fraction(sum(cost(unit[i], unit[j]) for i in range(len(unit)) for j in range(len(unit)) if i != j)) / (len(unit) - 1) for unit in units]
    over_all = sum(cost(given[i], given[j]) for i in range(n) for j in range(n) if i != j)
    return None if over_all == 0 else float(1 - (sum(within) / n) / (Fraction(over_all) / (n * (n - 1))))


def alpha(request):
    units, level = request["units"], request["level"]
    ours = alpha_by_definition(units, level)
    return {"definition": ours, "library": None if ours is None else alpha_of_library(units, level)}


def alpha_of_library(units, level):
    try:
        import krippendorff
    except ImportError:
        return None
    values = sorted({value for unit in units for value in unit})
    counts = [[unit.count(value) for value in values] for unit in units]
    return float(krippendorff.alpha(value_counts=counts, value_domain=values, level_of_measurement=level))


def first_error_f1(request):
    """As ProcessBench's evaluation has it: labels and predictions, −1 for none."""
    pairs = [(-1 if truth is None else truth, -1 if said is None else said) for truth, said in request["pairs"]]
    wrong = [truth == said for truth, said in pairs if truth != -1]
    right = [truth == said for truth, said in pairs if truth == -1]
    if not wrong or not right:
        return None
    a, b = Fraction(sum(wrong), len(wrong)), Fraction(sum(right), len(right))
    return 0.0 if a + b == 0 else float(2 * a * b / (a + b))


def span_f1(request):
    """Precision and recall over single characters of all traces."""
    def characters(side):
        return {(trace, at) for trace, spans in enumerate(request[side]) for start, end in spans for at in range(start, end)}

    first, second = characters("first"), characters("second")
    if not first and not second:
        return None
    return float(Fraction(2 * len(first & second), len(first) + len(second)))
