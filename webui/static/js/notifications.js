/* notifications.js: the bell follows the server. One tab of a browser asks (by a stream where the server
   has room for one, else every 45 s while somebody is here) and tells the others. */
(() => {
  "use strict";
  const { find } = window.UI;
  const bell = () => find("#bell[data-state]");
  if (!bell()) return;
  const EVERY = 45000;
  const GONE = 1800000; // nobody has touched anything for so long: stop asking
  const SETTLE = 8000; // the stream of the page before has ended by then, and this page is painted
  const channel = window.BroadcastChannel ? new BroadcastChannel("prozvon-bell") : null;
  let lastSign = Date.now();
  let told = 0;
  let source = null;

  const alive = () => {
    lastSign = Date.now();
    if (lastSign - told > 60000) { told = lastSign; channel?.postMessage("alive"); }
  };
  ["keydown", "pointerdown", "visibilitychange"].forEach((name) => {
    document.addEventListener(name, alive, { passive: true });
  });

  function show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("bell");
    const old = bell();
    if (!fresh || !old || fresh.dataset.state === old.dataset.state) return;
    const focused = document.activeElement === old;
    old.replaceWith(fresh);
    if (focused) fresh.focus();
    document.body.dispatchEvent(new CustomEvent("notices"));
  }
  if (channel) {
    channel.onmessage = (e) => {
      if (e.data === "alive") lastSign = Date.now();
      else show(e.data);
    };
  }

  function look() {
    const el = bell();
    if (!el || Date.now() - lastSign > GONE) return;
    fetch(`${el.dataset.live}?state=${el.dataset.state}`, {
      credentials: "same-origin",
      headers: { "HX-Request": "true" },
    })
      .then((answer) => (answer.status === 200 ? answer.text() : ""))
      .then((html) => {
        if (!html) return;
        show(html);
        channel?.postMessage(html);
      })
      .catch(() => { /* no network: the next look tries again */ });
  }

  function listen() {
    if (!window.EventSource || !bell()) return;
    source = new EventSource(bell().dataset.stream);
    source.addEventListener("changed", (e) => {
      if (Date.now() - lastSign > GONE) return quiet();
      if (e.data !== bell()?.dataset.state) look();
    });
    // Closed for good (no room there): polling goes on. Else the browser comes again by itself.
    source.onerror = () => { if (source?.readyState === EventSource.CLOSED) source = null; };
  }
  function quiet() {
    source?.close();
    source = null;
  }

  /* Whoever opens a new notification has seen it: its own button is pressed on the way. */
  document.addEventListener("click", (e) => {
    const link = e.target.closest?.(".notices li.new > a");
    const form = link && find("form", link.parentElement);
    if (!form || e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    e.preventDefault();
    const next = document.createElement("input");
    Object.assign(next, { type: "hidden", name: "next", value: link.getAttribute("href") });
    form.append(next);
    form.requestSubmit();
  });

  function run(others) {
    setTimeout(listen, SETTLE);
    setInterval(() => { if (!source && (others || !document.hidden)) look(); }, EVERY);
    addEventListener("pagehide", quiet);
  }
  // Locks are there in secure contexts only; without them each visible tab asks for itself.
  if (navigator.locks && channel) {
    navigator.locks.request("prozvon-bell", () => { run(true); return new Promise(() => {}); });
  } else run(false);
})();
