/** The sandbox with a finger, and both screens at 200 % zoom. */
import { type CDPSession, expect, type Locator, type Page, test } from '@playwright/test';
import { SCENARIO, Shift, violations } from './shift';

test.describe.configure({ timeout: 180_000 });

/** Fingers, as the browser gets them. */
class Finger {
  private constructor(
    private readonly page: Page,
    private readonly cdp: CDPSession,
  ) {}
  static async of(page: Page): Promise<Finger> {
    return new Finger(page, await page.context().newCDPSession(page));
  }
  async #touch(
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    ...points: { x: number; y: number }[]
  ): Promise<void> {
    const touchPoints = points.map((point, id) => ({ ...point, id }));
    await this.cdp.send('Input.dispatchTouchEvent', { type, touchPoints });
  }
  /** Two fingers part: each goes `by` to its side. */
  async pinch(left: { x: number; y: number }, right: { x: number; y: number }, by: number): Promise<void> {
    await this.#touch('touchStart', left, right);
    for (let step = 1; step <= 8; step++) {
      const moved = (by * step) / 8;
      await this.#touch('touchMove', { ...left, x: left.x - moved }, { ...right, x: right.x + moved });
      await this.page.waitForTimeout(25);
    }
    await this.#touch('touchEnd');
  }
  /** @param meanwhile happens while the finger is down and still */
  async drag(
    from: { x: number; y: number },
    to: { x: number; y: number },
    meanwhile?: () => Promise<void>,
  ): Promise<void> {
    await this.#touch('touchStart', from);
    for (let step = 1; step <= 8; step++) {
      if (step === 4) await meanwhile?.();
      const part = step / 8;
      await this.#touch('touchMove', {
        x: from.x + (to.x - from.x) * part,
        y: from.y + (to.y - from.y) * part,
      });
      await this.page.waitForTimeout(25);
    }
    await this.#touch('touchEnd');
  }
  async hold(at: { x: number; y: number }, ms: number): Promise<void> {
    await this.#touch('touchStart', at);
    await this.page.waitForTimeout(ms);
    await this.#touch('touchEnd');
  }
}
async function middle(part: Locator): Promise<{ x: number; y: number }> {
  const box = await part.boundingBox();
  if (box === null) throw new Error('it is not on the screen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
/** The same once nothing moves any more: a finger that comes down on what still glides only stops it. */
async function middleAtRest(part: Locator, gliding: Locator): Promise<{ x: number; y: number }> {
  const seen = async () => [await middle(part), await gliding.evaluate((element) => element.scrollTop)];
  let before = await seen();
  await expect(async () => {
    const now = await seen();
    const last = before;
    before = now;
    expect(now).toEqual(last);
  }).toPass({ intervals: [200] });
  return middle(part);
}
const node = (page: Page, id: string) => page.locator(`.react-flow__node[data-id="${id}"]`);

test.describe('with a finger', () => {
  test.use({ hasTouch: true, viewport: { width: 1024, height: 600 } });

  test('tap to place, drag to place and to move, hold for the menu, scroll the palette', async ({ page }) => {
    const shift = new Shift(page);
    await page.goto('/sandbox');
    await expect(page.getByRole('tab', { name: 'Build' })).toBeVisible({ timeout: 60_000 });
    expect(await page.evaluate(() => matchMedia('(pointer: coarse)').matches)).toBe(true);
    const finger = await Finger.of(page);
    const said = page.locator('[data-said]');
    const item = (id: string) => page.locator(`[data-palette="${id}"]`);

    // Two taps: a zone, and a machine in it.
    await item('zone-app').tap();
    await expect(said).toContainText('Placed zone App');
    await page.waitForTimeout(400);
    await item('app').tap();
    await expect(said).toContainText('Placed app1');

    // Sideways out of the palette onto the map.
    const zone = await middle(node(page, 'zone:app'));
    await finger.drag(await middle(item('app')), { x: zone.x, y: zone.y + 60 });
    await expect(said).toContainText('Placed app2');
    // Up and down it scrolls, and places nothing.
    const scroller = page.getByRole('tabpanel', { name: 'Build' });
    const from = await middle(item('bastion'));
    await finger.drag(from, { x: from.x, y: from.y - 160 });
    await expect.poll(() => scroller.evaluate((element) => element.scrollTop)).toBeGreaterThan(40);
    await expect(said).toContainText('Placed app2');

    // A machine follows the finger; a zone does not before it is chosen.
    const before = await middleAtRest(node(page, 'app1'), scroller);
    await finger.drag(before, { x: before.x + 4, y: before.y + 40 });
    await expect(said).toContainText('Moved app1');
    await node(page, 'zone:app').tap({ position: { x: 12, y: 8 } });
    await expect(page.getByRole('textbox', { name: 'Subnet' })).toBeVisible();

    // Hold: the menu, and its second level by tap.
    await finger.hold(await middle(node(page, 'app1')), 900);
    const menu = page.getByRole('menu', { name: 'What to do' });
    await expect(menu.getByRole('menuitem', { name: 'Pull the power' })).toBeVisible();
    await menu.getByRole('menuitem', { name: 'Pull the power' }).tap();
    await expect(node(page, 'app1')).toContainText('powered off', { timeout: 30_000 });

    // Several, without a Shift key.
    await page.getByRole('button', { name: 'Choose several' }).tap();
    await node(page, 'app2').tap();
    await expect(page.getByText('2 things are selected')).toBeVisible();
    await node(page, 'app1').tap();
    await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('app2');
    expect(await violations(page)).toEqual([]);
    expect(shift.complaints).toEqual([]);
  });

  test('a drag goes on though the machine’s card changes under the finger', async ({ page }) => {
    await page.goto('/sandbox');
    await expect(page.getByRole('tab', { name: 'Build' })).toBeVisible({ timeout: 60_000 });
    const finger = await Finger.of(page);
    const said = page.locator('[data-said]');
    await page.locator('[data-palette="zone-app"]').tap();
    await expect(said).toContainText('Placed zone App');
    await page.waitForTimeout(400);
    await page.locator('[data-palette="app"]').tap();
    const card = node(page, 'app1');
    await expect(card).toContainText('booting');
    const word = await middle(card.getByText('booting', { exact: true }));
    await finger.drag(word, { x: word.x + 4, y: word.y + 60 }, async () => {
      await expect(card).toContainText('shop', { timeout: 20_000 });
    });
    await expect(said).toContainText('Moved app1');
    await expect(card).not.toHaveClass(/dragging/);
  });

  test('a link’s cable is pulled and put back from its menu', async ({ page }) => {
    await page.goto('/sandbox?start=balanced');
    await expect(page.getByRole('tab', { name: 'Build' })).toBeVisible({ timeout: 60_000 });
    const finger = await Finger.of(page);
    const wire = page.locator('[data-wire="lb1-app2"] [data-hit]');
    const place = async () => {
      const point = await wire.evaluate((path: SVGPathElement) => {
        const { x, y } = path.getPointAtLength(path.getTotalLength() * 0.4);
        const at = new DOMPoint(x, y).matrixTransform(path.getScreenCTM() ?? new DOMMatrix());
        return { x: at.x, y: at.y };
      });
      return point;
    };
    await finger.hold(await place(), 900);
    const menu = page.getByRole('menu', { name: 'What to do' });
    await menu.getByRole('menuitem', { name: 'Cable of app2, eth0' }).tap();
    await page.getByRole('menuitem', { name: 'Pull the cable' }).tap();
    const said = page.locator('[data-said]');
    await expect(said).toContainText('Cable: done');
    await page.getByRole('button', { name: 'Outline' }).tap();
    await expect(page.getByText('Cable of app2, eth0')).toBeVisible();
    await page
      .getByRole('group', { name: 'Cable of app2' })
      .getByRole('button', { name: 'In order again' })
      .tap();
    await expect(said).toContainText('in order again');
  });
});

test.describe('on a phone', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test('two fingers zoom the map, and a hold opens the menu that stays', async ({ page }) => {
    const shift = new Shift(page);
    await page.goto('/');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.goto('/sandbox?start=one');
    const areas = page.getByRole('group', { name: 'Areas' });
    await areas.getByRole('button', { name: 'Map' }).tap({ timeout: 60_000 });
    await expect(node(page, 'app1')).toBeInViewport();
    const finger = await Finger.of(page);
    const width = async () => (await node(page, 'app1').boundingBox())?.width ?? 0;
    const before = await width();
    const map = await page.locator('.react-flow__pane').boundingBox();
    const y = (map?.y ?? 0) + 30;
    await finger.pinch({ x: 170, y }, { x: 210, y }, 30);
    await expect.poll(width).toBeGreaterThan(before * 1.3);
    await page.getByRole('button', { name: 'Fit the whole map' }).tap();
    await expect.poll(width).toBeLessThan(before * 1.1);
    await finger.hold(await middle(node(page, 'app1')), 900);
    await expect(page.getByRole('menuitem', { name: 'Pull the power' })).toBeVisible();
    await page.waitForTimeout(500);
    await page.getByRole('menuitem', { name: 'Pull the power' }).tap();
    await expect(page.locator('[data-said]')).toContainText(/power/i);
    expect(shift.complaints).toEqual([]);
  });
});

test.describe('at 200 % zoom', () => {
  // 1440 × 900 at 200 % is 720 × 450.
  test.use({ viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 });

  /** Nothing may stick out of the page, and whatever has the focus must be seen. */
  async function fits(page: Page): Promise<void> {
    const size = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      height: document.documentElement.scrollHeight,
    }));
    expect(size.width).toBeLessThanOrEqual(720);
    expect(size.height).toBeLessThanOrEqual(450);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('header button, header a, footer [role], nav button')]
        .filter((element) => element.offsetParent !== null && !element.closest('.sr-only'))
        .filter((element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return (
            right - left > 1 && (left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1)
          );
        })
        .map((element) => element.getAttribute('aria-label') ?? element.textContent),
    );
    expect(cut).toEqual([]);
  }

  test('the play screen: every area, nothing cut off', async ({ page }) => {
    const shift = new Shift(page);
    await shift.withoutTour();
    await page.goto(`/play/${SCENARIO}`);
    const areas = page.getByRole('tablist', { name: 'Areas' });
    await expect(areas).toBeVisible({ timeout: 60_000 });
    for (const area of ['Incident', 'Map', 'Terminals', 'Hosts']) {
      await areas.getByRole('tab', { name: area }).click();
      await fits(page);
      expect(await violations(page)).toEqual([]);
    }
    await areas.getByRole('tab', { name: 'Terminals' }).click();
    await shift.prompt('bastion');
    expect(shift.complaints).toEqual([]);
  });

  test('the sandbox: placed, connected and broken without the page growing', async ({ page }) => {
    const shift = new Shift(page);
    await page.goto('/sandbox?start=one');
    const areas = page.getByRole('group', { name: 'Areas' });
    await expect(areas).toBeVisible({ timeout: 60_000 });
    await areas.getByRole('button', { name: 'Map' }).click();
    await expect(node(page, 'app1')).toBeInViewport();
    await fits(page);
    // The palette is one line that scrolls.
    await page.locator('[data-palette="probe"]').focus();
    await expect(page.locator('[data-palette="probe"]')).toBeInViewport();
    await page.locator('[data-palette="app"]').focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('[data-said]')).toContainText('Placed app2');
    for (const area of ['Tools', 'Terminals', 'Host', 'Map']) {
      await areas.getByRole('button', { name: area, exact: true }).click();
      await fits(page);
      expect(await violations(page)).toEqual([]);
    }
    // A dialog fits, with its buttons.
    await node(page, 'app2').focus();
    await page.keyboard.press('b');
    const dialog = page.getByRole('dialog', { name: 'Break app2' });
    await expect(dialog.getByRole('button', { name: /^Break it/ })).toBeVisible();
    await dialog.getByRole('button', { name: /^Break it/ }).scrollIntoViewIfNeeded();
    await expect(dialog.getByRole('button', { name: /^Break it/ })).toBeInViewport();
    await page.keyboard.press('Escape');
    expect(shift.complaints).toEqual([]);
  });
});
