/* tasks.js: what only the card of a task needs. Words and rules come with the page. */
(() => {
  "use strict";
  const { find, all } = window.UI;

  /* A result that demands a next step ticks «plan» by itself, and only so long: the tick goes with the
     result unless somebody set it, or filled in when. */
  document.addEventListener("change", (e) => {
    const el = e.target;
    const box = el.form?.elements.plan;
    if (box && el === box) delete box.dataset.byItself;
    if (box && el.matches('select[name^="result_"], [name="outcome"], [name="goal_reached"], [data-demands-plan-now]')) follow(box);
    if (el.dataset?.clears && !el.checked) clear(document.getElementById(el.dataset.clears));
  });
  function follow(box) {
    const asked = demanded(box.form);
    if (asked && !box.checked) {
      tick(box, true);
      box.dataset.byItself = "";
    } else if (!asked && box.checked && "byItself" in box.dataset && !box.form.elements.plan_due_date?.value) {
      tick(box, false);
    }
  }
  function demanded(form) {
    const outcome = form.elements.outcome?.value;
    if (outcome === "repeat") return Boolean(find("[data-demands-plan-now]:checked", form));
    if (form.elements.goal_reached?.checked) return false;
    const codes = (form.dataset.demandsPlan || "").split(" ");
    const chosen = form.elements[`result_${outcome}`]?.value;
    return Boolean(chosen) && codes.includes(chosen);
  }
  function tick(box, on) {
    box.checked = on;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  /* What is unticked is not meant: nothing hidden is sent along. */
  function clear(within) {
    const pick = find("#book-pick", within);
    all("input, select, textarea", within).forEach((el) => {
      if (el.tagName === "SELECT") el.selectedIndex = 0;
      else if (el.type === "radio" || el.type === "checkbox") el.checked = false;
      else el.value = "";
    });
    // Nothing is booked: the workshop's times go, and what was held is let go.
    pick?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* After the call button the task is ours: the telephone program gets the number. */
  function dial() {
    const link = find("a[data-dial]");
    if (!link) return;
    link.removeAttribute("data-dial");
    link.click(); // a click, not an address: telephone programs in the browser listen for it
  }

  /* What a draft brought back (or a key pressed while the page was still loading) has its consequence too. */
  function ask() {
    const form = document.getElementById("outcome-form");
    if (!form || form.dataset.asked || !form.elements.outcome?.value) return;
    form.dataset.asked = "1";
    // After a refused save the line says so, until something is changed.
    if (find('[aria-invalid="true"], .err', form)) return;
    find("#oc", form)?.dispatchEvent(new Event("input", { bubbles: true }));
    // The times of a workshop that a draft brought back, with what is still held there.
    if (form.elements.book_workshop?.value) find("#book-pick", form)?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /* One of the control forms at a time; opened, it is to be filled in. */
  document.addEventListener("toggle", (e) => {
    const box = e.target;
    if (!box.matches?.("details.ctl") || !box.open) return;
    all("details.ctl[open]").forEach((other) => { if (other !== box) other.open = false; });
    if (find('[aria-invalid="true"]', box)) return;
    find("input:not([type=hidden]), select, textarea", box)?.focus();
  }, true);

  /* On a narrow screen the queue lies over the card: choosing shows the card again. */
  document.addEventListener("click", (e) => {
    if (e.target.closest?.("[data-rove]")) find(".show-q")?.classList.remove("show-q");
  });

  function settle() {
    dial();
    setTimeout(ask, 150);
  }
  document.addEventListener("ui:settled", settle);
  settle();
})();

/* The panel of comments and history. In its field Ctrl+Enter sends the comment, not the outcome around it. */
(() => {
  "use strict";
  const isNote = (el) => el.id === "note-text";
  document.addEventListener("keydown", (e) => {
    if (!isNote(e.target) || !/^(Numpad)?Enter$/.test(e.code) || !(e.ctrlKey || e.metaKey)) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    if (!e.repeat) e.target.form?.requestSubmit();
  }, true);
  /* What is typed there is no part of the outcome around it: neither of its draft nor of its consequence. */
  document.addEventListener("input", (e) => { if (isNote(e.target)) e.stopPropagation(); }, true);

  /* Unfolded at the lower end of the card, the panel comes into sight. */
  document.addEventListener("click", (e) => {
    const box = e.target.closest?.("#history > summary")?.parentElement;
    if (box) setTimeout(() => { if (box.open) box.scrollIntoView({ block: "start" }); }, 250);
  });
})();
