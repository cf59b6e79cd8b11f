"""The table of pages: read by the frame, the home page and the tests."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath


@dataclass(frozen=True)
class PageEntry:
    """One page of the app.

    Attributes
    ----------
    file : str
        Its script, relative to app.py; the stem is its address.
    title, icon, section, help : str
        What the navigation and the home page show.
    topics : tuple of (str, dict)
        Topics of the lecture that the page shows, each with the query parameters of the state that shows it.
    short : str
        The title in the navigation, where the title itself would be cut off there.
    """

    file: str
    title: str
    icon: str
    section: str
    help: str
    topics: tuple[tuple[str, dict[str, str]], ...] = field(default=())
    short: str = ""


HOME = PageEntry(
    "pages/home.py",
    "Lecture map",
    ":material/map:",
    "",
    "What can be seen where, in the lecture's order.",
)
GLOSSARY = PageEntry(
    "pages/glossary.py",
    "Glossary",
    ":material/menu_book:",
    "",
    "The lecture's terms, each in a sentence, and where to see it.",
)

_PARK = {"prefix": "I went to the"}

PAGES: tuple[PageEntry, ...] = (
    PageEntry(
        "pages/next_token.py",
        "Next token",
        ":material/bar_chart:",
        "Neural language models",
        "Type a prefix and watch p(x | START …) over the whole vocabulary move as you type.",
        (
            ("Inputs and outputs: the table p(x | START), p(x | START I), …", {"prefix": "I went to the park."}),
            ("Embeddings, hidden state, logits and softmax over |V| tokens", {**_PARK, "view": "Numbers"}),
            ("Sampling: temperature, top-k and top-p beside the untouched p", {**_PARK, "view": "Sampling"}),
            ("Window, recurrent network and Transformer on one prefix", {**_PARK, "view": "Compare"}),
        ),
    ),
    PageEntry(
        "pages/bert_sentiment.py",
        "BERT for sentiment",
        ":material/sentiment_satisfied:",
        "Neural language models",
        "A sentence on its way from words to a label.",
        (
            ("Task and data: sentences with a label", {"stage": "1 Data"}),
            ("Prediction step 1: tokenization, [CLS] … [SEP] and the padded matrix", {"stage": "2 Tokens"}),
            ("Padding and the attention mask", {"stage": "3 Padding"}),
            ("Prediction steps 2 and 3: through BERT, and the slice [:, 0, :]", {"stage": "4 Encoder"}),
            ("The dataset for logistic regression: features and labels", {"stage": "5 Features"}),
            ("Split, fit, score: the logistic regression classifier", {"stage": "6 Classifier"}),
            ("Prediction step 4: the label of a sentence of your own", {"stage": "7 Prediction"}),
            ("Which layer, [CLS] or mean? A sweep by cross-validation", {"stage": "8 Layers"}),
        ),
    ),
    PageEntry(
        "pages/encoder_or_decoder.py",
        "Encoder or decoder",
        ":material/swap_horiz:",
        "Neural language models",
        "One sentence in a model that looks both ways and in one that looks to the left.",
        (
            (
                "BERT is an encoder-only language model",
                {"sentence": "I went to the shop to buy some bread.", "view": "Fill the blank", "word": "9"},
            ),
            ("BERT vs. GPT-3: who may look where", {"sentence": "I went to the park.", "view": "Mask"}),
            ("Attention of both, layer by layer and head by head", {"view": "Attention", "drawing": "Lines"}),
            ("A word on the right changes: what moves on its left", {"view": "Change a word"}),
            ("Why an encoder does not write", {"view": "Writing"}),
            ("BERT and GPT-3 in one table", {"view": "BERT and GPT-3"}),
        ),
    ),
    PageEntry(
        "pages/prompt.py",
        "Prompt and generate",
        ":material/edit_note:",
        "Neural language models",
        "A text drawn token by token: how surprising each is, and what else was possible.",
        (
            (
                "Usage: the input prompt “Recite the first law of robotics”",
                {"prompt": "Recite the first law of robotics"},
            ),
        ),
    ),
    PageEntry(
        "pages/neural_network.py",
        "A neural network",
        ":material/hub:",
        "Deep learning review",
        "Inputs, weights and activations of a small network, each to be moved and each to be read.",
        (
            ("A network from ℝ³ to ℝ²: ŷ = W₂ σ(W₁ x + b₁) + b₂ with its shapes", {"view": "Matrices"}),
            ("One unit's arithmetic, and its weights", {"view": "One unit", "unit": "h₂[1]"}),
            ("Common activation functions and their derivatives", {"view": "Activation", "sigma": "GeLU"}),
            ("Outputs as probabilities: a softmax on top", {"view": "Softmax", "d": "4"}),
        ),
    ),
    PageEntry(
        "pages/losses.py",
        "Losses and softmax",
        ":material/balance:",
        "Deep learning review",
        "Move a prediction by hand and see what every loss says of it.",
        (
            (
                "Multi-class classification: softmax over words, cross-entropy, perplexity",
                {"problem": "Multi-class classification"},
            ),
            ("2-way classification: binary cross-entropy", {"problem": "2-way classification"}),
            ("Regression: L2 and L1", {"problem": "Regression"}),
            ("Softmax with a temperature, and without overflow", {"view": "Softmax step by step"}),
        ),
    ),
    PageEntry(
        "pages/gradient_descent.py",
        "Gradient descent",
        ":material/trending_down:",
        "Deep learning review",
        "Follow the negative gradient down a surface: click to start, slide the rate, play the path.",
        (
            ("θ⁽ⁱ⁺¹⁾ = θ⁽ⁱ⁾ − α ∂L/∂θ, step by step with its numbers", {"view": "One step"}),
            ("Learning rate α: too small, right, too large", {"surface": "Ravine", "alpha": "0.079", "T": "40"}),
            (
                "Global and local minima: where a thousand starts end",
                {"surface": "Many minima", "view": "A thousand starts"},
            ),
            (
                "Stochastic gradient descent: mini-batches, their noise and their cost",
                {"optimizer": "SGD", "B": "2", "rivals": "GD", "T": "120"},
            ),
            (
                "Does SGD find better minima? A thousand starts of both",
                {"surface": "Two weights of a network", "optimizer": "SGD", "view": "A thousand starts"},
            ),
        ),
    ),
    PageEntry(
        "pages/loss_landscape.py",
        "Loss landscape of a trained network",
        ":material/landscape:",
        "Deep learning review",
        "Train a small network and look at the loss around it.",
        (
            ("Descending a real loss: the path of training over its two main directions", {"directions": "PCA"}),
            (
                "A deep network without skip connections: a rugged landscape",
                {"depth": "20", "alpha": "0.03", "directions": "Random", "plot": "3-D"},
            ),
            (
                "A deep network with skip connections: a smooth landscape",
                {"depth": "20", "skip": "true", "alpha": "0.03", "directions": "Random", "plot": "3-D"},
            ),
            ("The landscape of nlm-rnn on held-out sentences", {"source": "nlm-rnn"}),
        ),
        short="Loss landscape",
    ),
    PageEntry(
        "pages/backpropagation.py",
        "Backpropagation",
        ":material/undo:",
        "Deep learning review",
        "The chain rule as a ledger: one row at a time, each number checked.",
        (
            ("1. Forward pass: h₁ = W₁ x + b₁, h₂ = σ(h₁), ŷ = W₂ h₂ + b₂", {"row": "1"}),
            ("2. Calculate the loss L(y, ŷ)", {"row": "4"}),
            ("3. Backwards pass: δ of ŷ, ∂L/∂W₂, ∂L/∂b₂, δ of h₂ and h₁, ∂L/∂W₁, ∂L/∂b₁", {"row": "5"}),
            ("Guess each number before it is shown", {"row": "8", "guess": "true"}),
            ("Take the step: new weights, new loss", {"view": "Take the step"}),
        ),
    ),
    PageEntry(
        "pages/window_or_recurrence.py",
        "Window or recurrence",
        ":material/compare_arrows:",
        "Recurrent language models",
        "A model that sees N words beside one that hands its state on.",
        (
            (
                "Idea 1, a sliding window of size N: it cannot look more than N words back",
                {"prefix": "The keys to the old house by the river", "N": "3"},
            ),
            (
                "No Markov assumption: how long each model can tell two prefixes apart",
                {"view": "Two prefixes", "N": "4"},
            ),
            (
                "Chain rule: P(w₁ … wₙ) as a product of P(wₜ | window) or P(wₜ | hₜ₋₁)",
                {"prefix": "I went to the park.", "view": "Chain rule"},
            ),
        ),
    ),
    PageEntry(
        "pages/step_rnn.py",
        "Step through an RNN",
        ":material/footprint:",
        "Recurrent language models",
        "One network applied again and again, each step taken apart.",
        (
            (
                "Idea 2, recurrence: the unrolled network, step by step",
                {"prefix": "the students opened their", "t": "1"},
            ),
            (
                "The equations of the example RNN with their numbers and shapes",
                {"prefix": "the students opened their", "t": "4", "view": "Arithmetic"},
            ),
            (
                "From an early state to a late one: how much each word still matters",
                {"prefix": "The keys to the old house by the river", "t": "8", "view": "Influence"},
            ),
            (
                "What a hidden state represents: its nearest neighbours",
                {"prefix": "I went to the", "t": "4", "view": "Similar states"},
            ),
        ),
    ),
    PageEntry(
        "pages/train_rnn.py",
        "Train an RNN",
        ":material/model_training:",
        "Recurrent language models",
        "The training procedure as it happens: one step taken apart, or a whole run, on a text of your own.",
        (
            ("Training procedure, 1: input/output pairs of START I went to the park. STOP", {"stage": "1 Pairs"}),
            ("Training procedure, 2: run the model to get probability distributions", {"stage": "2 Run"}),
            ("Training procedure, 3: cross-entropy loss against the true y", {"stage": "3 Loss"}),
            ("Training procedure, 4: backpropagate to get the gradient", {"stage": "4 Backpropagate"}),
            ("Training procedure, 5: take a step of gradient descent", {"stage": "5 Descend"}),
            ("Train for many steps: loss, perplexity and samples as they come", {"view": "Run"}),
        ),
    ),
)
EVERY = (HOME, GLOSSARY, *PAGES)


def page_of(stem: str) -> PageEntry:
    """The page whose script has that name.

    Raises
    ------
    ValueError
        If there is none.
    """
    for entry in EVERY:
        if PurePosixPath(entry.file).stem == stem:
            return entry
    raise ValueError(f"no page has the address {stem!r}")
