/** As recorded from Debian's script with folders of its own. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { ToolLab } from '../tool-lab';
import { OPENSSL_PACKAGES, register } from './index';

const fixture = (name: string): string =>
  readFileSync(path.join(import.meta.dirname, '../../protocols/x509/fixtures', name), 'utf8');
const LOCAL = '/usr/local/share/ca-certificates';
/** When the fixtures are valid. */
const AT = 1_795_900_000;
const HOOKS = 'Running hooks in /etc/ca-certificates/update.d...\ndone.\n';
const WARNING =
  'rehash: warning: skipping ca-certificates.crt,it does not contain exactly one certificate or CRL\n';

let lab: ToolLab;
beforeEach(() => {
  lab = new ToolLab([register], { epoch: AT * 1_000_000 });
  lab.segment('lan', '10.0.1.0/24').host(
    'a',
    { eth0: 'lan 10.0.1.11/24' },
    {
      packages: OPENSSL_PACKAGES,
      users: [{ name: 'student', uid: 1000, gid: 1000, home: '/home/student', shell: '/bin/bash' }],
      files: { '/w/leaf.pem': { text: fixture('leaf.pem') }, '/w/inter.pem': { text: fixture('inter.pem') } },
    },
  );
});
const put = (name: string, text: string): unknown =>
  lab.world.host('a').install(`${LOCAL}/${name}`, { text });
const remove = (name: string): unknown =>
  lab.world.host('a').fs.unlink(`${LOCAL}/${name}`, { uid: 0, gid: 0, groups: [] });
const certificates = (): number =>
  (lab.file('a', '/etc/ssl/certs/ca-certificates.crt') ?? '').split('BEGIN CERTIFICATE').length - 1;
const verify = (): string => {
  const { stdout, stderr } = lab.run('a', 'openssl verify -untrusted inter.pem leaf.pem', { cwd: '/w' });
  return stdout + stderr;
};

it('makes a certificate of the own folder trusted', () => {
  expect(certificates()).toBe(2);
  expect(verify()).toContain('unable to get local issuer certificate');
  put('my root.crt', fixture('root.pem'));
  expect(lab.run('a', 'update-ca-certificates')).toMatchObject({
    stdout: `Updating certificates in /etc/ssl/certs...\n1 added, 0 removed; done.\n${HOOKS}`,
    stderr: WARNING,
    exit: 0,
  });
  expect(certificates()).toBe(3);
  expect(lab.file('a', '/etc/ssl/certs/my_root.pem')).toBe(fixture('root.pem'));
  expect(lab.file('a', '/etc/ssl/certs/152091a7.0')).toBe(fixture('root.pem'));
  expect(verify()).toBe('leaf.pem: OK\n');
  expect(lab.run('a', 'update-ca-certificates').stdout).toContain('0 added, 0 removed; done.\n');
});

it('forgets one that is gone in the bundle, and its links with --fresh', () => {
  put('root.crt', fixture('root.pem'));
  lab.run('a', 'update-ca-certificates');
  remove('root.crt');
  lab.run('a', 'update-ca-certificates');
  expect(certificates()).toBe(2);
  expect(verify()).toContain('error 20');
  expect(lab.run('a', 'update-ca-certificates --fresh').stdout).toBe(
    `Clearing symlinks in /etc/ssl/certs...\ndone.\nUpdating certificates in /etc/ssl/certs...\n2 added, 0 removed; done.\n${HOOKS}`,
  );
});

it('passes over other endings, warns of files that are no single certificate, and needs root', () => {
  put('root.pem', fixture('root.pem'));
  put('two.crt', fixture('root.pem') + fixture('self.pem'));
  const { stdout, stderr } = lab.run('a', 'update-ca-certificates');
  expect(stdout).toContain('1 added');
  expect(stderr).toContain('skipping two.pem,it does not contain exactly one certificate or CRL');
  // The bundle takes it as it is.
  expect(certificates()).toBe(4);
  const refused = lab.run('a', 'update-ca-certificates', { user: 'student' });
  expect(refused.stderr).toContain('Permission denied');
  expect(refused.exit).not.toBe(0);
});
