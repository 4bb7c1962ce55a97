// Finds a Chromium that starts here, or installs one.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { at, run, runTool } from './project.mjs';

const TEN_MINUTES = 600_000;

/** Chromium as root has no sandbox; the rest keeps it off the network and off the graphics card. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of a Chromium that answers, or undefined. */
export async function findChromium() {
  const candidates = [
    process.env.PLAYWRIGHT_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    await ofPlaywright(),
  ];
  return candidates.find((file) => file !== undefined && file !== '' && existsSync(file) && starts(file));
}

/** As findChromium, after trying every way to install one. */
export async function ensureChromium() {
  const present = await findChromium();
  if (present !== undefined) return present;
  console.log('No Chromium here yet: trying Playwright’s own …');
  await runTool('@playwright/test/cli.js', ['install', 'chromium'], {
    timeoutMs: TEN_MINUTES,
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' },
  });
  const own = await findChromium();
  if (own !== undefined) return own;
  await installFromDistribution();
  return findChromium();
}

export const NO_CHROMIUM = [
  'Browser tests need a Chromium, and none could be installed. One of these helps:',
  '  npx playwright install --with-deps chromium',
  '  apt-get install chromium            (Debian, as root)',
  '  PLAYWRIGHT_CHROMIUM=/path/to/chromium npm test',
].join('\n');

async function installFromDistribution() {
  if (!isDebianLike()) return;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (asRoot.length > 0 && spawnSync('sudo', ['-n', 'true']).status !== 0) return;
  console.log('Trying the distribution’s package …');
  const apt = (...args) => {
    const [command, ...rest] = [...asRoot, 'apt-get', ...args];
    return run(command, rest, { timeoutMs: TEN_MINUTES, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  };
  await apt('update', '-qq');
  await apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
}

function isDebianLike() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

async function ofPlaywright() {
  if (!existsSync(at('node_modules', '@playwright', 'test'))) return undefined;
  const { chromium } = await import('@playwright/test');
  return chromium.executablePath();
}

/** Ubuntu's chromium-browser may be a stub, and Playwright's may lack libraries: ask it. */
function starts(file) {
  return spawnSync(file, ['--version'], { timeout: 30_000 }).status === 0;
}
