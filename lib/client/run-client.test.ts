import { expect, test } from 'vitest';
import type { ClientMessage, SavedRun, WorkerMessage } from '../session/messages';
import { Refused, RunClient, withoutLastInput } from './run-client';
import type { RunPort } from './run-port';

const RUN: SavedRun = {
  format: 'faultline-run',
  version: 1,
  engine: '1',
  scenario: { id: 's', files: {} },
  seed: 7,
  at: 9,
  savedAt: '',
  title: 'S',
  hash: 'h',
  inputs: [
    { at: 3, input: { kind: 'hint' } },
    { at: 8, input: { kind: 'acknowledge' } },
  ],
};

/** Workers that do nothing by themselves; the newest is `worker()`. */
function setup() {
  const workers: {
    posted: ClientMessage[];
    tell(message: WorkerMessage): void;
    break(reason: string): void;
    ended: boolean;
  }[] = [];
  const client = new RunClient((): RunPort => {
    const worker = {
      posted: [] as ClientMessage[],
      tell: (_: WorkerMessage) => undefined,
      break: (_: string) => undefined,
      ended: false,
    };
    workers.push(worker);
    return {
      post: (message) => worker.posted.push(message),
      listen: ({ message, broke }) => Object.assign(worker, { tell: message, break: broke }),
      terminate: () => Object.assign(worker, { ended: true }),
    };
  });
  client.open({ scenario: RUN.scenario });
  const worker = () => {
    const last = workers.at(-1);
    if (last === undefined) throw new Error('no worker');
    return last;
  };
  return { client, workers, worker, state: () => client.store.getState().connection };
}

test('answers find their questions', async () => {
  const { client, worker } = setup();
  const first = client.ask({ type: 'hint' }, 'hint');
  const second = client.ask({ type: 'export' }, 'export');
  const [hint, exported] = worker()
    .posted.slice(1)
    .map((message) => ('id' in message ? message.id : 0));
  worker().tell({ type: 'answer', id: exported ?? 0, answer: { kind: 'export', run: RUN } });
  worker().tell({ type: 'answer', id: hint ?? 0, answer: { kind: 'refused', message: 'No more hints.' } });
  await expect(second).resolves.toEqual({ kind: 'export', run: RUN });
  await expect(first).rejects.toThrow(new Refused('No more hints.'));
});

test('a crash is told, and the input log is played again in a new worker', async () => {
  const { workers, worker, client, state } = setup();
  const asked = client.ask({ type: 'hint' }, 'hint');
  worker().tell({ type: 'crashed', message: 'broken promise', stack: 'at x', at: 9, run: RUN });
  await expect(asked).rejects.toThrow(Refused);
  expect(state()).toMatchObject({ state: 'crashed', recovering: true, crash: { message: 'broken promise' } });
  expect(workers).toHaveLength(2);
  expect(workers[0]?.ended).toBe(true);
  expect(worker().posted[0]).toMatchObject({ type: 'open', run: RUN });
});

test('a second crash waits for a decision, and can leave the last input out', () => {
  const { workers, worker, client, state } = setup();
  worker().tell({ type: 'crashed', message: 'one', stack: '', at: 9, run: RUN });
  worker().tell({ type: 'crashed', message: 'two', stack: '', at: 9, run: RUN });
  expect(state()).toMatchObject({ state: 'crashed', recovering: false, crash: { count: 2 } });
  expect(workers).toHaveLength(2);
  client.recover('without-last-input');
  expect(worker().posted[0]).toMatchObject({ type: 'open', run: { at: 7, inputs: [{ at: 3 }], hash: '' } });
});

test('a worker that cannot be loaded is told', () => {
  const { worker, state } = setup();
  worker().break('Failed to fetch');
  expect(state()).toMatchObject({
    state: 'crashed',
    recovering: false,
    crash: { message: 'Failed to fetch', run: undefined },
  });
});

test('messages of a worker that was left behind are ignored', () => {
  const { workers, worker, state } = setup();
  const old = worker();
  old.tell({ type: 'crashed', message: 'one', stack: '', at: 9, run: RUN });
  old.tell({ type: 'failed', id: 1, title: 'late', problems: [] });
  expect(workers).toHaveLength(2);
  expect(state().state).toBe('crashed');
});

test('a scenario that is refused is told with its problems', () => {
  const { worker, state } = setup();
  worker().tell({
    type: 'failed',
    id: 1,
    title: 'This scenario cannot be played',
    problems: [{ severity: 'error', file: 'scenario.yaml', line: 3, column: 1, message: 'unknown key' }],
  });
  expect(state()).toMatchObject({ state: 'failed', title: 'This scenario cannot be played' });
});

test('a run without inputs has no last one', () => {
  expect(withoutLastInput({ ...RUN, inputs: [] })).toEqual({ ...RUN, inputs: [] });
});
