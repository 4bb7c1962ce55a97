import { describe, expect, it } from 'vitest';
import { evaluateCondition } from './conditional';

const surroundings = {
  variable: (name: string) => (name === 'HOME' ? '/root' : undefined),
  features: '+OPENSSL -QUIC',
  version: '2.6.12-1+deb12u3',
  tlsLibrary: { name: 'OpenSSL', version: '3.0.19' },
};
const check = (text: string) => evaluateCondition(text, surroundings);

describe('conditions of .if', () => {
  it('are what the recorded daemon takes them for', () => {
    for (const text of ['1', '2', '!0', '(1)', '1 || 0', 'defined(HOME)', 'streq(a,a)', 'strneq(a,b)'])
      expect(check(text), text).toEqual({ value: true });
    for (const text of ['', '0', '!1', '1 && 0', '!defined(HOME)', 'feature(QUIC)', 'version_before(2.6)'])
      expect(check(text), text).toEqual({ value: false });
    expect(check('feature(OPENSSL) && version_atleast(2.4)')).toEqual({ value: true });
    expect(check('version_atleast(2.6.13)')).toEqual({ value: false });
  });
  it('are refused where they begin to be wrong', () => {
    expect(check('foo(a)')).toEqual({ error: "unparsable conditional expression 'foo(a)'", at: 0 });
    expect(check('1 0')).toMatchObject({ at: 2 });
    expect(check('defined(HOME')).toMatchObject({ at: 12 });
    expect(check('streq(a)')).toMatchObject({ at: 7 });
  });
});
