/** The catalogue in the reader's words: scenarios by track, and what this browser remembers of them. */
import type { RunSummary } from '@/lib/client/saved-runs';
import { percentText, plural } from '@/lib/views/numbers';
import { stopwatch } from '@/lib/views/times';

export interface ScenarioCard {
  id: string;
  title: string;
  track: string;
  summary: string;
  /** 1–5. */
  difficulty: number;
  minutes: number;
  teaches: string[];
  /** Of these texts. */
  language: string;
  /** The same in other languages. */
  translations?: Readonly<Record<string, CardTexts>>;
}
export type CardTexts = Pick<ScenarioCard, 'title' | 'summary' | 'teaches'>;

/** Languages in which there are texts, the commonest first. */
export function languagesOf(scenarios: readonly ScenarioCard[]): string[] {
  const count = new Map<string, number>();
  for (const { language, translations = {} } of scenarios)
    for (const code of [language, ...Object.keys(translations)]) count.set(code, (count.get(code) ?? 0) + 1);
  return [...count.keys()].sort((a, b) => (count.get(b) ?? 0) - (count.get(a) ?? 0) || (a < b ? -1 : 1));
}

/** The card as somebody reads it who prefers this language; its own texts where there are no others. */
export function cardIn(card: ScenarioCard, language: string | undefined): ScenarioCard {
  const texts = language === undefined ? undefined : card.translations?.[language];
  return texts === undefined ? card : { ...card, ...texts, language: language ?? card.language };
}

/** Where a saved run goes on. */
export function runAddress(scenario: string, id: string): string {
  const page = scenario === 'sandbox' ? '/sandbox' : `/play/${scenario}`;
  return `${page}?run=${encodeURIComponent(id)}`;
}

export interface TrackRow {
  name: string;
  count: string;
}

/** Tracks in the order of their first scenario, with how many of each are solved. */
export function trackRows(scenarios: readonly ScenarioCard[], runs: readonly RunSummary[]): TrackRow[] {
  const solved = solvedIds(runs);
  return [...new Set(scenarios.map(({ track }) => track))].map((name) => {
    const inside = scenarios.filter(({ track }) => track === name);
    return { name, count: `${inside.filter(({ id }) => solved.has(id)).length}/${inside.length}` };
  });
}

function solvedIds(runs: readonly RunSummary[]): ReadonlySet<string> {
  return new Set(
    runs.filter(({ phase, won }) => phase === 'won' || won === true).map(({ scenario }) => scenario),
  );
}

export interface CardStanding {
  tone: 'ok' | 'risk' | 'neutral';
  text: string;
}

/** What a card says about earlier runs: the best solved one, else the newest unfinished. */
export function standingOf(scenario: string, runs: readonly RunSummary[]): CardStanding | undefined {
  const own = runs.filter((run) => run.scenario === scenario);
  const best = own.filter(({ phase, won }) => phase === 'won' || won === true).sort((a, b) => a.at - b.at)[0];
  if (best !== undefined)
    return { tone: 'ok', text: `solved ${stopwatch(best.at)} · ${plural(best.hintsUsed, 'hint')}` };
  const open = own.find(isOpen);
  if (open !== undefined) return { tone: 'risk', text: `in progress ${stopwatch(open.at)}` };
  return own.length > 0 ? { tone: 'neutral', text: 'played, not solved' } : undefined;
}

export function isOpen({ phase }: RunSummary): boolean {
  return phase !== 'finished';
}

/** How a saved run stands, for the list. */
export function runStanding({ phase, won, availability }: RunSummary): string {
  const word =
    phase === 'running' || phase === 'ready' || phase === 'tomorrow'
      ? 'in progress'
      : phase === 'won' || won === true
        ? 'won'
        : phase === 'lost' || won === false
          ? 'lost'
          : 'finished';
  return availability === undefined ? word : `${word} · availability ${percentText(availability)}`;
}

const TRACK_COLOURS: readonly (readonly [RegExp, string])[] = [
  [/availab/i, 'var(--holder)'],
  [/balanc/i, 'var(--ok)'],
  [/zone|firewall/i, 'var(--risk)'],
  [/backup|monitor/i, 'var(--selected)'],
  [/certif/i, 'var(--broken)'],
];

export function trackColour(track: string): string {
  return TRACK_COLOURS.find(([pattern]) => pattern.test(track))?.[1] ?? 'var(--muted)';
}

/** A sparkline as an SVG path over a box; 1 is at the top. */
export function sparklinePath(
  shares: readonly number[],
  { width, height }: { width: number; height: number },
): string {
  if (shares.length < 2) return '';
  const step = width / (shares.length - 1);
  return shares
    .map(
      (share, index) =>
        `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${((1 - share) * height).toFixed(1)}`,
    )
    .join(' ');
}
