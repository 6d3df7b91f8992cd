// Before the first paint: the theme, so that a dark page never flashes white, and the language with its direction.
(function () {
  const LANGUAGES = ["en", "de", "es", "zh-Hans", "ar"];
  const stored = (name) => {
    try {
      return localStorage.getItem(`ai_interviewer_${name}`);
    } catch {
      // Storage may be blocked; the system's theme and the browser's languages are used then.
      return null;
    }
  };
  const base = (tag) => tag.toLowerCase().split("-")[0];
  const offered = (tag) => LANGUAGES.find((language) => base(language) === base(tag));

  const page = document.documentElement;
  const theme = stored("theme");
  page.classList.toggle("dark", theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  page.lang = [stored("language") ?? "", ...navigator.languages].map(offered).find(Boolean) ?? "en";
  page.dir = page.lang === "ar" ? "rtl" : "ltr";
})();
