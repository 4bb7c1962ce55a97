/** logrotate as it is used in earnest: recorded on a Debian 12 host with nginx and rsyslog. */
import { describe, expect, it } from 'vitest';
import { firstSeen, formatState, parseState } from './state';

describe('state', () => {
  it('keeps its form, numbers without zeros before them', () => {
    const text = 'logrotate state -- version 2\n"/var/log/app/a.log" 2026-11-30-3:0:0\n';
    const state = parseState(text);
    expect(state?.size).toBe(1);
    expect(formatState(state ?? new Map())).toBe(text);
  });
  it('is not made of anything', () => expect(parseState('garbage\n')).toBeUndefined());
  it('begins at the full hour', () => {
    const at = Date.UTC(2026, 10, 30, 3, 52, 21) * 1_000;
    expect(firstSeen(at)).toBe(Date.UTC(2026, 10, 30, 3) * 1_000);
  });
});
