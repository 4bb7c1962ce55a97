/** How long a configuration file of 100 kB takes to be read: what the editor does at each pause, and the daemon's own test. */
import { large } from '../dialects/large';
import { LANGUAGES, tryingHost } from '../dialects/languages';
import { millisecondsOf } from '../time-taken';
import type { Bench } from './bench';

const BYTES = 100_000;
let host: ReturnType<typeof tryingHost> | undefined;

export const benches: readonly Bench[] = LANGUAGES.map(({ name, print, read }) => {
  const text = large(name, BYTES);
  return {
    name: `parse-100kB-${name}`,
    unit: 'ms',
    atMost: 50,
    runs: 9,
    run: () => {
      const on = (host ??= tryingHost());
      return Math.max(
        millisecondsOf(() => print?.(text)),
        millisecondsOf(() => read(on, text)),
      );
    },
  };
});
