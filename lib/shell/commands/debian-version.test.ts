/** As dpkg 1.21.22 answers. */
import { expect, it } from 'vitest';
import { relationHolds } from './debian-version';

it('orders versions as Debian does', () => {
  const holds = (text: string): boolean | undefined => {
    const [a = '', relation = '', b = ''] = text.split(' ');
    return relationHolds(a, relation, b);
  };
  for (const text of [
    '1.22.1-9 lt 1.22.1-9+deb12u1',
    '2.0~rc1 lt 2.0',
    '1:1.0 gt 1.0',
    '1.10 gt 1.9',
    '1.0a gt 1.0',
    '1.0-1 lt 1.0-1.1',
    '1.0 ge 1.0',
    '1.0 >= 1.00',
  ])
    expect([text, holds(text)]).toEqual([text, true]);
  for (const text of ['2.0~rc1 gt 2.0', '1:1.0 eq 1.0', '1.0 ne 1.0'])
    expect([text, holds(text)]).toEqual([text, false]);
  expect(holds('1 bogus 2')).toBeUndefined();
});
