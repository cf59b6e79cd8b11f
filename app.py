"""The frame of the app: page settings, navigation, return from a deep link."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from nlm_core.runtime import keep_modules
from pages._shared.frame import enter_frame, hand_back
from pages._shared.navigation import asked_page, show_navigation
from pages._shared.serving import IndexOfPages

ICON = Path(__file__).parent / "assets" / "icon.png"


def frame() -> None:
    """What every visitor's every run goes through."""
    st.set_page_config(page_title="Neural Language Model Explorer", page_icon=ICON, layout="wide")
    page = asked_page()
    enter_frame()
    hand_back()
    try:
        page.run()
    finally:
        show_navigation()
    keep_modules()


if __name__ == "__main__":
    # A visitor's run, or a server that runs this file as a plain script.
    frame()
else:
    # `streamlit run` imports this file once and serves what it finds under this name.
    app = st.App(__file__, middleware=[Middleware(IndexOfPages)])
