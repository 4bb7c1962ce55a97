import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesFromText } from '../bytes';
import { zlibCompress, zlibDecompress } from './zlib';

describe('zlib', () => {
  it('is what other programs read, and comes back', () => {
    for (const text of ['', 'app1 OK\n', 'ä'.repeat(300), 'abc'.repeat(1_000)]) {
      const packed = zlibCompress(text);
      expect(inflateSync(bytesFromText(packed)).toString('utf8')).toBe(text);
      expect(zlibDecompress(packed)).toBe(text);
    }
  });

  it('tells what is none', () => {
    expect(zlibDecompress('\x78\x01\x07nonsense')).toBeUndefined();
  });
});
