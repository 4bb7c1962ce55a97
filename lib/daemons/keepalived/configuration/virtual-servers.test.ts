import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkConfiguration } from './check';
import type { Environment } from './environment';

const FILE = '/etc/keepalived/keepalived.conf';
interface Recorded {
  readonly base: string;
  readonly cases: readonly {
    readonly at: number;
    readonly remove: number;
    readonly insert: string;
    readonly exit: number;
    readonly said: readonly string[];
  }[];
}
const recorded = JSON.parse(
  readFileSync(new URL('../fixtures/virtual-servers.json', import.meta.url), 'utf8'),
) as Recorded;

function environmentWith(text: string): Environment {
  const stat = { kind: 'file', mode: 0o755, uid: 0, gid: 0, inode: 1 } as const;
  return {
    files: {
      read: (path) => (path === FILE ? text : undefined),
      glob: (pattern) => (pattern === FILE ? [FILE] : []),
      isPlainFile: () => true,
    },
    hostName: 'lb1',
    searchPath: '/usr/bin',
    cores: 1,
    interfaces: [{ name: 'eth0', isLoopback: false, isUp: true, mtu: 1_500, addresses: [0x0a00010b] }],
    user: (name) => (name === 'root' ? { uid: 0, gid: 0 } : undefined),
    group: () => undefined,
    stat: (path) => (path.endsWith('.sh') ? stat : { ...stat, kind: 'directory' }),
    lstat: (path) => (path.endsWith('.sh') ? stat : { ...stat, kind: 'directory' }),
    realpath: (path) => ({ path }),
    write: () => false,
    random: (lowest) => lowest,
  };
}

test.each(
  recorded.cases.map((one) => [one.insert.trim() || `without ${one.remove} characters`, one] as const),
)('virtual_server: %s', (_name, { at, remove, insert, exit, said }) => {
  const { base } = recorded;
  const text = base.slice(0, at) + insert + base.slice(at + remove);
  const result = checkConfiguration({ path: FILE, environment: environmentWith(text) });
  expect(result.exitCode).toBe(exit);
  expect(
    result.said
      .flat()
      .filter(({ kind }) => kind === 'complaint')
      .map((report) => report.text.replace(FILE, 'FILE')),
  ).toEqual(said);
});
