// A search field above each table that asks for one: shows only the rows whose text holds every word typed.
"use strict";

function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

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

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".vk-tabel-omslag[data-zoek]").forEach(addSearch);
});
