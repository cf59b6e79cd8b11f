"""The lecture map: what can be seen where, in the lecture's order."""

import streamlit as st

from pages._shared.catalog import HOME, PAGES
from pages._shared.frame import require_frame, style

require_frame(HOME.file)
style()

st.title("Neural Language Model Explorer", anchor=False)
st.write(
    "Everything of a first lecture on neural language models, computed while you watch: "
    "each number on these pages comes from a model, the data or the formula beside it."
)
st.page_link(
    PAGES[0].file,
    label="Start: type a prefix, watch p(x | START …)",
    icon=PAGES[0].icon,
    query_params=PAGES[0].topics[0][1],
)

for section in dict.fromkeys(entry.section for entry in PAGES):
    st.subheader(section, anchor=False)
    for entry in (entry for entry in PAGES if entry.section == section):
        with st.container(border=True):
            st.page_link(entry.file, label=f"**{entry.title}**", icon=entry.icon)
            st.caption(entry.help)
            for topic, parameters in entry.topics:
                st.page_link(entry.file, label=topic, query_params=parameters)
