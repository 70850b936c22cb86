/* card.js: in the comment field Ctrl+Enter sends the comment, not the outcome around it. */
(() => {
  "use strict";
  document.addEventListener("keydown", (e) => {
    if (e.target.id !== "note-text" || !/^(Numpad)?Enter$/.test(e.code) || !(e.ctrlKey || e.metaKey)) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    if (!e.repeat) e.target.form?.requestSubmit();
  }, true);
})();
