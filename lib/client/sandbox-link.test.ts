import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { starterDocument } from '../session/sandbox/starters';
import { decodeSandbox, encodeSandbox, MOST_LINK } from './sandbox-link';
import { crc32, zipOf } from './sandbox-zip';

test('a link carries the whole sandbox', async () => {
  const sandbox = starterDocument('zones');
  const link = await encodeSandbox(sandbox);
  expect(link?.length).toBeLessThan(6_000);
  expect(await decodeSandbox(link ?? '')).toEqual({ ok: true, document: sandbox });
});

test('a link that was cut, is of another version, is too long or unpacks without end is refused', async () => {
  const link = (await encodeSandbox(starterDocument('pair'))) ?? '';
  const bomb = `1.${deflateRawSync(Buffer.alloc(30_000_000, 32)).toString('base64url')}`;
  expect(bomb.length).toBeLessThan(MOST_LINK);
  for (const [text, words] of [
    [link.slice(0, -40), 'damaged'],
    [link.replace(/^1/, '7'), 'version “7”'],
    [`1.${'A'.repeat(MOST_LINK)}`, 'too long'],
    [bomb, 'more than a sandbox can hold'],
    ['1.<script>', 'damaged'],
    ['', 'version'],
  ] as const) {
    const read = await decodeSandbox(text);
    expect(read.ok ? 'accepted' : read.message).toContain(words);
  }
});

test('an archive holds each file once, with its sum', () => {
  const zip = Buffer.from(zipOf({ 'b/two.txt': 'two\n', 'a.sh': '#!/bin/sh\n' }));
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(zip.toString('latin1').match(/PK\u0001\u0002/g)).toHaveLength(2);
  expect(zip.readUInt16LE(zip.length - 12)).toBe(2);
  expect(zip.readUInt32LE(zip.length - 6)).toBe(zip.indexOf('PK\u0001\u0002', 0, 'latin1'));
});
