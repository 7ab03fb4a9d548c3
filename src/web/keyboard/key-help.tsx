import { Dialog } from "@base-ui/react/dialog";
import { Icon } from "../parts/icon.tsx";
import { useSingleKeys } from "./keys.tsx";

const keys: [keys: string[][], what: string][] = [
  [[["g", "l"]], "Live"],
  [[["g", "p"]], "Pull requests"],
  [[["g", "r"]], "CI runs"],
  [[["g", "v"]], "Reviews"],
  [[["g", "w"]], "Work"],
  [[["g", "d"]], "Deliveries"],
  [[["g", "a"]], "Audit"],
  [[["j"], ["k"]], "Next row, previous row"],
  [[["↓"], ["↑"]], "The same, once a row has the focus"],
  [[["Enter"]], "Open the row"],
  [[["Esc"]], "Close what is open"],
  [[["/"]], "Go to the filter"],
  [[["?"]], "Show this"],
];

/** What the keys do, and the switch for those who do not want single letters to act. */
export function KeyHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { enabled, setEnabled } = useSingleKeys();
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="panel-backdrop" />
        <Dialog.Popup className="small-dialog">
          <div className="small-dialog-head">
            <Dialog.Title className="small-dialog-title">Keyboard</Dialog.Title>
            <Dialog.Close className="quiet-button square" aria-label="Close">
              <Icon name="cross" />
            </Dialog.Close>
          </div>
          <dl className="key-list">
            {keys.map(([ways, what]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>
                  {ways.map((way) => (
                    <span key={way.join()} className="key-way">
                      {way.map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
          <label className="check-line">
            <input type="checkbox" checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
            Single letters act as shortcuts
          </label>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
