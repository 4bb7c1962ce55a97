/**
 * How a program waits for the network: callbacks drop what happened into its
 * mailbox and wake it. Mailboxes live with the running program and are no part
 * of any state.
 */
import type { Micros } from '../../std/instant';
import type { Callback } from '../../world/network.contract';
import type { ProgramContext, SignalName, Wait, Wake } from '../../world/process.contract';
import type { World } from '../../world/world.contract';

/** One thing that happened. `tag` is what the program gave with the callback. */
export interface Item {
  readonly kind: 'item';
  readonly tag: string;
  readonly event: unknown;
}
export type Received =
  | Item
  | { readonly kind: 'timeout' }
  | { readonly kind: 'signal'; readonly signal: SignalName };

const CALLBACK = 'network-tools.event';
const boxes = new WeakMap<World, Map<number, Item[]>>();
let nextBox = 1;

/** Once per world, before any tool runs. */
export function registerMailboxes(world: World): void {
  const known = new Map<number, Item[]>();
  boxes.set(world, known);
  world.callback<{ box: number; tag: string }, unknown>(CALLBACK, ({ data }, event) => {
    known.get(data.box)?.push({ kind: 'item', tag: data.tag, event });
    world.wake(keyOf(data.box));
  });
}

export class Mailbox {
  readonly #box = nextBox++;
  readonly #items: Item[] = [];

  constructor(private readonly context: ProgramContext) {
    boxes.get(context.world)?.set(this.#box, this.#items);
  }

  /** What a program waits for that has other things to wait for as well. */
  get key(): string {
    return keyOf(this.#box);
  }

  /** A callback whose events arrive here under this tag. */
  on(tag: string): Callback {
    return { name: CALLBACK, pid: this.context.pid, data: { box: this.#box, tag } };
  }

  /** What is there already, without waiting. */
  take(): Item | undefined {
    return this.#items.shift();
  }

  /** The next thing that happens: an item, the time, or a signal that the program handles itself. */
  *next(until?: Micros): Generator<Wait, Received, Wake> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) return item;
      if (until !== undefined && this.context.kernel.now >= until) return { kind: 'timeout' };
      const wake = yield { keys: [keyOf(this.#box)], ...(until === undefined ? {} : { until }) };
      if (wake.reason === 'signal' && wake.signal !== undefined)
        return { kind: 'signal', signal: wake.signal };
    }
  }

  close(): void {
    boxes.get(this.context.world)?.delete(this.#box);
  }
}

function keyOf(box: number): string {
  return `network-tools:${box}`;
}
