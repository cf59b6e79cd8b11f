"""The frame of the app: page settings, navigation, return from a deep link."""

from pathlib import Path

import streamlit as st

from pages._shared.frame import enter_frame, hand_back
from pages._shared.navigation import navigation

st.set_page_config(
    page_title="Neural Language Model Explorer",
    page_icon=Path(__file__).parent / "assets" / "icon.png",
    layout="wide",
)
page = navigation()
enter_frame()
hand_back()
page.run()
