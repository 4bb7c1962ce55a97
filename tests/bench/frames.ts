/** Frames per second of the fixture page in Chromium here: the real components, a stand-in for the worker. */
import path from 'node:path';
import type { Page } from '@playwright/test';

const ROOT = process.env['FAULTLINE_ROOT'] ?? process.cwd();
const WARM_MS = 3_000;
const MEASURE_MS = 6_000;

export interface Frames {
  /** Frames a second. */
  rate: number;
  /** Processor time of the main thread, per cent of the time that passed: other programs of the machine do not count. */
  busy: number;
}
/** Opens the fixture with a query, hands it over once it has settled, and closes it. */
export type Open = <T>(query: string, look: (page: Page) => Promise<T>) => Promise<T>;

/** Builds and serves the fixture for as long as `work` takes. */
export async function onFixture<T>(work: (open: Open) => Promise<T>): Promise<T> {
  const { buildFixture } = (await import(path.join(ROOT, 'tests/fixtures/ui/build.mjs'))) as {
    buildFixture(out: string, options: { minify: boolean }): Promise<void>;
  };
  const { serveFixture } = (await import(path.join(ROOT, 'tests/fixtures/ui/serve.mjs'))) as {
    serveFixture(folder: string): Promise<{ url: string; close(): void }>;
  };
  const { CHROMIUM_FLAGS, findChromium } = (await import(path.join(ROOT, 'scripts/chromium.mjs'))) as {
    CHROMIUM_FLAGS: string[];
    findChromium(): Promise<string | undefined>;
  };
  const { chromium } = await import('@playwright/test');
  const folder = path.join(ROOT, '.cache/bench-fixture');
  await buildFixture(folder, { minify: true });
  const server = await serveFixture(folder);
  const executablePath = await findChromium();
  const browser = await chromium.launch({
    args: CHROMIUM_FLAGS,
    ...(executablePath === undefined ? {} : { executablePath }),
  });
  try {
    return await work(async (query, look) => {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(`${server.url}/?${query}`);
      await page.waitForTimeout(WARM_MS);
      const seen = await look(page);
      await page.close();
      return seen;
    });
  } finally {
    await browser.close();
    server.close();
  }
}

/** Six seconds of the page, while `meanwhile` does something to it. */
export async function measureFrames(page: Page, meanwhile?: (page: Page) => Promise<void>): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busyNow = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const begun = performance.now();
  const before = await busyNow();
  const counted = page.evaluate(
    (ms) =>
      new Promise<number>((resolve) => {
        // From one frame to another, by the frames' own instants: a whole number of them lies between.
        let seen = 0;
        let first: number | undefined;
        const step = (at: number) => {
          first ??= at;
          if (at - first >= ms) resolve((seen * 1000) / (at - first));
          else {
            seen += 1;
            requestAnimationFrame(step);
          }
        };
        requestAnimationFrame(step);
      }),
    MEASURE_MS,
  );
  let isOver = false;
  const busyWith = (async () => {
    while (!isOver && meanwhile !== undefined) await meanwhile(page);
  })();
  const rate = await counted;
  isOver = true;
  await busyWith;
  const busy = (await busyNow()) - before;
  return { rate, busy: (busy * 100_000) / (performance.now() - begun) };
}

/** Drags the map to and fro, then the wheel out and in again: about a second. */
export async function panAndZoom(page: Page): Promise<void> {
  const [x, y] = [500, 330];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let step = 1; step <= 20; step++) await page.mouse.move(x + 120 * Math.sin(step / 3), y + 4 * step);
  for (let step = 20; step >= 0; step--) await page.mouse.move(x + 120 * Math.sin(step / 3), y + 4 * step);
  await page.mouse.up();
  for (const turn of [120, 120, -120, -120]) {
    await page.mouse.wheel(0, turn);
    await page.waitForTimeout(60);
  }
}
