import type { ReactNode } from 'react';
import type { WorkbenchState } from '@/lib/client/workbench-store';
import type { RunState } from '@/lib/client/run-state';

export interface TourStep {
  /** The parts of the screen with this `data-tour`. */
  target: 'incident' | 'map' | 'terminal' | 'host' | 'time' | 'timeline' | 'finish';
  title: string;
  text(run: RunState): ReactNode;
  /** How the workbench has to stand so that the part is in sight. */
  view(run: RunState): Partial<WorkbenchState>;
}

/** For somebody who has never seen a terminal: one thing at a time, in the order in which it is needed. */
export const TOUR: readonly TourStep[] = [
  {
    target: 'incident',
    title: 'What happened, and what to reach',
    text: () => (
      <>
        <p>Read here what has happened. Below it stand the objectives.</p>
        <p>
          An objective is met when the machines really do what it says. Any way that leads there is right; no
          command is prescribed.
        </p>
      </>
    ),
    view: () => ({ area: 'incident' }),
  },
  {
    target: 'map',
    title: 'The map',
    text: () => (
      <>
        <p>Each card is a computer, here called a host. The coloured areas are the networks they stand in.</p>
        <p>
          Dots on the lines are requests of customers: a red one got no good answer. If your system asks for
          less motion, numbers stand there instead.
        </p>
      </>
    ),
    view: () => ({ area: 'map', outline: false }),
  },
  {
    target: 'terminal',
    title: 'The terminal',
    text: ({ brief }) => (
      <>
        <p>
          Click into it, type a command, press Enter. The host does it and prints its answer. You begin on{' '}
          <code>{brief?.start.host ?? 'your desk'}</code>.
        </p>
        <p>
          <code>ssh</code> and the name of a host take you there, <code>exit</code> brings you back. You
          cannot break anything real.
        </p>
      </>
    ),
    view: () => ({ area: 'dock', dockTab: undefined }),
  },
  {
    target: 'host',
    title: 'A host and its files',
    text: () => (
      <>
        <p>Click a host on the map, and this panel shows how it is.</p>
        <p>
          Under Files you read and change its files, and save them. A program goes on with its old file until
          it is restarted or reloaded, as on real machines.
        </p>
      </>
    ),
    view: (run) => ({ area: 'host', host: hostToShow(run), inspectorTab: 'files', file: undefined }),
  },
  {
    target: 'time',
    title: 'The clock',
    text: () => (
      <>
        <p>
          Time goes on while you think. Pause it to read in peace; commands wait for as long. Now, during the
          tour, it stands still.
        </p>
        <p>5×, 20× and 100× make waiting short.</p>
      </>
    ),
    view: () => ({}),
  },
  {
    target: 'timeline',
    title: 'Looking back',
    text: () => (
      <>
        <p>Drag the mark to the left to see everything as it was at that moment, and Back to live returns.</p>
        <p>You may also go on from there and try something else: the first attempt is kept.</p>
      </>
    ),
    view: () => ({}),
  },
  {
    target: 'finish',
    title: 'Stuck, or done?',
    text: () => (
      <>
        <p>
          Hint shows one step further each time and costs a few points. Finish ends the run; then you read
          what happened and why.
        </p>
        <p>
          Press <kbd>?</kbd> for all keys, and for this tour again.
        </p>
      </>
    ),
    view: () => ({}),
  },
];

/** One that has files worth reading: no customer, no wall. */
function hostToShow({ topology: { hosts } }: RunState): string | undefined {
  const kinds = ['app', 'load-balancer', 'server', 'bastion', 'router'];
  return kinds.flatMap((kind) => hosts.filter((host) => host.kind === kind))[0]?.id;
}
