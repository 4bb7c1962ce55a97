/** A traced request, step by step: with the pointer, with keys, and from a link. */
import { expect, test } from '@playwright/test';
import { Shift, violations } from './shift';

test.describe.configure({ timeout: 120_000 });

test('a click on a link opens its latest request; it is stepped forward and back with the packet’s fields', async ({
  page,
}) => {
  const shift = new Shift(page);
  await shift.begin();
  await expect(page.locator('[data-host="shoppers"]')).toContainText('req/s');
  // The middle of the wire between the customers and the firewall. Dots run on it: a click on one opens a trace, too.
  const wire = page.locator('[data-wire="shoppers-fw"] [data-hit]');
  await wire.dispatchEvent('click');
  const trace = page.getByRole('region', { name: /^Request \d/ });
  await expect(trace.getByText(/^1 of \d+$/)).toBeVisible();
  const packet = trace.getByRole('table');
  await expect(packet.getByRole('row', { name: /^source 203\.0\.113\.10:\d+/ })).toBeVisible();

  const steps = trace.getByRole('group', { name: 'Steps' });
  await steps.getByRole('button', { name: 'Step on' }).click();
  await expect(packet.getByRole('row', { name: /^destination MAC/ })).toHaveAttribute('data-changed', 'true');
  await expect(steps.getByRole('status')).toContainText('source MAC no frame yet to 52:54:00');

  // On by keyboard to where the firewall routes it: the TTL falls by one, and the map says where it is.
  await trace.getByRole('group', { name: 'Hops' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(packet.getByRole('row', { name: /^TTL 64/ })).toContainText('63');
  await expect(page.getByText('step 4', { exact: true })).toBeVisible();
  await page.keyboard.press('p');
  await expect(trace.getByText(/^3 of \d+$/)).toBeVisible();
  await page.keyboard.press('n');
  await expect(trace.getByText(/^4 of \d+$/)).toBeVisible();
  await page.keyboard.press('End');
  await expect(trace.getByText(/a program on lb1 holds the request/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  expect(shift.complaints).toEqual([]);
});

test('the outline opens the latest request of a link', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  await page.waitForTimeout(2_000);
  await page.getByRole('button', { name: 'Outline' }).click();
  await page.getByRole('button', { name: 'Trace the latest request between shoppers and fw' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: /^Request \d/ }).getByText(/^1 of \d+$/)).toBeVisible();
  expect(shift.complaints).toEqual([]);
});
