// Installs the packages of package-lock.json when they are missing or not the ones it names.

import { readFileSync } from 'node:fs';
import { at, fail, run } from './project.mjs';

const WANTED_NODE = [20, 19];

export async function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < WANTED_NODE[0] || (major === WANTED_NODE[0] && minor < WANTED_NODE[1])) {
    fail(`Faultline needs Node ${WANTED_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  }
  const reason = whyInstall();
  if (reason === undefined) return;
  console.log(`Installing packages (${reason}) …`);
  const code = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (code !== 0) fail('npm ci failed: see above. A network to the npm registry is needed the first time.');
}

/**
 * npm leaves a copy of the lock it installed from in node_modules; the two are compared entry by
 * entry. Times of files say nothing after a clone. Optional packages depend on the platform.
 */
function whyInstall() {
  const wanted = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;
  let present;
  try {
    present = JSON.parse(readFileSync(at('node_modules', '.package-lock.json'), 'utf8')).packages;
  } catch {
    return 'none are here yet';
  }
  for (const [where, entry] of Object.entries(wanted)) {
    if (where === '' || entry.optional || entry.devOptional) continue;
    if (present[where]?.version !== entry.version) {
      return `${where.replace(/^.*node_modules\//, '')} ${entry.version} is missing`;
    }
  }
  return undefined;
}
