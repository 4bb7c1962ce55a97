import { describe, expect, it } from 'vitest';
import { bytesFromText } from '../../../std/bytes';
import { xxh64 } from './dynamic-cookie';

describe('XXH64', () => {
  it('gives the published values, for short and for long texts', () => {
    for (const [text, hash] of [
      ['', 'ef46db3751d8e999'],
      ['abc', '44bc2cf5ad770999'],
      ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
    ] as const)
      expect(xxh64(bytesFromText(text)).toString(16)).toBe(hash);
  });
});
