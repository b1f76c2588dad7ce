// Before the first paint, so that a dark ultrasound room is not lit up by a white flash.
(function () {
  try {
    var theme = localStorage.getItem("reprieve.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the system's own setting holds.
  }
})();
