/** What a lab holds does not grow while it only goes on as it went. */
import { expect, test } from 'vitest';
import { build } from './swarm';

const MINUTE = 60_000_000;

/** How many values plain data consists of. */
function count(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (ArrayBuffer.isView(value)) return value.byteLength / 8;
  let sum = 1;
  if (value instanceof Map) for (const [key, item] of value) sum += count(key) + count(item);
  else if (value instanceof Set || Array.isArray(value)) for (const item of value) sum += count(item);
  else for (const item of Object.values(value)) sum += count(item);
  return sum;
}

// Labs whose shops keep up: where they do not, what waits grows without bound.
test.each([1, 2, 6])(
  'seed %i: half an hour of steady load leaves nothing behind',
  { timeout: 120_000 },
  (seed) => {
    const { run } = build(seed);
    const held = (): Record<string, number> => {
      const sizes: Record<string, number> = { net: count(run.world.state.net), events: run.kernel.pending };
      // Logs grow: that is what they are for (and they have a bound of their own).
      for (const [name, { log: _, ...state }] of run.world.state.hosts)
        for (const [part, value] of Object.entries(state)) sizes[`${name} ${part}`] = count(value);
      return sizes;
    };
    run.advance(10 * MINUTE);
    const before = held();
    run.advance(40 * MINUTE);
    const after = held();
    const grown = Object.entries(after).filter(([part, size]) => size > (before[part] ?? 0) * 1.5 + 400);
    expect(grown.map(([part, size]) => `${part}: ${before[part]} → ${size}`)).toEqual([]);
  },
);
