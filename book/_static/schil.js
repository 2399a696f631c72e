// Small mends of what the theme's own scripts do.
"use strict";

// The button for light and dark goes through three states, of which one looks like another: a reader sees nothing happen.
// Told just before that it stands in another state, it goes to the other look at once.
document.addEventListener("click", (event) => {
  if (!event.target.closest(".theme-switch-button")) return;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const isDark = document.documentElement.dataset.theme === "dark";
  localStorage.setItem("mode", isDark === dark ? "auto" : isDark ? "dark" : "light");
}, true);

// After a search the next page offers to hide the words found, also where none are.
window.addEventListener("load", () => setTimeout(() => {
  if (!document.querySelector("span.highlighted")) document.querySelector(".highlight-link")?.remove();
}, 50));
