/**
 * Filters the differences that are on the page already, by hiding rows. Each row is read once: its
 * first cell is the kind, and the aggregate and the side begin the second and the third.
 */
export const script = `"use strict";
const form = document.getElementById("filter");
const output = form.querySelector("output");
const table = document.querySelector("table.differences");
const named = (name) => form.elements.namedItem(name);
const shown = (count) => count.toLocaleString("en");
let rows;
const read = () =>
  Array.from(table.tBodies[0].rows, (row) => ({
    row,
    hidden: false,
    kind: row.cells[0].textContent,
    aggregate: row.cells[1].firstElementChild.textContent,
    side: row.cells[2].firstElementChild.textContent,
    text: Array.from(row.querySelectorAll("td.kind, small, bdi"), (one) => one.textContent)
      .join("\\n")
      .toLowerCase(),
  }));
const apply = () => {
  rows ??= read();
  const words = named("text").value.toLowerCase().split(/\\s+/).filter(Boolean);
  const chosen = ["kind", "aggregate", "side"]
    .map((name) => [name, named(name).value])
    .filter(([, value]) => value !== "");
  let count = 0;
  for (const one of rows) {
    const fits =
      chosen.every(([name, value]) => one[name] === value) &&
      words.every((word) => one.text.includes(word));
    if (fits) count += 1;
    if (one.hidden === fits) one.row.hidden = one.hidden = !fits;
  }
  output.value = shown(count) + " of " + shown(rows.length) + " shown";
};
let waiting = 0;
const soon = () => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(apply);
};
form.addEventListener("input", soon);
form.addEventListener("reset", soon);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
`;
