/**
 * How a program waits for the network or other callbacks: callbacks drop what happened into its
 * mailbox and wake it. Mailboxes live with the running program and are no part
 * of any state.
 */
import type { Micros } from '../std/instant';
import type { Callback } from '../world/network.contract';
import type { ProgramContext, SignalName, Wait, Wake } from '../world/process.contract';
import type { Registry, World } from '../world/world.contract';

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

const CALLBACK = 'program.event';
interface Boxes {
  next: number;
  readonly open: Map<number, Item[]>;
}
const boxes = new WeakMap<World, Boxes>();

function boxesOf(world: World): Boxes {
  const known = boxes.get(world);
  if (known !== undefined) return known;
  const made: Boxes = { next: 1, open: new Map() };
  boxes.set(world, made);
  return made;
}

/** Registers the callback with every world made from this registry. */
export function registerMailboxes(registry: Registry): void {
  registry.daemon({
    kind: 'mailbox',
    register(world) {
      const { open } = boxesOf(world);
      world.callback<{ box: number; tag: string }, unknown>(CALLBACK, ({ data }, event) => {
        open.get(data.box)?.push({ kind: 'item', tag: data.tag, event });
        world.wake(keyOf(data.box));
      });
    },
  });
}

/** A mailbox for a program that has just been started: nothing is lost until it opens it. */
export function reserveMailbox(world: World, pid: number, tag: string): { id: number; on: Callback } {
  const known = boxesOf(world);
  const id = known.next++;
  known.open.set(id, []);
  return { id, on: { name: CALLBACK, pid, data: { box: id, tag } } };
}

export class Mailbox {
  readonly #box: number;
  readonly #items: Item[];

  /** `id`: of a mailbox that was reserved, or that a checkpoint holds; its callbacks lead here. */
  constructor(
    private readonly context: ProgramContext,
    id?: number,
  ) {
    const known = boxesOf(context.world);
    this.#box = id ?? known.next;
    known.next = Math.max(known.next, this.#box + 1);
    this.#items = known.open.get(this.#box) ?? [];
    known.open.set(this.#box, this.#items);
  }
  get id(): number {
    return this.#box;
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
    boxesOf(this.context.world).open.delete(this.#box);
  }
}

function keyOf(box: number): string {
  return `mailbox:${box}`;
}
