"""A few lines of Python that reproduce the numbers of a page as it is set now, those of the view that is chosen.

They read the values of the page's fields, which the fields have already checked, and write every one of them as a
Python literal: what a visitor typed can be no more than a text in the code. What a page keeps beside its fields (a run
of training, points moved by hand) is read from the same state.
"""

from collections.abc import Callable

from pages._shared.snippets.bert_sentiment import bert_sentiment
from pages._shared.snippets.encoder_or_decoder import encoder_or_decoder
from pages._shared.snippets.gradient_descent import gradient_descent
from pages._shared.snippets.lines import State
from pages._shared.snippets.loss_landscape import loss_landscape
from pages._shared.snippets.losses import losses
from pages._shared.snippets.network import backpropagation, neural_network
from pages._shared.snippets.next_token import next_token
from pages._shared.snippets.prompt import prompt
from pages._shared.snippets.step_rnn import step_rnn
from pages._shared.snippets.train_rnn import train_rnn
from pages._shared.snippets.window_or_recurrence import window_or_recurrence

SNIPPETS: dict[str, Callable[[State], str]] = {
    "pages/next_token.py": next_token,
    "pages/prompt.py": prompt,
    "pages/bert_sentiment.py": bert_sentiment,
    "pages/encoder_or_decoder.py": encoder_or_decoder,
    "pages/neural_network.py": neural_network,
    "pages/losses.py": losses,
    "pages/gradient_descent.py": gradient_descent,
    "pages/loss_landscape.py": loss_landscape,
    "pages/backpropagation.py": backpropagation,
    "pages/window_or_recurrence.py": window_or_recurrence,
    "pages/step_rnn.py": step_rnn,
    "pages/train_rnn.py": train_rnn,
}
