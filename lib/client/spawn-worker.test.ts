import { afterEach, beforeEach, expect, test, vi } from 'vitest';

class FakeWorker {
  static made: FakeWorker[] = [];
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  readonly posted: unknown[] = [];
  constructor() {
    FakeWorker.made.push(this);
  }
  postMessage(message: unknown): void {
    this.posted.push(message);
  }
  terminate(): void {}
}

beforeEach(() => {
  vi.resetModules();
  FakeWorker.made = [];
  vi.stubGlobal('Worker', FakeWorker);
});
afterEach(() => vi.unstubAllGlobals());

test('the worker that was warmed is the first run’s; the next run has one of its own', async () => {
  const { spawnWorker, warmWorker } = await import('./spawn-worker');
  warmWorker();
  warmWorker();
  expect(FakeWorker.made).toHaveLength(1);
  spawnWorker().post({ type: 'close' });
  spawnWorker();
  expect(FakeWorker.made).toHaveLength(2);
  expect(FakeWorker.made.map(({ posted }) => posted)).toEqual([[{ type: 'close' }], []]);
});

test('a worker that broke before it was needed is nobody’s: the run starts another and hears of that one', async () => {
  const { spawnWorker, warmWorker } = await import('./spawn-worker');
  warmWorker();
  const event = { message: 'no such script', preventDefault: vi.fn() };
  FakeWorker.made[0]?.onerror?.(event);
  const port = spawnWorker();
  const broke = vi.fn();
  port.listen({ message: vi.fn(), broke });
  FakeWorker.made[1]?.onerror?.(event);
  expect(broke).toHaveBeenCalledExactlyOnceWith('no such script');
});
