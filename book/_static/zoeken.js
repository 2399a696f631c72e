// Search results as this book shows them. Sphinx finds the pages; what stands below each title is a piece of that page,
// which it asks the server for. This script runs after Sphinx's own tools and before the index.
"use strict";

(() => {
  const wanted = new URLSearchParams(location.search).get("q");

  // A page of this book begins with buttons and a list of headings: only its sentences, without code and tables, are
  // searched for a piece to show.
  function articleOf(html) {
    const article = new DOMParser().parseFromString(html, "text/html").querySelector("article.bd-article");
    article?.querySelectorAll("details.hide, pre, .vk-tabel-titel, .vk-onder").forEach((part) => part.remove());
    article?.querySelectorAll("table").forEach((table) => table.replaceWith(namesIn(table)));
    return `<div role="main">${article ? article.innerHTML : ""}</div>`;
  }

  // Of a table only the names of rows that were looked for: its numbers say nothing without their headings.
  function namesIn(table) {
    const words = (wanted ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const names = [...table.querySelectorAll("tbody th")].map((name) => name.textContent.trim());
    const found = names.filter((name) => words.some((word) => name.toLowerCase().includes(word)));
    return found.length ? ` In de tabel: ${found.join(", ")}. ` : " ";
  }

  const textOf = Search.htmlToText;
  Search.htmlToText = (html, anchor) => textOf(articleOf(html), anchor);

  // Who looks for a neighbourhood is better served by the page that is made for it.
  if (wanted) {
    const hint = document.createElement("p");
    const link = document.createElement("a");
    hint.className = "vk-zoek-buurt";
    link.href = `vind-uw-buurt.html?zoek=${encodeURIComponent(wanted)}`;
    link.textContent = `Vind ‘${wanted}’`;
    hint.append("Zoekt u een buurt, wijk of gemeente? ", link, " met de cijfers en de kaart.");
    document.getElementById("search-results").before(hint);
  }

  // How many pages were found is read aloud.
  document.querySelector(".search-summary")?.setAttribute("role", "status");

  // From a folder there is no server to ask: titles only, and the page says why.
  if (location.protocol === "file:") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
    const note = document.createElement("p");
    note.className = "vk-zoek-map";
    note.textContent = "U leest dit boek uit een map. Zoeken werkt; alleen de stukjes tekst onder elke titel vragen een server.";
    document.getElementById("search-results").before(note);
  }
})();
