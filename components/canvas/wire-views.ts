/** The topology's links as wires between cards. Built when the topology changes, never per tick. */
import type { LinkView, Topology } from '@/lib/session/messages';
import { type Curve, curveBetween, pathText } from '@/lib/views/wires';

export interface WireView {
  id: string;
  link: LinkView;
  /** What a screen reader says. */
  name: string;
  curve: Curve;
  /** On a canvas where wires can be chosen: whether this one is. */
  selected: boolean;
}

/** `selected`: ids of the links that are chosen. */
export function wireViews({ hosts, links }: Topology, selected: ReadonlySet<string> = new Set()): WireView[] {
  const places = new Map(hosts.map((host) => [host.id, host]));
  return links.flatMap((link): WireView[] => {
    const from = places.get(link.from);
    const to = places.get(link.to);
    if (from === undefined || to === undefined) return [];
    return [
      {
        id: link.id,
        link,
        name: `Link from ${from.label} to ${to.label}`,
        curve: curveBetween(from, to),
        selected: selected.has(link.id),
      },
    ];
  });
}

/** The wires of a canvas that changes: one that would look the same stays the very object, and so does the list. */
export class Wires {
  #wires: WireView[] = [];
  of(topology: Topology, selected: ReadonlySet<string>): WireView[] {
    const known = new Map(this.#wires.map((wire) => [wire.id, wire]));
    const wires = wireViews(topology, selected).map((wire) => {
      const before = known.get(wire.id);
      return before !== undefined && isSameWire(before, wire) ? before : wire;
    });
    const isSame =
      wires.length === this.#wires.length && wires.every((wire, index) => wire === this.#wires[index]);
    if (!isSame) this.#wires = wires;
    return this.#wires;
  }
}
function isSameWire(a: WireView, b: WireView): boolean {
  return (
    a.selected === b.selected &&
    a.link === b.link &&
    a.name === b.name &&
    pathText(a.curve) === pathText(b.curve)
  );
}
