/* hotkeys.js: keys by their place on the keyboard, so that they work in every layout. Which key does what
   is written into the page (data-key) by the server, from the person's own choice. */
(() => {
  "use strict";
  const { find, all, shown, fire, store, local, focusFirstEmpty, togglePop, NOT_TYPED } = window.UI;
  const typing = (el) =>
    el.isContentEditable ||
    /^(TEXTAREA|SELECT)$/.test(el.tagName) ||
    (el.tagName === "INPUT" && !NOT_TYPED.test(el.type));
  const keysOff = () => store.get(local, "keys") === "off";
  const chord = (e) =>
    (e.ctrlKey || e.metaKey ? "Ctrl+" : "") +
    (e.altKey ? "Alt+" : "") +
    (e.shiftKey ? "Shift+" : "") +
    e.code.replace("NumpadEnter", "Enter").replace("Numpad", "Digit");
  const SIGN = /^(Shift\+)?(Key[A-Z]|Digit\d|F\d|Slash|Comma|Period|Minus|Equal|Semicolon|Quote|Back(quote|slash)|Bracket(Left|Right))$/;
  let goto = 0;

  document.addEventListener("keydown", (e) => {
    const keys = chord(e);
    // Held down, only what walks goes on.
    if (e.isComposing || (e.repeat && !("keyRepeat" in (holder(keys)?.dataset || {})))) return;
    if (e.code === "Escape") return escape(e);
    const plain = !/^(Ctrl|Alt)\+/.test(keys);
    // A list takes arrows, Space and Enter; letters and digits stay the page's, to correct a choice.
    const listed = e.target.tagName === "SELECT" && SIGN.test(keys);
    if (plain && ((typing(e.target) && !listed) || keysOff() || find("dialog[open]"))) return;
    if (plain && goto && e.timeStamp - goto < 1500) {
      goto = 0;
      const link = find(`[data-goto="${e.code}"]`);
      if (link) { e.preventDefault(); link.click(); return; }
    }
    if (keys === document.body.dataset.gotoKey && find("[data-goto]")) { goto = e.timeStamp; return; }
    if (choose(keys)) { e.preventDefault(); return; }
    // «?» is where the layout has it; the key beside Shift is where the keyboard has it.
    const el = holder(keys) || (e.key === "?" && holder("Shift+Slash"));
    if (el) { e.preventDefault(); press(el); }
  });

  /* What this key presses: only what is seen, except what says that it is there all the same. */
  function holder(keys) {
    const scope = find("dialog[open]") || document;
    const named = all(`[data-key="${CSS.escape(keys)}"]`, scope);
    return named.find(shown) || named.find((el) => "keyHidden" in el.dataset);
  }

  /* Shift and a digit: the first, second, … choice of the list that is open to be filled in. */
  function choose(keys) {
    const number = Number(/^Shift\+Digit([1-9])$/.exec(keys)?.[1]);
    const list = number && all("select[data-digits]").find(shown);
    const option = list && [...list.options].filter((one) => one.value)[number - 1];
    if (!option) return false;
    option.selected = true;
    list.focus();
    fire(list, "input");
    fire(list, "change");
    return true;
  }
  function number() {
    all("select[data-digits]:not([data-numbered])").forEach((list) => {
      list.dataset.numbered = "1";
      [...list.options].filter((one) => one.value).slice(0, 9).forEach((one, at) => {
        one.textContent = `${at + 1}. ${one.textContent}`;
      });
    });
  }

  function press(el) {
    if ("keyFocus" in el.dataset) {
      el.focus();
      el.select?.();
    } else if ("keyCycle" in el.dataset) {
      const choices = all("button", el);
      const next = choices[(choices.findIndex((one) => one.dataset.last) + 1) % choices.length];
      choices.forEach((one) => one.removeAttribute("data-last"));
      if (next) { next.dataset.last = "1"; next.click(); }
    } else if (el.type === "radio" || el.type === "checkbox") {
      el.checked = el.type === "radio" || !el.checked;
      fire(el, "input");
      fire(el, "change");
      if (el.type === "radio" && el.form) focusFirstEmpty(el.form, el);
      else if (el.checked) goInto(el);
    } else if (el.tagName === "BUTTON" && el.form && el.type === "submit" && !("byClick" in el.dataset)) {
      el.form.requestSubmit(el);
    } else if (el.matches("details[open]:not(.menu) > summary")) {
      // The key opens and goes there; it never closes what stands open already.
      el.focus();
    } else if (el.matches("details.menu > summary")) {
      el.click();
      if (el.parentElement.open) find(".menu-i", el.parentElement)?.focus();
    } else el.click();
  }

  /* What the tick has opened may lie below the screen. */
  function goInto(tick) {
    const part = tick.closest("[data-switch]");
    if (part?.dataset.switch !== tick.name) return;
    focusFirstEmpty(part, tick);
    part.scrollIntoView({ block: "nearest" });
  }

  function escape(e) {
    const menu = find("details.menu[open]");
    const pop = find(".pop:not([hidden])");
    if (menu) { menu.open = false; find("summary", menu).focus(); }
    else if (pop) togglePop(pop.id, false);
    else if (typing(e.target) && !e.target.closest("dialog")) {
      e.target.blur();
      find("[data-focus]")?.focus({ preventScroll: true });
    }
  }

  /* Arrows walk in an open menu, round and round. */
  document.addEventListener("keydown", (e) => {
    const item = e.target.closest?.("details.menu[open] .menu-i");
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.code];
    if (!item || !by) return;
    e.preventDefault();
    const items = all(".menu-i", item.closest("details")).filter(shown);
    items.at((items.indexOf(item) + by) % items.length).focus();
  });

  /* ---- the keys sheet lists exactly what the page declares ---- */
  function listKeys(dialog) {
    const rows = find("[data-keys-list]", dialog);
    const seen = new Set();
    const listed = new Set();
    rows.replaceChildren();
    const seenOrNot = (el) => (shown(el) || "keyHidden" in el.dataset) && !dialog.contains(el);
    // What works only at times (data-key-listed) comes last, unless it is there just now.
    const always = all("[data-key-listed]").filter((el) => !seenOrNot(el));
    all("[data-keycap], [aria-keyshortcuts]").filter(seenOrNot).concat(always).forEach((el) => {
      const label = keyLabel(el);
      const caps = el.dataset.keycap || el.getAttribute("aria-keyshortcuts").replace("Control", "Ctrl");
      if (!label || seen.has(caps + label) || ("keyListed" in el.dataset && listed.has(caps))) return;
      seen.add(caps + label);
      listed.add(caps);
      const [row, name, value] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
      name.textContent = label;
      (el.dataset.keycap ? caps.split("|") : caps.split(/[ +]/)).forEach((key) => {
        const cap = document.createElement("kbd");
        cap.className = "kbd";
        cap.textContent = key;
        value.append(cap);
      });
      row.append(name, value);
      rows.append(row);
    });
    const box = find("[data-keys-switch]", dialog);
    if (box) box.checked = !keysOff();
  }
  const keyLabel = (el) => {
    const named = el.dataset.keyLabel || el.getAttribute("aria-label") || el.labels?.[0]?.innerText;
    const text = named || (el.innerText || "").trim() || el.title || el.placeholder || "";
    return text.split("\n")[0].trim().replace(/\s*\([^)]*\)$/, "");
  };
  document.addEventListener("ui:opening", (e) => {
    if (e.target.id !== "keys") return;
    listKeys(e.target);
    // Printed now, the page is this sheet.
    document.body.classList.add("keys-open");
    e.target.addEventListener("close", () => document.body.classList.remove("keys-open"), { once: true });
  });
  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-keys-switch]")) store.set(local, "keys", e.target.checked ? null : "off");
  });
  document.addEventListener("ui:settled", number);
  number();
})();
