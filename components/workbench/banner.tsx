'use client';

import { CircleCheck, History, PartyPopper, Sunrise, TriangleAlert } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { clockText } from '@/lib/views/times';
import { useClient, useRun, useWorkbenchStore } from './run-context';
import { ScenarioText } from './scenario-text';
import { useTomorrow } from './use-tomorrow';

/** One line above the map when something about the whole run has to be said. */
export function Banner() {
  const lookingBack = useRun((state) => state.time.lookingBack);
  const phase = useRun((state) => state.standing.phase);
  if (lookingBack) return <LookingBack />;
  if (phase === 'ready') return <Ready />;
  if (phase === 'tomorrow') return <Tomorrow />;
  return phase === 'won' || phase === 'lost' ? <Decided /> : null;
}

const LINE =
  'flex items-center [&>svg]:shrink-0 max-md:flex-wrap gap-x-3 gap-y-1 border-b border-line px-3.5 py-1.5 text-xs';

function LookingBack() {
  const client = useClient();
  const clock = useRun((state) => clockText(state.time.clock));
  const finished = useRun((state) => state.standing.phase === 'finished');
  return (
    <div role="status" aria-live="off" className={`${LINE} bg-selected-soft`}>
      <History size={13} aria-hidden="true" className="text-selected" />
      <span>
        Looking back at <b className="font-mono font-semibold">{clock}</b>
      </span>
      <span className="text-muted max-md:hidden">Nothing moves while you look.</span>
      <span className="ml-auto flex shrink-0 gap-2">
        {!finished && (
          <Button size="small" onClick={() => client.send({ type: 'transport', action: { kind: 'branch' } })}>
            Continue from here
          </Button>
        )}
        <Button
          size="small"
          look="primary"
          onClick={() => client.send({ type: 'transport', action: { kind: 'live' } })}
        >
          Back to live
        </Button>
      </span>
    </div>
  );
}

/** Everything is met: the learner says when the work is done. */
function Ready() {
  const workbench = useWorkbenchStore();
  const { detail } = useTomorrow();
  return (
    <div role="status" className={`${LINE} bg-ok-soft`}>
      <CircleCheck size={13} aria-hidden="true" className="text-ok" />
      <span className="min-w-0">
        Today’s objectives are met. Are you done? Then let tomorrow come: {detail}.
      </span>
      <Button
        size="small"
        look="primary"
        className="ml-auto shrink-0"
        onClick={() => workbench.setState({ overlay: 'finish' })}
      >
        Let tomorrow come
      </Button>
    </div>
  );
}

/** The trigger comes again, and nobody is at the keyboard. */
function Tomorrow() {
  const { detail } = useTomorrow();
  return (
    <div role="status" className={`${LINE} bg-selected-soft`}>
      <Sunrise size={13} aria-hidden="true" className="text-selected" />
      <span className="min-w-0">It is tomorrow: {detail}. Watch; you cannot type until it is over.</span>
    </div>
  );
}

function Decided() {
  const won = useRun((state) => state.standing.phase === 'won');
  const verdict = useRun((state) => state.standing.verdict);
  const workbench = useWorkbenchStore();
  const Icon = won ? PartyPopper : TriangleAlert;
  return (
    <div role="status" className={`${LINE} ${won ? 'bg-ok-soft' : 'bg-broken-soft'}`}>
      <Icon size={13} aria-hidden="true" className={won ? 'text-ok' : 'text-broken'} />
      <span className="min-w-0">
        <ScenarioText
          text={verdict ?? (won ? 'Every objective is met.' : 'This run can no longer be won.')}
        />
      </span>
      <Button
        size="small"
        className="ml-auto shrink-0"
        onClick={() => workbench.setState({ overlay: 'finish' })}
      >
        Finish and read the debrief
      </Button>
    </div>
  );
}
