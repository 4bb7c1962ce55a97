import { beforeAll, expect, test } from 'vitest';
import { skeleton } from '../cli/skeleton';
import { valuesOf } from '../scenario/kinds';
import { loadScenario } from '../scenario/load';
import { makeRun } from '../session/make-run';
import { SECOND } from '../std/instant';
import type { ObservedRequest } from './definition';
import { findObjective, OBJECTIVES } from './registry';

/** Each objective is judged in one run of the shop: first all is well, then the shop is stopped. */
const WELL_THEN_STOPPED: Record<string, { entry: string; well: string; stopped: string }> = {
  'service-answers': {
    entry: 'kind: service-answers, from: shoppers, for: 10s',
    well: 'met',
    stopped: 'met',
  },
  'service-answers-slowly': {
    entry: 'kind: service-answers, from: shoppers, for: 10s, faster-than: 1ms',
    well: 'waiting',
    stopped: 'waiting',
  },
  'service-fails': {
    entry: 'kind: service-fails, from: shoppers, for: 5s, error: refused',
    well: 'waiting',
    stopped: 'met',
  },
  availability: {
    entry: 'kind: availability, from: shoppers, at-least: 0.99, over: 10s',
    well: 'met',
    stopped: 'measuring',
  },
  'availability-too-high': {
    entry: 'kind: not, of: { kind: availability, from: shoppers, at-least: 0.99, over: 10s }',
    well: 'measuring',
    stopped: 'met',
  },
  latency: {
    entry: 'kind: latency, from: shoppers, percentile: 95, at-most: 100ms, over: 10s',
    well: 'met',
    stopped: 'measuring',
  },
  'error-budget': {
    entry: 'kind: error-budget, from: shoppers, requests: 3',
    well: 'met',
    stopped: 'failed',
  },
  'http-answer': {
    entry:
      "kind: holds-for, for: 5s, of: { kind: http-answer, host: desk, url: 'http://web:8080/', contains: 'web OK' }",
    well: 'met',
    stopped: 'measuring',
  },
  'http-answer-wrong': {
    entry: "kind: http-answer, host: desk, url: 'http://web:8080/', contains: 'nothing of the kind'",
    well: 'measuring',
    stopped: 'measuring',
  },
  // Nothing here speaks TLS; certificate-valid.test.ts has servers that do.
  'certificate-valid': {
    entry: 'kind: certificate-valid, host: desk, server: web',
    well: 'measuring',
    stopped: 'measuring',
  },
  reachability: {
    entry: "kind: reachability, paths: ['desk -> web:8080 open', 'desk -> web:81 closed']",
    well: 'met',
    stopped: 'measuring',
  },
  'reachability-now': {
    entry: "kind: never, of: { kind: reachability, paths: 'app -> web:8080 closed' }",
    well: 'met',
    stopped: 'failed',
  },
  'single-holder': {
    entry: 'kind: single-holder, address: 10.0.2.21, settle: 2s',
    well: 'met',
    stopped: 'met',
  },
  holder: { entry: 'kind: holder, address: 10.0.2.21, host: web', well: 'met', stopped: 'met' },
  'holder-elsewhere': {
    entry: 'kind: holder, address: 10.0.2.21, host: desk',
    well: 'measuring',
    stopped: 'measuring',
  },
  listening: {
    entry: 'kind: never, of: { kind: not, of: { kind: listening, host: web, port: 8080 } }',
    well: 'met',
    stopped: 'failed',
  },
  'unit-state': {
    entry: 'kind: never, of: { kind: unit-state, host: web, unit: shop, state: inactive }',
    well: 'met',
    stopped: 'failed',
  },
  'unit-enabled': {
    entry: 'kind: unit-state, host: web, unit: shop, enabled: true',
    well: 'met',
    stopped: 'met',
  },
  'process-state': {
    entry: 'kind: never, of: { kind: process-state, host: web, process: shop, state: absent }',
    well: 'met',
    stopped: 'failed',
  },
  'configuration-runs': {
    entry: 'kind: configuration-runs, host: web, path: /etc/shop.conf',
    well: 'met',
    stopped: 'measuring',
  },
  'resource-below': {
    entry: 'kind: resource-below, host: web, resource: disk, below: 0.9',
    well: 'met',
    stopped: 'met',
  },
  'resource-above': {
    entry: 'kind: resource-below, host: web, resource: memory, below: 0.01',
    well: 'measuring',
    stopped: 'measuring',
  },
  'command-output': {
    entry: "kind: command-output, host: web, run: 'systemctl is-active shop', contains: inactive, exit: 3",
    well: 'measuring',
    stopped: 'met',
  },
  alert: { entry: 'kind: alert, alert: shop-down', well: 'measuring', stopped: 'met' },
  'alert-quiet': {
    entry: 'kind: never, of: { kind: alert, alert: shop-down, fires: true }',
    well: 'met',
    stopped: 'failed',
  },
  'outage-after': {
    entry: 'kind: outage-after, from: shoppers, event: stops, at-most: 5s, within: 30s',
    well: 'waiting',
    stopped: 'failed',
  },
  all: {
    entry: 'kind: all, of: [{ kind: holder, address: 10.0.2.21 }, { kind: alert, alert: shop-down }]',
    well: 'measuring',
    stopped: 'met',
  },
  any: {
    entry: 'kind: any, of: [{ kind: holder, address: 10.9.9.9 }, { kind: alert, alert: shop-down }]',
    well: 'measuring',
    stopped: 'met',
  },
  not: { entry: 'kind: not, of: { kind: holder, address: 10.9.9.9 }', well: 'met', stopped: 'met' },
  'holds-for': {
    entry: 'kind: holds-for, for: 45s, of: { kind: holder, address: 10.0.2.21 }',
    well: 'measuring',
    stopped: 'met',
  },
  within: {
    entry: 'kind: within, time: 15s, since: stops, of: { kind: alert, alert: shop-down }',
    well: 'waiting',
    stopped: 'met',
  },
  'within-too-late': {
    entry: 'kind: within, time: 5s, since: stops, of: { kind: alert, alert: shop-down }',
    well: 'waiting',
    stopped: 'failed',
  },
  after: {
    entry: 'kind: after, moment: stops, of: { kind: holder, address: 10.0.2.21 }',
    well: 'waiting',
    stopped: 'met',
  },
  never: {
    entry: 'kind: never, for: 60s, of: { kind: alert, alert: shop-down }',
    well: 'met',
    stopped: 'met',
  },
};
const WELL = 30;
const STOPPED = 70;

