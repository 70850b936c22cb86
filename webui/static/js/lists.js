/* lists.js: moving inside lists with the keyboard, and ticking many rows. */
(() => {
  "use strict";
  const { find, all, shown, store, session } = window.UI;

  /* ---- lists with one Tab stop: arrows move, J/K (data-nav) open the neighbour ---- */
  const rovers = (list) => all("[data-rove]", list).filter(shown);
  function settleRovers() {
    all("[data-roving]").forEach((list) => {
      const items = rovers(list);
      const current = items.find((x) => x.hasAttribute("aria-current")) || items[0];
      items.forEach((x) => { x.tabIndex = x === current ? 0 : -1; });
      if (!hasArrived && current?.hasAttribute("aria-current")) inSight(list, current);
    });
    hasArrived = true;
  }
  /* The current row of a list that scrolls, when the page opens; after a save the list stays where it is. */
  let hasArrived = false;
  function inSight(list, current) {
    if (list.scrollHeight <= list.clientHeight) return;
    const [row, box] = [current.getBoundingClientRect(), list.getBoundingClientRect()];
    if (row.top >= box.top && row.bottom <= box.bottom) return;
    list.scrollTop += (row.top + row.bottom - box.top - box.bottom) / 2;
  }
  function step(by) {
    const list = all("[data-roving]").find(shown);
    const items = list ? rovers(list) : [];
    const at = items.findIndex((x) => x.hasAttribute("aria-current"));
    const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
    if (!next || next === items[at]) return;
    next.click();
    next.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("click", (e) => {
    const item = e.target.closest?.('[data-roving="select"] [data-rove]');
    if (!item || e.ctrlKey || e.metaKey || e.shiftKey) return;
    rovers(item.closest("[data-roving]")).forEach((x) => {
      if (x === item) x.setAttribute("aria-current", "true");
      else x.removeAttribute("aria-current");
      x.tabIndex = x === item ? 0 : -1;
    });
  }, true);
  document.addEventListener("keydown", (e) => {
    const item = e.target.closest?.('[data-rove], [role="tab"]');
    if (!item || e.altKey || e.ctrlKey || e.target.closest("input, select, textarea")) return;
    const list = item.closest('[data-roving], [role="tablist"]');
    const items = list?.matches("[data-roving]") ? rovers(list) : all('[role="tab"]', list);
    const next = neighbour(items, items.indexOf(item), e.code);
    if (!next) return;
    e.preventDefault();
    items.forEach((x) => { x.tabIndex = x === next ? 0 : -1; });
    next.focus();
    if (next.getAttribute("role") === "tab") next.click();
  });
  const neighbour = (items, at, code) =>
    ({
      Home: items[0],
      End: items[items.length - 1],
      ArrowUp: items[at - 1],
      ArrowLeft: items[at - 1],
      ArrowDown: items[at + 1],
      ArrowRight: items[at + 1],
    })[code];

  /* ---- tables and columns: keys walk from row to row, tick one, open one ---- */
  const stopOf = (row) => find('input[type="checkbox"], a[href]', row);
  function walked() {
    const lists = all("[data-walk]").filter(shown);
    const rows = lists.flatMap((list) => all(list.dataset.walk, list)).filter((r) => shown(r) && stopOf(r));
    return [rows, rows.findIndex((row) => row.contains(document.activeElement))];
  }
  function walk(by) {
    const [rows, at] = walked();
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    if (!next) return;
    stopOf(next).focus();
    next.scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("click", (e) => {
    const by = e.target.closest?.("[data-walk-by]")?.dataset.walkBy;
    if (by === "next" || by === "prev") walk(by === "next" ? 1 : -1);
    if (by === "tick") {
      const [rows, at] = walked();
      if (at < 0) walk(1);
      find('input[type="checkbox"]', rows[Math.max(at, 0)])?.click();
    }
  });
  /* On the box of a row Enter opens the row; it would send the form. */
  document.addEventListener("keydown", (e) => {
    if (!/^(Numpad)?Enter$/.test(e.code) || e.target.type !== "checkbox" || e.ctrlKey || e.metaKey) return;
    const row = e.target.closest("[data-walk] tr");
    if (!row) return;
    e.preventDefault();
    find("a[href]", row)?.click();
  });

  /* ---- a button of a row brings the page anew: the focus goes on to the row after it ---- */
  const keyOf = (row) => stopOf(row).getAttribute("href") || stopOf(row).value;
  document.addEventListener("submit", (e) => {
    const [rows] = walked();
    const at = rows.findIndex((row) => row.contains(e.submitter || e.target));
    if (e.defaultPrevented || at < 0) return;
    // Whatever became of this row: those after it, itself, those before it from near to far.
    const order = [...rows.slice(at + 1), rows[at], ...rows.slice(0, at).reverse()];
    store.set(session, "row-focus", JSON.stringify([location.pathname, ...order.slice(0, 50).map(keyOf)]));
  });
  function goOn() {
    const [path, ...keys] = JSON.parse(store.get(session, "row-focus") || "[]");
    store.set(session, "row-focus", null);
    if (path !== location.pathname || document.activeElement !== document.body) return;
    const [rows] = walked();
    const next = keys.map((key) => rows.find((row) => keyOf(row) === key)).find(Boolean);
    if (next) stopOf(next).focus();
  }

  /* ---- ticks: all, a range with Shift, a live count ---- */
  let lastTick = null;
  const ticks = (name) => all(`input[type="checkbox"][name="${name}"]`);
  document.addEventListener("click", (e) => {
    const el = e.target;
    if (el.type !== "checkbox") return;
    if (el.dataset.checkAll) {
      ticks(el.dataset.checkAll).forEach((t) => { t.checked = el.checked; });
      countTicks();
      return;
    }
    if (!el.name || !find(`[data-check-all="${el.name}"]`)) return;
    const list = ticks(el.name);
    if (e.shiftKey && lastTick?.name === el.name) {
      const [from, to] = [list.indexOf(lastTick), list.indexOf(el)].sort((a, b) => a - b);
      list.slice(Math.max(from, 0), to + 1).forEach((t) => { t.checked = el.checked; });
    }
    lastTick = el;
    countTicks();
  });
  function countTicks() {
    all("[data-check-all]").forEach((box) => {
      const name = box.dataset.checkAll;
      const list = ticks(name);
      const on = list.filter((t) => t.checked);
      box.checked = list.length > 0 && on.length === list.length;
      box.indeterminate = on.length > 0 && on.length < list.length;
      list.forEach((t) => t.closest("tr")?.classList.toggle("sel-r", t.checked));
      all(`[data-count-checked="${name}"]`).forEach((el) => {
        el.textContent = on.length + Number(el.dataset.countElsewhere || 0);
        find("[data-clear-ticks]")?.toggleAttribute("data-off", el.textContent === "0");
      });
      all(`[data-bulk="${name}"]`).forEach((el) => el.toggleAttribute("data-off", !on.length));
    });
  }

  /* What is ticked is kept by the server, so that it lasts over pages, reloads and other tabs. */
  const board = find("form[data-keep-ticks]");
  if (board) {
    let waiting = 0;
    let sending = null;
    const keepTicks = () => {
      clearTimeout(waiting);
      waiting = 0;
      sending?.abort();
      sending = new AbortController();
      const body = new URLSearchParams(new FormData(board));
      body.set("quiet", "1");
      fetch(board.dataset.keepTicks, {
        method: "POST", body, keepalive: true, credentials: "same-origin", signal: sending.signal,
      }).catch(() => { /* no network, or overtaken: the next tick tells all of the page again */ });
    };
    document.addEventListener("click", (e) => {
      if (e.target.type !== "checkbox" || !(e.target.dataset.checkAll || e.target.name === "task")) return;
      clearTimeout(waiting);
      waiting = setTimeout(keepTicks, 250);
    });
    board.addEventListener("submit", () => { clearTimeout(waiting); waiting = 0; sending?.abort(); });
    addEventListener("pagehide", () => { if (waiting) keepTicks(); });
  }

  /* ---- filters: a choice by pointer counts at once, one by keys when it is done (Enter, leaving) ---- */
  const isFilter = (el) => el?.matches?.("select[data-autosubmit]");
  let byKeys = false;
  let pending = null;
  function apply(el, focus) {
    pending = null;
    // The page that comes has the focus where it was.
    store.set(session, "filter-focus", focus?.id || el.id);
    el.form.requestSubmit();
  }
  document.addEventListener("pointerdown", () => { byKeys = false; }, true);
  document.addEventListener("keydown", (e) => {
    byKeys = true;
    if (e.code !== "Enter" && e.code !== "NumpadEnter") return;
    if (pending && pending === e.target) { e.preventDefault(); apply(pending); }
  }, true);
  document.addEventListener("change", (e) => {
    if (!isFilter(e.target)) return;
    if (byKeys) pending = e.target;
    else apply(e.target);
  });
  document.addEventListener("focusout", (e) => {
    if (pending && pending === e.target) apply(pending, e.relatedTarget);
  });
  const focused = store.get(session, "filter-focus");
  store.set(session, "filter-focus", null);
  if (focused) document.getElementById(focused)?.focus();

  const settle = () => { settleRovers(); countTicks(); };
  document.addEventListener("ui:settled", settle);
  window.UI.step = step;
  settle();
  goOn();
})();
