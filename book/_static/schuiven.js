// On a phone a figure scrolls sideways in its own frame: then the keyboard can reach it too. Where all is in sight it is
// no stop for the Tab key. (Tables are always one; the theme does the same for code.)
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const reach = (figure) => {
    if (figure.scrollWidth > figure.clientWidth) figure.tabIndex = 0;
    else figure.removeAttribute("tabindex");
  };
  const watcher = new ResizeObserver((seen) => seen.forEach((one) => reach(one.target)));
  document.querySelectorAll("figure").forEach((figure) => watcher.observe(figure));
});
