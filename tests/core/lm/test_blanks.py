"""nlm-bert fills blanks sensibly: in most of these sentences one of its five first guesses is a word that fits."""

import pytest

from nlm_core.lm.masked import GUESSES, MaskedModel
from nlm_core.lm.registry import MODELS_FOLDER, load_bert
from nlm_core.text.display import token_text

BREAD = "I went to the _ to buy some bread."
# Written before any guess of a model was seen: what a reader would accept in place of the blank. Lists leave room for
# taste, not for grammar alone: a word that is merely of the right kind is not among them.
BLANKS: dict[str, str] = {
    BREAD: "store shop bakery supermarket market shops stores grocery mall",
    "She opened the _ and went into the house.": "door gate window doors",
    "The cat drank some _ from the bowl.": "milk water cream soup juice food",
    "He put on his hat and _ and went out into the snow.": "coat jacket gloves boots scarf shoes cloak",
    "It was so cold that the lake was covered with _.": "ice snow frost",
    "The children played in the _ until it got dark.": (
        "garden park yard street woods snow sand field sun playground forest streets fields rain water backyard sea"
    ),
    "I am very tired. I want to go to _.": "bed sleep home rest",
    "My mother is in the kitchen, she is cooking _.": "dinner lunch supper breakfast food soup meat fish rice",
    "The sun rises in the _.": "east morning sky",
    "He was hungry, so he ate an _.": "apple egg orange onion",
    "In winter the days are short and the nights are _.": "long cold longer dark colder",
    "She read a _ to the children before they went to sleep.": "book story poem letter tale",
    "The king and the _ lived in a big castle.": "queen prince princess king knight knights family people",
    "He picked up the phone and _ his friend.": "called rang telephoned phoned answered told asked",
    "Please close the _, it is cold in here.": "door window doors windows curtains gate",
    "The dog barked at the _.": (
        "man cat stranger door dog boy moon girl child woman children postman cats people dogs thief house wolf"
    ),
    "We swam in the _ all day long.": "sea water river lake pool ocean sun",
    "The birds were singing in the _.": "trees tree garden morning woods forest air sky branches sun park spring",
    "He is taller _ his brother.": "than",
    "They have lived in this town _ ten years.": "for about over nearly these almost",
    "She was so sad that she began to _.": "cry weep sob",
}
AT_LEAST = 17


@pytest.fixture(scope="module")
def bert() -> MaskedModel:
    return load_bert(MODELS_FOLDER / "nlm-bert")


def guesses(model: MaskedModel, text: str) -> list[str]:
    """The five most probable tokens at the blank, as plain text with their leading space."""
    left, right = text.split("_")
    before, after = model.tokenizer.encode(left.rstrip()), model.tokenizer.encode(right) if right[0] == " " else None
    if after is None:
        # A mark right behind the blank is no word of its own: what stands in the blank takes no part in its tokens.
        whole = model.tokenizer.encode(f"a{right}")
        after = whole[1:]
    row = [model.start_id, *before, model.tokenizer.mask_id, *after, model.stop_id]
    best = model.fill([row], [len(before) + 1])[0].topk(GUESSES).indices.tolist()
    return [token_text(model.symbol(i)) for i in best]


def fits(model: MaskedModel, text: str) -> bool:
    return any(guess.startswith(" ") and guess.strip() in BLANKS[text].split() for guess in guesses(model, text))


def test_there_are_twenty_one_blanks() -> None:
    assert len(BLANKS) == 21
    assert all(text.count("_") == 1 for text in BLANKS)


def test_bread_is_bought_in_a_shop(bert: MaskedModel) -> None:
    assert fits(bert, BREAD), guesses(bert, BREAD)


def test_most_blanks_are_filled_with_a_word_that_fits(bert: MaskedModel) -> None:
    missed = {text: guesses(bert, text) for text in BLANKS if not fits(bert, text)}
    assert len(BLANKS) - len(missed) >= AT_LEAST, missed


def test_the_right_side_matters(bert: MaskedModel) -> None:
    """Without what stands on its right the first sentence says nothing of a shop."""
    with_bread, without = guesses(bert, BREAD), guesses(bert, "I went to the _.")
    assert with_bread != without
