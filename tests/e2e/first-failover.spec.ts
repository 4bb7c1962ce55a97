/** The first scenario, played in the browser as a person would: won, and lost on purpose. */
import { spawnSync } from 'node:child_process';
import { expect, type Page, test } from '@playwright/test';
import { SCENARIO, Shift, violations } from './shift';

test.describe.configure({ mode: 'serial', timeout: 240_000 });

async function editHaproxy(page: Page): Promise<void> {
  await page.locator('button[data-host="lb2"]').click();
  await page.getByRole('tab', { name: 'Files' }).click();
  await page
    .getByRole('button', { name: /haproxy\.cfg/ })
    .first()
    .click();
  const editor = page.getByRole('textbox', { name: '/etc/haproxy/haproxy.cfg on lb2' });
  await expect(editor).toContainText('bind 10.0.1.100:80');
  const text = (await editor.innerText()).replace(/\n\n/g, '\n');
  await editor.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text.replace('bind 10.0.1.100:80', 'bind :80'));
  await page.keyboard.press('Control+s');
  await expect(page.getByText('not saved', { exact: true })).toBeHidden();
}

/** Of the day. */
function secondOf(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return (hours * 60 + minutes) * 60 + seconds;
}

test('a person who read the brief wins: terminal, editor, reload, look back, debrief', async ({ page }) => {
  const shift = new Shift(page);
  await page.goto('/');
  await page
    .getByRole('link', { name: /The standby that would not stand by/ })
    .first()
    .click();
  await shift.prompt('bastion');
  await expect(page.getByRole('region', { name: 'Objectives' })).toContainText('The shop answers');

  await shift.until(shift.feed('ShopDown'));
  await page.getByRole('button', { name: 'Acknowledge the page' }).click();
  await shift.run('ssh lb2', 'lb2');
  expect(await shift.run('systemctl status haproxy --no-pager | cat', 'lb2')).toContain(
    'Start request repeated too quickly.',
  );
  expect(await shift.run('sudo journalctl -u haproxy --no-pager | grep -m1 bind', 'lb2')).toContain(
    'Cannot assign requested address',
  );

  await editHaproxy(page);
  await shift.run('sudo systemctl reset-failed haproxy; sudo systemctl restart haproxy; echo $?', 'lb2');
  await shift.run('sudo sed -i "s/priority 100/priority 200/" /etc/keepalived/keepalived.conf', 'lb2');
  await shift.run('sudo systemctl reload keepalived', 'lb2');
  const first = shift.objective('The shop answers');
  await shift.until(first.filter({ hasText: 'held' }));

  // A reload in the middle: the run is there again, and the shop still answers.
  const saved = (await page.getByText(/^saved at/).textContent()) ?? '';
  await page.reload();
  await expect(shift.objective('The shop answers').filter({ hasText: 'held' })).toBeVisible({
    timeout: 30_000,
  });
  // Nothing is lost of what the page called saved.
  expect(secondOf(await shift.clock())).toBeGreaterThanOrEqual(secondOf(saved.replace('saved at ', '')));
  await shift.prompt('lb2');

  // A look back, and forward again.
  const slider = page.getByRole('slider', { name: 'Moment of the run' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(page.getByText('Looking back at')).toBeVisible();
  await expect(page.locator('button[data-host="lb1"]')).not.toContainText('powered off');
  await page.getByRole('button', { name: 'Back to live' }).click();
  await expect(page.getByText('Looking back at')).toBeHidden();
  await expect(shift.objective('The shop answers').filter({ hasText: 'held' })).toBeVisible();

  await shift.until(shift.feed('lb1 has power again.'));
  await shift.speed(20);
  await expect(page.locator('button[data-host="lb1"]')).toContainText('BACKUP', { timeout: 30_000 });
  await shift.speed(1);
  await shift.run('exit', 'bastion');
  await shift.run('ssh lb1', 'lb1');
  await shift.run(
    'echo net.ipv4.ip_nonlocal_bind=1 | sudo tee /etc/sysctl.d/60-vip.conf; sudo sysctl --system >/dev/null; sudo systemctl reset-failed haproxy; sudo systemctl restart haproxy',
    'lb1',
  );
  await shift.run('exit', 'bastion');

  await shift.tomorrow();
  const over = page.getByRole('button', { name: 'Finish and read the debrief' });
  await expect(over).toBeVisible({ timeout: 90_000 });
  await expect(page.getByText('Every objective was met')).toBeVisible();
  await over.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByText(/^Solved in/)).toBeVisible();
  await expect(page.getByText('/etc/haproxy/haproxy.cfg').filter({ visible: true }).first()).toBeVisible();
  expect(shift.complaints).toEqual([]);
});

test('starting it by hand and nothing else loses, and the verdict says why', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  await shift.until(shift.feed('ShopDown'));
  await shift.run("ssh lb2 'sudo systemctl reset-failed haproxy; sudo systemctl start haproxy'", 'bastion');
  await shift.speed(100);
  await expect(page.getByText(/took the address back when it booted/).first()).toBeVisible({
    timeout: 90_000,
  });
  await page.getByRole('button', { name: 'Finish and read the debrief' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByText(/^Not solved/)).toBeVisible();
  await expect(page.getByText(/took the address back when it booted/).first()).toBeVisible();
});

test('a run that leaves the browser as a file is the same run in Node', async ({ page }, info) => {
  const shift = new Shift(page);
  await shift.begin();
  await shift.until(shift.feed('ShopDown'), 100);
  await shift.run('ssh lb2 ip -br addr', 'bastion');
  await shift.run(
    'for i in 1 2 3; do curl -s -o /dev/null -w "%{http_code}\\n" http://shop.example/; done',
    'bastion',
  );
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('export');
  const download = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const file = info.outputPath('run.json');
  await (await download).saveAs(file);
  const replay = spawnSync(process.execPath, ['scripts/faultline.mjs', 'replay', file], { encoding: 'utf8' });
  expect(replay.stderr).toBe('');
  expect(replay.status).toBe(0);
});

for (const scheme of ['dark', 'light'] as const) {
  test(`no accessibility violation in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await violations(page)).toEqual([]);
    const shift = new Shift(page);
    await shift.begin();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('button[data-host="lb2"]').click();
    await expect(page.getByRole('tab', { name: 'Overview' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
}

test('with the keyboard alone: a terminal is reached, left, and a host is chosen', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  await page.keyboard.press('Control+`');
  await page.keyboard.type('hostname\n');
  await expect.poll(() => shift.text()).toMatch(/hostname\s+bastion/);
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('lb2');
  await page.keyboard.press('Enter');
  await expect(page.locator('button[data-host="lb2"]')).toHaveAttribute('aria-pressed', 'true');
});

test('a scenario that does not exist is not found, kindly', async ({ page }) => {
  const response = await page.goto('/play/no-such-scenario');
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(SCENARIO).toBe('standby-that-would-not-stand-by');
});
