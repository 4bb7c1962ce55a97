/** What limits.conf, /etc/environment and /etc/shadow mean for a session. */
import { expect, test } from 'vitest';
import { ToolLab } from '../daemons/tool-lab';
import { accountAge } from './account-aging';
import { pamEnvironment } from './pam-environment';
import { sessionLimits } from './session-limits';
import type { Host } from './world.contract';

function host(files: Record<string, string>): Host {
  const lab = new ToolLab([]).segment('dmz', '10.0.1.0/24');
  lab.host(
    'srv',
    { eth0: 'dmz 10.0.1.11/24' },
    {
      users: [{ name: 'bob', uid: 1001, gid: 1001, home: '/home/bob', shell: '/bin/bash', groups: ['adm'] }],
      files: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, { text }])),
    },
  );
  return lab.world.host('srv');
}
function limits(text: string, name = 'bob'): { of: Record<string, unknown>; complaints: string[] } {
  const srv = host({ '/etc/security/limits.conf': text });
  const user = srv.user(name);
  if (user === undefined) throw new Error(name);
  const complaints: string[] = [];
  return {
    of: sessionLimits(srv, user, undefined, (complaint) => complaints.push(complaint)) ?? {},
    complaints,
  };
}

test('the nearer line counts, whatever stands behind it', () => {
  expect(limits('bob - nofile 100\n@adm - nofile 200\n* - nofile 300\n').of).toEqual({
    'Max open files': ['100', '100'],
  });
  expect(limits('* - nofile 300\n@adm - nofile 200\n').of).toEqual({ 'Max open files': ['200', '200'] });
});
test('a soft limit above the hard one comes down to it; sizes are counted in KiB', () => {
  expect(limits('bob soft fsize 20\nbob hard fsize 10\n').of).toEqual({
    'Max file size': ['10240', '10240'],
  });
});
test('root is meant by name only; other people are not meant at all', () => {
  expect(limits('* - nofile 300\n@root - nofile 5\n', 'root').of).toEqual({});
  expect(limits('root - nofile 300\n', 'root').of).toEqual({ 'Max open files': ['300', '300'] });
  expect(limits('alice - nofile 300\n@sudo - nofile 1\n').of).toEqual({});
});
test('lines that cannot be read are told and left out', () => {
  const { of, complaints } = limits('nonsense\nbob soft nosuch 1\nbob soft nofile many\n# bob - nofile 1\n');
  expect(of).toEqual({});
  expect(complaints).toEqual([
    "invalid line 'nonsense' - skipped",
    "unknown limit item 'nosuch'",
    "wrong limit value 'many' for limit type 'soft'",
  ]);
});
test('/etc/environment: one assignment a line, perhaps exported or in quotes', () => {
  expect(
    pamEnvironment(host({ '/etc/environment': 'A=1\nexport B="two words"\n# C=3\nnonsense\n' })),
  ).toEqual([
    ['A', '1'],
    ['B', 'two words'],
  ]);
});
test('an account expires on its day, and a password that is to be changed is told from one that is old', () => {
  const shadow = (fields: string): string => `bob:*:${fields}\n`;
  const age = (fields: string): string => accountAge(host({ '/etc/shadow': shadow(fields) }), 'bob');
  expect(age('20000:0:99999:7:::')).toBe('good');
  expect(age('20000:0:99999:7::1:')).toBe('expired');
  expect(age('0:0:99999:7:::')).toBe('change');
  expect(age('10000:0:30:7:::')).toBe('aged');
});
