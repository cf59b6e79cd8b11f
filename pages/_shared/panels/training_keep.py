"""What can be taken away from a run: files to download, and the model for the other pages of this session."""

import streamlit as st

from nlm_core.lm.reproduce import SENTENCES_FILE, VOCABULARY_FILE, script, sentences_file
from nlm_core.lm.visitor_training import VisitorRun
from pages._shared.escape import plain
from pages._shared.loaders import keep_model, session_models
from pages._shared.style import notice

_MAX_NAME = 40


def keep_panel(run: VisitorRun) -> None:
    """Files of the run as it is now, made at once: they are small, and a click then never finds an older one."""
    files = (
        ("Weights", run.weights(), "model.safetensors", "application/octet-stream"),
        ("Vocabulary", run.vocabulary.to_json(), VOCABULARY_FILE, "application/json"),
        ("Loss curve", run.curve_csv(), "loss.csv", "text/csv"),
        ("PyTorch script", script(run), "reproduce.py", "text/x-python"),
        ("Its sentences", sentences_file(run), SENTENCES_FILE, "text/plain"),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name, data, file, kind in files:
            st.download_button(name, data, file, kind, key=file, on_click="ignore", icon=":material/download:")
    st.caption(
        f"The script trains the same network in plain PyTorch to the same losses, with {VOCABULARY_FILE} and "
        f"{SENTENCES_FILE} beside it."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name on the other pages", "my-rnn", key="model_name", max_chars=_MAX_NAME, width=220)
        st.button("Use on the other pages", on_click=_keep, args=(run, name), icon=":material/move_up:")
    if session_models():
        st.caption(f"Kept in this session: {plain(', '.join(session_models()))}.")


def _keep(run: VisitorRun, name: str) -> None:
    try:
        dropped = keep_model(run.model(name.strip()))
    except ValueError as error:
        notice(plain(str(error)))
        return
    gone = f" It takes the place of {plain(dropped)}." if dropped else ""
    notice(f"{plain(name.strip())} can be chosen on the other pages, as it is after {run.number:,} steps.{gone}")
