import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../world/network.contract';
import { tooLongHeader, tooLongRequestLine } from './header-limits';

const BUFFERS = { number: 4, size: 100 };
function request(target: string, headers: [string, string][]): HttpRequest {
  const bytes =
    target.length + headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0) + 90;
  return { kind: 'request', trace: 0, method: 'GET', target, version: '1.1', headers, body: '', bytes };
}

describe('large_client_header_buffers', () => {
  it('a request line fits with its line end', () => {
    const fits = `/${'a'.repeat(100 - 'GET / HTTP/1.1\r\n'.length)}`;
    expect(tooLongRequestLine(request(fits, []), BUFFERS)).toBeUndefined();
    expect(tooLongRequestLine(request(`${fits}a`, []), BUFFERS)).toBe(`GET ${fits}a HTTP/1.1`.slice(0, 100));
  });
  it('a header line needs one buffer, all of them the four', () => {
    expect(tooLongHeader(request('/', [['X', 'a'.repeat(95)]]), BUFFERS)).toBeUndefined();
    expect(tooLongHeader(request('/', [['X', 'a'.repeat(96)]]), BUFFERS)).toContain(
      'too long header line: "X: aaa',
    );
    const half: [string, string][] = Array.from({ length: 5 }, () => ['X', 'a'.repeat(60)]);
    expect(tooLongHeader(request('/', half.slice(0, 4)), BUFFERS)).toBeUndefined();
    expect(tooLongHeader(request('/', half), BUFFERS)).toBe('client sent too large request');
  });
  it('HTTP/2 has limits of its own', () => {
    const asked = { ...request(`/${'a'.repeat(500)}`, [['x', 'a'.repeat(500)]]), version: '2' as const };
    expect(tooLongRequestLine(asked, BUFFERS)).toBeUndefined();
    expect(tooLongHeader(asked, BUFFERS)).toBeUndefined();
  });
});
