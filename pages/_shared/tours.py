"""The guided tour of each page: cards in the lecture's order, each with the state it sets and what to see in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Card:
    """A stop of a tour.

    Attributes
    ----------
    title : str
    see : str
        What to look at in that state, in Markdown.
    state : mapping
        The values of the page's fields by their names in the address; fields that it does not name stay as they are.
    at : str
        The key of the field or container that stands over what to see, to be brought on the screen; empty where that is
        at the top of the page.
    """

    title: str
    see: str
    state: Mapping[str, Value]
    at: str = ""


def query(card: Card) -> dict[str, str]:
    """The state as it stands in an address; an empty field has no place there."""
    return {name: _text(value) for name, value in card.state.items() if value is not None}


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def card_number(file: str, asked: str | None) -> int | None:
    """The number of the card that an address asks for, the first being 1; None where it asks for none.

    A number beyond the cards of the page is moved to the nearest.
    """
    cards = TOURS.get(file, ())
    try:
        number = int(asked or "")
    except ValueError:
        return None
    return min(len(cards), max(1, number)) if cards else None


def _cards(
    base: Mapping[str, Value],
    *cards: tuple[str, str, Mapping[str, Value]] | tuple[str, str, Mapping[str, Value], str],
) -> tuple[Card, ...]:
    """Cards whose states all hold what ``base`` holds, unless they say otherwise; the last of four is ``Card.at``."""
    return tuple(Card(title, see, MappingProxyType({**base, **state}), *at) for title, see, state, *at in cards)


_PARK = "I went to the park."
_KEYS = "The keys to the old house by the river"

TOURS: Mapping[str, tuple[Card, ...]] = MappingProxyType(
    {
        "pages/next_token.py": _cards(
            {"prefix": "I went to the", "model": "nlm-gpt", "position": None, "axis": "100 %", "guess": False},
            (
                "A language model is a distribution",
                "Each bar is p(x | START I went to the) of one token x; the grey bar is all other tokens together. "
                "All of them sum to 1.",
                {"view": "Table"},
            ),
            (
                "It begins at START",
                "Position 0 has read START alone: the bars say how a sentence begins. Step on with the right arrow key "
                "and watch them change token by token.",
                {"prefix": _PARK, "position": 0, "view": "Table"},
            ),
            (
                "One distribution for every prefix",
                "The table below has one column for each beginning of the sentence. The last one has read the full "
                "stop: now STOP is among the likely tokens.",
                {"prefix": _PARK, "view": "Table"},
                "view",
            ),
            (
                "Guess first",
                "Which word comes next? Type one: then the bars come, with its p, its rank and its surprise in bits.",
                {"prefix": "the students opened their", "guess": True},
            ),
            (
                "From words to vectors to probabilities",
                "Read downwards below the bars: token id, embedding row, hidden state, logits, softmax, all of them of "
                "this prefix.",
                {"view": "Numbers"},
                "view",
            ),
            (
                "Drawing the next token",
                "Lower the temperature, or cut with top-k and top-p: q is what is drawn from, p stays as it was.",
                {"view": "Sampling"},
                "view",
            ),
            (
                "Three kinds of model",
                "Below, the same prefix in a window model, a recurrent network and a Transformer: three distributions "
                "over what comes next.",
                {"view": "Compare"},
                "view",
            ),
        ),
        "pages/bert_sentiment.py": _cards(
            {"sentence": "a visually stunning rumination on love", "data": "Film reviews", "split": "As given"},
            (
                "The task",
                "Sentences with a label, 0 or 1. Yours is the first row; its label is a question mark, to be found.",
                {"stage": "1 Data"},
            ),
            (
                "Prediction step 1: tokenization",
                "The sentence in word pieces over their ids, [CLS] in front and [SEP] behind. Rare words are cut into "
                "pieces.",
                {"stage": "2 Tokens"},
            ),
            (
                "The input tensor",
                "Shorter sentences are filled up, so that all rows are as long. Switch the attention mask off to see "
                "what it is there for.",
                {"stage": "3 Padding", "mask": True},
                "stage",
            ),
            (
                "Prediction steps 2 and 3: BERT, and the slice",
                "Hidden states are a block: sentences, positions, units. The slice [:, 0, :] keeps the vector of [CLS] "
                "of each sentence.",
                {"stage": "4 Encoder"},
                "stage",
            ),
            (
                "Features and labels",
                "Each sentence is one point; yours is the cross. The lower table is what the classifier is given.",
                {"stage": "5 Features"},
                "stage",
            ),
            (
                "Split, fit, score",
                "The accuracy is counted on sentences that the classifier has not seen, beside two plainer ways.",
                {"stage": "6 Classifier"},
                "stage",
            ),
            (
                "Prediction step 4: the label",
                "Type on in the sentence and watch the probability. The bars say which of the features make it.",
                {"stage": "7 Prediction"},
                "sentence",
            ),
            (
                "What the notebook leaves open",
                "Accuracy by layer, for [CLS] and for the mean over the tokens. The ring is what is chosen now.",
                {"stage": "8 Layers"},
                "stage",
            ),
        ),
        "pages/encoder_or_decoder.py": _cards(
            {"sentence": _PARK, "model": "nlm-gpt", "view": "Mask"},
            (
                "Who may look where",
                "A row is a word, a filled cell what it may look at. The encoder's square is full, the decoder's is "
                "empty above the diagonal.",
                {"word": None},
                "view",
            ),
            (
                "Looking, head by head",
                "The weights of the attention. Move layer and head: each row sums to 1; what the mask forbids is grey.",
                {"view": "Attention", "drawing": "Heat map", "word": None},
                "view",
            ),
            (
                "Fill the blank, or continue",
                "Left, the encoder has “to buy some bread” to guess the missing word from; right, the decoder has only "
                "what stands before it. Compare p and rank of store.",
                {"sentence": "I went to the store to buy some bread.", "view": "Fill the blank", "word": 5},
                "view",
            ),
            (
                "A word on the right changes",
                "Left of the change the decoder's distributions move by exactly 0; the encoder's do move.",
                {"view": "Change a word", "other": "shop", "word": None},
                "view",
            ),
            (
                "Why an encoder does not write",
                "Press Write: both go on after the same words with the same settings. An encoder has learned to fill "
                "blanks, not to go on.",
                {"view": "Writing", "word": None},
                "view",
            ),
            (
                "BERT and GPT-3",
                "The two models of the lecture side by side; the rows lead back to what you have just seen.",
                {"view": "BERT and GPT-3"},
            ),
        ),
        "pages/prompt.py": _cards(
            {"model": "nlm-gpt", "temperature": 1.0, "top_k": 0, "top_p": 1.0, "seed": 0, "limit": 30},
            (
                "The prompt",
                "The lecture's prompt, read token by token. Press Generate: this model knows stories, not the law.",
                {"prompt": "Recite the first law of robotics"},
            ),
            (
                "What it was trained on",
                "Simple stories are what this model knows. Generate, and see how surprising each token was by its "
                "colour.",
                {"prompt": "Once upon a time, there was a"},
            ),
            (
                "Cold: nearly always the first choice",
                "Temperature 0.2 sharpens what is drawn from. Generate, then with another seed: the texts are alike.",
                {"prompt": "I went to the", "temperature": 0.2},
            ),
            (
                "Hot: surprising to the point of nonsense",
                "Temperature 2 flattens it. Generate, and compare the colours with those before.",
                {"prompt": "I went to the", "temperature": 2.0},
            ),
        ),
        "pages/neural_network.py": _cards(
            {"sigma": "Sigmoid", "k": 3, "layers": 1, "d1": 4, "d": 2, "theta": "", "seed": 7, "view": "Matrices"},
            (
                "A network from R³ to R²",
                "Three inputs, four hidden units, two outputs. Move x on the left and watch the numbers in the nodes.",
                {},
            ),
            (
                "The same as matrices",
                "Below the drawing: W₁ x + b₁, then σ, then W₂ h₂ + b₂, every matrix with its shape.",
                {"sigma": "ReLU"},
                "view",
            ),
            (
                "One unit's arithmetic",
                "Weights times inputs, plus the bias, through σ. Move a weight beside the drawing: its edge follows.",
                {"view": "One unit", "unit": "h₂[1]"},
                "view",
            ),
            (
                "Activation functions",
                "GeLU and its derivative; the points are this network's own units. Compare with another σ.",
                {"view": "Activation", "sigma": "GeLU"},
                "view",
            ),
            (
                "Outputs as probabilities",
                "A softmax on top: the two outputs become two probabilities that sum to 1.",
                {"view": "Softmax"},
                "view",
            ),
        ),
        "pages/losses.py": _cards(
            {},
            (
                "Regression: L2 and L1",
                "Move a prediction away from its target: L1 grows in a line, L2 with the square.",
                {"problem": "Regression"},
            ),
            (
                "2-way classification",
                "One logit, one probability. Move the logit against the true class: the cross-entropy grows without "
                "end.",
                {"problem": "2-way classification", "logit": 1.0, "class": "1"},
            ),
            (
                "Multi-class classification",
                "Softmax over five words; orange is the word that really follows. CE is −ln of its probability alone.",
                {
                    "problem": "Multi-class classification",
                    "words": "park store doctor beach banana",
                    "true": "park",
                    "l1": 2.0,
                    "l2": 1.4,
                    "l3": 0.6,
                    "l4": 0.4,
                    "l5": -2.0,
                    "tau": 1.0,
                    "view": "Formulas, gradients, curves",
                },
            ),
            (
                "Perplexity",
                "All logits are equal: the perplexity is 5, a fair choice among all five words.",
                {
                    "problem": "Multi-class classification",
                    "words": "park store doctor beach banana",
                    "true": "park",
                    "l1": 0.0,
                    "l2": 0.0,
                    "l3": 0.0,
                    "l4": 0.0,
                    "l5": 0.0,
                    "tau": 1.0,
                    "view": "Formulas, gradients, curves",
                },
            ),
            (
                "Softmax step by step",
                "Logits of 10 at temperature 0.1: the formula as written overflows in 32 bits, the safe form does not.",
                {
                    "problem": "Multi-class classification",
                    "words": "park store doctor beach banana",
                    "true": "park",
                    "l1": 10.0,
                    "l2": 1.4,
                    "l3": 0.6,
                    "l4": 0.4,
                    "l5": -2.0,
                    "tau": 0.1,
                    "view": "Softmax step by step",
                },
                "view",
            ),
        ),
        "pages/gradient_descent.py": _cards(
            {
                "surface": "Linear regression",
                "optimizer": "GD",
                "alpha": 0.19,
                "T": 60,
                "x0": -0.8485,
                "y0": 1.98,
                "plot": "Contour",
                "view": "One step",
            },
            (
                "The next estimate",
                "Below the surface, the step written out: new θ = old θ − α times the gradient. Move i and follow the "
                "path.",
                {"i": 0},
                "view",
            ),
            (
                "Too small a learning rate",
                "A tenth of the rate, the same 60 steps: the path creeps, and the loss on the right falls slowly.",
                {"alpha": 0.019},
                "plot",
            ),
            (
                "Too large a learning rate",
                "A rate beyond the largest stable one: in this ravine every step jumps further up the other side.",
                {"surface": "Ravine", "alpha": 0.11, "x0": -4.5, "y0": 1.0, "T": 40},
                "plot",
            ),
            (
                "Global and local minima",
                "One valley is the lowest, all others are local minima: the colour of a start says how low it ended.",
                {"surface": "Many minima", "alpha": 0.002, "x0": -3.3, "y0": 2.3, "view": "A thousand starts"},
                "view",
            ),
            (
                "Stochastic gradient descent",
                "Two examples a step: the path is noisy, and each step costs two gradients in place of 24.",
                {"optimizer": "SGD", "B": 2, "T": 120},
                "plot",
            ),
            (
                "Does SGD find better minima?",
                "The same thousand starts for GD and SGD. The sentence below the pictures counts who ended lower.",
                {
                    "surface": "Two weights of a network",
                    "optimizer": "SGD",
                    "alpha": 0.5,
                    "x0": 4.0,
                    "y0": -4.0,
                    "view": "A thousand starts",
                },
                "view",
            ),
        ),
        "pages/loss_landscape.py": _cards(
            {"source": "A small classifier", "plot": "Contour"},
            (
                "Learning: the parameters with the least loss",
                "The line is the path of training over its two main directions; the ring is the trained network.",
                {"directions": "PCA", "depth": 6, "skip": False, "alpha": 0.1},
            ),
            (
                "Random directions",
                "The same network in a plane of two random directions: the ring in the middle is the trained one.",
                {"directions": "Random", "depth": 6, "skip": False, "alpha": 0.1},
            ),
            (
                "Deep, without skip connections",
                "Twenty layers: read the number of local minima and the range of the loss under the picture.",
                {"directions": "Random", "depth": 20, "skip": False, "alpha": 0.03, "plot": "3-D"},
                "plot",
            ),
            (
                "Deep, with skip connections",
                "Each layer adds its input to its output. Compare the same numbers, and the shape, with those before.",
                {"directions": "Random", "depth": 20, "skip": True, "alpha": 0.03, "plot": "3-D"},
                "plot",
            ),
            (
                "A language model's landscape",
                "The loss of nlm-rnn on held-out sentences, around its trained parameters.",
                {"source": "nlm-rnn"},
            ),
        ),
        "pages/backpropagation.py": _cards(
            {"sigma": "Sigmoid", "loss": "L2", "theta": "", "view": "Ledger"},
            (
                "1. Forward pass",
                "The first row: h₁ = W₁ x + b₁ with its numbers. Step on in the ledger with the right arrow key.",
                {"row": 1, "guess": False},
                "row",
            ),
            (
                "2. The loss",
                "One number for the whole prediction. Everything so far is kept: the way back will need it.",
                {"row": 4, "guess": False},
                "row",
            ),
            (
                "3. Backwards pass",
                "The first of the δ: how the loss changes with the output. Every row is checked against autograd and "
                "finite differences.",
                {"row": 5, "guess": False},
                "row",
            ),
            (
                "The chain rule",
                "A product of what came from above and what is local. Nothing is computed twice.",
                {"row": 8, "guess": False},
                "row",
            ),
            (
                "Guess first",
                "One number of the result is a box. Compute it, type it, and be told right or wrong.",
                {"row": 8, "guess": True},
                "row",
            ),
            (
                "Take the step",
                "All gradients at once: θ moves against them. Compare the change of the loss with the promised one.",
                {"view": "Take the step"},
                "view",
            ),
        ),
        "pages/window_or_recurrence.py": _cards(
            {"prefix": _KEYS, "N": 3, "view": "What is seen"},
            (
                "Idea 1: a sliding window",
                "The window of 3 sees “by the river”; keys is struck out. The recurrent network has read all words.",
                {},
            ),
            (
                "A wider window",
                "N = 8: now keys is seen, with the same weights. START and The are still out of sight.",
                {"N": 8},
            ),
            (
                "No Markov assumption",
                "“keys” or “key”, far back: for the window the two prefixes become the same, exactly 0 apart; for the "
                "RNN they do not.",
                {"N": 4, "view": "Two prefixes", "other": "The key to the old house by the river"},
                "view",
            ),
            (
                "The chain rule",
                "P of the sentence is a product, one factor a word. Compare the factors, and the perplexity, of both.",
                {"prefix": _PARK, "view": "Chain rule"},
                "view",
            ),
        ),
        "pages/step_rnn.py": _cards(
            {"prefix": "the students opened their", "rnn": "nlm-rnn", "view": "Arithmetic"},
            (
                "Idea 2: apply the same network again and again",
                "Step 1 has read one word. Next, or the right arrow key, goes on: the state is handed to the right.",
                {"t": 1},
            ),
            (
                "The equations with their numbers",
                "After the last word: hₜ from the embedding and the state before, then logits and pₜ. Every shape is "
                "given.",
                {"t": 4},
                "view",
            ),
            (
                "One unit",
                "One row of that arithmetic: what the word adds, what the state before adds, then tanh.",
                {"t": 4, "view": "One unit"},
                "view",
            ),
            (
                "From an early state to a late one",
                "How much each word that was read still moves the prediction, on a logarithmic scale.",
                {"t": 4, "view": "Influence"},
                "view",
            ),
            (
                "What a hidden state represents",
                "The states nearest to this one, and what stood before them: read what they have in common.",
                {"prefix": "I went to the", "t": 4, "view": "Similar states"},
                "view",
            ),
        ),
        "pages/train_rnn.py": _cards(
            {"view": "Step by step", "source": "Park sentences"},
            (
                "Training procedure 1: pairs",
                "Every beginning of the sentence is an input x, the token after it the output y.",
                {"stage": "1 Pairs", "sentence": _PARK},
                "sentence",
            ),
            (
                "Training procedure 2: run the model",
                "A distribution at every position, from weights that are still random: nothing is learned yet.",
                {"stage": "2 Run", "sentence": _PARK},
                "sentence",
            ),
            (
                "Training procedure 3: loss",
                "Minus ln p of the true next token at each position, and their mean.",
                {"stage": "3 Loss", "sentence": _PARK},
                "sentence",
            ),
            (
                "Training procedure 4: backpropagate",
                "Left, the gradient of every parameter; right, how it comes back through time.",
                {"stage": "4 Backpropagate", "sentence": _PARK},
                "sentence",
            ),
            (
                "Training procedure 5: descend",
                "p of each true token before and after the step: most of them have gained.",
                {"stage": "5 Descend", "sentence": _PARK},
                "sentence",
            ),
            (
                "And again, many times",
                "Press Train: loss and perplexity fall step by step, and the samples become sentences.",
                {"view": "Run"},
            ),
        ),
    }
)
