import { useState } from "react";
import { Icon, type IconName } from "./icon.tsx";
import { rememberedSetting, rememberSetting } from "./remembered-setting.ts";

type Theme = "system" | "light" | "dark";

const themes: Record<Theme, { word: string; icon: IconName; next: Theme }> = {
  system: { word: "as the system", icon: "system", next: "light" },
  light: { word: "light", icon: "sun", next: "dark" },
  dark: { word: "dark", icon: "moon", next: "system" },
};

/** Light, dark, or as the system says; remembered, and put in place before the first paint by theme-before-paint.js. */
export function ThemeToggle() {
  const [theme, setTheme] = useState<Theme>(rememberedTheme);
  const { word, icon, next } = themes[theme];
  return (
    <button
      type="button"
      className="quiet-button square"
      aria-label={`Theme: ${word}. Change to ${themes[next].word}.`}
      title={`Theme: ${word}`}
      onClick={() => setTheme(applied(next))}
    >
      <Icon name={icon} />
    </button>
  );
}

function rememberedTheme(): Theme {
  const theme = rememberedSetting("theme");
  return theme === "light" || theme === "dark" ? theme : "system";
}

function applied(theme: Theme): Theme {
  rememberSetting("theme", theme === "system" ? null : theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  return theme;
}
