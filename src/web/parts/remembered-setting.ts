type Setting = "theme" | "single-keys";

/** What this browser remembers of the reader's choice; null when nothing, or when it may not remember. */
export function rememberedSetting(name: Setting): string | null {
  try {
    return localStorage.getItem(`pullwright.${name}`);
  } catch {
    return null;
  }
}

/** Remembers a choice, or forgets it. Where storage is blocked the choice holds until the page is left. */
export function rememberSetting(name: Setting, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`pullwright.${name}`);
    else localStorage.setItem(`pullwright.${name}`, value);
  } catch {
    // Not remembering is all that can be done.
  }
}
