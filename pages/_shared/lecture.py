"""The lecture's topics in its order, each with the link of the table of pages that shows it."""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pages._shared.catalog import PAGES, PageEntry

Link = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class Topic:
    """A topic of the lecture: its name there, the page's address, and how the label of the page's link begins."""

    name: str
    page: str
    link: str


@dataclass(frozen=True)
class Stop:
    """Neighbouring topics of one page, with those of its links that no topic of the lecture needs."""

    entry: PageEntry
    links: tuple[Link, ...]
    more: tuple[Link, ...] = ()


LECTURE: dict[str, tuple[Topic, ...]] = {
    "Neural language models: overview": (
        Topic("Inputs and outputs", "next_token", "Inputs and outputs"),
        Topic("Words to vectors, vectors to probabilities", "next_token", "Embeddings, hidden state"),
        Topic("Tokenization to input vectors", "next_token", "Embeddings, hidden state"),
    ),
    "Running examples: BERT and GPT-3": (
        Topic("BERT for sentiment classification: task and data", "bert_sentiment", "Task and data"),
        Topic("Prediction step 1: tokenization", "bert_sentiment", "Prediction step 1"),
        Topic("The input tensor", "bert_sentiment", "Padding"),
        Topic("Prediction steps 2 and 3: BERT, and the important part", "bert_sentiment", "Prediction steps 2"),
        Topic("Dataset for logistic regression", "bert_sentiment", "The dataset"),
        Topic("Train, run and score the classifier", "bert_sentiment", "Split, fit"),
        Topic("Prediction step 4: final predictions", "bert_sentiment", "Prediction step 4"),
        Topic("BERT is an encoder-only language model", "encoder_or_decoder", "BERT is an encoder-only"),
        Topic("How about BERT vs. GPT-3?", "encoder_or_decoder", "BERT vs. GPT-3"),
        Topic("Usage example: GPT-3", "prompt", "Usage"),
    ),
    "Deep learning review": (
        Topic("Neural networks", "neural_network", "A network from"),
        Topic("Common activation functions", "neural_network", "Common activation"),
        Topic("Learning: the parameters with the least loss", "loss_landscape", "Descending a real loss"),
        Topic("Loss functions: regression", "losses", "Regression"),
        Topic("Loss functions: 2-way classification", "losses", "2-way"),
        Topic("Loss functions: multi-class classification, perplexity", "losses", "Multi-class"),
        Topic("Gradient descent: the next estimate", "gradient_descent", "θ⁽ⁱ⁺¹⁾"),
        Topic("Learning rate", "gradient_descent", "Learning rate"),
        Topic("Global and local minima", "gradient_descent", "Global and local"),
        Topic("Stochastic gradient descent", "gradient_descent", "Stochastic gradient"),
        Topic("SGD often finds better minima", "gradient_descent", "Does SGD"),
        Topic("Loss landscape", "loss_landscape", "A deep network without"),
        Topic("Backpropagation: forward pass", "backpropagation", "1. Forward"),
        Topic("Backpropagation: the loss", "backpropagation", "2. Calculate"),
        Topic("Backpropagation: backwards pass", "backpropagation", "3. Backwards"),
        Topic("Classification: softmax and logits", "losses", "Softmax with a temperature"),
    ),
    "Language modeling with neural networks: RNNs": (
        Topic("Idea 1: sliding window", "window_or_recurrence", "Idea 1"),
        Topic("Idea 2: recurrent neural networks", "step_rnn", "Idea 2"),
        Topic("Example RNN: variables and equations", "step_rnn", "The equations"),
        Topic("From an early state to a later one", "step_rnn", "From an early"),
        Topic("What hidden states represent", "step_rnn", "What a hidden state"),
        Topic("The chain rule with hidden states", "window_or_recurrence", "Chain rule"),
        Topic("No Markov assumption", "window_or_recurrence", "No Markov"),
        Topic("Training procedure 1: input/output pairs", "train_rnn", "Training procedure, 1"),
        Topic("Training procedure 2: run the model", "train_rnn", "Training procedure, 2"),
        Topic("Training procedure 3: cross-entropy loss", "train_rnn", "Training procedure, 3"),
        Topic("Training procedure 4: backpropagate", "train_rnn", "Training procedure, 4"),
        Topic("Training procedure 5: step of gradient descent", "train_rnn", "Training procedure, 5"),
    ),
}


def found(topic: Topic) -> tuple[PageEntry, Link]:
    """The page and the link of a topic.

    Raises
    ------
    ValueError
        If the table of pages has no such page, or not exactly one such link of it.
    """
    entry = next((entry for entry in PAGES if Path(entry.file).stem == topic.page), None)
    links = [link for link in entry.topics if link[0].startswith(topic.link)] if entry else []
    if entry is None or len(links) != 1:
        raise ValueError(f"{topic.name!r}: {len(links)} links of {topic.page!r} begin with {topic.link!r}, not one")
    return entry, links[0]


def stops() -> dict[str, tuple[Stop, ...]]:
    """The chapters of the lecture as rows of stops; a page's further links stand where it comes first."""
    needed = [found(topic)[1] for topics in LECTURE.values() for topic in topics]
    chapters: dict[str, tuple[Stop, ...]] = {}
    seen: set[str] = set()
    for chapter, topics in LECTURE.items():
        row = []
        for _, group in groupby(map(found, topics), key=lambda pair: pair[0].file):
            pairs = list(group)
            entry, links = pairs[0][0], [link for _, link in pairs]
            more = () if entry.file in seen else tuple(link for link in entry.topics if link not in needed)
            seen.add(entry.file)
            row.append(Stop(entry, tuple(link for i, link in enumerate(links) if link not in links[:i]), more))
        chapters[chapter] = tuple(row)
    return chapters
