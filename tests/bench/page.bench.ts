/**
 * The pages: how much JavaScript stands before the first look, and whether the
 * play screen keeps up with 50 hosts and 500 moving requests in Chromium here.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Bench } from './bench';
import { type Frames, measureFrames, onFixture } from './frames';

const ROOT = process.env['FAULTLINE_ROOT'] ?? process.cwd();
const SCENARIO = 'standby-that-would-not-stand-by';

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

let measured: Promise<Frames> | undefined;
/** The real components with a stand-in for the worker that moves as many requests. */
function frames(): Promise<Frames> {
  measured ??= onFixture((open) => open('hosts=50&rate=625', measureFrames));
  return measured;
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
