/** The parts of the play screen, each used once as a person would use it. */
import { expect, test } from '@playwright/test';
import { Shift, violations } from './shift';

test.describe.configure({ timeout: 120_000 });

test('a request is followed hop by hop to the line and the rule that decided', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  await page.getByRole('tab', { name: 'Requests' }).click();
  const requests = page.getByRole('list', { name: /^Requests/ }).getByRole('button');
  await expect(requests.filter({ hasText: /shoppers › fw › lb1 › app\d/ }).first()).toBeVisible();
  await page.getByRole('checkbox', { name: 'hold still' }).check();
  await requests
    .filter({ hasText: /lb1 › app\d/ })
    .nth(2)
    .click();
  const trace = page.getByRole('region', { name: /^Request \d/ });
  await expect(trace.getByText(/backend app: balance roundrobin chooses app\d/)).toBeVisible();
  await trace.getByRole('button', { name: 'haproxy.cfg:26' }).click();
  await expect(page.getByRole('textbox', { name: '/etc/haproxy/haproxy.cfg on lb1' })).toContainText(
    'balance roundrobin',
  );
  await trace
    .getByRole('button', { name: /iifname "eth0" oifname "eth1"/ })
    .first()
    .click();
  await expect(page.getByRole('region', { name: 'Chain inet filter forward' })).toContainText('policy drop');
  await trace.getByRole('button', { name: 'Close the trace' }).click();
  await page.getByRole('checkbox', { name: 'hold still' }).uncheck();

  // The same way in the outage ends at the host where nothing listens.
  await shift.until(shift.feed('ShopDown'), 100);
  await page.getByRole('checkbox', { name: 'slow and failed only' }).check();
  await requests.filter({ hasText: 'refused' }).first().click();
  await expect(trace).toContainText('RST');
  await expect(trace.getByText('lb2').first()).toBeVisible();
  expect(shift.complaints).toEqual([]);
});

test('the editor has the daemon’s own words; what is saved is not what runs until the reload', async ({
  page,
}) => {
  const shift = new Shift(page);
  await shift.begin();
  const editor = await shift.openFile('lb1', '/etc/haproxy/haproxy.cfg');
  await expect(editor).toContainText('balance roundrobin');
  await shift.edit(editor, (text) => text.replace('balance roundrobin', 'blance roundrobin'));
  const words = page.getByRole('list', { name: 'What the daemon would say' });
  await expect(words).toContainText("unknown keyword 'blance' in 'backend' section");
  await expect(words.getByRole('listitem').last()).toHaveText('Fatal errors found in configuration.');
  // A complaint leads to its line, out of the difference too.
  const switchDiff = page.getByRole('button', { name: 'Diff', exact: true });
  for (const isDiff of [false, true]) {
    if (isDiff) await switchDiff.click();
    await words.getByRole('button', { name: "unknown keyword 'blance'" }).click();
    await expect(editor).toBeFocused();
    await expect(editor.locator('.cm-activeLine')).toContainText('blance roundrobin');
  }
  // It was gone to once: the editor that comes back from the difference does not take the focus.
  await switchDiff.click();
  await switchDiff.click();
  await expect(editor).toBeVisible();
  await expect(switchDiff).toBeFocused();
  await page.getByRole('button', { name: 'Check' }).click();
  const checked = page.getByRole('status').filter({ hasText: 'haproxy -c -f' });
  await expect(checked).toContainText('exit 1');
  await expect(checked).toContainText('Fatal errors found in configuration.');
  expect(await violations(page)).toEqual([]);
  await checked.getByRole('button', { name: 'Close' }).click();

  await shift.edit(editor, (text) => text.replace('blance roundrobin', 'balance leastconn'));
  await expect(words).toBeHidden();
  await page.keyboard.press('Control+s');
  await expect(page.getByText('not reloaded', { exact: true }).first()).toBeVisible();
  const standing = page.getByRole('status').filter({ hasText: '$ systemctl reload haproxy' });
  await expect(standing).toContainText('Saved.');
  await page.getByRole('button', { name: 'Diff', exact: true }).click();
  const difference = page.getByRole('group', { name: 'Difference' });
  await expect(difference).toContainText('What is running, and this file');
  await expect(difference).toContainText('balance leastconn');
  await shift.run('ssh lb1 sudo systemctl reload haproxy', 'bastion');
  await expect(page.getByText('not reloaded', { exact: true })).toHaveCount(0);

  // Four processes of keepalived read the file and complain; the place is named once.
  const other = await shift.openFile('lb2', '/etc/keepalived/keepalived.conf');
  await shift.edit(other, (text) => `bogus x\n${text}`);
  await expect(words.getByRole('listitem')).toHaveText(["line 1: Unknown keyword 'bogus'"]);
  expect(shift.complaints).toEqual([]);
});

