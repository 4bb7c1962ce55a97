/** A URL answers as it should, asked for from a host of the lab. */
import { SECOND } from '../std/instant';
import { numberOf, textOf } from '../world/parameters';
import { type ObjectiveDefinition, secondsText, WAITING } from './definition';
import { lookAtUrl, readUrl } from './probes';

export const httpAnswer: ObjectiveDefinition<Record<string, never>> = {
  kind: 'http-answer',
  title: 'URL answers',
  description: 'A request from a host is answered as it should be: status, body, time.',
  parameters: [
    { name: 'host', type: 'host', required: true, description: 'The machine that asks.' },
    {
      name: 'url',
      type: 'text',
      required: true,
      description: 'http://NAME[:PORT][/PATH], or https://… (by the roots that the machine trusts)',
    },
    { name: 'status', type: 'number', required: false, description: 'Status; 200 unless given.' },
    { name: 'contains', type: 'text', required: false, description: 'The body contains this.' },
    {
      name: 'faster-than',
      type: 'duration',
      required: false,
      description: 'The answer takes less; 5s unless given.',
    },
    {
      name: 'every',
      type: 'duration',
      required: false,
      description: 'How often it is asked; 5s unless given.',
    },
  ],
  start: () => ({}),
  sample(_state, values, seen) {
    const url = textOf(values, 'url');
    const parts = readUrl(url);
    if (parts === undefined) return { state: 'failed', progress: 0, measured: `${url} is no URL` };
    const timeout = numberOf(values, 'faster-than', 5 * SECOND);
    const result = lookAtUrl(
      seen.world.host(textOf(values, 'host')),
      { ...parts, url, timeout, method: 'GET' },
      numberOf(values, 'every', 5 * SECOND),
    );
    if (result === undefined) return WAITING;
    const isRight =
      result.answer === String(numberOf(values, 'status', 200)) &&
      result.text.includes(textOf(values, 'contains')) &&
      result.micros <= timeout;
    const what = /^\d+$/.test(result.answer)
      ? `status ${result.answer}`
      : result.answer === 'tls'
        ? `no secure connection (${result.text})`
        : result.answer;
    return {
      state: isRight ? 'met' : 'measuring',
      progress: isRight ? 1 : 0,
      measured: `${what} after ${secondsText(result.micros)}`,
    };
  },
};
