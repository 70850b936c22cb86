/* keys.js: choosing one's own keys by pressing them. The list beside each button works without this. */
(() => {
  "use strict";
  const { find, all } = window.UI;
  let waiting = null;

  function stop() {
    if (!waiting) return;
    waiting.firstElementChild.textContent = waiting.dataset.keyText;
    waiting.removeAttribute("aria-pressed");
    waiting = null;
  }
  document.addEventListener("click", (e) => {
    const button = e.target.closest?.("[data-key-set]");
    const same = button === waiting;
    stop();
    if (!button || same) return;
    waiting = button;
    button.dataset.keyText = button.firstElementChild.textContent;
    button.firstElementChild.textContent = button.dataset.keyWait;
    button.setAttribute("aria-pressed", "true");
  });
  /* First of all listeners: the key that is being chosen does nothing else. */
  addEventListener("keydown", (e) => {
    if (!waiting || /^(Shift|Control|Alt|Meta)/.test(e.code)) return;
    if (e.code === "Tab") { stop(); return; }
    e.preventDefault();
    e.stopImmediatePropagation();
    if (e.code === "Escape") { stop(); return; }
    const list = document.getElementById(waiting.dataset.keySet);
    const code = e.code.replace("Numpad", "Digit");
    const option = pick(list, code, e);
    const refused = find("[data-key-refused]");
    refused.hidden = Boolean(option);
    if (!option) return;
    option.selected = true;
    list.dispatchEvent(new Event("input", { bubbles: true }));
    stop();
  }, true);
  /* The usual key of an action is its empty option; the others carry their codes. */
  function pick(list, code, e) {
    if (e.ctrlKey || e.altKey || e.metaKey || e.shiftKey) return null;
    if (code === list.options[0].dataset.code) return list.options[0];
    return [...list.options].find((one) => one.value === code);
  }

  /* What was chosen and not saved yet is marked, and leaving asks. */
  const form = find("form[data-unsaved]");
  const now = (list) => list.options[list.selectedIndex];
  const was = (list) => [...list.options].find((one) => one.defaultSelected) || list.options[0];
  const isChanged = (list) => now(list) !== was(list);
  function mark() {
    const lists = all("select", form);
    lists.forEach((list) => list.closest(".own-key").classList.toggle("changed", isChanged(list)));
    const unsaved = form.dataset.unsaved === "1" || lists.some(isChanged);
    find("[data-unsaved-note]", form).hidden = !unsaved;
    return unsaved;
  }
  form.addEventListener("input", mark);
  let isSaving = false;
  form.addEventListener("submit", (e) => { isSaving = !e.defaultPrevented; });
  addEventListener("beforeunload", (e) => { if (!isSaving && mark()) e.preventDefault(); });
  document.addEventListener("focusout", (e) => { if (e.target === waiting) stop(); });
})();
