// Runs before the first paint, so that a remembered theme does not flash. See parts/theme-toggle.tsx for who remembers it.
(() => {
  try {
    const theme = localStorage.getItem("pullwright.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is blocked; the system's theme is a good answer.
  }
})();
