/** The journal's readable entries as rows, filtered by who acted and by words. */
import type { EventItem } from '@/lib/session/messages';
import { clockTenths } from '@/lib/views/times';

export const EVENT_FILTERS = [
  { value: 'main', text: 'without routine' },
  { value: 'all', text: 'everything' },
  { value: 'learner', text: 'what I did' },
  { value: 'trouble', text: 'trouble' },
  { value: 'holder', text: 'holders and states' },
] as const;
export type EventFilter = (typeof EVENT_FILTERS)[number]['value'];

export interface EventRow {
  seq: number;
  at: number;
  time: string;
  source: string;
  text: string;
  tone: EventItem['tone'];
  rule: string | undefined;
  /** The entry that led to this one, when it is listed too. */
  cause: string | undefined;
}

export interface EventQuery {
  filter: EventFilter;
  words: string;
  /** Nothing from after this moment. */
  at: number;
}

export function eventRows(events: readonly EventItem[], { filter, words, at }: EventQuery): EventRow[] {
  const texts = new Map(events.map((event) => [event.seq, event.text]));
  const wanted = words.trim().toLowerCase();
  return events
    .filter((event) => event.at <= at && passes(event, filter) && contains(event, wanted))
    .map((event) => ({
      seq: event.seq,
      at: event.at,
      time: clockTenths(event.clock),
      source: event.source,
      text: event.text,
      tone: event.tone,
      rule: event.rule,
      cause: texts.get(event.cause),
    }))
    .reverse();
}

function passes({ tone, routine }: EventItem, filter: EventFilter): boolean {
  switch (filter) {
    case 'main':
      return routine !== true;
    case 'all':
      return true;
    case 'learner':
      return tone === 'learner';
    case 'trouble':
      return tone === 'broken' || tone === 'risk';
    case 'holder':
      return routine !== true && (tone === 'active' || tone === 'ok');
  }
}

function contains({ text, source, type, rule = '' }: EventItem, wanted: string): boolean {
  return wanted === '' || `${text} ${source} ${type} ${rule}`.toLowerCase().includes(wanted);
}
