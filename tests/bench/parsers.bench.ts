/** How long a configuration file of 100 kB takes to be read: what the editor does at each pause, and the daemon's own test. */
import { large, PATHOLOGICAL } from '../dialects/large';
import { type Language, LANGUAGES, tryingHost } from '../dialects/languages';
import { millisecondsOf } from '../time-taken';
import type { Bench } from './bench';

const BYTES = 100_000;
let host: ReturnType<typeof tryingHost> | undefined;

/** Milliseconds for one text: to be printed, or to be read, whichever takes longer. */
function timeOf({ print, read }: Language, text: string): number {
  const on = (host ??= tryingHost());
  return Math.max(
    millisecondsOf(() => print?.(text)),
    millisecondsOf(() => read(on, text)),
  );
}

const ordinary = (language: Language): Bench => {
  const text = large(language.name, BYTES);
  return {
    name: `parse-100kB-${language.name}`,
    unit: 'ms',
    atMost: 50,
    runs: 9,
    run: () => timeOf(language, text),
  };
};

/** How many times as long as an ordinary HAProxy file of that size the worst of the texts takes that are made to hurt. */
const hostile = (language: Language): Bench => ({
  name: `parse-hostile-${language.name}`,
  unit: '×',
  atMost: 24,
  runs: 3,
  run: () => {
    const haproxy = LANGUAGES.find(({ name }) => name === 'haproxy') ?? language;
    const usual = large('haproxy', BYTES);
    const measure = Math.min(...Array.from({ length: 5 }, () => timeOf(haproxy, usual)));
    const texts = Object.values(PATHOLOGICAL).map((make) => make(language.name));
    return Math.max(
      ...texts.map((text) => timeOf(language, text) / measure / Math.max(1, text.length / BYTES)),
    );
  },
});

export const benches: readonly Bench[] = [...LANGUAGES.map(ordinary), ...LANGUAGES.map(hostile)];
