import { describe, expect, it } from 'vitest';
import { byteLength } from '../../std/bytes';
import { binaryHeader, type Ends, headerLine, readHeader } from './header';

const ENDS: Ends = {
  sourceIp: 0xcb007105,
  sourcePort: 51_324,
  destinationIp: 0x0a00010b,
  destinationPort: 443,
};

describe('PROXY headers', () => {
  it('are read as they were written, and what follows stays', () => {
    const line = headerLine(ENDS);
    expect(line).toBe('PROXY TCP4 203.0.113.5 10.0.1.11 51324 443\r\n');
    expect(readHeader(`${line}GET / HTTP/1.1`)).toEqual({ ends: ENDS, rest: 'GET / HTTP/1.1' });
    const binary = binaryHeader(ENDS);
    expect(byteLength(binary)).toBe(28);
    expect(readHeader(`${binary}x`)).toEqual({ ends: ENDS, rest: 'x' });
    expect(readHeader(binaryHeader(undefined))).toEqual({ ends: undefined, rest: '' });
  });

  it('may come in pieces', () => {
    for (const header of [headerLine(ENDS), binaryHeader(ENDS)])
      for (let length = 0; length < header.length; length++)
        expect(readHeader(header.slice(0, length))).toBe('incomplete');
  });

  it('are told from anything else, and from wrong ones', () => {
    expect(readHeader('GET / HTTP/1.1\r\n')).toBe('no header');
    expect(readHeader('PROXY UNKNOWN whatever\r\n')).toEqual({ ends: undefined, rest: '' });
    for (const line of [
      'PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n',
      'PROXY TCP4 1.2.3.4 5.6.7.8 1 70000\r\n',
      'PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n',
      'PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n',
      `PROXY ${'x'.repeat(110)}`,
    ])
      expect(readHeader(line)).toBe('bad header');
  });
});
