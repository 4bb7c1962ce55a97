import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeRun } from '@/tests/fixtures/ui/fake-run';
import { sparklineOf, startAutosave } from './autosave';
import { RunClient } from './run-client';
import { explain, type Stored } from './saved-runs';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup(answers: Stored<void>[]) {
  const client = new RunClient(() => new FakeRun({ from: 10 }));
  client.open({ scenario: { id: 's', files: {} } });
  const save = vi.fn(() => Promise.resolve(answers.shift() ?? { ok: true as const, value: undefined }));
  const onProblem = vi.fn();
  const onSaved = vi.fn();
  const autosave = startAutosave({ client, id: 's~1', onSaved, onProblem, save });
  return { client, save, onProblem, onSaved, stop: () => (autosave.stop(), client.close()) };
}

test('a run that changes is saved about every two seconds', async () => {
  const { save, onSaved, stop } = setup([]);
  await vi.advanceTimersByTimeAsync(6600);
  expect(save).toHaveBeenCalledTimes(3);
  expect(onSaved).toHaveBeenCalled();
  stop();
});

test('full storage is told once, and play goes on', async () => {
  const problem = explain(new DOMException('full', 'QuotaExceededError'));
  const { save, onProblem, client, stop } = setup(
    Array.from({ length: 9 }, () => ({ ok: false as const, problem })),
  );
  await vi.advanceTimersByTimeAsync(8000);
  expect(save.mock.calls.length).toBeGreaterThan(2);
  expect(onProblem).toHaveBeenCalledTimes(1);
  expect(onProblem).toHaveBeenCalledWith(expect.objectContaining({ kind: 'full' }));
  expect(client.store.getState().connection.state).toBe('open');
  stop();
});

test('storage that is refused is said to be', () => {
  expect(explain(new DOMException('no', 'SecurityError')).kind).toBe('refused');
});

test('a short outage stays in the small plot', () => {
  const points = Array.from({ length: 600 }, (_, second): [number, number, number] => [
    second,
    second === 300 ? 0 : 40,
    second === 300 ? 40 : 0,
  ]);
  const shares = sparklineOf(points);
  expect(shares.length).toBeLessThanOrEqual(60);
  expect(Math.min(...shares)).toBe(0);
});
