// Bundles a TypeScript entry for Node with esbuild, and does so again only when a file it was made
// from has changed: the second start costs a few milliseconds.

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { at, root } from './project.mjs';

/** How many bundles of one entry stay: another process may still run an older one. */
const KEPT = 4;

/** The path of a JavaScript module made from `entry` (a path inside the project). */
export async function bundled(entry) {
  const home = at('.cache', 'bundles', entry.replaceAll(/[^\w]+/g, '-'));
  const stampFile = path.join(home, 'stamp.json');
  const stamp = readStamp(stampFile);
  if (stamp !== undefined && existsSync(stamp.main) && unchanged(stamp.inputs)) return stamp.main;
  return bundle(entry, home, stampFile);
}

async function bundle(entry, home, stampFile) {
  const { build } = await import('esbuild');
  const result = await build({
    absWorkingDir: root,
    entryPoints: { main: entry },
    outdir: home,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    splitting: true,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'error',
  }).catch(() => process.exit(1));
  const hash = createHash('sha256');
  for (const file of result.outputFiles) hash.update(file.path).update(file.contents);
  const folder = path.join(home, hash.digest('hex').slice(0, 16));
  if (!existsSync(folder)) writeAtOnce(folder, home, result.outputFiles);
  const inputs = Object.keys(result.metafile.inputs).map((file) => [file, signature(file)]);
  const main = path.join(folder, 'main.mjs');
  const draft = `${stampFile}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ main, inputs }));
  renameSync(draft, stampFile);
  forgetOld(home, folder);
  return main;
}

/** Two processes may bundle at the same time: a folder appears complete or not at all. */
function writeAtOnce(folder, home, files) {
  const draft = `${folder}.${process.pid}`;
  for (const file of files) {
    const target = path.join(draft, path.relative(home, file.path));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file.contents);
  }
  try {
    renameSync(draft, folder);
  } catch {
    rmSync(draft, { recursive: true, force: true });
  }
}

function forgetOld(home, current) {
  const folders = readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && path.join(home, entry.name) !== current)
    .map((entry) => path.join(home, entry.name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of folders.slice(KEPT - 1)) rmSync(folder, { recursive: true, force: true });
}

function unchanged(inputs) {
  return inputs.every(([file, was]) => signature(file) === was);
}

function signature(file) {
  const stat = statSync(at(file), { throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.mtimeMs}:${stat.size}`;
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
