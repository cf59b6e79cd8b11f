"""Texts generated from one prompt, kept side by side: another token at one place makes a branch."""

from dataclasses import dataclass, replace

from nlm_core.lm.base import LanguageModel
from nlm_core.lm.candidates import Candidate, Candidates, label
from nlm_core.lm.sampling import Drawn

MAX_BRANCHES = 12


@dataclass(frozen=True)
class Branch:
    """One text behind the prompt.

    Attributes
    ----------
    tokens : tuple of Drawn
    parent : int or None
        The branch that it left; None for one that begins at the prompt.
    left_at : int
        How many of its first tokens it took over from its parent.
    """

    tokens: tuple[Drawn, ...] = ()
    parent: int | None = None
    left_at: int = 0


@dataclass(frozen=True)
class Branches:
    """All branches of a prompt, and which one is being looked at."""

    all: tuple[Branch, ...] = (Branch(),)
    current: int = 0

    @property
    def tokens(self) -> tuple[Drawn, ...]:
        """Those of the current branch."""
        return self.all[self.current].tokens


def extend(tree: Branches, drawn: Drawn) -> Branches:
    """The current branch with one more token."""
    branch = tree.all[tree.current]
    longer = replace(branch, tokens=(*branch.tokens, drawn))
    return replace(tree, all=(*tree.all[: tree.current], longer, *tree.all[tree.current + 1 :]))


def switch(tree: Branches, number: int) -> Branches:
    """The same branches with another one current.

    Raises
    ------
    ValueError
        If there is no branch of that number.
    """
    if not 0 <= number < len(tree.all):
        raise ValueError(f"there is no branch {number}; there are branches 0 to {len(tree.all) - 1}")
    return replace(tree, current=number)


def restart(tree: Branches) -> Branches:
    """A new empty branch at the prompt, beside the others, and current.

    Raises
    ------
    ValueError
        If there are ``MAX_BRANCHES`` already.
    """
    return _added(tree, Branch())


def branch_off(tree: Branches, position: int, token_id: int) -> Branches:
    """A new current branch: the tokens before ``position``, and one of the alternatives in place of the token there.

    Raises
    ------
    ValueError
        If the position has no token, the token is not among its alternatives or is the one that stands there, or
        there are ``MAX_BRANCHES`` already.
    """
    tokens = tree.tokens
    if not 0 <= position < len(tokens):
        raise ValueError(f"there is no generated token {position}; the branch has {len(tokens)}")
    here = tokens[position]
    if token_id == here.token_id:
        raise ValueError("this token stands there already; another one makes a branch")
    ranks = {i: rank for rank, (i, _) in enumerate(here.top, start=1)}
    if token_id not in ranks:
        raise ValueError(f"token {token_id} is not among the {len(here.top)} most probable tokens there")
    rank = ranks[token_id]
    chosen = Drawn(token_id, here.top[rank - 1][1], None, rank, here.top)
    return _added(tree, Branch((*tokens[:position], chosen), tree.current, position))


def _added(tree: Branches, branch: Branch) -> Branches:
    if len(tree.all) >= MAX_BRANCHES:
        raise ValueError(f"{MAX_BRANCHES} branches are kept at most; undo one of them first")
    return Branches((*tree.all, branch), len(tree.all))


def undo(tree: Branches) -> Branches:
    """Take the last token of the current branch back; a branch without a token of its own goes, and its parent comes.

    Of one empty branch at the prompt nothing can be taken back, and it is given back as it is.
    """
    branch, number = tree.all[tree.current], tree.current
    shorter = replace(branch, tokens=branch.tokens[:-1])
    if branch.tokens and (branch.parent is None or len(shorter.tokens) > branch.left_at):
        return replace(tree, all=(*tree.all[:number], shorter, *tree.all[number + 1 :]))
    if len(tree.all) == 1:
        return tree

    def moved(parent: int | None) -> int | None:
        return None if parent is None else parent - (parent > number)

    left = []
    for other in tree.all[:number] + tree.all[number + 1 :]:
        if other.parent == number:
            # What it shared with the branch that goes it shares with that one's parent, up to where both had left it.
            shared = min(other.left_at, branch.left_at)
            left.append(replace(other, parent=moved(branch.parent), left_at=shared))
        else:
            left.append(replace(other, parent=moved(other.parent)))
    back_to = moved(branch.parent)
    return Branches(tuple(left), max(0, number - 1) if back_to is None else back_to)


def alternatives(model: LanguageModel, drawn: Drawn) -> Candidates:
    """The distribution at a token as bars; the token itself is among them, whatever its rank."""
    top = [Candidate(i, label(model, i), p, rank) for rank, (i, p) in enumerate(drawn.top, start=1)]
    if all(c.token_id != drawn.token_id for c in top):
        top.append(Candidate(drawn.token_id, label(model, drawn.token_id), drawn.p, drawn.rank))
    return Candidates(tuple(top), model.vocab_size - len(top), max(0.0, 1.0 - sum(c.p for c in top)))
