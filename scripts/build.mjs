// The production build, made only when something it depends on has changed.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { at, fail, filesUnder, hashOf, runTool } from './project.mjs';

export const SERVER = at('.next', 'standalone', 'server.js');
const STAMP = at('.next', 'built-from');
const LOCK = at('.cache', 'build.lock');

export async function ensureBuilt({ force = false } = {}) {
  await ensureInstalled();
  const held = await takeLock();
  try {
    const sources = fingerprint();
    if (!force && existsSync(SERVER) && readOr(STAMP, '') === sources) return;
    console.log('Building …');
    rmSync(STAMP, { force: true });
    const code = await runTool('next/dist/bin/next', ['build'], {
      env: { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    });
    if (code !== 0) {
      held.release();
      fail('The build failed: see above.');
    }
    furnishStandalone();
    writeFileSync(STAMP, sources);
  } finally {
    held.release();
  }
}

/** What Next leaves out of the standalone folder because a CDN would serve it, and the scenarios. */
function furnishStandalone() {
  const pairs = [
    ['.next/static', '.next/standalone/.next/static'],
    ['public', '.next/standalone/public'],
    ['scenarios', '.next/standalone/scenarios'],
  ];
  for (const [from, to] of pairs) {
    rmSync(at(to), { recursive: true, force: true });
    if (existsSync(at(from))) cpSync(at(from), at(to), { recursive: true });
  }
}

function fingerprint() {
  const isSource = (file) => !/\.test\.tsx?$/.test(file);
  const folders = ['app', 'components', 'lib', 'scenarios', 'public'];
  const single = ['package-lock.json', 'next.config.js', 'postcss.config.js', 'tsconfig.json'];
  return hashOf([...folders.flatMap((folder) => filesUnder(folder, isSource)), ...single]);
}

/** Two builds in one folder destroy each other: the second waits, and then often has nothing to do. */
async function takeLock() {
  mkdirSync(at('.cache'), { recursive: true });
  let told = false;
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      const release = () => rmSync(LOCK, { force: true });
      return { release };
    } catch {
      if (!isAlive(Number(readOr(LOCK, '0')))) rmSync(LOCK, { force: true });
      else if (!told) console.log('Waiting for another build to end …');
      told = true;
      await sleep(300);
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch {
    return false;
  }
}

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureBuilt({ force: true });
}
