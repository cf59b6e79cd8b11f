"""Grammar of the shipped Transformer: of two sentences that differ in one point, the right one is the more probable.

In the manner of BLiMP (Warstadt et al. 2020), with sentences of our own: agreement, binding, islands and the like.
"""

from nlm_core.lm.registry import load
from nlm_core.lm.scoring import score

PAIRS = {
    "agreement": [
        ("The boys are playing in the garden.", "The boys is playing in the garden."),
        ("The girl likes her new school.", "The girl like her new school."),
        ("My parents were at home last night.", "My parents was at home last night."),
        ("The dog has eaten the cake.", "The dog have eaten the cake."),
        ("These books belong to my sister.", "These books belongs to my sister."),
        ("The keys to the house are on the table.", "The keys to the house is on the table."),
        ("The picture of the children is very old.", "The picture of the children are very old."),
        ("The man with the dogs walks to the park.", "The man with the dogs walk to the park."),
        ("She and her brother want to go home.", "She and her brother wants to go home."),
        ("There are many people in the street.", "There is many people in the street."),
        ("The teachers who help the boy are kind.", "The teachers who help the boy is kind."),
        ("I saw these two men yesterday.", "I saw this two men yesterday."),
        ("He bought that old car.", "He bought those old car."),
        ("Each of the students has a book.", "Each of the students have a book."),
    ],
    "binding": [
        ("The woman hurt herself in the kitchen.", "The woman hurt himself in the kitchen."),
        ("The boys enjoyed themselves at the party.", "The boys enjoyed himself at the party."),
        ("My father bought himself a new coat.", "My father bought herself a new coat."),
        ("The girl looked at herself in the mirror.", "The girl looked at themselves in the mirror."),
        ("The king told the queen about himself.", "The king told the queen about themselves."),
        ("We made ourselves a cup of tea.", "We made himself a cup of tea."),
        ("I washed myself in the river.", "I washed themselves in the river."),
        ("The children hid themselves behind the tree.", "The children hid herself behind the tree."),
    ],
    "verb forms": [
        ("He has gone to the station.", "He has went to the station."),
        ("She can sing very well.", "She can sings very well."),
        ("They did not see the train.", "They did not saw the train."),
        ("I want to go to the park.", "I want to went to the park."),
        ("The letter was written by my mother.", "The letter was wrote by my mother."),
        ("Did you find your keys?", "Did you found your keys?"),
        ("He is reading a book.", "He is read a book."),
        ("She would have come earlier.", "She would have came earlier."),
    ],
    "islands and questions": [
        ("Who did you see at the party?", "Who did you see the man at the party?"),
        ("What did the boy eat for lunch?", "What did the boy eat bread for lunch?"),
        ("Which book did she read and enjoy?", "Which book did she read the story and enjoy?"),
        ("Where did he go after school?", "Where he did go after school?"),
        ("What are you looking at?", "What are you looking at it?"),
        ("I know what he wants.", "I know what does he want."),
        ("Who do you think will come?", "Who do you think that will he come?"),
        ("I wonder where she lives.", "I wonder where lives she."),
    ],
    "words in place": [
        ("I have never been to London.", "I have ever been to London."),
        ("Nobody has ever seen the king.", "Somebody has ever seen the king."),
        ("There is an apple on the table.", "There is a apple on the table."),
        ("He gave me a red ball.", "He gave me a ball red."),
        ("She is taller than her brother.", "She is more tall than than her brother."),
        ("There was a cat in the house.", "There was every cat in the house."),
        ("I do not have any money.", "I have any money."),
        ("He put the book on the table.", "He put on the table."),
    ],
}


def test_two_thirds_of_the_pairs_are_preferred_the_right_way() -> None:
    model = load("nlm-gpt")
    pairs = [pair for group in PAIRS.values() for pair in group]
    found = dict(score(model, [sentence for pair in pairs for sentence in pair]))
    right = [found[2 * i].logp > found[2 * i + 1].logp for i in range(len(pairs))]
    wrong = [pair[0] for pair, is_right in zip(pairs, right, strict=True) if not is_right]
    assert sum(right) / len(right) >= 0.65, wrong
