/** The figures of the header, in words and tones. */
import type { RunState } from '@/lib/client/run-state';
import { percentText, rateText, targetText } from '@/lib/views/numbers';
import { durationText } from '@/lib/views/times';

export interface Figure {
  name: string;
  value: string;
  rest: string;
  tone: 'ok' | 'broken' | 'neutral';
}

export function availabilityFigure(service: RunState['service']): Figure | undefined {
  if (service === undefined || service.total === 0) return undefined;
  const { availability, target } = service;
  return {
    name: 'availability',
    value: percentText(availability).replace(' ', '\u202f'),
    rest: target === undefined ? '' : `/ ${targetText(target)}`,
    tone: target === undefined ? 'neutral' : availability >= target ? 'ok' : 'broken',
  };
}

export function latencyFigure(service: RunState['service']): Figure | undefined {
  if (service === undefined) return undefined;
  const { p95Micros } = service;
  return { name: 'p95', value: p95Micros === 0 ? '—' : durationText(p95Micros), rest: '', tone: 'neutral' };
}

export function rateFigure(service: RunState['service']): Figure | undefined {
  return service === undefined
    ? undefined
    : { name: '', value: rateText(service.ratePerSecond), rest: 'req/s', tone: 'neutral' };
}
