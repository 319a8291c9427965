/* Sets every formula with KaTeX: on the page, on pages that instant navigation brings, and in hover previews. */
(() => {
  function set(node) {
    if (node.dataset.set) return;
    node.dataset.set = "yes";
    const source = node.textContent.trim();
    const displayMode = source.startsWith("\\[");
    try {
      // throwOnError, so that a macro nobody defined is seen here and not printed in red as if it were fine
      katex.render(source.slice(2, -2), node, { displayMode, throwOnError: true });
    } catch (error) {
      node.classList.add("katex-error");
      node.title = error.message;
    }
  }

  function setAll(root) {
    root.querySelectorAll(".arithmatex").forEach(set);
  }

  function start() {
    setAll(document);
    new MutationObserver((records) => {
      for (const { addedNodes } of records)
        for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) setAll(node.parentNode ?? node);
    }).observe(document.body, { childList: true, subtree: true });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  window.document$?.subscribe(() => setAll(document));
})();
