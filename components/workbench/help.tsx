'use client';

import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { actionsOf } from './actions';
import { keyNames } from './key-names';
import { useHandles, useRun } from './run-context';

/** Keys that belong to one part of the screen; the page's own come from the actions. */
const PLACES: readonly { place: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    place: 'Map',
    keys: [
      ['Tab', 'from host to host'],
      ['Arrows', 'to the host in that direction'],
      ['Enter', 'select the host'],
    ],
  },
  {
    place: 'Terminal',
    keys: [
      ['Esc · Shift-Tab', 'leave the terminal: on · back'],
      ['Tab', 'complete the word; twice lists'],
      ['Ctrl-R', 'search the history'],
      ['Ctrl-C · Ctrl-D · Ctrl-Z', 'interrupt · end of input · stop'],
      ['Ctrl-Shift-C · Ctrl-V', 'copy · paste'],
      ['Ctrl-A E K U W Y', 'start, end, cut right, cut left, cut word, put back'],
    ],
  },
  {
    place: 'Editor',
    keys: [
      ['Ctrl-S', 'save'],
      ['Ctrl-F', 'search'],
      ['Esc then Tab', 'leave the editor'],
    ],
  },
  {
    place: 'Timeline',
    keys: [
      ['Left · Right', '5 s back · on'],
      ['Ctrl-Left · Ctrl-Right', 'to the event before · after'],
      ['Home · End', 'to the start · to live'],
    ],
  },
];

export function Help() {
  const handles = useHandles();
  const inScenario = useRun((state) => state.sandbox === undefined);
  const keyed = actionsOf(handles).flatMap(({ title, keys }) =>
    keys === undefined ? [] : [[keyNames(keys), title] as const],
  );
  return (
    <Dialog
      title="Keys"
      description="Single letters work while you are not typing."
      onClose={() => handles.workbench.setState({ overlay: undefined })}
      className="w-[min(46rem,calc(100vw-2rem))]"
    >
      {inScenario && (
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-5 py-2.5 text-sm text-muted">
          New here, or new to terminals?
          <Button size="small" onClick={() => handles.workbench.setState({ overlay: 'tour' })}>
            Take the tour
          </Button>
        </p>
      )}
      <div
        className="grid gap-x-8 gap-y-5 overflow-auto px-5 py-4 sm:grid-cols-2"
        tabIndex={0}
        role="group"
        aria-label="Keys"
      >
        <Keys place="Everywhere" keys={keyed} />
        <div className="space-y-5">
          {PLACES.map(({ place, keys }) => (
            <Keys key={place} place={place} keys={keys} />
          ))}
        </div>
      </div>
    </Dialog>
  );
}

function Keys({ place, keys }: { place: string; keys: readonly (readonly [string, string])[] }) {
  return (
    <section aria-label={place}>
      <h3 className="eyebrow mb-1.5">{place}</h3>
      <dl className="space-y-1 text-sm">
        {keys.map(([key, what]) => (
          <div key={key} className="flex gap-3">
            <dt className="w-32 shrink-0 font-mono text-xs leading-5 text-text">{key}</dt>
            <dd className="text-muted">{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
