// What a reader can do with a table that asks for it: search its rows, and sort them. Without a script it is whole.
"use strict";

function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

// A search field above the table: shows only the rows whose text holds every word typed.
function addSearch(frame) {
  const rows = [...frame.querySelectorAll("tbody tr")];
  const texts = rows.map((row) => plain(row.textContent));
  const label = document.createElement("label");
  const field = document.createElement("input");
  const count = document.createElement("output");
  label.className = "vk-zoek";
  label.append(`Zoek een ${frame.dataset.zoek}: `, field, " ", count);
  field.type = "search";
  field.autocomplete = "off";
  count.setAttribute("aria-live", "polite");
  field.addEventListener("input", () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      const fits = words.every((word) => texts[index].includes(word));
      row.hidden = !fits;
      shown += fits;
    });
    count.textContent = words.length ? `${shown} van ${rows.length}` : "";
  });
  frame.before(label);
}

// Sorting itself is done by derden/sortable-tablesort (npm, public domain). It listens for clicks on the headings of a
// table of class "sortable", compares the `data-sort` of cells as numbers and sets `aria-sort`. Its own script for
// accessibility stays out: it speaks English to screen readers and knows Enter but not the space bar.
const dutch = new Intl.Collator("nl", { numeric: true });

// Cells without a number get their place in Dutch order; the library would take the language of the browser.
// A dash is nothing known: empty, which the class "n-last" keeps at the end in both directions.
function rankTexts(cells) {
  const texts = cells.map((cell) => cell.textContent.trim());
  const order = [...new Set(texts)].sort(dutch.compare);
  cells.forEach((cell, index) => {
    cell.dataset.sort = texts[index] === "–" ? "" : order.indexOf(texts[index]);
  });
}

function addSorting(table) {
  const rows = [...table.tBodies[0].rows];
  [...table.tHead.rows[0].cells].forEach((heading, index) => {
    rankTexts(rows.map((row) => row.cells[index]).filter((cell) => cell.dataset.sort === undefined));
    const button = document.createElement("button");
    button.type = "button";
    button.append(...(heading.querySelector("p") ?? heading).childNodes); // Markdown puts a paragraph in each cell
    heading.replaceChildren(button);
  });
  table.classList.add("sortable", "asc", "n-last");
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".vk-tabel-omslag[data-zoek]").forEach(addSearch);
  document.querySelectorAll(".vk-tabel-omslag[data-sorteer] table").forEach(addSorting);
});
