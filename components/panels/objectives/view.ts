/** Objectives and guards as rows: what to reach, and what must not happen on the way. */
import type { ObjectiveView } from '@/lib/session/messages';
import { OBJECTIVE_WORD } from '@/lib/views/tones';

export interface ObjectiveRow {
  id: string;
  title: string;
  /** The figure beneath the title. */
  figure: string;
  state: ObjectiveView['state'];
  word: string;
  progress: number;
  why: string | undefined;
  rule: string | undefined;
}

export function objectiveRows(
  objectives: readonly ObjectiveView[],
  say: (text: string) => string = (text) => text,
): ObjectiveRow[] {
  return objectives.map(({ id, title, detail, state, progress, measured, why, rule }) => ({
    id,
    title,
    figure: [state === 'waiting' ? say(detail).replace(/\.$/, '') : '', measured]
      .filter((part) => part !== '')
      .join(' · ')
      // A number stays with its unit.
      .replace(/(\d) (?=(?:s|min|ms|%)(?:$|\W))/g, '$1\u00a0'),
    state,
    word: OBJECTIVE_WORD[state],
    progress: Math.max(0, Math.min(1, progress)),
    why,
    rule,
  }));
}

export function metCount(objectives: readonly ObjectiveView[]): string {
  return `${objectives.filter(({ state }) => state === 'met').length} of ${objectives.length}`;
}
