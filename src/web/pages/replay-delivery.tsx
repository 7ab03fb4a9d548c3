import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState } from "react";
import { useReplay, type Delivery } from "../api/deliveries.ts";
import { Icon } from "../parts/icon.tsx";

/** Digests a delivery once more, after a question, and says how that ended. */
export function ReplayDelivery({ delivery }: { delivery: Delivery }) {
  const [asking, setAsking] = useState(false);
  const replay = useReplay(delivery.id);
  return (
    <AlertDialog.Root open={asking} onOpenChange={setAsking}>
      <ReplayResult delivery={delivery} error={replay.error} asked={replay.isSuccess} />
      <AlertDialog.Trigger className="button" disabled={replay.isPending || delivery.state === "received"}>
        <Icon name="replay" />
        Replay
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="panel-backdrop" forceRender />
        <AlertDialog.Popup className="small-dialog">
          <AlertDialog.Title className="small-dialog-title">Replay this delivery?</AlertDialog.Title>
          <AlertDialog.Description className="small-dialog-words">
            It is digested again as it came. Facts that are known already change nothing, so a second time does no harm.
          </AlertDialog.Description>
          <div className="small-dialog-actions">
            <AlertDialog.Close className="button">Cancel</AlertDialog.Close>
            <button
              type="button"
              className="button button-strong"
              onClick={() => {
                setAsking(false);
                replay.mutate();
              }}
            >
              Replay
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function ReplayResult({ delivery, error, asked }: { delivery: Delivery; error: Error | null; asked: boolean }) {
  if (error !== null) return <output className="replay-result tone-bad">{error.message}</output>;
  return <output className="replay-result">{asked ? resultWords(delivery) : null}</output>;
}

function resultWords(delivery: Delivery): string {
  switch (delivery.state) {
    case "received":
      return "Replaying…";
    case "digested":
      return "Replayed: digested";
    case "dead":
      return "Replayed: dead again";
  }
}
