'use client';

import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { useHandles, useRun } from './run-context';
import { ScenarioText } from './scenario-text';
import { useTomorrow } from './use-tomorrow';

/** Asks once before the run ends, or before tomorrow comes. */
export function FinishDialog() {
  const isReady = useRun((state) => state.standing.phase === 'ready');
  return isReady ? <TomorrowDialog /> : <EndDialog />;
}

/** Today is won: from here on nothing can be repaired any more. */
function TomorrowDialog() {
  const { workbench } = useHandles();
  const { detail, letItCome } = useTomorrow();
  const close = () => workbench.setState({ overlay: undefined });
  return (
    <Dialog
      title="Let tomorrow come?"
      description={`What happens: ${detail}. You cannot type meanwhile. Is every repair in a file, and does it start at boot?`}
      onClose={close}
    >
      <Unanswered />
      <Buttons
        onCancel={close}
        onConfirm={() => {
          close();
          letItCome();
        }}
        cancel="Go on working"
        confirm="Let tomorrow come"
      />
    </Dialog>
  );
}

function EndDialog() {
  const { client, workbench } = useHandles();
  const lost = useRun((state) => state.standing.phase === 'lost');
  const objectives = useRun((state) => state.objectives);
  const open = objectives.filter(({ state }) => state !== 'met').map(({ title }) => title);
  const close = () => workbench.setState({ overlay: undefined });
  const finish = () => {
    close();
    client
      .ask({ type: 'finish' }, 'finished')
      .then(({ debrief }) => workbench.setState({ view: 'debrief', debrief }))
      .catch((reason: unknown) =>
        toast.error(reason instanceof Error ? reason.message : 'The run could not be finished.'),
      );
  };
  return (
    <Dialog
      title="Finish the run?"
      description={
        open.length === 0
          ? 'Every objective is met. The debrief shows what happened and why.'
          : lost
            ? 'These were not met. The debrief shows what happened and why.'
            : 'These are not met yet. Finishing now counts them as failed.'
      }
      onClose={close}
    >
      {open.length > 0 && (
        <ul className="list-disc space-y-1 overflow-auto px-5 pt-3 pl-9 text-sm text-prose">
          {open.map((title) => (
            <li key={title}>
              <ScenarioText text={title} />
            </li>
          ))}
        </ul>
      )}
      <Unanswered />
      <Buttons onCancel={close} onConfirm={finish} cancel="Go on playing" confirm="Finish" />
    </Dialog>
  );
}

function Unanswered() {
  const unanswered = useRun(({ brief, answers }) =>
    (brief?.questions ?? []).some(({ id }) => answers.every(({ question }) => question !== id)),
  );
  if (!unanswered) return null;
  return (
    <p className="px-5 pt-3 text-sm text-prose">
      In the Incident panel a question about the cause is not answered yet. It counts for the score.
    </p>
  );
}

/** Back to the start, as a new branch: nothing is lost. */
export function RestartDialog() {
  const { client, workbench } = useHandles();
  const close = () => workbench.setState({ overlay: undefined });
  const restart = () => {
    close();
    client.send({ type: 'transport', action: { kind: 'seek', at: 0 } });
    client.send({ type: 'transport', action: { kind: 'branch' } });
  };
  return (
    <Dialog
      title="Start again from the beginning?"
      description="What you did so far stays as a branch; the timeline lets you go back to it."
      onClose={close}
    >
      <Buttons onCancel={close} onConfirm={restart} cancel="Go on playing" confirm="Start again" />
    </Dialog>
  );
}

function Buttons({
  onCancel,
  onConfirm,
  cancel,
  confirm,
}: {
  onCancel(): void;
  onConfirm(): void;
  cancel: string;
  confirm: string;
}) {
  return (
    <div className="flex justify-end gap-2 px-5 py-4">
      <Button onClick={onCancel}>{cancel}</Button>
      <Button look="primary" onClick={onConfirm}>
        {confirm}
      </Button>
    </div>
  );
}
