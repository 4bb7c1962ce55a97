import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { run } from './check';
import { skeleton } from './skeleton';

let folder = '';
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** What `faultline check` says of a skeleton with these files; a file's content may be bytes. */
function checked(files: Record<string, string | Uint8Array>, also?: (at: string) => void): string {
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'faultline-')), 'checked');
  for (const [name, content] of Object.entries({ ...skeleton('checked', 'x'), ...files })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  also?.(folder);
  let said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said += String(text)), true));
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const code = run([folder]);
  expect(code).toBe(said === '' ? 0 : 1);
  return said.replaceAll(`${path.relative(process.cwd(), folder)}/`, '');
}
const yaml = (change: (text: string) => string) => ({
  'scenario.yaml': change(skeleton('checked', 'x')['scenario.yaml'] ?? ''),
});

test('the skeleton is well formed', () => {
  expect(checked({})).toBe('');
});

test('packages and units that do not exist are told with their place', () => {
  expect(
    checked(
      yaml((text) => text.replace(/packages: \[[^\]]*shop-app/, (all) => all.replace('shop-app', 'shop-ap'))),
    ),
  ).toMatch(
    /^scenario\.yaml:\d+:\d+: error: lab\.hosts\.\w+\.packages\.\d: there is no package "shop-ap"; did you mean "shop-app"\?\n$/,
  );
  expect(checked(yaml((text) => text.replace(/enable: \[([^\]]*)shop/, 'enable: [$1shup')))).toMatch(
    /^scenario\.yaml:\d+:\d+: error: lab\.hosts\.\w+\.enable\.\d: Unit file shup\.service does not exist\.\n$/,
  );
});

test('what is no text, is too large or is a link is told, not left out', () => {
  expect(checked({ 'hosts/web/etc/logo.png': new Uint8Array([0x89, 0x50, 0xff, 0]) })).toBe(
    'hosts/web/etc/logo.png:1:1: error: is no text in UTF-8\n',
  );
  expect(checked({ 'hosts/web/etc/large': 'x'.repeat(1_000_001) })).toBe(
    'hosts/web/etc/large:1:1: error: is larger than 1 MB\n',
  );
  expect(checked({}, (at) => symlinkSync('/etc/hosts', path.join(at, 'README.md')))).toContain(
    'README.md:1:1: error: is neither a file nor a folder',
  );
});

test('a file where the machine has a folder is told', () => {
  expect(checked({ 'hosts/web/etc/systemd': 'x' })).toMatch(
    /^scenario\.yaml:\d+:3: error: lab\.hosts: \/etc\/systemd/,
  );
});
