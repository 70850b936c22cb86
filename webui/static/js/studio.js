/* studio.js: the builder of selections. The server draws the tree; here are the keys, the search in
   lists, dragging, and the faults beside their conditions. Without it every button works. */
(() => {
  "use strict";
  const { find, all, fire, shown } = window.UI;
  const form = find("form[data-studio]");

  /* ---- lists: a search, arrows, Escape ---- */
  const hide = (el, is) => el.toggleAttribute("hidden", is);
  document.addEventListener("input", (e) => {
    if (!e.target.matches?.("[data-narrow]")) return;
    e.stopPropagation();
    const words = e.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    const list = e.target.parentElement;
    // Two letters (as of maintenance) are the beginning of a word: within words they would be everywhere.
    const has = (text, word) => (word.length > 2 ? text.includes(word) : text.split(/[^\p{L}\p{N}]+/u).some((one) => one.startsWith(word)));
    const ticks = all("[data-narrowed]", list);
    ticks.forEach((one) => {
      const text = `${one.textContent} ${one.dataset.also || ""}`.toLowerCase();
      hide(one, !words.every((word) => has(text, word)));
    });
    all("[data-narrow-group]", list).forEach((group) => {
      hide(group, !all("[data-narrowed]", group).some((one) => !one.hidden));
    });
    const none = find("[data-narrow-none]", list);
    if (none) hide(none, ticks.some((one) => !one.hidden));
  }, true);
  const stops = (box) => all("[data-narrow], button, input[type=checkbox], select", box).filter(shown);
  document.addEventListener("keydown", (e) => {
    const box = e.target.closest?.("details[data-add][open], details[data-ms][open]");
    if (!box || e.altKey || e.ctrlKey) return;
    if (e.key === "Escape") {
      e.preventDefault();
      e.stopPropagation();
      box.open = false;
      find("summary", box).focus();
      return;
    }
    if (e.key === "Enter" && e.target.matches("[data-narrow]")) {
      e.preventDefault();
      all("button[data-narrowed]", box).find(shown)?.click();
      // Of several left the first may be anybody's: only the one that is meant is ticked.
      const ticks = all("label[data-narrowed]", box).filter(shown);
      if (ticks.length === 1) find("input", ticks[0]).click();
      return;
    }
    if (e.key === "Enter" && e.target.matches("label[data-narrowed] input")) {
      // The one that the arrows came to; the form is not sent from within a list.
      e.preventDefault();
      e.stopPropagation();
      e.target.click();
      return;
    }
    if (!/^Arrow(Up|Down)$/.test(e.key) || e.target.tagName === "SELECT") return;
    e.preventDefault();
    const list = stops(box);
    const at = list.indexOf(e.target) + (e.key === "ArrowDown" ? 1 : -1);
    list[Math.max(0, Math.min(list.length - 1, at))]?.focus();
  });
  document.addEventListener("toggle", (e) => {
    const box = e.target;
    if (!box.matches?.("details[data-add], details[data-ms]") || !box.open) return;
    all("details[data-add][open], details[data-ms][open]").forEach((other) => {
      if (other !== box && !other.contains(box)) other.open = false;
    });
    // What was searched for the last time is not searched for again.
    const search = find("[data-narrow]", box);
    if (search) search.value = "";
    all("[data-narrowed], [data-narrow-group]", box).forEach((one) => hide(one, false));
    all("[data-narrow-none]", box).forEach((one) => hide(one, true));
    stops(box)[0]?.focus({ preventScroll: true });
    find(".ms-p", box)?.scrollIntoView({ block: "nearest" });
  }, true);
  document.addEventListener("pointerdown", (e) => {
    all("details[data-add][open], details[data-ms][open]").forEach((box) => {
      if (!box.contains(e.target)) box.open = false;
    });
  });
  document.addEventListener("change", (e) => {
    const box = e.target.type === "checkbox" && e.target.closest("details[data-ms]");
    if (!box) return;
    const ticked = all("input:checked", box).map((one) => one.parentElement.textContent.trim());
    const summary = find("summary", box);
    if (!summary.dataset.empty) summary.dataset.empty = summary.textContent;
    summary.textContent = ticked.join(", ") || summary.dataset.empty;
  });
  /* ---- how many leads are chosen, on this page and on others ---- */
  document.addEventListener("click", (e) => {
    const total = e.target.type === "checkbox" && find("[data-chosen]");
    if (total) total.textContent = Number(total.dataset.chosen) + all("[data-tick]:checked").length;
  });
  if (!form) return;

  /* ---- what is typed and not saved is not lost by a wrong click ---- */
  let changed = false;
  form.addEventListener("input", (e) => { if (!e.target.matches("[data-narrow]") && e.isTrusted) changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (e) => { if (changed) e.preventDefault(); });

  /* ---- the number follows every act; faults stand where they belong ---- */
  document.addEventListener("htmx:after:swap", (e) => {
    const id = e.detail.ctx?.target?.id;
    if (id === "rules") {
      changed = true;
      obey();
      fire(find("input[name=opened]"), "input");
    }
    if (id === "preview") tellFaults();
  });
  /* A morph copies attributes, but what a person has touched keeps its own state: a box that now stands
     for another value would stay ticked. So each field takes the state that was drawn. Only what was
     done after the question was asked, and the server cannot know, is done again. */
  const later = new Map();
  const mark = (e) => {
    const el = e.target;
    if (el.name && e.isTrusted) later.set(`${el.name}\n${el.type === "checkbox" ? el.value : ""}`, el.type === "checkbox" ? el.checked : el.value);
  };
  form.addEventListener("input", mark);
  form.addEventListener("change", mark);
  document.addEventListener("htmx:before:request", (e) => {
    if (e.detail.ctx?.target?.id === "rules") later.clear();
  });
  function obey() {
    all("#rules [name]").forEach((el) => {
      const ticks = el.type === "checkbox";
      const now = later.get(`${el.name}\n${ticks ? el.value : ""}`);
      if (ticks) el.checked = now ?? el.defaultChecked;
      else if (el.tagName === "SELECT") {
        el.selectedIndex = Math.max(0, [...el.options].findIndex((one) => (now === undefined ? one.defaultSelected : one.value === now)));
      } else if (el !== document.activeElement && /^(INPUT|TEXTAREA)$/.test(el.tagName)) el.value = now ?? el.defaultValue;
    });
  }
  function tellFaults() {
    const told = new Map(all("#faults [data-at]").map((li) => [li.dataset.at, li.textContent.trim()]));
    all("[data-fault]").forEach((slot) => {
      const text = told.get(slot.dataset.fault) || "";
      find("span", slot).textContent = text;
      slot.hidden = !text;
      document.getElementById(`n.${slot.dataset.fault}`)?.classList.toggle("bad", Boolean(text));
    });
  }
  document.addEventListener("click", (e) => {
    const link = e.target.closest?.("#faults a");
    const node = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!node) return;
    e.preventDefault();
    node.scrollIntoView({ block: "center" });
    all("select, input:not([type=hidden]), summary", node).find(shown)?.focus();
  });

  /* ---- Alt and arrows move the condition that has the focus ---- */
  document.addEventListener("keydown", (e) => {
    if (!e.altKey || e.ctrlKey || e.shiftKey || !/^Arrow(Up|Down)$/.test(e.key)) return;
    const node = e.target.closest?.("[data-node]");
    if (!node) return;
    e.preventDefault();
    find(`[data-move="${e.key === "ArrowUp" ? "up" : "down"}"]`, node)?.click();
  });

  /* ---- Ctrl+Z puts back what was deleted; in a field it is the field's ---- */
  document.addEventListener("keydown", (e) => {
    if (e.code !== "KeyZ" || !(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey) return;
    const typed = e.target.matches?.("textarea, input:not([type=checkbox], [type=radio])");
    const button = !typed && find("[data-unremove]", form);
    if (!button) return;
    e.preventDefault();
    button.click();
  });

  /* ---- dragging: by the handle, into any group that speaks of the same ---- */
  let held = null;
  document.addEventListener("pointerdown", (e) => {
    const node = e.target.closest?.("[data-grip]")?.closest("[data-node]");
    all("[data-node][draggable]", form).forEach((el) => el.removeAttribute("draggable"));
    if (node) node.draggable = true;
  });
  document.addEventListener("dragstart", (e) => {
    held = e.target.closest?.("[data-node][draggable]");
    if (!held) return;
    e.dataTransfer.effectAllowed = "move";
    e.dataTransfer.setData("text/plain", held.dataset.node);
    held.classList.add("dragged");
  });
  const clean = () => all(".drop-at, .drop-in").forEach((el) => el.classList.remove("drop-at", "drop-in"));
  function target(e) {
    const over = held && e.target.closest?.("[data-node], [data-group]");
    if (!over || held.contains(over)) return null;
    if (over.dataset.node && !(over.dataset.group && e.target.closest(".rg-f"))) {
      const parts = over.dataset.node.split("-");
      const place = parts.pop();
      return { over, group: parts.join("-"), place, cls: "drop-at" };
    }
    return { over, group: over.dataset.group, place: 999, cls: "drop-in" };
  }
  document.addEventListener("dragover", (e) => {
    const to = target(e);
    clean();
    if (!to) return;
    e.preventDefault();
    to.over.classList.add(to.cls);
  });
  document.addEventListener("drop", (e) => {
    const to = target(e);
    if (!to) return;
    e.preventDefault();
    const button = find("[data-put]", form);
    button.value = `put:${held.dataset.node}:${to.group}:${to.place}`;
    button.click();
  });
  document.addEventListener("dragend", () => {
    held?.classList.remove("dragged");
    held = null;
    clean();
  });

  tellFaults();
})();
