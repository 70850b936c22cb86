/* card.js: the panel of comments and history. In its field Ctrl+Enter sends the comment, not the outcome around it. */
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
