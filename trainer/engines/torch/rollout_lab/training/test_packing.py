from __future__ import annotations

import random

import pytest

from rollout_lab.training.packing import Budget, SequenceSize, halves, plan_micro_batches, plan_shared, size_of


def sizes_of(*tokens: int) -> list[SequenceSize]:
    return [SequenceSize(each, 1) for each in tokens]


def test_longest_first_under_the_budget_equal_lengths_in_their_order() -> None:
    assert plan_micro_batches(sizes_of(3, 9, 5, 5, 9, 2), Budget(14)) == [[1], [4, 2], [3, 0, 5]]


def test_a_sequence_beyond_the_budget_stands_alone() -> None:
    assert plan_micro_batches(sizes_of(50, 3, 4), Budget(10)) == [[0], [2, 1]]


def test_sequences_without_rows_are_left_out() -> None:
    assert plan_micro_batches([SequenceSize(5, 0), SequenceSize(4, 2)], Budget(100)) == [[1]]
    assert plan_micro_batches([], Budget(100)) == []


def test_padding_counts_where_there_is_any() -> None:
    assert plan_micro_batches(sizes_of(8, 2, 2), Budget(16), padded=True) == [[0, 1], [2]]
    assert plan_micro_batches(sizes_of(8, 2, 2), Budget(16)) == [[0, 1, 2]]


def test_logits_count_where_they_are_held_at_once() -> None:
    assert plan_micro_batches(sizes_of(8, 8, 8), Budget(1000, 160, 10), padded=True) == [[0, 1], [2]]


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_every_sequence_once_and_none_too_many(padded: bool, seed: int) -> None:
    draw = random.Random(seed)
    sizes = [SequenceSize(draw.randint(1, 40), draw.randint(0, 3)) for _ in range(draw.randint(0, 60))]
    plan = plan_micro_batches(sizes, Budget(64, 64 * 7, 9), padded=padded)
    assert sorted(i for batch in plan for i in batch) == [i for i, size in enumerate(sizes) if size.rows > 0]
    for batch in plan:
        lengths = [sizes[i].tokens for i in batch]
        assert lengths == sorted(lengths, reverse=True)
        tokens = len(lengths) * lengths[0] if padded else sum(lengths)
        assert len(batch) == 1 or (tokens <= 64 and tokens * 9 <= 64 * 7)


@pytest.mark.parametrize("seed", range(20))
def test_halves(seed: int) -> None:
    draw = random.Random(seed)
    sizes = [SequenceSize(draw.randint(1, 40), 1) for _ in range(draw.randint(2, 12))]
    members = list(range(len(sizes)))
    first, second = halves(members, sizes)
    assert first and second and first + second == members
    weights = [sum(sizes[i].tokens for i in part) for part in (first, second)]
    assert abs(weights[0] - weights[1]) <= 2 * max(size.tokens for size in sizes)


def test_the_last_token_is_read_for_the_head_alone() -> None:
    sequence = {"prompt": [1, 2, 3], "completion": [4, 5]}
    assert size_of(sequence, False) == SequenceSize(4, 2)
    assert size_of(sequence, True) == SequenceSize(5, 2)


def sequences_of(*lengths: tuple[int, int]) -> list[dict[str, list[int]]]:
    """By the name of their prompt, which is also its length, and the length of their completion."""
    return [{"prompt": [prompt] * prompt, "completion": [1] * completion} for prompt, completion in lengths]


def test_sequences_with_one_prompt_stay_together_and_count_it_once() -> None:
    sequences = sequences_of((10, 3), (4, 9), (10, 5), (10, 4))
    sizes = [size_of(sequence, True) for sequence in sequences]
    assert plan_shared(sequences, sizes, 22) == [[2, 3, 0], [1]]
    assert plan_shared(sequences, sizes, 35) == [[2, 3, 0, 1]]
    assert plan_shared(sequences, sizes, 21) == [[2, 3], [0], [1]]
    assert plan_shared(sequences, sizes, 1) == [[2], [3], [0], [1]]


@pytest.mark.parametrize("seed", range(20))
def test_shared_plans_have_every_sequence_once_and_none_too_many(seed: int) -> None:
    draw = random.Random(seed)
    sequences = sequences_of(*((draw.randint(1, 6), draw.randint(0, 30)) for _ in range(draw.randint(0, 60))))
    sizes = [size_of(sequence, False) for sequence in sequences]
    plan = plan_shared(sequences, sizes, 64)
    assert sorted(i for batch in plan for i in batch) == [i for i, size in enumerate(sizes) if size.rows > 0]
    for batch in plan:
        lengths = [sizes[i].tokens for i in batch]
        assert lengths == sorted(lengths, reverse=True)
        prompts = {len(sequences[i]["prompt"]) for i in batch}
        assert len(batch) == 1 or sum(len(sequences[i]["completion"]) - 1 for i in batch) + sum(prompts) <= 64
