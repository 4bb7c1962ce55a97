import { expect, test } from 'vitest';
import { clonePlain } from '../std/plain';
import { type Files, ROOT } from './files';
import { FileError } from './files.contract';
import { Lab } from './network/lab';

function disk() {
  const lab = new Lab().segment('lan');
  lab.host('a', { eth0: 'lan 10.0.0.1/24' });
  const host = lab.world.host('a');
  return { host, fs: host.fs as Files };
}

test('set-up writes make parents, follow links on the way, and replace what is there', () => {
  const { host, fs } = disk();
  host.install('/opt/shop/etc/shop.conf', { text: 'a\n', mode: 0o640, uid: 7 });
  expect(fs.readFile('/opt/shop/etc/shop.conf', ROOT)).toBe('a\n');
  expect(fs.stat('/opt/shop/etc/shop.conf', ROOT)).toMatchObject({ mode: 0o640, uid: 7, gid: 7, nlink: 1 });
  // /bin is a link to usr/bin.
  host.install('/bin/tool', { text: '#!/bin/sh\n', mode: 0o755 });
  expect(fs.readFile('/usr/bin/tool', ROOT)).toBe('#!/bin/sh\n');
  const { ino } = fs.stat('/usr/bin/tool', ROOT) as { ino: number };
  host.install('/usr/bin/tool', { text: 'new\n', mode: 0o755 });
  expect(fs.stat('/bin/tool', ROOT)).toMatchObject({ ino, size: 4 });
  host.install('/etc/alias', { link: 'hostname' });
  host.install('/etc/alias', { link: 'hosts' });
  expect(fs.readlink('/etc/alias', ROOT)).toBe('hosts');
  // Through a link that leads nowhere yet, its target is made.
  host.install('/etc/dangling', { link: '/srv/target' });
  host.install('/etc/dangling', { text: 'through\n' });
  expect(fs.readFile('/srv/target', ROOT)).toBe('through\n');
  expect(host.install('/etc/hosts/x', { text: '' })).toBeInstanceOf(FileError);
  host.install('/srv/box', { directory: true, mode: 0o700 });
  expect(fs.stat('/srv/box', ROOT)).toMatchObject({ kind: 'directory', mode: 0o700, nlink: 2 });
});

test('what a set-up puts on a disk stands there as if it had been put there later', () => {
  const specs = [
    ['/srv/one/two/file', { text: 'grüße\n', mode: 0o640, uid: 7 }],
    ['/srv/one/empty', { text: '' }],
    ['/srv/one/tool', { program: 'tool', mtime: 5 }],
    ['/srv/one/link', { link: 'two/file' }],
    ['/srv/one/box', { directory: true, mode: 0o1777, gid: 3 }],
    ['/srv/one/box/in', { text: 'x' }],
    ['/srv/one/link', { text: 'through' }],
    ['/srv/one/box', { link: 'two' }],
  ] as const;
  const put = (inSetUp: boolean) => {
    const { host, fs } = disk();
    const work = () => specs.map(([path, spec]) => host.install(path, spec)?.errno);
    let results: unknown[] = [];
    if (inSetUp) fs.setUp(() => void (results = work()));
    else results = work();
    return { results, inodes: [...host.state.inodes.values()], mounts: host.state.mounts };
  };
  const whole = put(true);
  expect(whole).toEqual(put(false));
  expect(whole.inodes.every((inode) => Object.isFrozen(inode))).toBe(true);
});

test('a full disk refuses a set-up write and keeps count', () => {
  const { host, fs } = disk();
  const [root] = host.state.mounts;
  if (root === undefined) throw new Error('no disk');
  const used = root.used;
  const inodes = root.inodesUsed;
  host.install('/srv/a', { text: 'x'.repeat(5_000) });
  expect([root.used - used, root.inodesUsed - inodes]).toEqual([8_192, 1]);
  root.used = root.size - 4_096;
  expect(host.install('/srv/b', { text: 'x'.repeat(5_000) })).toMatchObject({ errno: 'ENOSPC' });
  root.inodesUsed = root.inodes;
  expect(host.install('/srv/c', { text: 'x' })).toMatchObject({ errno: 'ENOSPC', path: '/srv/c' });
  expect(fs.exists('/srv/c')).toBe(false);
});

