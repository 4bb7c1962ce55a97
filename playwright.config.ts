import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium, NO_CHROMIUM } from './scripts/chromium.mjs';
import { freePort } from './scripts/project.mjs';

// Playwright reads this file again in every worker: the first reading decides, the environment carries it.
process.env.FAULTLINE_E2E_PORT ??= String(await freePort());
process.env.PLAYWRIGHT_CHROMIUM ||= await findChromium();
if (!process.env.PLAYWRIGHT_CHROMIUM) throw new Error(NO_CHROMIUM);

const port = process.env.FAULTLINE_E2E_PORT;
const baseURL = process.env.FAULTLINE_E2E_URL ?? `http://localhost:${port}`;

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  forbidOnly: process.env.CI !== undefined,
  fullyParallel: false,
  workers: 1,
  // A whole scenario is played in one test; on a slow machine that takes its time.
  timeout: 180_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: '.cache/test/e2e.json' }]],
  use: {
    baseURL,
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: { executablePath: process.env.PLAYWRIGHT_CHROMIUM, args: CHROMIUM_FLAGS },
  },
  // FAULTLINE_E2E_URL names a server that runs already: nothing is built then.
  ...(process.env.FAULTLINE_E2E_URL === undefined && {
    webServer: {
      command: 'node scripts/start.mjs',
      url: baseURL,
      env: { PORT: port },
      timeout: 300_000,
      stdout: 'ignore',
      gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
    },
  }),
});
