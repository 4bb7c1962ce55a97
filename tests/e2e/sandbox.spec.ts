/** The sandbox in the browser: built by mouse and by keyboard, broken, watched, taken back, shared. */
import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, expect, type Locator, type Page, test } from '@playwright/test';

test.describe.configure({ timeout: 240_000 });

class Bench {
  readonly complaints: string[] = [];
  constructor(readonly page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }
  async open(address = '/sandbox'): Promise<void> {
    await this.page.goto(address);
    await expect(this.page.getByRole('tab', { name: 'Build' })).toBeVisible({ timeout: 60_000 });
  }
  host(id: string): Locator {
    return this.page.locator(`.react-flow__node[data-id="${id}"]`);
  }
  zone(id: string): Locator {
    return this.page.locator(`.react-flow__node[data-id="zone:${id}"]`);
  }
  get said(): Locator {
    return this.page.locator('[data-said]');
  }
  /** From the palette onto a place of the canvas, given within something. */
  async drag(entry: string, onto: Locator, at: { x: number; y: number }): Promise<void> {
    const item = await this.page.locator(`[data-palette="${entry}"]`).boundingBox();
    const target = await onto.boundingBox();
    if (item === null || target === null) throw new Error(`${entry} cannot be dragged`);
    const { mouse } = this.page;
    await mouse.move(item.x + 20, item.y + item.height / 2);
    await mouse.down();
    await mouse.move(item.x + 60, item.y + 30, { steps: 3 });
    await mouse.move(target.x + at.x, target.y + at.y, { steps: 6 });
    await mouse.up();
  }
  async connect(from: string, to: string, flow: RegExp): Promise<void> {
    await this.host(from).hover();
    const source = await this.host(from).locator('.react-flow__handle-right').boundingBox();
    const target = await this.host(to).locator('.react-flow__handle-left').boundingBox();
    if (source === null || target === null) throw new Error(`${from} and ${to} cannot be connected`);
    const { mouse } = this.page;
    await mouse.move(source.x + source.width / 2, source.y + source.height / 2);
    await mouse.down();
    await mouse.move(target.x - 20, target.y + 10, { steps: 5 });
    await mouse.move(target.x + target.width / 2, target.y + target.height / 2, { steps: 5 });
    await mouse.up();
    await this.page.getByRole('dialog').getByRole('option', { name: flow }).click();
    await expect(this.page.getByRole('dialog')).toBeHidden();
  }
  async speed(times: 1 | 5 | 20 | 100): Promise<void> {
    await this.page.getByRole('button', { name: `${times} times real time`, exact: true }).click();
  }
  /** Customers are answered: the figure in the header goes up after the address has a holder. */
  async works(): Promise<void> {
    await this.speed(5);
    await expect(this.host('lb1')).toContainText('MASTER', { timeout: 60_000 });
    await expect(this.host('lb2')).toContainText('BACKUP', { timeout: 60_000 });
    await expect(this.host('customers1')).toContainText('20 req/s', { timeout: 60_000 });
    await this.speed(1);
  }
  async breaks(): Promise<void> {
    await this.host('lb1').click({ button: 'right', position: { x: 20, y: 12 } });
    await this.page.getByRole('menuitem', { name: 'Pull the power' }).click();
    await expect(this.host('lb1')).toContainText('powered off');
    await expect(this.host('lb2')).toContainText('MASTER', { timeout: 30_000 });
  }
}

test('by mouse: the highly available pair from an empty canvas, its failover, undo, a link', async ({
  page,
  browser,
}) => {
  const bench = new Bench(page);
  await bench.open();
  const canvas = page.locator('[data-canvas]');
  await bench.drag('zone-internet', canvas, { x: 40, y: 60 });
  await expect(bench.zone('internet')).toBeVisible();
  for (const [entry, zone] of [
    ['zone-dmz', 'dmz'],
    ['zone-app', 'app'],
  ] as const) {
    await page.locator(`[data-palette="${entry}"]`).click();
    await expect(bench.zone(zone)).toBeVisible();
  }
  await page.waitForTimeout(400);
  await bench.drag('clients', bench.zone('internet'), { x: 60, y: 90 });
  await expect(bench.host('customers1')).toContainText('203.0.113.11');
  await bench.drag('haproxy', bench.zone('dmz'), { x: 80, y: 80 });
  await bench.drag('haproxy', bench.zone('dmz'), { x: 80, y: 230 });
  await expect(bench.host('lb2')).toContainText('10.0.1.12');
  await bench.drag('app', bench.zone('app'), { x: 80, y: 80 });
  await bench.drag('app', bench.zone('app'), { x: 80, y: 230 });
  await expect(bench.host('app2')).toContainText('10.0.2.12');
  await bench.connect('lb1', 'lb2', /VRRP/);
  for (const balancer of ['lb1', 'lb2'])
    for (const app of ['app1', 'app2']) await bench.connect(balancer, app, /HTTP/);
  await bench.connect('customers1', 'lb1', /HTTP/);
  await expect(bench.host('fw1')).toBeVisible();
  await bench.works();

  // What it wrote can be read as text.
  await bench.host('lb1').click();
  await page.getByRole('tab', { name: 'Files' }).click();
  await page
    .getByRole('button', { name: /haproxy\.cfg/ })
    .first()
    .click();
  await expect(page.getByRole('textbox', { name: '/etc/haproxy/haproxy.cfg on lb1' })).toContainText(
    'server app2 10.0.2.12:8080',
  );

  await bench.breaks();

  // Undo and redo of what was built.
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(bench.said).toContainText('Undone: customers1 sends requests to lb1');
  await page.getByRole('button', { name: 'Redo', exact: true }).click();
  await expect(bench.said).toContainText('Done again');

  // A look back: before the power was pulled.
  await page.getByRole('slider', { name: 'Moment of the run' }).focus();
  await page.keyboard.press('Home');
  await expect(page.getByText('Looking back at')).toBeVisible();
  await page.getByRole('button', { name: 'Back to live' }).click();
  await expect(bench.host('lb2')).toContainText('MASTER', { timeout: 30_000 });

  await page.getByRole('tab', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Copy a link' }).click();
  const link = await page.getByRole('textbox', { name: 'Link to this sandbox' }).inputValue();
  expect(link).toContain('/sandbox#s=1.');
  await opensElsewhere(browser, link);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'The lab as a zip' }).click();
  const zip = readFileSync(await (await download).path());
  expect(zip.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
  expect(zip.toString('latin1')).toContain('hosts/lb1/etc/haproxy/haproxy.cfg');
  expect(bench.complaints).toEqual([]);
});