const well = new Map<string, string>();
const stopped = new Map<string, string>();
beforeAll(() => {
  const entries = Object.entries(WELL_THEN_STOPPED)
    .map(([id, { entry }]) => `  - { id: ${id}, title: ${id}, why: ${id}., ${entry} }`)
    .join('\n');
  const files = skeleton('objectives', 'x');
  // Nothing is ever won or lost in this run: its objectives are judged here, each for itself.
  const withObjectives = (text: string): typeof files => ({
    ...files,
    'scenario.yaml': (files['scenario.yaml'] ?? '')
      .replace(
        /timeline:[\s\S]*?deadline:/,
        'timeline:\n  - { id: stops, at: 40s, fault: { kind: command, host: web, run: systemctl stop shop } }\ndeadline:',
      )
      .replace(/breaks:[\s\S]*?\n\n/, '')
      .replace(/objectives:[\s\S]*?tomorrow:/, `objectives:\n${text}\ntomorrow:`)
      .replace(/solutions:[\s\S]*?debrief:/, 'solutions: [{ id: s, title: s, steps: [] }]\ndebrief:'),
  });
  const { scenario, problems } = loadScenario(withObjectives(entries));
  if (scenario === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  const made = makeRun(
    {
      id: 'objectives',
      files: withObjectives('  - { id: open, kind: holder, address: 10.9.9.9, title: x, why: x. }'),
    },
    { seed: 1, traces: false },
  );
  if (!made.ok) throw new Error('the run was made');
  const { run } = made;
  const judged = scenario.objectives.flatMap((entry) => {
    const definition = findObjective(entry.kind);
    if (definition === undefined) return [];
    const values = valuesOf(definition.parameters, entry);
    return [{ id: entry.id, definition, values, state: definition.start(values) }];
  });
  run.kernel.journal.onAppend(({ type, at, seq, data }) => {
    if (type !== 'request') return;
    const request = { ...(data as Omit<ObservedRequest, 'at' | 'seq'>), at, seq };
    for (const { definition, state, values } of judged)
      definition.request?.(state, request, values, run.observations());
  });
  for (let second = 1; second <= STOPPED; second++) {
    run.advance(second * SECOND);
    for (const { id, definition, state, values } of judged) {
      const verdict = definition.sample(state, values, run.observations()).state;
      if (second === WELL) well.set(id, verdict);
      stopped.set(id, verdict);
    }
  }
}, 60_000);

test.each(Object.keys(WELL_THEN_STOPPED))('%s: while all is well, and after the shop was stopped', (id) => {
  expect([well.get(id), stopped.get(id)]).toEqual([
    WELL_THEN_STOPPED[id]?.well,
    WELL_THEN_STOPPED[id]?.stopped,
  ]);
});

test('every kind is tried here', () => {
  const tried = Object.values(WELL_THEN_STOPPED).map(({ entry }) => entry);
  for (const { kind } of OBJECTIVES)
    expect(tried.some((entry) => entry.includes(`kind: ${kind},`))).toBe(true);
});
