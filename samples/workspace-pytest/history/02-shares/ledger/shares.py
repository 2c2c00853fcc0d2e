"""Amounts shared among several."""


def share(cents, weights):
    """Shares in proportion to the weights, which sum up to the amount: cents that are left go to the first."""
    total = sum(weights)
    shares = [cents * weight // total for weight in weights]
    for at in range(cents - sum(shares)):
        shares[at] += 1
    return shares
