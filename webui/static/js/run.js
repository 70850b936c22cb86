/* run.js: what was checked may be run; a changed answer is checked first. The server compares too. */
(() => {
  "use strict";
  const { find, all } = window.UI;
  const form = find("form[data-run]");
  const run = form && find("[data-run-now]", form);
  if (!run) return;
  const check = find("[data-run-check]", form);
  const word = find("[data-run-changed]", form);
  const nobody = run.disabled;

  /* By what the page came with, not by what was typed last: Back may bring typed answers along. */
  const differs = (el) => {
    if (el.tagName !== "SELECT") return el.value !== el.defaultValue;
    const at = [...el.options].findIndex((one) => one.defaultSelected);
    return el.selectedIndex !== Math.max(0, at);
  };
  const give = (button, is) => {
    button.classList.toggle("btn-primary", is);
    ["data-main", "data-key", "aria-keyshortcuts"].forEach((name) => button.removeAttribute(name));
    if (!is) return;
    button.dataset.main = "";
    button.dataset.key = "Ctrl+Enter";
    button.setAttribute("aria-keyshortcuts", "Control+Enter");
  };
  function look() {
    const changed = all("select, textarea, input:not([type=hidden])", form).some(differs);
    run.disabled = nobody || changed;
    give(run, !changed);
    give(check, changed);
    word.hidden = !changed;
  }
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  addEventListener("pageshow", look);
})();
