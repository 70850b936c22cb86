/* core.js: behaviour of every page. Delegated events only, so swapped-in HTML needs no set-up.
   No words of its own: they come from data-text-* of <body>. No eval, no inline styles.
   webui/templates/README.md lists the attributes that pages may use. */
(() => {
  "use strict";
  const root = document.documentElement;
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  /* What lies in a closed <details> has a place on the page, yet nobody sees it. */
  const shown = (el) => el.getClientRects().length > 0 && (el.checkVisibility?.() ?? true);
  const fire = (el, name) => el.dispatchEvent(new Event(name, { bubbles: true }));
  const NOT_TYPED = /^(radio|checkbox|button|submit|reset|range|color|file)$/;
  const store = {
    get: (area, key) => {
      try { return area().getItem(key); } catch { return null; }
    },
    set: (area, key, value) => {
      try {
        if (value === null) area().removeItem(key);
        else area().setItem(key, value);
      } catch { /* private windows may refuse; the page works without memory */ }
    },
  };
  const local = () => window.localStorage;
  const session = () => window.sessionStorage;

  /* ---- conditional fields: at once, without the server; the server checks by the same table ---- */
  const switchValue = (box) => {
    const control = formOf(box)?.elements[box.dataset.switch];
    if (!control) return "";
    return control.type === "checkbox" ? (control.checked ? control.value : "") : control.value;
  };
  const formOf = (box) => (box.tagName === "FORM" ? box : box.closest("form"));

  function applySwitch(box) {
    const value = switchValue(box);
    const own = (el) => el.parentElement.closest("[data-switch]") === box;
    const off = (list) => !list.split(" ").includes(value);
    all("[data-when]", box).filter(own).forEach((el) => {
      el.toggleAttribute("data-off", off(el.dataset.when));
    });
    all("[data-when-not]", box).filter(own).forEach((el) => {
      el.toggleAttribute("data-off", !off(el.dataset.whenNot));
    });
    const chosen = find("input[data-submit]:checked", box);
    const label = find("[data-main-label]", formOf(box) || box);
    if (chosen && label) label.textContent = chosen.dataset.submit;
  }

  function paintTiles(within = document) {
    all(".tile, .mg", within).forEach((tile) => {
      const input = find("input", tile);
      if (input) tile.classList.toggle("on", input.checked);
    });
  }

  /* Only a list may take the focus from a digit: in a text the next digit would be typed. */
  function focusFirstEmpty(form, tile) {
    const field = all("[data-when]:not([data-off]) :is(input, select, textarea)", form).find(
      (el) => shown(el) && !NOT_TYPED.test(el.type) && el.type !== "hidden" && !el.value,
    );
    (field?.tagName === "SELECT" ? field : tile).focus();
  }

  document.addEventListener("change", (e) => {
    const el = e.target;
    if (el.name && el.form) {
      [el.form, ...all("[data-switch]", el.form)].filter((box) => box.dataset.switch === el.name).forEach(applySwitch);
    }
    if (el.type === "radio" || el.type === "checkbox") paintTiles(el.form || document);
  });

  /* ---- one click on something declarative ---- */
  document.addEventListener("click", (e) => {
    const b = e.target.closest?.("button, a, summary");
    closeMenus(e.target);
    if (!b) return;
    const data = b.dataset;
    fillFields(b);
    if (data.dialog) openDialog(data.dialog);
    if ("close" in data) b.closest("dialog")?.close();
    if ("dismiss" in data) b.closest("[data-toast], .notice")?.remove();
    if (data.pop) togglePop(data.pop);
    if (data.nav) { e.preventDefault(); window.UI.step(data.nav === "next" ? 1 : -1); }
    if (data.themeSet) { e.preventDefault(); setTheme(data.themeSet); }
    if ("themeToggle" in data) {
      setTheme({ light: "dark", dark: "auto", auto: "light" }[root.dataset.theme] || "auto");
    }
    if (data.toggleClass) find(data.toggleOn || "main > *")?.classList.toggle(data.toggleClass);
    if (data.reveal) reveal(b, document.getElementById(data.reveal));
    if ("print" in data) window.print();
    if (b.getAttribute("role") === "tab" && b.tagName === "BUTTON") showTab(b);
  });

  /* data-set-<field name>="value": a chip fills one or more fields of its form */
  function fillFields(b) {
    const form = b.form || b.closest("form");
    for (const { name, value } of form ? [...b.attributes] : []) {
      const field = name.startsWith("data-set-") && form.elements[name.slice(9)];
      if (!field) continue;
      field.value = value;
      const el = field instanceof RadioNodeList ? field[0] : field;
      fire(el, "input");
      fire(el, "change");
    }
    // Which of the choices stands in the field now, and where it stands.
    const chips = b.classList.contains("chip") && b.closest(".chips");
    if (!chips) return;
    all(".chip", chips).forEach((one) => one.setAttribute("aria-pressed", String(one === b)));
    chips.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("input", (e) => {
    if (!e.isTrusted || !/^(date|time)$/.test(e.target.type)) return;
    all(".chips .chip[aria-pressed]", e.target.form || document).forEach((one) => one.removeAttribute("aria-pressed"));
  });

  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return dialog?.close();
    dialog.dispatchEvent(new CustomEvent("ui:opening", { bubbles: true }));
    return dialog.showModal();
  }

  function setTheme(theme) {
    root.dataset.theme = theme;
    document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax`;
    paintTheme();
    keepTheme(theme);
  }
  /* The page has changed already; that the person keeps it elsewhere may take its time, or fail. */
  function keepTheme(theme) {
    const token = find('meta[name="csrf-token"]')?.content;
    const form = find('form[action="/settings/theme"]');
    if (!token || !form) return;
    fetch(form.action, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ theme }),
      redirect: "manual",
      keepalive: true,
    }).catch(() => {});
  }
  const paintTheme = () =>
    all("[data-theme-set]").forEach((b) => {
      b.setAttribute("aria-pressed", String(b.dataset.themeSet === root.dataset.theme));
    });

  function reveal(b, input) {
    const open = input.type === "password";
    input.type = open ? "text" : "password";
    b.setAttribute("aria-pressed", String(open));
  }

  function togglePop(id, want) {
    const pop = document.getElementById(id);
    const opener = find(`[data-pop="${id}"]`);
    const open = want ?? pop.hidden;
    pop.hidden = !open;
    opener?.setAttribute("aria-expanded", String(open));
    if (open) find("input:not([type=hidden]), select, button, a", pop)?.focus();
    else if (pop.contains(document.activeElement) || document.activeElement === document.body) {
      opener?.focus();
    }
  }
  function closeMenus(target) {
    all("details.menu[open]").forEach((m) => { if (!m.contains(target)) m.open = false; });
  }
  document.addEventListener("pointerdown", (e) => {
    const pop = find(".pop:not([hidden])");
    if (pop && !pop.contains(e.target) && !e.target.closest("[data-pop]")) togglePop(pop.id, false);
  });
  document.addEventListener("submit", (e) => {
    if (e.target.classList.contains("pop")) togglePop(e.target.id, false);
  });

  function showTab(tab) {
    all('[role="tab"]', tab.closest('[role="tablist"]')).forEach((t) => {
      const on = t === tab;
      t.setAttribute("aria-selected", String(on));
      t.tabIndex = on ? 0 : -1;
      document.getElementById(t.getAttribute("aria-controls"))?.toggleAttribute("hidden", !on);
    });
  }

  /* ---- what happens after HTML arrived, first or later ---- */
  function settle(within = document) {
    all("[data-switch]").forEach(applySwitch);
    paintTiles();
    paintTheme();
    document.dispatchEvent(new CustomEvent("ui:settled", { detail: { within } }));
  }
  const firstBad = (within) => all('[aria-invalid="true"]', within).find(shown);
  function showBad(bad) {
    bad.focus({ preventScroll: true });
    bad.scrollIntoView({ block: "center" });
  }

  /* What was complained about is being mended: the complaint is stale. */
  function forgive(e) {
    const el = e.target;
    if (!el.name || !el.form) return;
    const complaints = (el.getAttribute("aria-describedby") || "").split(" ");
    complaints.filter((id) => id.endsWith("-e")).concat(el.id ? `${el.id}-e` : []).forEach((id) => {
      find(`.err[id="${id}"]`, el.form)?.remove();
    });
    const field = el.closest(".field");
    field?.classList.remove("bad");
    const same = [...el.form.elements].filter((one) => one.name === el.name || field?.contains(one));
    same.forEach((one) => one.removeAttribute("aria-invalid"));
    // Another choice here may need nothing there.
    const other = el.dataset.forgives && el.form.elements[el.dataset.forgives];
    if (other) forgive({ target: other });
  }
  document.addEventListener("input", forgive);

  function focusAfter(within, failed) {
    const bad = firstBad(within);
    if (bad) showBad(bad);
    else if (failed) find('.notice[role="alert"]', within)?.focus();
    else find("[data-focus]", within)?.focus({ preventScroll: true });
  }

  const net = find("#net");
  const offline = (is) => { if (net) net.hidden = !is; };
  addEventListener("offline", () => offline(true));
  addEventListener("online", () => offline(false));
  offline(navigator.onLine === false);

  window.UI = {
    find, all, shown, fire, store, local, session, settle, focusAfter, focusFirstEmpty, togglePop, NOT_TYPED,
  };
  settle();
  // A list of things to mend is begun at its first one, whatever is marked further down.
  const bad = firstBad(find("[data-mend-first]") || document);
  if (bad) showBad(bad);
})();
