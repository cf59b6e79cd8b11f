"""An app with one job, which writes how far it has come into a file: for a test to see it from outside."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import streamlit as st

from pages._app import jobs


def steps() -> Iterator[int]:
    for number in range(10**6):
        time.sleep(0.01)
        Path(os.environ["STEPS_FILE"]).write_text(f"{number}", encoding="utf-8")
        yield number


st.button("Begin", on_click=jobs.start, args=("count", "count", steps))
jobs.watch("count", lambda: st.text(f"running: {jobs.running('count')}"), going=jobs.running("count"))
