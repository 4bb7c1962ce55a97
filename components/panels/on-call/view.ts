/** The on-call feed as the learner's phone shows it. */
import type { FeedItem } from '@/lib/session/messages';
import { clockText } from '@/lib/views/times';
import type { Tone } from '@/lib/views/tones';

export interface FeedRow {
  seq: number;
  time: string;
  word: string;
  tone: Tone;
  from: string;
  text: string;
}

const KINDS: Readonly<Record<FeedItem['kind'], { word: string; tone: Tone }>> = {
  page: { word: 'page', tone: 'broken' },
  chat: { word: 'chat', tone: 'neutral' },
  resolved: { word: 'resolved', tone: 'ok' },
  info: { word: 'notice', tone: 'learner' },
  drill: { word: 'drill', tone: 'risk' },
};

/** Newest first; nothing from after the moment that is looked at. */
export function feedRows(feed: readonly FeedItem[], at: number): FeedRow[] {
  return feed
    .filter((item) => item.at <= at)
    .map(({ seq, clock, kind, from, text }) => ({
      seq,
      time: clockText(clock),
      from,
      text: kind === 'resolved' ? resolvedText(text) : text,
      ...KINDS[kind],
    }))
    .reverse();
}

/** Whether a page waits for somebody: a page that is neither acknowledged nor resolved since. */
export function pageWaits(feed: readonly FeedItem[], acknowledgedAt: number | undefined): boolean {
  const lastPage = feed.findLast(({ kind }) => kind === 'page');
  if (lastPage === undefined || (acknowledgedAt ?? -1) >= lastPage.at) return false;
  return !feed.some(({ kind, at }) => kind === 'resolved' && at >= lastPage.at);
}

/** An alert's text says what was wrong; once it is over only its name is still true. */
function resolvedText(text: string): string {
  const name = /^(\w+):/.exec(text)?.[1];
  return name === undefined ? text : `${name} is over.`;
}