test('hints come one after the other; logs and events can be searched', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  for (const number of [1, 2, 3, 4]) {
    await page.getByRole('button', { name: `Hint ${number - 1}/4` }).click();
    await expect(
      page.getByRole('region', { name: 'Hints' }).getByText(`Hint ${number}`, { exact: true }),
    ).toBeInViewport();
  }
  await expect(page.getByRole('button', { name: /^(Stuck|Show hint)/ })).toHaveCount(0);

  await page.getByRole('tab', { name: 'Logs' }).click();
  await page.getByLabel('Host', { exact: true }).selectOption('lb2');
  await page.getByLabel('Lines that contain').fill('cannot bind');
  const log = page
    .getByRole('group', { name: 'Log of lb2' })
    .or(page.getByRole('log', { name: 'Log of lb2' }))
    .or(page.getByLabel('Log of lb2'));
  await expect(log.first()).toContainText('Cannot assign requested address');
  await expect(log.first()).not.toContainText('Start request repeated');
  await page.getByLabel('Lines that contain').fill('no such words');
  await expect(page.getByText(/has logged nothing that matches/)).toBeVisible();

  await shift.until(shift.feed('ShopDown'), 100);
  await page.getByRole('tab', { name: 'Events' }).click();
  await page.getByLabel('Events that contain').fill('power');
  await expect(page.getByLabel(/^Events, newest first/)).toContainText('lb1 is without power');
  await expect(page.getByLabel(/^Events, newest first/)).not.toContainText('hint');
  expect(await violations(page)).toEqual([]);
});

test('a look back by dragging, another branch from there, and the first one again', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  await shift.run('echo on the first branch', 'bastion');
  await shift.until(shift.feed('ShopDown'), 100);
  await page.getByRole('button', { name: 'Pause' }).click();
  const knob = page.getByRole('slider', { name: 'Moment of the run' });
  const box = await knob.boundingBox();
  if (box === null) throw new Error('no slider');
  const live = Number(await knob.getAttribute('aria-valuenow'));
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.05, box.y + box.height / 2, { steps: 8 });
  await page.mouse.move(box.x + 2, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByText('Looking back at')).toBeVisible();
  await expect.poll(async () => Number(await knob.getAttribute('aria-valuenow'))).toBeLessThan(live / 2);
  await expect(page.locator('button[data-host="lb1"]')).toContainText('MASTER');
  await expect(page.getByRole('button', { name: 'Acknowledge the page' })).toBeHidden();
  await page.keyboard.press('Home');
  await expect(knob).toHaveAttribute('aria-valuenow', '0');
  await page.keyboard.press('PageUp');
  await expect(knob).toHaveAttribute('aria-valuenow', '60');
  expect(await violations(page)).toEqual([]);

  await page.getByRole('button', { name: /Continue from here/ }).click();
  await expect(page.getByText('Looking back at')).toBeHidden();
  const branches = page.getByLabel('Branch');
  await expect(branches.locator('option')).toHaveCount(2);
  await shift.prompt('bastion');
  await branches.selectOption({ index: 0 });
  await expect(shift.feed('ShopDown')).toBeVisible();
  await shift.shows(/on the first branch/);
});

