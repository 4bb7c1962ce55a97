/** Bad files, storage that refuses or is full, a simulation that stops: what the reader is told, and that nothing is lost. */
import { expect, type Page, test } from '@playwright/test';
import { SCENARIO, Shift } from './shift';

test.describe.configure({ timeout: 120_000 });

const RUN = {
  format: 'faultline-run',
  version: 1,
  engine: '1',
  scenario: { id: SCENARIO, files: { 'scenario.yaml': 'format: 1\n' } },
  seed: 7,
  inputs: [{ at: 3, input: { kind: 'hint' } }],
  at: 9,
  savedAt: '2026-11-24T10:20:30.000Z',
  title: 'Standby',
  hash: 'h',
};
const written = (change: Record<string, unknown> = {}) => JSON.stringify({ ...RUN, ...change });

async function importFile(page: Page, text: string): Promise<void> {
  await page.getByLabel('Run file').setInputFiles({
    name: 'x.faultline-run.json',
    mimeType: 'application/json',
    buffer: Buffer.from(text),
  });
}

test('a file that is no run of ours is refused with the reason, and the list stays as it was', async ({
  page,
}) => {
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'Import a run' })).toBeVisible();
  const cases: [string, RegExp][] = [
    [written().slice(0, -30), /damaged/],
    [written({ version: 9 }), /version 9/],
    [written({ inputs: [{ at: -4, input: { kind: 'hint' } }] }), /inputs\.0\.at/],
    [' '.repeat(33_000_000), /too large/],
    [written({ scenario: { id: 'elsewhere', files: {} } }), /does not have/],
  ];
  for (const [text, reason] of cases) {
    await importFile(page, text);
    await expect(page.locator('[data-sonner-toast]').filter({ hasText: reason })).toBeVisible();
  }
  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByRole('heading', { name: 'Your runs' })).toHaveCount(0);
});

test('a run that was edited by hand opens, or says where it is wrong', async ({ page }) => {
  await page.goto('/');
  await importFile(page, written());
  const trouble = page.getByRole('alertdialog');
  await expect(trouble).toContainText(/cannot be played/);
  await expect(trouble).toContainText('scenario.yaml');
  await expect(trouble).toContainText('Nothing that was saved is lost.');
  await trouble.getByRole('button', { name: 'Back to the scenarios' }).click();
  await expect(page.getByRole('heading', { name: 'Break production' })).toBeVisible();
});

test('without storage the run goes on, and the reader is told once', async ({ page }) => {
  await page.addInitScript(() => {
    indexedDB.open = () => {
      throw new DOMException('storage is switched off', 'SecurityError');
    };
  });
  const shift = new Shift(page);
  await shift.begin();
  await expect(page.locator('[data-sonner-toast]').first()).toContainText(
    /not (be )?saved|cannot be saved|keep/i,
  );
  expect(await shift.run('hostname', 'bastion')).toContain('bastion');
  await page.waitForTimeout(3000);
  await expect(page.locator('[data-sonner-toast]')).toHaveCount(1);
  await page.goto('/');
  await expect(page.getByRole('link', { name: /The standby that would not stand by/ }).first()).toBeVisible();
  expect(shift.complaints).toEqual([]);
});

test('a full storage loses nothing that was saved before', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  await shift.run('echo kept', 'bastion');
  await expect(page.getByText(/^saved at/)).toBeVisible();
  await page.waitForTimeout(2500);
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('no room', 'QuotaExceededError');
    };
  });
  await shift.run('echo lost', 'bastion');
  const told = page.locator('[data-sonner-toast]').filter({ hasText: 'No room to save this run' });
  await expect(told).toBeVisible();
  await expect(told).toContainText('export this one to a file');
  expect(await shift.run('echo still here', 'bastion')).toContain('still here');
  await page.reload();
  await shift.shows(/kept/);
});

test('a simulation that stops is built again from what was typed', async ({ page }) => {
  await page.addInitScript(() => {
    const Real = window.Worker;
    window.Worker = class extends Real {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        Object.assign(window, { lastWorker: this });
      }
    };
  });
  const shift = new Shift(page);
  await shift.begin();
  await shift.run('ssh lb2', 'lb2');
  await shift.run('echo before the stop', 'lb2');
  // A message that no version of the page sends.
  const breakIt = () =>
    page.evaluate(() => {
      const { lastWorker } = window as unknown as { lastWorker: Worker };
      lastWorker.postMessage({ type: 'transport' });
    });
  await breakIt();
  await expect(page.getByText(/The run was rebuilt/)).toBeVisible({ timeout: 20_000 });
  await shift.shows(/before the stop/);
  expect(await shift.run('hostname', 'lb2')).toContain('lb2');

  // The second time it asks, and shows what happened.
  await breakIt();
  const trouble = page.getByRole('alertdialog');
  await expect(trouble).toContainText('The simulation stopped');
  await trouble.getByText('What happened').click();
  await expect(trouble).toContainText('seed 1');
  await trouble.getByRole('button', { name: 'Rebuild the run' }).click();
  await shift.prompt('lb2');
});
