import { expect, test } from 'vitest';
import { SECOND } from '../../std/instant';
import { rateAt, readConfiguration } from './configuration';

const SOURCE = 'url = http://shop.example:8080/\nrate = 10\n';
function read(text: string) {
  const read = readConfiguration(text);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

test('a file without sections is one source, sections are one each', () => {
  expect(read(`name = people\n${SOURCE}`).map(({ name }) => name)).toEqual(['people']);
  expect(read(`[a]\n${SOURCE}[b]\n${SOURCE}`).map(({ name }) => name)).toEqual(['a', 'b']);
});

test('what cannot be read is told', () => {
  expect(readConfiguration('url')).toBe('line 1: expected "key = value"');
  expect(readConfiguration('rate = 1')).toBe('url: expected http://NAME[:PORT][/PATH] or https://…');
  expect(readConfiguration('url = ftp://a/')).toBe('url: expected http://NAME[:PORT][/PATH] or https://…');
  expect(readConfiguration('url = https://a/\ntls_max = 1.4')).toBe(
    'tls_min, tls_max: expected 1, 1.1, 1.2 or 1.3',
  );
  expect(readConfiguration('url = http://a/\nrate = 0')).toBe('rate: expected a number above 0');
});

test('https has its own port, and settings of TLS', () => {
  expect(read('url = http://a/')[0]).toMatchObject({ port: 80, tls: undefined });
  expect(read('url = https://a/')[0]).toMatchObject({
    port: 443,
    tls: { caFile: '/etc/ssl/certs/ca-certificates.crt', verify: 'yes', min: 'TLSv1.2', max: 'TLSv1.3' },
  });
  expect(
    read('url = https://a:8443/x\nca_file = /srv/ca.pem\nverify = no\ntls_max = 1.1\n')[0],
  ).toMatchObject({
    port: 8443,
    tls: { caFile: '/srv/ca.pem', verify: 'no', min: 'TLSv1.1', max: 'TLSv1.1' },
  });
});

test('requests with their headers and bodies', () => {
  const [source] = read(
    `${SOURCE}request = 9 GET /\nrequest = 1 POST /buy\nrequest_header = X-Shop: a: b\nrequest_body = n=1 # 2\n`,
  );
  expect(source?.requests).toEqual([
    { weight: 9, method: 'GET', path: '/', headers: [], body: '' },
    { weight: 1, method: 'POST', path: '/buy', headers: [['X-Shop', 'a: b']], body: 'n=1' },
  ]);
});

test('the rate follows shape and bursts from the beginning of the shift on', () => {
  const [source] = read(
    `${SOURCE}time_zero = 60s\nshape = 0s 1\nshape = 100s 3\nburst = 10s 5s 4\nshape_every = 200s\n`,
  );
  if (source === undefined) throw new Error('one source');
  const at = (seconds: number) => rateAt(source, (60 + seconds) * SECOND);
  expect(at(-30)).toBe(10);
  expect(at(50)).toBe(20);
  expect(at(12)).toBeCloseTo(10 * 1.24 * 4);
  expect(at(150)).toBe(30);
  expect(at(200)).toBe(10);
});