test('directories grow in place only while a disk is set up: what was saved before and after stays', () => {
  const { host, fs } = disk();
  const list = (state: typeof host.state) =>
    [...state.inodes.values()].flatMap(({ entries }) => [...(entries?.keys() ?? [])]);
  const before = clonePlain(host.state);
  const names = list(before);
  fs.setUp(() => {
    host.install('/srv/one', { text: '1' });
    host.install('/srv/two', { text: '2' });
  });
  const after = clonePlain(host.state);
  host.install('/srv/three', { text: '3' });
  fs.setUp(() => host.install('/srv/four', { text: '4' }));
  expect(list(before)).toEqual(names);
  expect(list(after)).toEqual(expect.arrayContaining(['one', 'two']));
  expect(list(after)).not.toContain('three');
  expect(list(after)).not.toContain('four');
  expect(fs.readdir('/srv', ROOT)).toEqual(['one', 'two', 'three', 'four']);
});

test('a path that root has walked before leads where its names lead now', () => {
  const { host, fs } = disk();
  const read = (path: string): string => {
    const text = fs.readFile(path, ROOT);
    return text instanceof FileError ? text.errno : text;
  };
  host.install('/srv/one/text', { text: '1' });
  host.install('/srv/two/text', { text: '2' });
  host.install('/srv/link', { link: 'one' });
  const saved = clonePlain(host.state.inodes);
  expect([read('/srv/link/text'), read('/srv/one/text'), read('/srv/two/text')]).toEqual(['1', '1', '2']);
  // The link is led elsewhere.
  fs.unlink('/srv/link', ROOT);
  expect(read('/srv/link/text')).toBe('ENOENT');
  fs.symlink('two', '/srv/link', ROOT);
  expect(read('/srv/link/text')).toBe('2');
  // Directories change places, a file is put over another one, and one is gone.
  fs.rename('/srv/one', '/srv/three', ROOT);
  expect([read('/srv/one/text'), read('/srv/three/text')]).toEqual(['ENOENT', '1']);
  host.install('/srv/two/new', { text: 'new' });
  expect(read('/srv/link/text')).toBe('2');
  fs.rename('/srv/two/new', '/srv/two/text', ROOT);
  expect(read('/srv/link/text')).toBe('new');
  fs.unlink('/srv/three/text', ROOT);
  expect([read('/srv/three/text'), read('/srv/link/text')]).toEqual(['ENOENT', 'new']);
  // A file system over a directory hides what is below, until it is gone again.
  const { mounts } = host.state;
  fs.mount({ ...mounts[0], point: '/srv/two', type: 'tmpfs' } as (typeof mounts)[number], 0o755);
  expect(read('/srv/link/text')).toBe('ENOENT');
  fs.unmount('/srv/two');
  expect(read('/srv/link/text')).toBe('new');
  // Others are asked for their permission each time.
  const other = { uid: 7, gid: 7, groups: [] };
  fs.chmod('/srv/two', 0o700, ROOT);
  expect([read('/srv/two/text'), (fs.readFile('/srv/two/text', other) as FileError).errno]).toEqual([
    'new',
    'EACCES',
  ]);
  // Another state of the disk, as after a way back in time.
  host.state.inodes = saved;
  expect([read('/srv/link/text'), read('/srv/one/text'), read('/srv/three/text')]).toEqual([
    '1',
    '1',
    'ENOENT',
  ]);
});

test('hosts that are set up alike begin with the same disk, each with its own name, and share nothing afterwards', () => {
  const lab = new Lab().segment('lan');
  const host = (name: string, address: string) => {
    lab.host(name, { eth0: `lan ${address}/24` });
    return lab.world.host(name);
  };
  const first = host('a', '10.0.0.1');
  first.fs.writeFile('/etc/only-here', 'x', ROOT);
  lab.kernel.runUntil(lab.kernel.now + 3_000_000);
  const second = host('b', '10.0.0.2');
  const stats = (of: typeof first, path: string) =>
    of.fs.stat(path, ROOT) as { ino: number; mtime: number; size: number };
  // The same inodes, three seconds younger.
  for (const path of ['/etc/passwd', '/dev/null', '/usr/bin'])
    expect(stats(second, path)).toMatchObject({
      ino: stats(first, path).ino,
      mtime: stats(first, path).mtime + 3_000_000,
    });
  expect(second.fs.readFile('/etc/hostname', ROOT)).toBe('b\n');
  expect(second.fs.readFile('/etc/hosts', ROOT)).toContain('127.0.1.1\tb\n');
  expect(second.fs.readFile('/etc/machine-id', ROOT)).not.toBe(first.fs.readFile('/etc/machine-id', ROOT));
  // What came later on one is not on the other, in either order.
  expect(second.fs.exists('/etc/only-here')).toBe(false);
  second.fs.writeFile('/etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n', ROOT);
  second.fs.unlink('/etc/fstab', ROOT);
  expect(stats(first, '/etc/passwd').size).toBeGreaterThan(100);
  expect(first.fs.exists('/etc/fstab')).toBe(true);
  expect(host('c', '10.0.0.3').fs.exists('/etc/fstab')).toBe(true);
});
