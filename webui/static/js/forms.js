/* forms.js: sending once, asking before what cannot be undone, drafts, the lease, toasts. */
(() => {
  "use strict";
  const { find, all, store, local, session } = window.UI;
  const words = document.body.dataset;
  const isPost = (form) => (form.getAttribute("method") || "").toLowerCase() === "post";

  /* ---- one write at a time; the server is idempotent too, this only spares it ---- */
  addEventListener("submit", (e) => {
    const form = e.target;
    // A download leaves the page where it is: nothing ends the waiting, and nothing is written.
    if (!isPost(form) || "download" in (e.submitter?.dataset || {})) return;
    const question = e.submitter?.dataset.confirm || form.dataset.confirm;
    if (form.dataset.sending || (question && !ask(question, form, e.submitter))) {
      e.preventDefault();
      e.stopImmediatePropagation();
      return;
    }
    form.dataset.sending = "1";
    (e.submitter || find("[data-main]", form))?.setAttribute("aria-busy", "true");
    setTimeout(() => idle(form), 20000);
  }, true);
  addEventListener("pageshow", (e) => { if (e.persisted) all("form[data-sending]").forEach(idle); });

  function idle(form) {
    delete form.dataset.sending;
    all('[aria-busy="true"]', form).forEach((b) => b.removeAttribute("aria-busy"));
  }

  let agreed = null;
  function ask(question, form, submitter) {
    if (agreed === form) { agreed = null; return true; }
    const dialog = find("#confirm");
    if (!dialog) return true;
    find("[data-confirm-text]", dialog).textContent = question;
    const yes = find("[data-confirm-yes]", dialog);
    yes.textContent = submitter?.dataset.confirmYes || yes.dataset.confirmYes;
    yes.className = submitter && "confirmCalm" in submitter.dataset ? "btn btn-primary" : "btn btn-danger";
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "yes") return;
      agreed = form;
      form.requestSubmit(submitter || undefined);
    }, { once: true });
    dialog.showModal();
    return false;
  }

  /* ---- drafts: what was typed survives a reload and a lost network ---- */
  const KEPT = /^(hidden|password|file|submit|button|reset)$/;
  /* Each person's own: what one typed is not shown to the next at the same computer, and does not stay. */
  const me = words.person || "";
  const keyOf = (name) => `draft:${me}:${name}`;
  const key = (form) => keyOf(form.dataset.draft);
  const fields = (form) => [...form.elements].filter((el) => el.name && !KEPT.test(el.type));
  const drop = (name) => store.set(session, keyOf(name), null);
  function dropAll(except = "") {
    let names = [];
    try { names = Object.keys(session()); } catch { /* no memory, nothing kept */ }
    names.filter((name) => name.startsWith("draft:") && !(except && name.startsWith(except)))
      .forEach((name) => store.set(session, name, null));
  }
  /* Whoever signs out leaves nothing behind, in no tab; whose session ran out finds the text again. */
  document.addEventListener("submit", (e) => {
    if (e.defaultPrevented || !e.target.matches('form[action="/sign-out"]')) return;
    dropAll();
    way = null;
    store.set(local, "left", String(Date.now()));
  });
  addEventListener("storage", (e) => {
    if (e.key !== "left" || !e.newValue || !me) return;
    dropAll();
    left = true;
    setTimeout(() => location.reload(), 2000); // the other tab is on its way out only now
  });
  let left = false;
  if (me) dropAll(keyOf(""));

  function keep(form) {
    const values = fields(form).map((el) =>
      /^(radio|checkbox)$/.test(el.type) ? [el.name, el.value, el.checked] : [el.name, el.value],
    );
    store.set(session, key(form), JSON.stringify(values));
  }
  function restore(form) {
    if (form.dataset.draftRead) return;
    form.dataset.draftRead = "1";
    const saved = store.get(session, key(form));
    // A refused save comes back with what was typed: nothing was lost, nothing is restored.
    if (!saved || find('[aria-invalid="true"], .err', form)) return;
    for (const [name, value, checked] of JSON.parse(saved)) {
      fields(form).filter((el) => el.name === name).forEach((el) => {
        if (checked === undefined) el.value = value;
        else if (el.value === value) el.checked = checked;
      });
    }
    find("[data-draft-note]", form)?.removeAttribute("hidden");
    window.UI.settle();
  }
  document.addEventListener("input", (e) => {
    const form = e.target.closest?.("form[data-draft]");
    if (form && me && !left) keep(form);
  });
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.dataset?.draft && !e.defaultPrevented) store.set(session, "draft-sent", form.dataset.draft);
  });
  /* A plain post leads to another page. Unless that is the same form with errors, or an error, it is saved. */
  function forgetSent() {
    const sent = store.get(session, "draft-sent");
    store.set(session, "draft-sent", null);
    // Asked to sign in again: nothing was saved.
    if (!sent || !me || document.body.dataset.error !== undefined) return;
    const same = all("form[data-draft]").find((f) => f.dataset.draft === sent);
    if (!same || !find('[aria-invalid="true"], .notice[role="alert"]', same)) drop(sent);
  }

  /* ---- toasts: 5 seconds; one with a way back 30, then as a line for as long as there is a way back.
     They wait while somebody points at them or has focus inside. ---- */
  let way = null; // the toast whose way back is open
  let wayEnds = 0;
  function arm(toast) {
    if (toast.dataset.armed || "toastKeep" in toast.dataset) return;
    toast.dataset.armed = "1";
    const lasts = Number(toast.dataset.undoFor) * 1000;
    if (lasts) {
      find("#undo-line")?.replaceChildren();
      way = toast;
      wayEnds = Date.now() + lasts;
      setTimeout(() => forget(toast), lasts);
    }
    let left = lasts ? 30000 : 5000;
    let since = Date.now();
    const end = () => (lasts ? fold(toast) : toast.remove());
    let timer = setTimeout(end, left);
    const pause = () => { clearTimeout(timer); left -= Date.now() - since; };
    const go = () => {
      clearTimeout(timer);
      if (toast.matches(":hover, :focus-within")) return;
      since = Date.now();
      timer = setTimeout(end, Math.max(left, 1500));
    };
    toast.addEventListener("pointerenter", pause);
    toast.addEventListener("focusin", pause);
    toast.addEventListener("pointerleave", go);
    toast.addEventListener("focusout", go);
  }
  function fold(toast) {
    const line = find("#undo-line");
    if (toast !== way || !line) return;
    toast.removeAttribute("data-toast");
    toast.classList.add("folded");
    line.replaceChildren(toast);
  }
  function forget(toast) {
    toast.remove();
    if (toast === way) way = null;
  }
  /* What went well before does not stand beside what is refused now; a way back goes on as its line. */
  function standAside() {
    all("#toasts .toast:not(.bad)").forEach((toast) => (toast === way ? fold(toast) : toast.remove()));
  }
  /* It outlives the page: on the next one it is the line, for what is left of its time. */
  addEventListener("pagehide", () => {
    if (me && way && !("undoHere" in way.dataset) && !left) store.set(session, "way", JSON.stringify([me, wayEnds, way.outerHTML]));
  });
  function bringWay() {
    const [whose, ends, html] = JSON.parse(store.get(session, "way") || "[]");
    store.set(session, "way", null);
    if (!me || whose !== me || !(ends > Date.now()) || !find("#undo-line")) return;
    const shell = document.createElement("template");
    shell.innerHTML = html;
    [way, wayEnds] = [shell.content.firstElementChild, ends];
    const token = find('[name="csrf_token"]', way);
    if (token) token.value = find('meta[name="csrf-token"]')?.content || token.value;
    all("form", way).forEach(idle);
    const brought = way;
    setTimeout(() => forget(brought), ends - Date.now());
    fold(way);
  }
  /* Taken, here or by another button that does the same, the way is gone. */
  document.addEventListener("submit", (e) => {
    const back = way && find("form", way);
    if (back && !e.defaultPrevented && e.target.action === back.action) way = null;
  });
  document.addEventListener("click", (e) => {
    const closed = e.target.closest?.("[data-dismiss]")?.closest(".toast");
    if (closed) forget(closed);
  });
  /* What a toast covers is given back below what it lies on. */
  const area = find("#toasts-at");
  if (area && "ResizeObserver" in window) {
    new ResizeObserver(() => {
      const room = (el, around) => `${el.offsetHeight ? el.offsetHeight + around : 0}px`;
      document.documentElement.style.setProperty("--toasts", room(area, 24));
      document.documentElement.style.setProperty("--undo-line", room(find("#undo-line"), 16));
      area.classList.toggle("low", !find("#toasts").childElementCount);
    }).observe(area);
  }
  function say(text) {
    const shell = find("#toast-bad")?.content.firstElementChild.cloneNode(true);
    if (!shell) return;
    find("[data-toast-text]", shell).textContent = text;
    find("#toasts").replaceChildren(shell);
  }

  /* ---- the lease of an open task ---- */
  /* Beats in a hidden tab too (people talk in another window), but not for somebody who left. */
  const beaten = new WeakMap();
  let lastSign = Date.now();
  const alive = () => { lastSign = Date.now(); };
  ["keydown", "pointerdown", "visibilitychange"].forEach((name) => {
    document.addEventListener(name, alive, { passive: true });
  });
  function beat(el) {
    const every = Number(el.dataset.heartbeatEvery || 60) * 1000;
    if (!beaten.has(el)) beaten.set(el, Date.now());
    if (Date.now() - beaten.get(el) < every) return;
    if (Date.now() - lastSign > Number(el.dataset.heartbeatIdle || 1800) * 1000) return;
    beaten.set(el, Date.now());
    const token = find('meta[name="csrf-token"]')?.content || "";
    fetch(el.dataset.heartbeatUrl, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRFToken": token, "X-Requested-With": "heartbeat" },
    })
      .then((answer) => {
        if (answer.ok) return;
        if (answer.status === 409) find("#lease-lost")?.removeAttribute("hidden");
        if (answer.status < 500) el.removeAttribute("data-heartbeat-url");
      })
      .catch(() => { /* no network: the next beat tries again */ });
  }
  setInterval(() => all("[data-heartbeat-url]").forEach(beat), 5000);

  function settle() {
    all("form[data-draft]").forEach(restore);
    all("[data-heartbeat-url]").forEach(beat);
    all("[data-draft-saved]").forEach((el) => drop(el.dataset.draftSaved));
    all("[data-toast]").forEach(arm);
    if (way && !way.isConnected) fold(way); // another message has taken its place
  }
  document.addEventListener("ui:settled", settle);
  Object.assign(window.UI, {
    idle,
    say,
    standAside,
    drop,
    idleAll: () => all("form[data-sending]").forEach(idle),
    fail: () => say(words.textFailed),
  });
  forgetSent();
  bringWay();
  settle();
})();
