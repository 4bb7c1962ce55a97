/**
 * The pages: how much JavaScript stands before the first look, and whether the
 * play screen keeps up with 50 hosts and 500 moving requests in Chromium here.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Bench } from './bench';

const ROOT = process.env['FAULTLINE_ROOT'] ?? process.cwd();
const SCENARIO = 'standby-that-would-not-stand-by';
const WARM_MS = 3_000;
const MEASURE_MS = 6_000;

/** Gzipped kB of the scripts that a prerendered page names, without those for browsers that know no modules: none that can run the page loads them. */
async function firstLoad(page: string): Promise<number> {
  const { ensureBuilt } = (await import(path.join(ROOT, 'scripts/build.mjs'))) as {
    ensureBuilt(): Promise<void>;
  };
  await ensureBuilt();
  const file = path.join(ROOT, '.next/server/app', page);
  if (!existsSync(file)) throw new Error(`${page} is not prerendered`);
  const html = readFileSync(file, 'utf8');
  const scripts = new Set(
    [...html.matchAll(/<script[^>]*src="\/_next\/([^"?]+)[^>]*/g)]
      .filter(([tag]) => !/\bnomodule\b/i.test(tag))
      .map((match) => match[1] ?? ''),
  );
  if (scripts.size === 0) throw new Error(`${page} names no script`);
  let bytes = 0;
  for (const script of scripts) bytes += gzipSync(readFileSync(path.join(ROOT, '.next', script))).length;
  return bytes / 1000;
}

interface Frames {
  rate: number;
  busy: number;
}
let measured: Promise<Frames> | undefined;
/** The real components with a stand-in for the worker that moves as many requests. */
function frames(): Promise<Frames> {
  measured ??= measureFrames();
  return measured;
}
async function measureFrames(): Promise<Frames> {
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
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${server.url}/?hosts=50&rate=625`);
    await page.waitForTimeout(WARM_MS);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const busyNow = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
    };
    const before = await busyNow();
    const count = await page.evaluate(
      (ms) =>
        new Promise<number>((resolve) => {
          let seen = 0;
          const begun = performance.now();
          const step = () => {
            seen += 1;
            if (performance.now() - begun >= ms) resolve((seen * 1000) / (performance.now() - begun));
            else requestAnimationFrame(step);
          };
          requestAnimationFrame(step);
        }),
      MEASURE_MS,
    );
    const busy = ((await busyNow()) - before) / (MEASURE_MS / 1000);
    return { rate: count, busy: busy * 100 };
  } finally {
    await browser.close();
    server.close();
  }
}

export const benches: readonly Bench[] = [
  { name: 'first-load-catalogue', unit: 'kB', atMost: 180, runs: 1, run: () => firstLoad('index.html') },
  {
    name: 'first-load-play',
    unit: 'kB',
    atMost: 320,
    runs: 1,
    run: () => firstLoad(`play/${SCENARIO}.html`),
  },
  {
    name: 'play-screen-frames',
    unit: 'frames/s',
    atLeast: 60,
    runs: 1,
    // Whole frames: the screen itself runs at 60 to within a tenth.
    run: async () => Math.round((await frames()).rate),
  },
  { name: 'play-screen-busy', unit: '%', atMost: 40, runs: 1, run: async () => (await frames()).busy },
];
