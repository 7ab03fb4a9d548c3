import { Dialog } from "@base-ui/react/dialog";
import { useRef, type ReactNode } from "react";
import { Icon } from "./icon.tsx";

/**
 * A record opened beside its list. Escape, the button and a click outside close it; focus then returns to the row it came from, also when
 * the panel was opened by its address.
 */
export function SidePanel({
  recordId,
  eyebrow,
  title,
  actions,
  children,
  onClose,
}: {
  recordId: string;
  eyebrow: ReactNode;
  title: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  onClose: () => void;
}) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="panel-backdrop" />
        <Dialog.Popup
          ref={popup}
          className="side-panel"
          initialFocus={popup}
          finalFocus={() => rowLinkOf(recordId) ?? true}
        >
          <header className="panel-head">
            <div className="panel-eyebrow">{eyebrow}</div>
            <div className="panel-actions">
              {actions}
              <Dialog.Close className="quiet-button square" aria-label="Close" title="Close (Esc)">
                <Icon name="cross" />
              </Dialog.Close>
            </div>
            <Dialog.Title className="panel-title">{title}</Dialog.Title>
          </header>
          <div className="panel-body">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** A titled part of a panel, and what there is to say beside its title. */
export function PanelSection({ title, beside, children }: { title: string; beside?: string; children: ReactNode }) {
  return (
    <section className="panel-section">
      <h3>
        {title}
        {beside === undefined ? null : <span className="beside-title">{beside}</span>}
      </h3>
      {children}
    </section>
  );
}

/** Names and values, two pairs to a line. */
export function FactList({ children }: { children: ReactNode }) {
  return <dl className="fact-list">{children}</dl>;
}

/** One name and its value; a wide one has a line of its own. */
export function Fact({ name, wide = false, children }: { name: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={wide ? "wide" : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function rowLinkOf(recordId: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-row-link="${CSS.escape(recordId)}"]`);
}
