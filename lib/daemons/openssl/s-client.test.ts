/**
 * s_client as the real one was recorded against nginx 1.22 with the same certificates (`fixtures/s-client`: standard
 * output, standard error, exit code; random numbers, the thread and the octets of tickets set aside).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type TlsVersion, versionsBetween } from '../../protocols/tls/versions';
import { microsFromCivil } from '../../std/civil';
import type { SecureSocketEvent, TlsServerSettings } from '../../world/tls.contract';
import { registerMailboxes } from '../mailbox';
import { ToolLab } from '../tool-lab';
import { register } from './index';

const pem = (name: string): string =>
  readFileSync(new URL(`../../protocols/x509/fixtures/${name}`, import.meta.url), 'utf8');
const recorded = (name: string): string =>
  readFileSync(new URL(`./fixtures/s-client/${name}.txt`, import.meta.url), 'utf8');

const SERVER: TlsServerSettings = {
  versions: versionsBetween('TLSv1.2', 'TLSv1.3'),
  ciphers: '',
  alpn: ['http/1.1', 'http/1.0'],
  identities: [{ chain: pem('leaf.pem') + pem('inter.pem') }],
};
const PORTS: Readonly<Record<number, TlsServerSettings | 'plain'>> = {
  80: 'plain',
  443: SERVER,
  445: { ...SERVER, versions: ['TLSv1.2' satisfies TlsVersion] },
  446: { ...SERVER, identities: [{ chain: pem('leaf.pem') }] },
  447: { ...SERVER, clients: { roots: pem('root.pem'), missing: 'accept', invalid: 'report' } },
};

function makeLab(): ToolLab {
  const lab = new ToolLab([register, registerMailboxes]).segment('lan', '10.77.0.0/24');
  const files = { '/srv/root.pem': { text: pem('root.pem') } };
  lab.host('a', { eth0: 'lan 10.77.0.1/24' }, { packages: ['openssl'], files });
  lab.host('b', { eth0: 'lan 10.77.0.2/24' });
  lab.world.state.epoch = microsFromCivil({ year: 2026, month: 11, day: 28, hour: 15, minute: 0, second: 0 });
  const { network } = lab.world;
  lab.world.callback<number, SecureSocketEvent>('test.server', ({ data: port }, { type, connection }) => {
    const settings = PORTS[port];
    if (type === 'accepted' && typeof settings === 'object') network.tls.accept(connection, settings);
    if (type === 'closed' || type === 'tls-failed') network.close(connection, 'server');
    if (type !== 'message') return;
    const text = 'HTTP/1.1 200 OK\r\n\r\nhello\n';
    network.send(connection, 'server', { kind: 'bytes', text, bytes: text.length });
    network.close(connection, 'server');
  });
  for (const port of Object.keys(PORTS).map(Number))
    network.listen(lab.world.host('b'), {
      pid: 0,
      ip: 0,
      port,
      on: { name: 'test.server', pid: 0, data: port },
    });
  return lab;
}
/** As the recordings are written down. */
function settled({
  stdout,
  stderr,
  exit,
}: {
  stdout: string;
  stderr: string;
  exit: number | undefined;
}): string {
  const out = stdout
    .replace(/^( {4}(?:Session-ID|Master-Key)): [0-9A-F]+$/gm, '$1: HEX')
    .replace(/Start Time: .*/g, 'Start Time: NOW');
  return `${out}--- stderr\n${stderr.replace(/^[0-9A-F]{16}:/gm, 'THREAD:')}--- exit ${exit}\n`;
}

const CALLS: Readonly<Record<string, string>> = {
  tls13: '-connect 10.77.0.2:443 -CAfile root.pem',
  named: '-connect 10.77.0.2:443 -servername shop.example -alpn h2,http/1.1 -CAfile root.pem -brief',
  'no-intermediate': '-connect 10.77.0.2:446 -CAfile root.pem',
  showcerts: '-connect 10.77.0.2:446 -showcerts -CAfile root.pem -brief',
  protocol: '-connect 10.77.0.2:443 -tls1_1',
  plain: '-connect 10.77.0.2:80',
  refused: '-connect 10.77.0.2:9',
  hostname: '-connect 10.77.0.2:443 -CAfile root.pem -verify_hostname foo.example -verify_return_error',
  nobody: '-connect 10.77.0.2:443 -brief',
  cipher: '-connect 10.77.0.2:443 -cipher FOO',
  asked: '-connect 10.77.0.2:447 -CAfile root.pem',
};

describe('openssl s_client', () => {
  it('has a test for each recording', () => {
    const names = readdirSync(new URL('./fixtures/s-client', import.meta.url)).map((name) =>
      name.replace('.txt', ''),
    );
    expect(names.sort()).toEqual(Object.keys(CALLS).sort());
  });
  it.each(Object.entries(CALLS))('%s', (name, args) => {
    const outcome = makeLab().run('a', `openssl s_client ${args}`, { cwd: '/srv' });
    expect(settled(outcome)).toBe(recorded(name));
  });
  it('sends what is typed and prints what comes back', () => {
    const lab = makeLab();
    const { stdout, exit } = lab.run('a', 'openssl s_client -quiet -connect 10.77.0.2:443', {
      stdin: 'GET / HTTP/1.0\n\n',
    });
    expect(stdout).toBe('HTTP/1.1 200 OK\r\n\r\nhello\n');
    expect(exit).toBe(0);
  });
  it('tells the end while it waits', () => {
    const call = 'openssl s_client -ign_eof -connect 10.77.0.2:443';
    const { stdout } = makeLab().run('a', call, { stdin: 'x\n' });
    expect(stdout.endsWith('hello\nclosed\n')).toBe(true);
  });
  it.each([
    ['reset', 104, 'read:errno=104\n'],
    ['vanish', 1, 'unexpected eof while reading:../ssl/record/rec_layer_s3.c:318:\n'],
  ] as const)('tells how the connection ended: %s', (how, exit, said) => {
    const lab = makeLab();
    const { network } = lab.world;
    lab.world.callback<null, SecureSocketEvent>('test.ends', (_, { type, connection }) => {
      if (type === 'accepted') network.tls.accept(connection, SERVER);
      if (type !== 'message') return;
      if (how === 'reset') return network.reset(connection, 'server');
      // As when its process is killed: no close_notify.
      const socket = network.connection(connection, 'server');
      network.releaseProcess(lab.world.host('b'), socket?.pid ?? 0, 'exit');
    });
    network.listen(lab.world.host('b'), {
      pid: 0,
      ip: 0,
      port: 1,
      on: { name: 'test.ends', pid: 0, data: null },
    });
    const outcome = lab.run('a', 'openssl s_client -ign_eof -connect 10.77.0.2:1', { stdin: 'x\n' });
    expect(outcome.exit).toBe(exit);
    expect(outcome.stderr.endsWith(said)).toBe(true);
  });
  it('tells the session of TLS 1.2', () => {
    const { stdout } = makeLab().run('a', 'openssl s_client -connect 10.77.0.2:445', {});
    expect(stdout).toMatch(/New, TLSv1.2, Cipher is ECDHE-ECDSA-AES256-GCM-SHA384\n/);
    expect(stdout).toMatch(/SSL-Session:\n {4}Protocol {2}: TLSv1.2\n/);
  });
  it('names what is not modelled', () => {
    expect(makeLab().run('a', 'openssl s_client -starttls smtp -connect b:25')).toMatchObject({
      exit: 1,
      stderr: 's_client: not modelled: -starttls\n',
    });
  });
});
