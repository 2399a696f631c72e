// What a reader can do with a table that asks for it: search its rows, and sort them. Without a script it is whole.
"use strict";

(() => {
  function plain(text) {
    return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  }

  // A search field above the table: shows only the rows whose text holds every word typed. Rows are read when a word is
  // typed, so that a table whose rows a script replaced is searched as it is.
  function addSearch(frame) {
    const label = document.createElement("label");
    const field = document.createElement("input");
    const count = document.createElement("output");
    label.className = "vk-zoek";
    label.append(`Zoek een ${frame.dataset.zoek}: `, field, " ", count);
    field.type = "search";
    field.autocomplete = "off";
    count.setAttribute("aria-live", "polite");
    field.addEventListener("input", () => {
      const rows = [...frame.querySelectorAll("tbody tr")];
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row) => {
        const text = plain(row.textContent);
        const fits = words.every((word) => text.includes(word));
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

  // An article in front does not count: 's-Gravenhage stands at the G, 't Veld at the V. IJburg stands at the I, as in a
  // Dutch dictionary.
  function sortingName(text) {
    return text.replace(/^['’ʼ‘][nst][ -]/i, "");
  }

  // The cells whose place this script computed; the others bring their own number.
  const ranked = new WeakSet();

  // Cells without a number get their place in Dutch order; the library would take the language of the browser.
  // A dash is nothing known: empty, which the class "n-last" keeps at the end in both directions.
  function rankTexts(cells) {
    const texts = cells.map((cell) => sortingName(cell.textContent.trim()));
    const order = new Map([...new Set(texts)].sort(dutch.compare).map((text, place) => [text, place]));
    cells.forEach((cell, index) => {
      cell.dataset.sort = texts[index] === "–" ? "" : order.get(texts[index]);
      ranked.add(cell);
    });
  }

  // Before the library sorts by a column (it waits for the click to reach the document) its texts get their place.
  function rankColumn(heading) {
    const rows = [...heading.closest("table").tBodies[0].rows];
    const cells = rows.map((row) => row.cells[heading.cellIndex]).filter(Boolean);
    rankTexts(cells.filter((cell) => ranked.has(cell) || cell.dataset.sort === undefined));
  }

  function addSorting(table) {
    [...table.tHead.rows[0].cells].forEach((heading) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...(heading.querySelector("p") ?? heading).childNodes); // Markdown puts a paragraph in each cell
      heading.replaceChildren(button);
      heading.addEventListener("click", () => rankColumn(heading));
    });
    table.classList.add("sortable", "asc", "n-last");
  }

  // Makes the table in a frame (`div.vk-tabel-omslag`) what the frame asks for: searched (`data-zoek`, what a row is called)
  // and sorted (`data-sorteer`). For tables that a script makes later, too; a second call does nothing, and rows may be
  // replaced at any time.
  function vkTabel(frame) {
    if (frame.dataset.klaar !== undefined) return;
    frame.dataset.klaar = "";
    const table = frame.querySelector("table");
    if (frame.dataset.zoek) addSearch(frame);
    if (frame.dataset.sorteer !== undefined && table.tHead && table.tBodies.length) addSorting(table);
  }

  window.vkTabel = vkTabel;
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".vk-tabel-omslag").forEach(vkTabel));
})();
