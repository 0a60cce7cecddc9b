"use strict";
// In the head, so that the page is painted in the right colours from the beginning.
const DARK = matchMedia("(prefers-color-scheme: dark)");

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  const button = document.getElementById("theme");
  if (button) button.textContent = theme === "dark" ? "Light" : "Dark";
  document.dispatchEvent(new Event("themed"));
}

setTheme(DARK.matches ? "dark" : "light");
DARK.addEventListener("change", () => setTheme(DARK.matches ? "dark" : "light"));
