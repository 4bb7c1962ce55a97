/** wget over https as wget 1.21.3 (GnuTLS) was recorded against nginx 1.22 with the same certificates. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import type { SecureSocketEvent } from '../../world/tls.contract';
import type { ToolLab } from '../tool-lab';
import { makeHttpsLab } from './https-lab';

const pem = (name: string): string =>
  readFileSync(new URL(`../../protocols/x509/fixtures/${name}`, import.meta.url), 'utf8');
const CA = '--ca-certificate=root.pem';
const NOT_TRUSTED = (host: string, severity = 'ERROR'): string =>
  `${severity}: The certificate of ‘${host}’ is not trusted.`;
const NO_ISSUER = (host: string, severity = 'ERROR'): string =>
  `${severity}: The certificate of ‘${host}’ doesn't have a known issuer.`;
const ALERT = (number: number, words: string): string[] => [
  'GnuTLS: A TLS fatal alert has been received.',
  `GnuTLS: received alert [${number}]: ${words}`,
  'Unable to establish SSL connection.',
];

/** Exit code, and the lines from the connection on to the answer. */
function run(args: string, prepare: (lab: ToolLab) => void = () => undefined): unknown[] {
  const lab = makeHttpsLab(pem);
  prepare(lab);
  const { exit, stderr } = lab.run('a', `wget -O /dev/null --tries=1 --timeout=2 ${args}`, { cwd: '/srv' });
  const lines = stderr.trimEnd().split('\n');
  const from = lines.findLastIndex((line) => line.endsWith('connected.')) + 1;
  const until = lines.findIndex((line) => line.startsWith('Length:'));
  return [exit, ...lines.slice(from, until < 0 ? undefined : until)];
}
const OK = 'HTTP request sent, awaiting response... 200 OK';
const days = (count: number) => (lab: ToolLab) => (lab.world.state.epoch += count * 86_400 * SECOND);

describe('wget over https', () => {
  it.each<[string, unknown[]]>([
    [`${CA} https://shop.example/`, [0, OK]],
    [`${CA} http://shop.example/`, [0, OK]],
    [`${CA} https://other.example/`, [5, "The certificate's owner does not match hostname ‘other.example’"]],
    [`${CA} https://shop.example:446/`, [5, NOT_TRUSTED('shop.example'), NO_ISSUER('shop.example')]],
    ['https://shop.example/', [5, NOT_TRUSTED('shop.example'), NO_ISSUER('shop.example')]],
    [
      '--no-check-certificate https://other.example:446/',
      [
        0,
        NOT_TRUSTED('other.example', 'WARNING'),
        NO_ISSUER('other.example', 'WARNING'),
        "The certificate's owner does not match hostname ‘other.example’",
        OK,
      ],
    ],
    ['--ca-certificate=self.pem https://self.example:448/', [0, OK]],
    [
      'https://shop.example:80/',
      [4, 'GnuTLS: An unexpected TLS packet was received.', 'Unable to establish SSL connection.'],
    ],
    ['--secure-protocol=TLSv1_3 https://shop.example:445/', [4, ...ALERT(70, 'Error in protocol version')]],
    [
      '--secure-protocol=TLSv1_2 --no-check-certificate https://shop.example:450/',
      [4, ...ALERT(40, 'Handshake failed')],
    ],
  ])('%s', (args, expected) => {
    expect(run(args)).toEqual(expected);
  });
  it('tells of dates by the clock of its host', () => {
    const url = `${CA} https://shop.example/`;
    const about = (what: string): string => `ERROR: The certificate of ‘shop.example’ ${what}`;
    expect(run(url, days(100))).toEqual([
      5,
      NOT_TRUSTED('shop.example'),
      about('has expired.'),
      'The certificate has expired',
    ]);
    expect(run(url, days(-20))).toEqual([
      5,
      NOT_TRUSTED('shop.example'),
      about('is not yet activated.'),
      'The certificate has not yet been activated',
    ]);
  });
  it('tells which roots it has loaded, and trusts Debian’s bundle without being told', () => {
    const lab = makeHttpsLab(pem);
    expect(lab.run('a', `wget -O - ${CA} https://shop.example/`, { cwd: '/srv' }).stderr).toContain(
      "--  https://shop.example/\nLoaded CA certificate 'root.pem'\nResolving",
    );
    expect(lab.run('a', 'wget -O - --ca-certificate=no.pem https://shop.example/').stderr).toContain(
      'ERROR: Failed to open cert no.pem: (-64).\n',
    );
    const installed = (other: ToolLab) =>
      other.world.host('a').install('/etc/ssl/certs/ca-certificates.crt', { text: pem('root.pem') });
    expect(run('https://shop.example/', installed)).toEqual([0, OK]);
  });
  it.each([
    ['close', ['GnuTLS: The TLS connection was non-properly terminated.']],
    ['reset', ['GnuTLS: Error in the pull function.']],
    ['nothing', []],
  ] as const)('gives up a handshake that ends by %s', (how, lines) => {
    const listens = (lab: ToolLab) => {
      const { network } = lab.world;
      lab.world.callback<null, SecureSocketEvent>('test.ends', (_, event) => {
        if (event.type === 'message' && how !== 'nothing') network[how](event.connection, 'server');
      });
      const on = { name: 'test.ends', pid: 0, data: null };
      network.listen(lab.world.host('b'), { pid: 0, ip: 0, port: 1, on });
    };
    expect(run('https://shop.example:1/', listens)).toEqual([
      4,
      ...lines,
      'Unable to establish SSL connection.',
    ]);
  });
  it('says nothing with -q', () => {
    const lab = makeHttpsLab(pem);
    expect(lab.run('a', 'wget -q -O /dev/null https://shop.example/')).toMatchObject({ exit: 5, stderr: '' });
  });
});
