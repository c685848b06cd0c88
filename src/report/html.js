const box = document.getElementById("filter");
const rows = [...document.querySelectorAll("tr[id], .finding")];
const parts = [...document.querySelectorAll("details")];
const first = parts.map((part) => part.open);
function filter() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
  parts.forEach((part, n) => { part.open = words.length ? true : first[n]; });
}
box.addEventListener("input", filter);
// A row inside a folded section is shown before it is jumped to.
function unfold() {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!row) return;
  const part = row.closest("details");
  if (part) part.open = true;
  row.scrollIntoView();
}
addEventListener("hashchange", unfold);
unfold();
