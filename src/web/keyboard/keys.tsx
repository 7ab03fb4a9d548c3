import { createContext, useContext, useEffect, useEffectEvent, useMemo, useState, type ReactNode } from "react";
import { rememberedSetting, rememberSetting } from "../parts/remembered-setting.ts";

type SingleKeys = { enabled: boolean; setEnabled: (enabled: boolean) => void };

const SingleKeysContext = createContext<SingleKeys>({ enabled: true, setEnabled: () => {} });

/**
 * Whether single letters act. Someone who speaks to their computer must be able to switch them off (WCAG 2.1.4); arrows, Enter and Escape
 * work always.
 */
export function SingleKeysProvider({ children }: { children: ReactNode }) {
  const [enabled, setEnabled] = useState(() => rememberedSetting("single-keys") !== "off");
  const value = useMemo(
    () => ({
      enabled,
      setEnabled: (next: boolean) => {
        rememberSetting("single-keys", next ? null : "off");
        setEnabled(next);
      },
    }),
    [enabled],
  );
  return <SingleKeysContext value={value}>{children}</SingleKeysContext>;
}

export function useSingleKeys(): SingleKeys {
  return useContext(SingleKeysContext);
}

/** Calls back for keys that are meant for the page: not typed into a field, not part of a browser shortcut, not while a dialog is open. */
export function usePageKeys(onKey: (event: KeyboardEvent) => void): void {
  const { enabled } = useSingleKeys();
  const listener = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || dialogIsOpen()) return;
    if (event.key.length === 1 && !enabled) return;
    onKey(event);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => listener(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=radio], [type=checkbox]), textarea, select"))
  );
}

function dialogIsOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
}
