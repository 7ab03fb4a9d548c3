import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useEffect, useRef, useState } from "react";
import { useAct, type ActRequest } from "../api/act.ts";
import { ApiError } from "../api/request.ts";
import { Icon, type IconName } from "./icon.tsx";
import { describedCode } from "./notices.tsx";
import { Prose } from "./prose.tsx";

/** Something that can be done: its button, and the question before it where it cannot be taken back. */
export type Act = ActRequest & { word: string; icon: IconName; question?: { title: string; words: string } };

/**
 * What can be done with a thing, as buttons, and how the last of it went. The focus stays where it was: a button that is busy is not disabled,
 * and when what was done takes its own button away, the group has it.
 */
export function Acts({ of, acts }: { of: string; acts: Act[] }) {
  const act = useAct();
  const group = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (act.isSuccess && document.activeElement === document.body) group.current?.focus({ preventScroll: true });
  }, [act.isSuccess]);
  return (
    <fieldset className="acts" aria-label={`What can be done with ${of}`} tabIndex={-1} ref={group}>
      <div className="act-buttons">
        {acts.map((one, index) => (
          // By place: a button that becomes another one, Pause and Resume, keeps the focus.
          <ActButton key={index} act={one} isBusy={act.isPending} onAct={() => act.mutate(one)} />
        ))}
      </div>
      <output className="act-result">{act.isSuccess ? act.variables.done : null}</output>
      {act.error === null ? null : <ActFailure error={act.error} />}
    </fieldset>
  );
}

function ActButton({ act, isBusy, onAct }: { act: Act; isBusy: boolean; onAct: () => void }) {
  const { word, icon, question } = act;
  const [asking, setAsking] = useState(false);
  if (question === undefined)
    return (
      <button type="button" className="button" aria-disabled={isBusy} onClick={() => isBusy || onAct()}>
        <Icon name={icon} />
        {word}
      </button>
    );
  return (
    <AlertDialog.Root open={asking} onOpenChange={setAsking}>
      <AlertDialog.Trigger className="button" aria-disabled={isBusy}>
        <Icon name={icon} />
        {word}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="panel-backdrop" />
        <AlertDialog.Popup className="small-dialog">
          <AlertDialog.Title className="small-dialog-title">{question.title}</AlertDialog.Title>
          <AlertDialog.Description className="small-dialog-words">{question.words}</AlertDialog.Description>
          <div className="small-dialog-actions">
            <AlertDialog.Close className="button">Keep it</AlertDialog.Close>
            <button
              type="button"
              className="button button-strong"
              onClick={() => {
                setAsking(false);
                if (!isBusy) onAct();
              }}
            >
              {word}
            </button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** Why nothing was done, and what to do about that. */
function ActFailure({ error }: { error: Error }) {
  const code = error instanceof ApiError ? error.code : "INTERNAL";
  const remedy = describedCode(code)?.remedy ?? null;
  return (
    <p className="act-failure" role="alert">
      <Icon name="warning" />
      <span>
        {error.message} {remedy === null ? null : <Prose>{remedy}</Prose>} <code>{code}</code>
      </span>
    </p>
  );
}
