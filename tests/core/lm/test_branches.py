"""Branches of generated text: pure, bounded, and nothing lost by branching off."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nlm_core.lm.branches import (
    MAX_BRANCHES,
    Branches,
    alternatives,
    branch_off,
    extend,
    restart,
    switch,
    undo,
)
from nlm_core.lm.reader import PrefixReader
from nlm_core.lm.sampling import Drawn, Sampling, draw, generate, generator_after
from tests.core.conftest import tiny_rnn

TOP = tuple((i, 0.3 - 0.05 * i) for i in range(5))


def drawn(token_id: int) -> Drawn:
    return Drawn(token_id, TOP[token_id][1], 0.5, token_id + 1, TOP)


def ids(tree: Branches) -> list[int]:
    return [token.token_id for token in tree.tokens]


def text(*tokens: int) -> Branches:
    tree = Branches()
    for token in tokens:
        tree = extend(tree, drawn(token))
    return tree


def test_a_branch_keeps_the_first_text_beside_it() -> None:
    tree = branch_off(text(0, 1, 2), 1, 4)
    assert ids(tree) == [0, 4]
    assert tree.tokens[-1].q is None
    assert tree.tokens[-1].rank == 5
    assert tree.tokens[-1].p == TOP[4][1]
    assert ids(switch(tree, 0)) == [0, 1, 2]
    assert ids(extend(tree, drawn(3))) == [0, 4, 3]


def test_undo_takes_tokens_and_then_the_branch() -> None:
    tree = extend(branch_off(text(0, 1, 2), 1, 4), drawn(3))
    tree = undo(tree)
    assert ids(tree) == [0, 4]
    tree = undo(tree)
    assert tree == text(0, 1, 2)
    assert undo(undo(undo(undo(tree)))) == Branches()


def test_a_branch_of_a_branch_that_goes_belongs_to_the_first() -> None:
    tree = branch_off(text(0, 1, 2), 1, 4)
    tree = branch_off(extend(tree, drawn(3)), 2, 0)
    tree = undo(undo(switch(tree, 1)))
    assert [branch.parent for branch in tree.all] == [None, 0]
    assert tree.all[1].left_at == 1
    assert ids(switch(tree, 1)) == [0, 4, 0]


@pytest.mark.parametrize(("position", "token"), [(3, 0), (-1, 0), (1, 1), (1, 99)])
def test_what_cannot_be_branched_off_is_refused(position: int, token: int) -> None:
    with pytest.raises(ValueError, match=r"no generated token|already|not among"):
        branch_off(text(0, 1, 2), position, token)


def test_branches_are_bounded() -> None:
    tree = text(0)
    for _ in range(MAX_BRANCHES - 1):
        tree = restart(tree)
    with pytest.raises(ValueError, match="at most"):
        restart(tree)
    with pytest.raises(ValueError, match="no branch"):
        switch(tree, MAX_BRANCHES)


@given(st.lists(st.tuples(st.sampled_from(["extend", "branch", "undo", "restart"]), st.integers(0, 4)), max_size=40))
def test_every_branch_shares_with_its_parent_what_it_says(steps: list[tuple[str, int]]) -> None:
    tree = Branches()
    for what, token in steps:
        try:
            if what == "extend":
                tree = extend(tree, drawn(token))
            elif what == "branch":
                tree = branch_off(tree, token, (token + 1) % 5)
            else:
                tree = undo(tree) if what == "undo" else restart(tree)
        except ValueError:
            continue
        assert 0 <= tree.current < len(tree.all) <= MAX_BRANCHES
        for number, branch in enumerate(tree.all):
            assert branch.parent is None or (branch.parent != number and 0 <= branch.parent < len(tree.all))
            assert len(branch.tokens) > branch.left_at or branch.parent is None


@pytest.mark.parametrize("draws", [0, 1, 7])
def test_a_generator_is_found_again_after_some_draws(draws: int, tokenizer) -> None:
    model = tiny_rnn(tokenizer)
    sampling = Sampling(0.7, 5)
    whole = list(generate(PrefixReader(model), [model.start_id], sampling, torch.Generator().manual_seed(3), draws + 4))
    begun = [model.start_id, *(token.token_id for token in whole[:draws])]
    rest = generate(PrefixReader(model), begun, sampling, generator_after(3, draws, model.vocab_size), 4)
    assert [token.token_id for token in rest] == [token.token_id for token in whole[draws:]]


def test_the_distribution_is_whole_and_holds_the_token_drawn(tokenizer) -> None:
    model = tiny_rnn(tokenizer)
    logits = torch.randn(model.vocab_size, generator=torch.Generator().manual_seed(0))
    for seed in range(5):
        token = draw(logits, Sampling(), torch.Generator().manual_seed(seed))
        found = alternatives(model, token)
        p = torch.softmax(logits, -1)
        assert token.token_id in [c.token_id for c in found.top]
        assert sum(c.p for c in found.top) + found.others_p == pytest.approx(1)
        assert all(c.rank == int((p > p[c.token_id]).sum()) + 1 for c in found.top)
