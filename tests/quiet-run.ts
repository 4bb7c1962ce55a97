/** The skeleton's lab, left alone: for tests of one fault or one objective in a world that is otherwise well. */
import { skeleton } from '../lib/cli/skeleton';
import type { Run } from '../lib/scenario/run';
import { makeRun } from '../lib/session/make-run';
import type { RunInput } from '../lib/session/messages';

/** A run in which nothing breaks before minute 9 and nothing is ever won. `change` may write more into the lab. */
export function quietRun(id: string, change: (scenario: string) => string): Run<RunInput> {
  const files = skeleton(id, 'x');
  const quiet = (files['scenario.yaml'] ?? '')
    .replace(
      /timeline:[\s\S]*?deadline:/,
      'timeline:\n  - { id: late, at: 9min, fault: { kind: power-loss, host: web } }\ndeadline:',
    )
    .replace('for: 20s', 'for: 9min')
    .replace(/breaks:[\s\S]*?\n\n/, '');
  const made = makeRun(
    { id, files: { ...files, 'scenario.yaml': change(quiet) } },
    { seed: 1, traces: false },
  );
  if (!made.ok) throw new Error(made.loaded.problems.map(({ message }) => message).join('; '));
  return made.run;
}
