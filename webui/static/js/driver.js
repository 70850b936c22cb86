/* driver.js: the only script that knows htmx. Attributes that use it live in templates/_drv.html. */
(() => {
  "use strict";
  const UI = window.UI;
  const words = document.body.dataset;
  const quiet = (ctx) => Boolean(ctx?.sourceElement?.closest("[data-quiet]"));
  const formOf = (ctx) => ctx?.request?.form || ctx?.sourceElement?.closest("form");
  let running = 0;
  const busy = (by) => {
    running = Math.max(0, running + by);
    document.body.classList.toggle("busy", running > 0);
  };

  document.addEventListener("htmx:config:request", (e) => {
    const request = e.detail.ctx.request;
    const token = UI.find('meta[name="csrf-token"]')?.content;
    if (request.method !== "GET") request.headers["X-CSRFToken"] = token || "";
    // Both put their values into the address, where a token has no place.
    if (/^(GET|DELETE)$/.test(request.method)) {
      request.body?.delete?.("csrf_token");
      // What a client said has none there either.
      const form = formOf(e.detail.ctx);
      if (form) UI.all("[data-private][name]", form).forEach((el) => request.body?.delete?.(el.name));
    }
  });
  document.addEventListener("htmx:before:request", (e) => {
    const ctx = e.detail.ctx;
    if (quiet(ctx)) return;
    ctx.counted = true;
    busy(1);
  });
  document.addEventListener("htmx:finally:request", (e) => {
    const ctx = e.detail.ctx;
    if (ctx.counted) busy(-1);
    const form = formOf(ctx);
    if (form) UI.idle(form);
  });
  document.addEventListener("htmx:after:request", (e) => {
    const ctx = e.detail.ctx;
    const { status, raw } = ctx.response;
    const whole = /<html[\s>]/i.test(ctx.text || "");
    // A whole page where a part was expected (signed out, moved on): go there instead of nesting it.
    if (whole && status < 400 && ctx.target !== document.body && !ctx.select) {
      ctx.swap = "none";
      location.assign(raw.redirected ? raw.url : location.href);
    }
    const draft = formOf(ctx)?.dataset.draft;
    if (draft && status < 300 && ctx.request.method !== "GET") UI.drop(draft);
  });
  document.addEventListener("htmx:response:error", (e) => {
    const ctx = e.detail.ctx;
    const status = ctx.response.status;
    if (status === 409 || status === 422) return; // the form comes back with its errors
    ctx.swap = "none";
    if (quiet(ctx)) return;
    const page = new DOMParser().parseFromString(ctx.text || "", "text/html");
    const text = page.querySelector("[data-error-text], [data-toast-text]")?.textContent.trim();
    UI.say(status < 500 && text ? text : words.textFailed);
  });
  document.addEventListener("htmx:error", (e) => {
    if (!quiet(e.detail.ctx)) UI.fail();
  });
  document.addEventListener("htmx:before:swap", (e) => {
    const target = e.detail.ctx?.target;
    if (e.detail.ctx) e.detail.ctx.held = Boolean(target?.contains?.(document.activeElement));
  });
  document.addEventListener("htmx:after:swap", (e) => {
    const ctx = e.detail.ctx;
    UI.settle();
    // Filled in is as good as typed: the draft and the consequence follow.
    const filled = ctx?.sourceElement?.dataset?.fills;
    if (filled) UI.fire(UI.find(filled), "input");
    // What had the focus is gone: its place is taken by what there is to choose now.
    if (ctx?.held && document.activeElement === document.body) {
      const now = ctx.target.isConnected ? ctx.target : document.getElementById(ctx.target.id);
      if (now) (UI.find("input[type=radio]:checked", now) || UI.find("input[type=radio]", now))?.focus({ preventScroll: true });
    }
    if (!ctx?.target || quiet(ctx) || ctx.swap === "none") return;
    const target = ctx.target.isConnected ? ctx.target : document.getElementById(ctx.target.id);
    const answersForm = ctx.request?.method && ctx.request.method !== "GET";
    const asked = ctx.sourceElement?.matches?.("a, button, [data-rove], form");
    if (answersForm && ctx.response?.status >= 400) UI.standAside();
    if (target && (answersForm || asked)) UI.focusAfter(target, ctx.response?.status >= 400);
  });
})();
