/** Light, dark, or as the system says; a dark room with an ultrasound screen wants dark. */
import { useState } from "react";
import { t } from "../words/words";
import { Icon } from "./Icon";

const KEY = "reprieve.theme";

function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function ThemeSwitch() {
  const [dark, setDark] = useState(isDark);
  const change = () => {
    const next = dark ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Holds until the page is loaded again.
    }
    setDark(!dark);
  };
  const label = dark ? t("Use the light theme") : t("Use the dark theme");
  return (
    <button
      type="button"
      className="btn btn--quiet btn--icon"
      onClick={change}
      aria-label={label}
      title={label}
    >
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}
