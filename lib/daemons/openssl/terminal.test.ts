/** The questions on a terminal, as recorded from OpenSSL 3.0.19 on a pty. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../std/instant';
import { ToolLab } from '../tool-lab';
import { OPENSSL_PACKAGES, register } from './index';

/** Runs a command on a terminal and types lines, one a second. @returns what stands on the screen, and the exit code */
function type(command: readonly string[], lines: readonly string[], lab = makeLab()) {
  const host = lab.world.host('a');
  const terminal = host.terminals.create({});
  const stream = () => host.streams.terminal(terminal.id);
  const fds = new Map(
    [0, 1, 2].flatMap((fd) => {
      const end = stream();
      return end === undefined ? [] : [[fd, end] as const];
    }),
  );
  const done = lab.start('a', command, { cwd: '/tmp', spawn: { fds, tty: terminal.id } });
  lab.pass(2 * SECOND);
  terminal.setForeground(done.pid);
  for (const line of lines) {
    terminal.input(line);
    lab.pass(2 * SECOND);
  }
  lab.pass(5 * SECOND);
  return { screen: terminal.takeOutput().replaceAll('\r\n', '\n'), exit: done.exit };
}
function makeLab(): ToolLab {
  const lab = new ToolLab([register]);
  lab.segment('lan', '10.0.1.0/24').host('a', { eth0: 'lan 10.0.1.11/24' }, { packages: OPENSSL_PACKAGES });
  return lab;
}

describe('a passphrase', () => {
  it('is asked for twice and not shown; then the key is under it', () => {
    const lab = makeLab();
    const made = type(
      ['openssl', 'genrsa', '-aes256', '-out', 'e.key', '1024'],
      ['hunter2\r', 'hunter2\r'],
      lab,
    );
    expect(made).toEqual({ screen: 'Enter PEM pass phrase:\nVerifying - Enter PEM pass phrase:\n', exit: 0 });
    expect(lab.file('a', '/tmp/e.key')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
    expect(type(['openssl', 'rsa', '-in', 'e.key', '-noout'], ['hunter2\r'], lab)).toEqual({
      screen: 'Enter pass phrase for e.key:\n',
      exit: 0,
    });
    const wrong = type(['openssl', 'rsa', '-in', 'e.key', '-noout'], ['wrong\r'], lab);
    expect(wrong.screen).toMatch(/^Enter pass phrase for e.key:\nCould not read private key from e.key\n/);
    expect(wrong.screen).toContain(':maybe wrong password\n');
    expect(wrong.exit).toBe(1);
  });

  it('that differs the second time is refused, and an empty file is left', () => {
    const lab = makeLab();
    const { screen, exit } = type(
      ['openssl', 'genrsa', '-aes256', '-out', 'e.key', '1024'],
      ['hunter2\r', 'hunter3\r'],
      lab,
    );
    expect(screen).toMatch(/^Enter PEM pass phrase:\nVerifying - Enter PEM pass phrase:\nVerify failure\n/);
    expect(exit).toBe(1);
    expect(lab.file('a', '/tmp/e.key')).toBe('');
  });

  it('can be broken off with Ctrl-C', () => {
    expect(type(['openssl', 'genrsa', '-aes256', '-out', 'e.key', '1024'], ['\x03']).exit).toBe(130);
  });
});

it('req asks field by field, and again for one that is too long', () => {
  const { screen, exit } = type(
    [
      'openssl',
      'req',
      '-x509',
      '-nodes',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-keyout',
      'k',
      '-out',
      'c',
    ],
    ['DEU\r', 'DE\r', '\r', '.\r', 'Acme\r', '\r', 'shop.example\r', '\r'],
  );
  expect(exit).toBe(0);
  expect(screen).toContain(
    [
      '-----',
      'Country Name (2 letter code) [AU]:DEU',
      'String too long, must be at most 2 bytes long',
      'Country Name (2 letter code) [AU]:DE',
      'State or Province Name (full name) [Some-State]:',
      'Locality Name (eg, city) []:.',
      'Organization Name (eg, company) [Internet Widgits Pty Ltd]:Acme',
      'Organizational Unit Name (eg, section) []:',
      'Common Name (e.g. server FQDN or YOUR name) []:shop.example',
      'Email Address []:',
      '',
    ].join('\n'),
  );
});
