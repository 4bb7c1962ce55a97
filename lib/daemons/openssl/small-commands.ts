/** `openssl rand` and `openssl version`. */
import { randomOctets } from '../../protocols/x509/index';
import { encodeBase64 } from '../../std/base64';
import { parseOptions, usage } from './options';
import { type Session, type Step, textOf } from './session';

export const VERSION = 'OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)';

const MOST_RANDOM = 1_048_576;
/** `openssl rand` */
export function* rand(session: Session): Step<number> {
  const options = yield* parseOptions(session, { out: '>', hex: '-', base64: '-' });
  const [count = '0'] = options.rest;
  if (options.rest.length > 1) return yield* usage(session);
  if (!/^\d+$/.test(count)) {
    yield* session.say(`rand: Can't parse "${count}" as a number\n`);
    return yield* usage(session);
  }
  if (options.rest.length === 1 && Number(count) <= 0) return yield* usage(session);
  if (Number(count) > MOST_RANDOM) return yield* session.notModelled(`more than ${MOST_RANDOM} bytes`);
  const octets = randomOctets(Number(count), session.random);
  yield* session.write(options.value('out'), written(octets, options.has('hex'), options.has('base64')));
  return 0;
}
function written(octets: Uint8Array, hex: boolean, base64: boolean): string {
  if (hex) return `${Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('')}\n`;
  if (!base64) return textOf(octets);
  return (encodeBase64(octets).match(/.{1,64}/g) ?? []).map((line) => `${line}\n`).join('');
}

const VERSION_LINES: Readonly<Record<string, string>> = {
  v: VERSION,
  b: 'built on: Fri Apr  3 12:29:32 2026 UTC',
  p: 'platform: debian-amd64',
  o: 'options:  bn(64,64)',
  d: 'OPENSSLDIR: "/usr/lib/ssl"',
  e: 'ENGINESDIR: "/usr/lib/x86_64-linux-gnu/engines-3"',
  m: 'MODULESDIR: "/usr/lib/x86_64-linux-gnu/ossl-modules"',
  r: 'Seeding source: os-specific',
};
/** `openssl version` */
export function* version(session: Session): Step<number> {
  const options = yield* parseOptions(session, {
    a: '-',
    v: '-',
    b: '-',
    p: '-',
    o: '-',
    f: '-',
    d: '-',
    e: '-',
    m: '-',
    r: '-',
    c: '-',
  });
  if (options.rest.length > 0) {
    yield* session.say('Extra parameters given.\n');
    return yield* usage(session);
  }
  const all = options.has('a');
  const asked = Object.keys(VERSION_LINES).filter((letter) => all || options.has(letter));
  const letters = asked.length === 0 ? ['v'] : asked;
  yield* session.print(letters.map((letter) => `${VERSION_LINES[letter] ?? ''}\n`).join(''));
  return 0;
}
