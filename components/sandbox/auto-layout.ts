/** Places for everything: dagre orders the zones along the links, cards stand in columns within their zone. */
import dagre from '@dagrejs/dagre';
import type { SandboxView } from '@/lib/session/sandbox/view';
import { CARD, ROUTER } from '@/lib/views/wires';

const GAP = 26;
const TOP = 44;
const SIDE = 18;
const MOST_ROWS = 6;
const BETWEEN = 56;

export interface Arrangement {
  hosts: { id: string; x: number; y: number }[];
  zones: { id: string; x: number; y: number; width: number; height: number }[];
}

export function arrange(view: SandboxView): Arrangement {
  const sizes = new Map(
    Object.keys(view.zones).map((id) => {
      const cards = cardsOf(view, id);
      const rows = Math.max(1, Math.min(MOST_ROWS, Math.ceil(Math.sqrt(cards.length * 2))));
      const columns = Math.max(1, Math.ceil(cards.length / rows));
      return [
        id,
        {
          cards,
          rows,
          width: SIDE * 2 + columns * CARD.width + (columns - 1) * GAP,
          height: TOP + Math.max(2, rows) * (CARD.height + GAP) + 8,
        },
      ] as const;
    }),
  );
  const graph = new dagre.graphlib.Graph<object>();
  graph.setGraph({ rankdir: 'LR', nodesep: 40, ranksep: BETWEEN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id, { width, height }] of sizes) graph.setNode(id, { width, height });
  for (const { flows } of view.links)
    for (const { from, to } of flows) {
      const [source, target] = [view.hosts[from]?.zone, view.hosts[to]?.zone];
      if (
        source !== undefined &&
        target !== undefined &&
        source !== target &&
        sizes.has(source) &&
        sizes.has(target)
      )
        graph.setEdge(source, target);
    }
  dagre.layout(graph);
  const hosts: Arrangement['hosts'] = [];
  const zones = [...sizes].map(([id, { width, height, cards, rows }]) => {
    const { x = 0, y = 0 } = graph.node(id) as { x?: number; y?: number };
    cards.forEach((card, index) =>
      hosts.push({
        id: card,
        x: SIDE + Math.floor(index / rows) * (CARD.width + GAP),
        y: TOP + (index % rows) * (CARD.height + GAP),
      }),
    );
    routersOf(view, id).forEach((router, index) =>
      hosts.push({
        id: router,
        x: -Math.round((BETWEEN + ROUTER.width) / 2),
        y: Math.round(height / 2 - ROUTER.height / 2) + index * (ROUTER.height + GAP),
      }),
    );
    return { id, x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height };
  });
  return { hosts, zones };
}
function cardsOf({ hosts }: SandboxView, zone: string): string[] {
  return Object.keys(hosts).filter((id) => hosts[id]?.zone === zone && hosts[id]?.kind !== 'router');
}
function routersOf({ hosts }: SandboxView, zone: string): string[] {
  return Object.keys(hosts).filter((id) => hosts[id]?.zone === zone && hosts[id]?.kind === 'router');
}
