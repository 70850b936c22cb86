/* files.js: the zone that a file is dropped on, and the count on the button that forms work-lists. */
(() => {
  "use strict";
  const { find, all } = window.UI;

  /* ---- the chosen file: its name, and its size before anything is sent ---- */
  const zone = find("[data-drop]");
  const input = zone && find("input[type=file]", zone);
  if (input) {
    const name = find("[data-drop-name]", zone);
    const large = find("#too-large");
    const empty = name.textContent;
    const show = () => {
      const file = input.files[0];
      const isLarge = Boolean(file) && file.size > Number(input.dataset.most);
      name.textContent = file ? file.name : empty;
      zone.classList.toggle("has", Boolean(file) && !isLarge);
      large.hidden = !isLarge;
      if (isLarge) large.focus();
      return !isLarge;
    };
    input.addEventListener("change", show);
    input.form.addEventListener("submit", (e) => {
      if (show()) return;
      e.preventDefault();
      e.stopImmediatePropagation();
      window.UI.idle?.(input.form);
    });
    ["dragover", "dragleave", "drop"].forEach((type) =>
      zone.addEventListener(type, () => zone.classList.toggle("over", type === "dragover")),
    );
    /* A body that is too large is answered from the address alone. */
    const form = input.form;
    form.addEventListener("change", () => {
      const address = new URL(form.action);
      address.searchParams.set("unit", form.elements.unit.value);
      address.searchParams.set("format", form.elements.format.value);
      address.searchParams.set("sheet", form.elements.sheet.value);
      form.action = address;
    });
    show();
  }

  /* ---- how many rows the button will take ---- */
  const count = find("[data-ticks]");
  if (count) {
    const tell = () => {
      const here = all('input[type="checkbox"][data-tick]:checked').length;
      const chosen = here + Number(count.dataset.ticks);
      count.textContent = `(${chosen})`;
      count.closest("button").disabled = chosen === 0;
      const total = find("[data-ticks-all]");
      if (!total) return;
      total.textContent = chosen;
      find("#ticked").hidden = chosen === 0;
      find("#unticked").hidden = chosen > 0;
    };
    document.addEventListener("click", (e) => {
      if (e.target.type !== "checkbox") return;
      tell();
      keepSoon();
    });
    document.addEventListener("ui:settled", tell);
    tell();

    /* What is ticked is kept by the server: reloading or leaving the page loses nothing. */
    const form = count.closest("form");
    let waiting = 0;
    let sending = null;
    const keep = () => {
      clearTimeout(waiting);
      waiting = 0;
      sending?.abort();
      sending = new AbortController();
      const body = new URLSearchParams(new FormData(form));
      body.set("quiet", "1");
      fetch(form.dataset.keep, {
        method: "POST", body, keepalive: true, credentials: "same-origin", signal: sending.signal,
      }).catch(() => { /* no network, or overtaken: the next tick tells all of them again */ });
    };
    const keepSoon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(keep, 250);
    };
    form.addEventListener("submit", () => { clearTimeout(waiting); waiting = 0; sending?.abort(); });
    addEventListener("pagehide", () => { if (waiting) keep(); });
  }
})();
