/** What a person does on the play screen, for the browser tests. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';

export const SCENARIO = 'standby-that-would-not-stand-by';

export class Shift {
  readonly complaints: string[] = [];

  constructor(readonly page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  /** Opens the scenario and waits for the first prompt. The tour is neither opened nor offered. */
  async begin(scenario = SCENARIO, host = 'bastion'): Promise<void> {
    await this.withoutTour();
    await this.page.goto(`/play/${scenario}`);
    await this.prompt(host);
  }
  /** As in a browser in which the tour was seen. */
  async withoutTour(): Promise<void> {
    await this.page.addInitScript(() => {
      try {
        const key = 'faultline.preferences';
        if (localStorage.getItem(key) === null)
          localStorage.setItem(key, JSON.stringify({ state: { tour: 'seen' }, version: 1 }));
      } catch {
        // Some tests take the storage away.
      }
    });
  }
  get terminal(): Locator {
    return this.page.locator('[data-terminal]').first();
  }
  /** The terminal's text, as a screen reader has it. */
  async text(): Promise<string> {
    return (await this.terminal.locator('.xterm-accessibility-tree').innerText()).replaceAll(' ', ' ');
  }
  /** The terminal's rows as they are painted now. */
  async screen(): Promise<string> {
    const rows = await this.terminal.locator('.xterm-rows > div').allInnerTexts();
    return rows
      .map((row) => row.replaceAll(' ', ' ').trimEnd())
      .join('\n')
      .trimEnd();
  }
  /** Waits until the terminal shows something. */
  async shows(expected: RegExp, timeout = 20_000): Promise<void> {
    await expect.poll(() => this.screen(), { timeout }).toMatch(expected);
  }
  /** Waits until the last line of the screen is the prompt of a host. */
  async prompt(host: string): Promise<void> {
    await expect
      .poll(async () => (await this.text()).trimEnd().split('\n').at(-1) ?? '', { timeout: 30_000 })
      .toMatch(new RegExp(`@${host}:[^$]*\\$\\s*$`));
  }
  /** Types a command at the prompt and waits for the next prompt, here or on another host. */
  async run(command: string, host: string): Promise<string> {
    const before = await this.text();
    await this.terminal.click();
    await this.page.keyboard.type(command);
    await this.page.keyboard.press('Enter');
    await expect.poll(() => this.text(), { timeout: 30_000 }).not.toBe(before);
    await this.prompt(host);
    return this.text();
  }
  /** As the browser does when somebody pastes. */
  async paste(text: string): Promise<void> {
    await this.terminal.click();
    await this.page.evaluate((pasted) => {
      const data = new DataTransfer();
      data.setData('text/plain', pasted);
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    }, text);
  }
  async speed(times: 1 | 5 | 20 | 100): Promise<void> {
    await this.page.getByRole('button', { name: `${times} times real time`, exact: true }).click();
  }
  /** The clock of the run, `14:03:27`. */
  async clock(): Promise<string> {
    return (
      await this.page
        .locator('header')
        .getByText(/^\d\d:\d\d:\d\d$/)
        .first()
        .innerText()
    ).trim();
  }
  /** Lets time run fast until something is seen, then slow again. */
  async until(seen: Locator, times: 20 | 100 = 20): Promise<void> {
    await this.speed(times);
    await expect(seen).toBeVisible({ timeout: 60_000 });
    await this.speed(1);
  }
  /** Everything is met and nothing is left to do: what the next day brings is tried, fast. */
  async tomorrow(): Promise<void> {
    await this.speed(100);
    await this.page.getByRole('button', { name: 'Let tomorrow come' }).click({ timeout: 90_000 });
    await this.page.getByRole('dialog').getByRole('button', { name: 'Let tomorrow come' }).click();
  }
  objective(title: string): Locator {
    return this.page.getByRole('listitem').filter({ hasText: title });
  }
  feed(text: string | RegExp): Locator {
    return this.page
      .getByRole('region', { name: /on call/i })
      .getByText(text)
      .first();
  }
  async openFile(host: string, path: string): Promise<Locator> {
    await this.page.locator(`button[data-host="${host}"]`).click();
    await this.page.getByRole('tab', { name: 'Files' }).click();
    const name = path.split('/').at(-1) ?? path;
    await this.page
      .getByRole('button', { name: new RegExp(name.replace('.', '\\.')) })
      .first()
      .click();
    const editor = this.page.getByRole('textbox', { name: `${path} on ${host}` });
    await expect(editor).toBeVisible();
    return editor;
  }
  /** Replaces the text of the open editor. */
  async edit(editor: Locator, change: (text: string) => string): Promise<void> {
    const text = (await editor.innerText()).replace(/\n\n/g, '\n');
    await editor.click();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.insertText(change(text));
  }
}

/** What axe finds on the page as it stands; xterm's own tree apart. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).exclude('.xterm').analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
