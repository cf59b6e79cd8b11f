"""The lecture's terms, each defined once in our own words, with the page on which it can be seen."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class Term:
    """A term, what it means in Markdown with formulas, and the addresses of the pages that show it, the best first."""

    name: str
    means: str
    pages: tuple[str, ...]


_TERMS = (
    # Neural language models
    (
        "Language model",
        "Gives every token of a vocabulary a probability of coming next, after any prefix.",
        "next_token",
    ),
    ("Token", "A piece of text that a model reads as one: a word, a part of one, a mark.", "next_token"),
    ("Tokenization", "Cutting a text into tokens and replacing each by its number.", "next_token bert_sentiment"),
    ("Vocabulary", r"All tokens that a model knows; there are $\lvert V\rvert$ of them.", "next_token"),
    ("START and STOP", "Tokens that stand before the first and after the last one of a text.", "next_token train_rnn"),
    ("Prefix", "The tokens so far, START first: what the prediction is conditioned on.", "next_token"),
    (
        "Next-token distribution",
        r"$p(x\mid\text{prefix})$: one probability for each token of the vocabulary; together they are 1.",
        "next_token",
    ),
    (
        "One-hot vector",
        "As long as the vocabulary, 1 at the place of one token and 0 elsewhere.",
        "step_rnn next_token",
    ),
    ("Embedding", "The vector that stands for a token; it is learned, and so a part of θ.", "next_token step_rnn"),
    ("Logits", "The numbers $y$ that a network gives, one a class, before the softmax.", "losses next_token"),
    (
        "Softmax",
        r"Makes a distribution of logits: $\exp(y_i)/\sum_j \exp(y_j)$. Larger logits get more, none gets 0.",
        "losses neural_network next_token",
    ),
    ("Temperature", r"Divides the logits before the softmax: below 1 sharpens, above 1 flattens.", "next_token losses"),
    ("Sampling", "Drawing the next token by chance, each as often as its probability says.", "next_token prompt"),
    ("Top-k", "Sampling from the k most probable tokens alone, made to sum to 1 again.", "next_token prompt"),
    ("Top-p", "Sampling from the fewest tokens that hold a share p of the probability.", "next_token prompt"),
    ("Prompt", "The text that a model is given to go on from.", "prompt"),
    ("Surprise", r"$-\log_2 p$ of the token that came, in bits: 0 if it was certain, large if unlikely.", "prompt"),
    # Encoders and decoders
    (
        "Encoder",
        "A Transformer in which each token sees all others, left and right; it makes vectors.",
        "encoder_or_decoder",
    ),
    ("Decoder", "A Transformer in which each token sees those before it alone; it writes on.", "encoder_or_decoder"),
    ("Attention", "Weights that say how much each token takes from each other one.", "encoder_or_decoder"),
    (
        "Attention mask",
        "Says who may be looked at: it hides padding, and from a decoder what is to come.",
        "encoder_or_decoder bert_sentiment",
    ),
    ("Bidirectional", "Using what stands to the left and to the right of a word.", "encoder_or_decoder"),
    ("[CLS] and [SEP]", "Tokens that BERT puts before and after a sentence.", "bert_sentiment"),
    ("Padding", "Empty tokens behind short sentences, so that all rows of a batch are as long.", "bert_sentiment"),
    ("Features", "The vector that stands for a whole sentence, here the hidden state of [CLS].", "bert_sentiment"),
    (
        "Logistic regression",
        r"Two classes from features: $\sigma(w\cdot x+b)$ is the probability of one.",
        "bert_sentiment",
    ),
    ("Training and test set", "What is learned from, and what is kept back to score on.", "bert_sentiment"),
    ("Accuracy", "The share of examples whose label is predicted rightly.", "bert_sentiment"),
    # Deep learning review
    ("Neural network", "A function of layers: each a matrix product, a bias and an activation.", "neural_network"),
    ("Parameters", "Everything that is learned, weights and biases, together called θ.", "neural_network"),
    ("Weights and bias", r"$W$ and $b$ of a layer that computes $Wx+b$.", "neural_network"),
    ("Hidden layer", "A layer between input and output; its numbers are the units.", "neural_network"),
    (
        "Activation function",
        "Bends each unit's number, so that layers are more than one matrix. Sigmoid, tanh, ReLU, GeLU.",
        "neural_network",
    ),
    ("Loss", "One number that says how wrong a prediction is; learning makes it small.", "losses"),
    ("L2 loss", r"$\frac12\sum_i (y_i-\hat y_i)^2$: large errors count most.", "losses"),
    ("L1 loss", r"$\sum_i \lvert y_i-\hat y_i\rvert$: every error counts by its size.", "losses"),
    ("Binary cross-entropy", r"$-[y\ln\hat y+(1-y)\ln(1-\hat y)]$, for two classes.", "losses"),
    (
        "Cross-entropy",
        r"$-\sum_i y_i\ln\hat y_i$: of a true word, minus the log of its probability.",
        "losses train_rnn",
    ),
    ("Perplexity", r"$\exp$ of the mean cross-entropy: among how many equal words one is unsure.", "losses train_rnn"),
    (
        "Gradient",
        "All partial derivatives of the loss: the direction in which it grows fastest.",
        "gradient_descent backpropagation",
    ),
    (
        "Gradient descent",
        r"$\theta^{(i+1)}=\theta^{(i)}-\alpha\,\partial L/\partial\theta$: small steps against the gradient.",
        "gradient_descent",
    ),
    ("Learning rate", "The step size α: too small is slow, too large jumps over the valley.", "gradient_descent"),
    ("Local and global minimum", "Lower than all around it; lower than everything.", "gradient_descent"),
    ("Stochastic gradient descent", "Gradient descent with the gradient of a small random batch.", "gradient_descent"),
    ("Batch", "The examples whose gradient is computed at once.", "gradient_descent train_rnn"),
    ("Loss landscape", "The loss as a surface over the parameters, or over a plane through them.", "loss_landscape"),
    ("Skip connection", "Adds a layer's input to its output; it makes deep landscapes smooth.", "loss_landscape"),
    ("Forward pass", "Computing the prediction and the loss, keeping all that lies between.", "backpropagation"),
    ("Backpropagation", "The gradient of every parameter, from the loss back to the first layer.", "backpropagation"),
    (
        "Chain rule of derivatives",
        r"$\frac{dy}{dx}=\frac{dy}{du}\frac{du}{dx}$, what backpropagation applies again and again.",
        "backpropagation",
    ),
    # Recurrent language models
    ("Sliding window", "The last N words, which are all that such a model sees.", "window_or_recurrence"),
    ("Markov assumption", "That the next word depends on a fixed number of words before it.", "window_or_recurrence"),
    (
        "Recurrent network",
        "One network applied at each word to that word and to its own last state.",
        "step_rnn window_or_recurrence",
    ),
    ("Hidden state", r"$h_t$: the vector that carries what was read so far to the next step.", "step_rnn"),
    (
        "Chain rule of probability",
        r"$P(w_1\dots w_n)=\prod_t P(w_t\mid w_1\dots w_{t-1})$.",
        "window_or_recurrence next_token",
    ),
    ("Training pair", "A beginning of a sentence and the token that follows it.", "train_rnn"),
    ("Epoch", "Once through all of the training text.", "train_rnn"),
)

TERMS = tuple(Term(name, means, tuple(pages.split())) for name, means, pages in _TERMS)
_BY_NAME = {term.name: term for term in TERMS}


def terms_of(file: str) -> tuple[Term, ...]:
    """The terms that a page shows."""
    return tuple(term for term in TERMS if Path(file).stem in term.pages)


def hint(*names: str, said: str = "") -> str:
    """What a field's question mark says, in Markdown: what is ``said`` of the field itself, or the first term's
    meaning where nothing is, and the way to each term's place among the words.

    Raises
    ------
    ValueError
        If there is no term of such a name, which the message lists.
    """
    if missing := [name for name in names if name not in _BY_NAME]:
        raise ValueError(f"no term is called {missing[0]!r}; there are {', '.join(_BY_NAME)}")
    # Streamlit opens a link in a text beside the page, which stays as it is.
    links = " · ".join(f"[{name}](glossary?word={quote(name)})" for name in names)
    return f"{said or _BY_NAME[names[0]].means}\n\n{links}"


def matching(text: str) -> tuple[Term, ...]:
    """The terms with a text in their name, that which is it first; else those with it in their meaning.

    An empty text finds all.
    """
    wanted = text.strip().casefold()
    by_name = tuple(
        sorted(
            (term for term in TERMS if wanted in term.name.casefold()), key=lambda term: term.name.casefold() != wanted
        )
    )
    return by_name or tuple(term for term in TERMS if wanted in term.means.casefold())
