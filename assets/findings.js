// Beside a chart stands what it shows, as text that is not seen. Here that becomes the chart's name for screen readers.
// Handed to Streamlit as the chart's own text it would be a part of its specification, and every new number would
// build the chart anew.
(() => {
  if (window.__nlmFindings) return;
  window.__nlmFindings = true;
  const texts = document.getElementsByClassName("nlm-finding");
  const name = () => {
    for (const text of texts) {
      const before = text.closest("[data-testid=stElementContainer]")?.previousElementSibling;
      const chart = before?.querySelector("[role=graphics-document]");
      if (chart && chart.getAttribute("aria-label") !== text.textContent) chart.setAttribute("aria-label", text.textContent);
      // Said once: without a chart to name, it is read where it stands.
      if (text.getAttribute("aria-hidden") !== String(!!chart)) text.setAttribute("aria-hidden", !!chart);
    }
  };
  // After the page has been drawn: what is seen does not wait for what is heard.
  let waiting = null;
  const later = () => { waiting ??= setTimeout(() => { waiting = null; name(); }, 100); };
  new MutationObserver(later).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["aria-label"],
  });
  name();
})();
