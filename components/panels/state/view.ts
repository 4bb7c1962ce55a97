/**
 * A state chart laid out for drawing: states in life order in rows as wide as
 * the panel, arrows between neighbours, arcs for the others.
 */
import type { HostDetail, HostStatus } from '@/lib/session/messages';

type Chart = NonNullable<HostDetail['charts']>[number];

export interface BoxView {
  name: string;
  x: number;
  y: number;
  width: number;
  row: number;
  current: boolean;
}
export interface ArrowView {
  key: string;
  path: string;
  /** Leads out of the current state. */
  live: boolean;
}
export interface ChartLayout {
  width: number;
  height: number;
  boxes: BoxView[];
  arrows: ArrowView[];
}

export const BOX_HEIGHT = 24;
const MOST_WIDTH = 318;
const GAP = 20;
const ROW_GAP = 26;
const LETTER = 6.7;
const PADDING = 18;
/** An arc rises this much for each state it skips. */
const RISE = 9;

export function layoutChart({
  states,
  transitions,
  current,
}: Pick<Chart, 'states' | 'transitions' | 'current'>): ChartLayout {
  const boxes = placeBoxes(states, current);
  const byName = new Map(boxes.map((box, index) => [box.name, { box, index }]));
  const spanOf = (from: string, to: string) => (byName.get(to)?.index ?? 0) - (byName.get(from)?.index ?? 0);
  const sameRow = transitions
    .filter(({ from, to }) => byName.get(from)?.box.row === byName.get(to)?.box.row)
    .map(({ from, to }) => spanOf(from, to));
  const over = rise(Math.max(0, ...sameRow.filter((span) => span > 1)));
  const under = rise(Math.max(0, ...sameRow.filter((span) => span < -1).map((span) => -span)));
  const lowered = boxes.map((box) => ({ ...box, y: box.y + over + 2 + box.row * (over + under) }));
  const arrows = transitions.flatMap(({ from, to }): ArrowView[] => {
    const start = lowered[byName.get(from)?.index ?? -1];
    const end = lowered[byName.get(to)?.index ?? -1];
    if (start === undefined || end === undefined || start === end) return [];
    const back = transitions.some((other) => other.from === to && other.to === from);
    return [
      {
        key: `${from} ${to}`,
        live: from === current,
        path: arrowPath({ start, end, span: spanOf(from, to), back }),
      },
    ];
  });
  const width = Math.max(1, ...lowered.map((box) => box.x + box.width + 1));
  const height = Math.max(BOX_HEIGHT, ...lowered.map((box) => box.y + BOX_HEIGHT)) + under + 2;
  return { width, height, boxes: lowered, arrows };
}

const rise = (span: number) => (span < 2 ? 0 : span * RISE);

function placeBoxes(states: readonly string[], current: string): BoxView[] {
  const boxes: BoxView[] = [];
  let [x, row] = [1, 0];
  for (const name of states) {
    const width = Math.round(name.length * LETTER + PADDING);
    if (x > 1 && x + width > MOST_WIDTH) {
      x = 1;
      row += 1;
    }
    boxes.push({ name, x, y: row * (BOX_HEIGHT + ROW_GAP), width, row, current: name === current });
    x += width + GAP;
  }
  return boxes;
}

interface ArrowPlace {
  start: BoxView;
  end: BoxView;
  span: number;
  back: boolean;
}

const centre = ({ x, width }: BoxView) => x + width / 2;

function arrowPath(place: ArrowPlace): string {
  const { start, end, span, back } = place;
  if (start.row !== end.row) return betweenRows(place);
  const middle = start.y + BOX_HEIGHT / 2;
  if (span === 1) return `M${start.x + start.width + 2} ${back ? middle - 4 : middle} H${end.x - 3}`;
  if (span === -1) return `M${start.x - 2} ${back ? middle + 4 : middle} H${end.x + end.width + 3}`;
  return arc(place);
}

/** In one row, past the states between: over the row onwards, under it backwards. */
function arc({ start, end, span }: ArrowPlace): string {
  const [from, to] = [centre(start) + Math.sign(span) * 5, centre(end) - Math.sign(span) * 5];
  const edge = span > 0 ? start.y - 1 : start.y + BOX_HEIGHT + 1;
  const peak = edge - Math.sign(span) * rise(Math.abs(span)) * 1.15;
  const tip = edge - Math.sign(span);
  return `M${from} ${edge} C${from} ${peak} ${to} ${peak} ${to} ${tip}`;
}

function betweenRows({ start, end, back }: ArrowPlace): string {
  const down = end.row > start.row;
  const aside = back ? (down ? -6 : 6) : 0;
  const [from, to] = [centre(start) + aside, centre(end) + aside];
  const [leave, reach] = down ? [start.y + BOX_HEIGHT + 1, end.y - 3] : [start.y - 1, end.y + BOX_HEIGHT + 3];
  const half = (leave + reach) / 2;
  return `M${from} ${leave} C${from} ${half} ${to} ${half} ${to} ${reach}`;
}

/** The chart in a sentence, for those who do not see it. */
export function chartSentence({ id, chart, states, current, transitions }: Chart): string {
  const next = transitions.filter(({ from }) => from === current).map(({ to }) => to);
  return `${chart} ${id}: in ${current}, of ${states.join(', ')}.${next.length === 0 ? '' : ` From here it can go to ${next.join(' or ')}.`}`;
}

const isUnit = ({ chart }: Chart) => chart.toLowerCase() === 'unit';

/** Protocols and the host's own services first, what failed before what is well; the system's units after them. */
export function sortCharts(
  charts: readonly Chart[],
  services: readonly Pick<HostStatus['services'][number], 'name'>[],
): { first: Chart[]; others: Chart[] } {
  const own = new Set(services.map(({ name }) => name));
  const matters = (chart: Chart) =>
    !isUnit(chart) || chart.current !== 'active' || own.has(chart.id.replace(/\.service$/, ''));
  const rank = (chart: Chart) => (chart.current === 'failed' ? 0 : isUnit(chart) ? 2 : 1);
  return {
    first: charts.filter(matters).sort((a, b) => rank(a) - rank(b)),
    others: charts.filter((chart) => !matters(chart)),
  };
}
