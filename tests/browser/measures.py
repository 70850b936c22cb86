"""What is measured of a page as a browser shows it, and found in its text (stack.md §8)."""

from html.parser import HTMLParser

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((e) => {
  if (!e.hadRecentInput) window.shifts.push([e.value, ...e.sources.map((s) => s.node?.className)]);
})).observe({ type: "layout-shift", buffered: true });
"""
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
CLIPPED = """() => [...document.querySelectorAll("main *, header.bar *")].filter((el) => {
  if (!el.getClientRects().length) return false;
  if (el.closest(".sr, svg, .trunc, .clamp-3, input, select")) return false;
  if (![...el.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) return false;
  for (let box = el; box && box.tagName !== "MAIN"; box = box.parentElement) {
    const rule = getComputedStyle(box);
    if (/hidden|clip/.test(rule.overflowY) && box.scrollHeight > box.clientHeight + 2) return true;
    if (/auto|scroll/.test(rule.overflowY + rule.overflowX)) return false;
  }
  return false;
}).map((el) => `${el.tagName}.${el.className}: ${el.textContent.trim().slice(0, 40)}`)"""
TOO_SMALL = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary")].flatMap((el) => {
  if (!el.getClientRects().length || el.disabled) return [];
  const style = getComputedStyle(el);
  if (el.tagName === "A" && style.display === "inline") return [];
  const target = /^(radio|checkbox)$/.test(el.type) && el.closest("label") || el;
  const box = target.getBoundingClientRect();
  if (el.closest(".skip, .sr") || Math.min(box.width, box.height) >= 23.9) return [];
  return [`${el.tagName}.${el.className} ${Math.round(box.width)}x${Math.round(box.height)}`
    + ` ${target.textContent.trim().slice(0, 30)}`];
})"""
OVERFLOWS = """() => {
  const page = document.scrollingElement;
  return page.scrollWidth > innerWidth ? [`${page.scrollWidth} > ${innerWidth}`] : [];
}"""


class Inline(HTMLParser):
    """Collects what the policy of the content would have to allow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and not names.get("src")):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            is_code = name == "style" or name.startswith(("on", "hx-on"))
            if is_code or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}={value}")
