'use client';

import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { useHandles, useRun } from './run-context';

/** Asks once before the run ends. */
export function FinishDialog() {
  const { client, workbench } = useHandles();
  const objectives = useRun((state) => state.objectives);
  const open = objectives.filter(({ state }) => state !== 'met').map(({ title }) => title);
  const unanswered = useRun(({ brief, answers }) =>
    (brief?.questions ?? []).some(({ id }) => answers.every(({ question }) => question !== id)),
  );
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
          : 'These are not met yet. Finishing now counts them as failed.'
      }
      onClose={close}
    >
      {open.length > 0 && (
        <ul className="list-disc space-y-1 overflow-auto px-5 pt-3 pl-9 text-sm text-prose">
          {open.map((title) => (
            <li key={title}>{title}</li>
          ))}
        </ul>
      )}
      {unanswered && (
        <p className="px-5 pt-3 text-sm text-prose">
          In the Incident panel a question about the cause is not answered yet. It counts for the score.
        </p>
      )}
      <Buttons onCancel={close} onConfirm={finish} cancel="Go on playing" confirm="Finish" />
    </Dialog>
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