test('the terminal is a terminal: single keys, signals, history, search, completion, paste, a second one', async ({
  page,
}) => {
  const shift = new Shift(page);
  await shift.begin();
  await shift.run('ssh lb2', 'lb2');
  const { keyboard } = page;
  await keyboard.type('top\n');
  await shift.shows(/PID USER[\s\S]*systemd/);
  await keyboard.press('q');
  await shift.prompt('lb2');
  await keyboard.type('watch -n1 date\n');
  await shift.shows(/Every 1\.0s: date/);
  await keyboard.press('Control+c');
  await shift.prompt('lb2');
  await shift.run('clear', 'lb2');
  await keyboard.type('sleep 300\n');
  await keyboard.press('Control+z');
  await shift.shows(/Stopped\s+sleep 300/);
  await keyboard.type('fg\n');
  await shift.shows(/\nsleep 300$/);
  await keyboard.press('Control+c');
  await shift.shows(/\^C\n.*\$$/);

  await keyboard.press('ArrowUp');
  await shift.shows(/\$ fg$/);
  await keyboard.press('Control+u');
  await keyboard.press('Control+r');
  await keyboard.type('wat');
  await shift.shows(/\(reverse-i-search\)`wat': watch -n1 date/);
  await keyboard.press('Control+g');
  await keyboard.press('Control+u');
  await keyboard.type('systemctl status hapr');
  await keyboard.press('Tab');
  await shift.shows(/systemctl status haproxy\.service ?$/);
  await keyboard.press('Control+u');
  await shift.paste('echo one\necho two\nexit\n');
  await shift.shows(/one[\s\S]*two[\s\S]*logout/);
  await shift.prompt('bastion');

  await page.getByRole('button', { name: /^New terminal/ }).click();
  await expect(page.getByRole('tab', { name: /^Terminal/ })).toHaveCount(2);
  expect(shift.complaints).toEqual([]);
});

test('vi and nano open the editor; it saves as the user who opened it', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  await shift.run('ssh lb2', 'lb2');
  await page.keyboard.type('nano /etc/hosts\n');
  const hosts = page.getByRole('textbox', { name: '/etc/hosts on lb2' });
  await expect(hosts).toBeVisible();
  await shift.edit(hosts, (text) => `${text}# mine\n`);
  await page.keyboard.press('Control+s');
  await expect(page.getByText(/Permission denied: student may not write \/etc\/hosts/)).toBeVisible();
  await shift.terminal.click();
  await page.keyboard.type(':q\n');
  await shift.prompt('lb2');

  await page.keyboard.type('sudo vi /etc/haproxy/haproxy.cfg\n');
  const config = page.getByRole('textbox', { name: '/etc/haproxy/haproxy.cfg on lb2' });
  await expect(config).toContainText('bind 10.0.1.100:80');
  await shift.edit(config, (text) => text.replace('bind 10.0.1.100:80', 'bind :80'));
  await page.keyboard.press('Control+s');
  await shift.prompt('lb2');
  expect(await shift.run('grep bind /etc/haproxy/haproxy.cfg', 'lb2')).toContain('bind :80');
});

test('what would stop a real machine does not stop the page', async ({ page }) => {
  const shift = new Shift(page);
  await shift.begin();
  const isQuick = async () => {
    const begun = Date.now();
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    return Date.now() - begun < 1000;
  };
  await shift.paste(`echo ${'x'.repeat(100_000)} | wc -c\n`);
  await shift.shows(/100001/);
  expect(await isQuick()).toBe(true);
  await shift.run('clear', 'bastion');

  await page.keyboard.type('while :; do :; done\n');
  const before = await shift.clock();
  await expect.poll(() => shift.clock()).not.toBe(before);
  expect(await isQuick()).toBe(true);
  await page.keyboard.press('Control+c');
  await shift.prompt('bastion');

  await page.keyboard.type(':(){ :|:& };:\n');
  await shift.shows(/fork: (retry: )?Resource temporarily unavailable/);
  expect(await isQuick()).toBe(true);
  await expect(page.getByText(/^saved at/)).toBeVisible();
  const then = await shift.clock();
  await page.reload();
  await shift.shows(/Resource temporarily unavailable/, 60_000);
  expect((await shift.clock()) >= then.slice(0, 5)).toBe(true);
  expect(await isQuick()).toBe(true);
  expect(shift.complaints).toEqual([]);
});