async function opensElsewhere(browser: Browser, address: string): Promise<void> {
  const context = await browser.newContext();
  const other = new Bench(await context.newPage());
  await other.open(address);
  await other.works();
  // It is this browser's own now, under a name of its own.
  expect(other.page.url()).toContain('run=sandbox');
  expect(other.page.url()).not.toContain('#s=');
  expect(other.complaints).toEqual([]);
  await context.close();
}

test('by keyboard alone: the same pair, broken and seen to fail over', async ({ page }) => {
  const bench = new Bench(page);
  await bench.open();
  const place = async (entry: string) => {
    await page.locator(`[data-palette="${entry}"]`).focus();
    await page.keyboard.press('Enter');
  };
  for (const [entry, what] of [
    ['zone-internet', 'zone Internet'],
    ['zone-dmz', 'zone DMZ'],
    ['zone-app', 'zone App'],
  ] as const) {
    await place(entry);
    await expect(bench.said).toContainText(`Placed ${what}`);
  }
  const chooseZone = async (id: string) => {
    await bench.zone(id).focus();
    await page.keyboard.press('Enter');
  };
  await chooseZone('internet');
  await place('clients');
  await expect(bench.said).toContainText('customers1');
  await chooseZone('dmz');
  await place('keepalived-pair');
  await expect(bench.said).toContainText('lb1 and lb2');
  await chooseZone('app');
  await place('app');
  await expect(bench.said).toContainText('app1');

  const connect = async (from: string, to: string) => {
    await bench.host(from).focus();
    await page.keyboard.press('c');
    await page.keyboard.type(to);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: /What may flow/ })).toBeVisible();
    await page.keyboard.type('http');
    await page.keyboard.press('Enter');
    await expect(bench.said).toContainText(`${from} sends requests to ${to}`);
  };
  await connect('lb1', 'app1');
  await connect('lb2', 'app1');
  await connect('customers1', 'lb1');
  await bench.works();

  // Moved by arrow keys, renamed, broken, all without a pointer.
  await bench.host('app1').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await expect(bench.said).toContainText('Moved app1');
  await page.keyboard.press('Control+z');
  await expect(bench.said).toContainText('Undone: Moved app1');
  await bench.host('lb1').focus();
  await page.keyboard.press('m');
  await page.getByRole('menuitem', { name: 'Pull the power' }).focus();
  await page.keyboard.press('Enter');
  await expect(bench.host('lb2')).toContainText('MASTER', { timeout: 30_000 });
  expect(bench.complaints).toEqual([]);
});

test('a wire by keyboard: Enter chooses it, m opens its menu; a card chosen after it takes its place', async ({
  page,
}) => {
  const bench = new Bench(page);
  await bench.open('/sandbox?start=balanced');
  const wire = page.getByRole('button', { name: 'Link from lb1 to app2' });
  await wire.focus();
  await page.keyboard.press('Enter');
  await expect(wire).toHaveAttribute('aria-pressed', 'true');
  await wire.focus();
  await page.keyboard.press('m');
  const menu = page.getByRole('menu', { name: 'What to do' });
  await expect(menu.getByRole('menuitem', { name: 'Cable of app2, eth0' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();

  await bench.host('app2').focus();
  await page.keyboard.press('Enter');
  await expect(wire).toHaveAttribute('aria-pressed', 'false');
  await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('app2');
  expect(bench.complaints).toEqual([]);
});

test('a link that was damaged, or made for something else, is refused kindly', async ({ page }) => {
  for (const [hash, words] of [
    ['#s=1.AAAA', 'damaged'],
    ['#s=9.AAAA', 'version'],
    ['#s=1.!!!', 'damaged'],
  ] as const) {
    await page.goto('about:blank');
    await page.goto(`/sandbox${hash}`);
    await expect(page.getByRole('heading', { name: 'This sandbox cannot be opened' })).toBeVisible();
    await expect(page.getByText(words)).toBeVisible();
  }
});

for (const scheme of ['dark', 'light'] as const) {
  test(`no accessibility violation in ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    const bench = new Bench(page);
    await bench.open('/sandbox?start=zones');
    await page.getByRole('button', { name: 'Pause' }).click();
    await bench.host('lb1').click();
    for (const tab of ['Build', 'Break', 'Lenses', 'Share']) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      const { violations } = await new AxeBuilder({ page }).exclude('.xterm').analyze();
      expect(
        violations.map(
          ({ id, nodes }) => `${tab} ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
        ),
      ).toEqual([]);
    }
  });
}
