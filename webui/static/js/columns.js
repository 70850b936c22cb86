/* columns.js: what is still missing, and what is chosen twice, told while the columns are chosen. */
(() => {
  "use strict";
  const { find, all } = window.UI;
  const form = find("[data-columns]");
  if (!form) return;
  const selects = all("[data-column]", form);

  const tell = () => {
    const chosen = selects.map((select) => select.value).filter(Boolean);
    // An order's day may stand in the column of its number.
    const inside = selects.filter((select) => select.value === "visit_number" && "orderDay" in select.dataset);
    const there = inside.length ? [...chosen, "opened_on"] : chosen;
    all("[data-needs]", form).forEach((need) => {
      const isThere = need.dataset.needs.split(" ").some((field) => there.includes(field));
      find("[data-there]", need).hidden = !isThere;
      find("[data-missing]", need).hidden = isThere;
    });
    selects.forEach((select) => {
      const isTwice = select.value && select.value !== "phone"
        && chosen.filter((field) => field === select.value).length > 1;
      find("[data-twice]", select.closest("tr")).hidden = !isTwice;
      select.toggleAttribute("aria-invalid", Boolean(isTwice));
    });
  };

  form.addEventListener("change", (e) => {
    const row = e.target.matches("[data-column]") && e.target.closest("tr");
    if (!row) return;
    find("[data-how]", row).textContent = form.dataset.said;
    const remark = find("[data-remark]", row);
    if (remark) remark.hidden = true;
    tell();
  });
  tell();
})();
