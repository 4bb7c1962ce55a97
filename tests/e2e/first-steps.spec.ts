/** The first two scenarios, as somebody plays them who has never used a terminal. */
import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { Shift, violations } from './shift';

test.describe.configure({ timeout: 120_000 });

/** The card of the tour lies in the window and not on what it speaks of. */
async function expectUncovered(page: Page): Promise<void> {
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  await expect
    .poll(async () => {
      const card = await page.getByRole('dialog').boundingBox();
      const ring = await page.locator('[data-tour-ring]').boundingBox();
      if (card === null || ring === null || ring.width < 40) return 'not there';
      const apart =
        card.x >= ring.x + ring.width ||
        card.x + card.width <= ring.x ||
        card.y >= ring.y + ring.height ||
        card.y + card.height <= ring.y;
      const inside =
        card.x >= 0 && card.y >= 0 && card.x + card.width <= width && card.y + card.height <= height;
      return apart && inside ? 'well placed' : JSON.stringify({ card, ring });
    })
    .toBe('well placed');
}

test('the shop is closed: tour by keyboard, hint, repair, question, debrief', async ({ page }) => {
  const shift = new Shift(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/play/the-shop-is-closed');
  const tour = page.getByRole('dialog');
  await expect(tour).toContainText('1 of 7', { timeout: 30_000 });
  expect(await violations(page)).toEqual([]);
  const stood = await shift.clock();
  for (let step = 1; step <= 7; step++) {
    await expect(tour).toContainText(`${step} of 7`);
    await page.setViewportSize({ width: 1024, height: 768 });
    await expectUncovered(page);
    await page.setViewportSize({ width: 1440, height: 900 });
    await expectUncovered(page);
    if (step < 7) await page.keyboard.press('ArrowRight');
  }
  expect(await shift.clock()).toBe(stood);
  await page.keyboard.press('Escape');
  await expect(tour).toBeHidden();

  await shift.prompt('desk');
  await shift.until(shift.feed('ShopDown'));
  await page.getByRole('button', { name: 'Hint 0/3' }).click();
  await expect(page.getByRole('region', { name: 'Hints' })).toContainText('ssh web1');
  await shift.run('ssh web1', 'web1');
  expect(await shift.run('systemctl status shop --no-pager', 'web1')).toContain('inactive (dead)');
  await shift.run('sudo systemctl enable --now shop', 'web1');

  const questions = page.getByRole('region', { name: 'Questions' });
  await questions.getByRole('radio', { name: 'Too many customers at once' }).check();
  await questions.getByRole('radio', { name: 'The service shop was stopped and switched off' }).check();
  await questions.getByRole('button', { name: 'Answer' }).click();
  await expect(questions.getByRole('status')).toContainText('Right.');
  await expect(questions.getByRole('radio').first()).toBeDisabled();

  await shift.tomorrow();
  await page.getByRole('button', { name: 'Finish and read the debrief' }).click({ timeout: 60_000 });
  await page.getByRole('dialog').getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByText(/^Solved in/)).toBeVisible();
  const said = page.getByRole('region', { name: 'What you said was the cause' });
  await expect(said).toContainText('right · 10 of 10');
  await expect(said).toContainText('systemctl status shop');
  const mechanism = page.getByRole('region', { name: 'The mechanism' });
  await expect(mechanism).toContainText('HAProxy answers customers on port 80');
  await expect(mechanism.getByRole('listitem').first()).toContainText('systemctl(1)');
  expect(await violations(page)).toEqual([]);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as solution' }).click();
  const steps = await download;
  expect(steps.suggestedFilename()).toBe('the-shop-is-closed.solution.yaml');
  expect(readFileSync(await steps.path(), 'utf8')).toContain('run: sudo systemctl enable --now shop');
  expect(shift.complaints).toEqual([]);
});

test('one wrong number: a file in the host panel, a restart in the terminal', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin('one-wrong-number', 'desk');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await shift.until(shift.feed('ShopDown'));
  const editor = await shift.openFile('web1', '/etc/shop.conf');
  await expect(editor).toContainText('port = ');
  await shift.edit(editor, (text) => text.replace(/^port = .*$/m, 'port = 8080'));
  await page.keyboard.press('Control+s');
  await expect(page.getByText('not saved', { exact: true })).toBeHidden();
  await shift.run('ssh web1 sudo systemctl restart shop', 'desk');
  await shift.tomorrow();
  await page.getByRole('button', { name: 'Finish and read the debrief' }).click({ timeout: 60_000 });
  await page.getByRole('dialog').getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByText(/^Solved in/)).toBeVisible();
  await expect(page.getByRole('region', { name: 'What you said was the cause' })).toContainText(
    'not answered',
  );
  await expect(page.getByText('/etc/shop.conf').filter({ visible: true }).first()).toBeVisible();
  expect(shift.complaints).toEqual([]);
});
