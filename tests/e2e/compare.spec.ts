/** Two attempts side by side: in the sandbox and in a scenario, by pointer and by keyboard. */
import { expect, type Page, test } from '@playwright/test';
import { Shift, violations } from './shift';

test.describe.configure({ timeout: 180_000 });

const node = (page: Page, id: string) =>
  page.getByRole('region', { name: 'Map of the hosts' }).locator(`.react-flow__node[data-id="${id}"]`);

/** Back to before a moment, and on from there as another attempt. */
async function branchBefore(page: Page, shift: Shift, moment: string): Promise<void> {
  await page.getByRole('slider', { name: 'Moment of the run' }).focus();
  await expect(async () => {
    await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => (await shift.clock()) < moment, { timeout: 500 }).toBe(true);
  }).toPass();
  await page.getByRole('button', { name: 'Continue from here' }).click();
  await expect(page.getByText('Looking back at')).toBeHidden();
}

test('with and without a failure: who holds the address, which machine is off, where they part', async ({
  page,
}) => {
  const shift = new Shift(page);
  await page.goto('/sandbox?start=pair');
  await expect(page.getByRole('tab', { name: 'Build' })).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press('v');
  await expect(page.getByText('There is only one attempt.')).toBeVisible();
  await shift.speed(5);
  await expect(node(page, 'customers1')).toContainText('20 req/s', { timeout: 60_000 });
  const before = await shift.clock();
  await node(page, 'lb1').click({ button: 'right', position: { x: 20, y: 12 } });
  await page.getByRole('menuitem', { name: 'Pull the power' }).click();
  await expect(node(page, 'lb2')).toContainText('MASTER', { timeout: 30_000 });
  await shift.speed(1);
  await branchBefore(page, shift, before);
  await page.getByRole('button', { name: 'Compare' }).click();

  const differences = page.getByRole('group', { name: 'Differences' });
  await expect(differences.getByRole('row', { name: /Who holds 10.0.1.100/ })).toBeVisible({
    timeout: 60_000,
  });
  await shift.speed(5);
  await expect(differences.getByRole('row', { name: /Who holds 10.0.1.100/ })).toHaveText(
    /Who holds 10.0.1.100\s*lb1\s*lb2/,
    { timeout: 60_000 },
  );
  await expect(differences.getByRole('row', { name: /^lb1/ })).toContainText('powered off');
  await shift.speed(1);
  const partings = page.getByRole('group', { name: 'Where they part' });
  await expect(partings.getByRole('listitem').filter({ hasText: 'lb1 is without power' })).toContainText(
    'first attempt',
  );

  // Both maps stand at the same moment, and the other one is alive.
  const other = page.getByRole('region', { name: 'Map of the other attempt' });
  await expect(other.locator('[data-host="lb1"]')).toContainText('powered off');
  await expect(other.locator('[data-host="lb2"]')).toContainText('MASTER');
  await expect(node(page, 'lb1')).toContainText('MASTER');
  // What was chosen on one side is chosen on the other.
  await other.locator('[data-host="app1"]').click();
  await expect(page.getByRole('heading', { name: 'app1' })).toBeVisible();
  expect(await violations(page)).toEqual([]);

  // A moment of the list is looked at in both.
  await page.getByRole('button', { name: 'Pause' }).click();
  await partings
    .getByRole('button', { name: /^Look at/ })
    .first()
    .click();
  await expect(other.locator('[data-host="lb2"]')).toContainText('BACKUP', { timeout: 30_000 });
  await page.getByRole('button', { name: 'Back to live' }).click();
  // Where the other one is taken up, the first one stands beside it.
  await page.getByLabel('Branch').selectOption({ label: 'first attempt' });
  await expect(node(page, 'lb1')).toContainText('powered off', { timeout: 30_000 });
  await expect(page.getByLabel('Compared with')).toHaveText('attempt 2');
  await page.getByRole('button', { name: 'Stop comparing' }).click();
  await expect(differences).toBeHidden();

  // Attempts are saved with the run.
  await page.waitForTimeout(3_000);
  await page.reload();
  await expect(page.getByLabel('Branch').locator('option')).toHaveCount(2, { timeout: 60_000 });
  expect(shift.complaints).toEqual([]);
});

test('the same fault at the same instant in both: with and without one line of haproxy.cfg', async ({
  page,
}) => {
  const shift = new Shift(page);
  await page.goto('/sandbox?start=balanced');
  await expect(page.getByRole('tab', { name: 'Build' })).toBeVisible({ timeout: 60_000 });
  await page.waitForTimeout(3_000);
  const before = await shift.clock();
  await node(page, 'app1').click({ button: 'right', position: { x: 20, y: 12 } });
  await page.getByRole('menuitem', { name: 'Pull the power' }).click();
  await expect(node(page, 'app1')).toContainText('powered off');
  await branchBefore(page, shift, before);
  await page.getByRole('button', { name: 'Pause' }).click();
  await node(page, 'lb1').click({ position: { x: 20, y: 12 } });
  await page.getByRole('tab', { name: 'Files' }).click();
  await page
    .getByRole('button', { name: /haproxy\.cfg/ })
    .first()
    .click();
  const editor = page.getByRole('textbox', { name: '/etc/haproxy/haproxy.cfg on lb1' });
  await shift.edit(editor, (text) => text.replace(/.*option\s+redispatch\n/, ''));
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('button', { name: 'Plan its 1 fault here too' }).click({ timeout: 60_000 });
  await expect(page.getByText('1 fault planned here')).toBeVisible();
  await page.getByRole('button', { name: 'Let time run' }).click();
  await shift.speed(5);
  // It breaks in both at the same moment: no difference, while the edit is one.
  await expect(node(page, 'app1')).toContainText('powered off', { timeout: 60_000 });
  const other = page.getByRole('region', { name: 'Map of the other attempt' });
  await expect(other.locator('[data-host="app1"]')).toContainText('powered off', { timeout: 30_000 });
  const partings = page.getByRole('group', { name: 'Where they part' });
  await expect(partings).toContainText('haproxy.cfg');
  await expect(partings.getByRole('listitem').filter({ hasText: 'app1 is without power' })).toHaveCount(0);
  expect(shift.complaints).toEqual([]);
});

test('a scenario’s attempts are compared by keyboard alone', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  await shift.run('echo first', 'bastion');
  await shift.speed(5);
  await page.waitForTimeout(2_000);
  await page.getByRole('slider', { name: 'Moment of the run' }).focus();
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'Continue from here' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('slider', { name: 'Moment of the run' }).focus();
  await page.keyboard.press('v');
  const partings = page.getByRole('group', { name: 'Where they part' });
  await expect(partings).toContainText('echo first', { timeout: 60_000 });
  await page.keyboard.press('v');
  await expect(partings).toBeHidden();
  expect(shift.complaints).toEqual([]);
});
