import { describe, expect, it } from 'vitest';
import { Kernel } from '../../kernel/kernel';
import { SECOND } from '../../std/instant';
import { createNetwork } from '../../world/network/network';
import type { ExitStatus } from '../../world/process.contract';
import { PluginRegistry } from '../../world/registry';
import { SimulatedWorld } from '../../world/world';
import { register as registerShell, SHELL_PACKAGES } from '../index';
import { COMMAND_PACKAGES, registerCommands } from './registry';

/** What a shell command prints (errors too), and its exit code on a last line when it is not 0. */
function sh(script: string, options: { user?: 'root' | 'student'; seconds?: number } = {}): string {
  const kernel = new Kernel({ seed: 1 });
  const registry = new PluginRegistry();
  registerShell(registry);
  registerCommands(registry);
  const world = new SimulatedWorld({ kernel, registry, network: createNetwork });
  const host = world.addHost({
    name: 'web01',
    interfaces: [],
    packages: [...SHELL_PACKAGES, ...COMMAND_PACKAGES],
    users: [{ name: 'student', uid: 1000, gid: 1000, home: '/home/student', shell: '/bin/bash' }],
  });
  const isRoot = options.user !== 'student';
  let shown = '';
  let status: ExitStatus | undefined;
  world.spawn(host, {
    argv: ['test'],
    uid: isRoot ? 0 : 1000,
    gid: isRoot ? 0 : 1000,
    cwd: isRoot ? '/root' : '/home/student',
    env: new Map([['PATH', '/usr/sbin:/usr/bin:/sbin:/bin']]),
    *program(context) {
      const out = host.streams.sink('pipe', (text) => (shown += text));
      const fds = new Map([
        [0, host.streams.null()],
        [1, out],
        [2, out],
      ]);
      const child = context.spawn({ argv: ['bash', '-c', script], path: '/usr/bin/bash', fds });
      if (typeof child === 'number') status = yield* context.wait(child);
      return 0;
    },
  });
  kernel.runUntil((options.seconds ?? 60) * SECOND);
  if (status === undefined) return `${shown}(still running)`;
  return shown + (status.code === 0 ? '' : `[${status.signal ?? status.code}]`);
}

describe('disks', () => {
  it('a full file system stops cp, dd and mv, and rm makes room again', () => {
    const full = 'mount -t tmpfs -o size=1m tmpfs /mnt; dd if=/dev/zero of=/mnt/fill bs=64k status=none; ';
    expect(sh(`${full} cp /etc/passwd /mnt/`)).toContain(
      "cp: error writing '/mnt/passwd': No space left on device\n[1]",
    );
    expect(sh(`${full} rm /mnt/fill /mnt/passwd 2>/dev/null; cp /etc/passwd /mnt/ && echo fits`)).toMatch(
      /fits\n$/,
    );
  });
  it('a large file takes room that df and du agree on', () => {
    expect(sh('fallocate -l 3G /big; du -h /big; df --output=used -B1G / | tail -1')).toBe(
      '3.0G\t/big\n    5\n',
    );
    expect(sh('fallocate -l 30G /big')).toBe('fallocate: fallocate failed: No space left on device\n[1]');
  });
  it('inodes run out before bytes do', () => {
    const few = 'mount -t tmpfs -o nr_inodes=3 tmpfs /mnt; touch /mnt/a /mnt/b; ';
    expect(sh(`${few} touch /mnt/c`)).toBe("touch: cannot touch '/mnt/c': No space left on device\n[1]");
  });
  it('a deleted file lives while somebody has it open', () => {
    const held = 'fallocate -l 1G /big; sleep 100 < /big & rm /big; ';
    expect(sh(`${held} lsof +L1 | grep -c deleted; df --output=used -B1G / | tail -1; kill $!`)).toBe(
      '1\n    3\n',
    );
    expect(sh(`${held} kill $!; sleep 1; df --output=used -B1G / | tail -1`)).toBe('    2\n');
  });
  it('what is mounted read-only refuses to change, and umount shows what was below', () => {
    const readOnly =
      'echo old > /mnt/f; mount -t tmpfs tmpfs /mnt; echo new > /mnt/f; mount -o remount,ro /mnt; ';
    expect(sh(`${readOnly} rm /mnt/f; umount /mnt; cat /mnt/f`)).toBe(
      "rm: cannot remove '/mnt/f': Read-only file system\nold\n",
    );
    expect(sh(`${readOnly} cd /mnt; umount /mnt`)).toBe('umount: /mnt: target is busy.\n[32]');
  });
});

describe('permissions', () => {
  it('the sticky bit keeps others from removing', () => {
    const script = 'touch /tmp/a; chmod 666 /tmp/a; ';
    expect(sh(`${script} ls -l /tmp/a | cut -c1-10`)).toBe('-rw-rw-rw-\n');
    expect(sh('rm -f /tmp/none; ls -ld /tmp | cut -c1-10; rm /etc/passwd', { user: 'student' })).toBe(
      "drwxrwxrwt\nrm: cannot remove '/etc/passwd': Permission denied\n[1]",
    );
  });
  it('modes as letters and as numbers', () => {
    expect(sh('touch f; for m in 600 u+x,go=r a-w +X g=u; do chmod $m f; stat -c %a f; done')).toBe(
      '600\n744\n544\n555\n555\n',
    );
    expect(sh('touch f; chmod 999 f')).toBe(
      "chmod: invalid mode: ‘999’\nTry 'chmod --help' for more information.\n[1]",
    );
  });
});

describe('find', () => {
  const tree = 'mkdir -p a/b; echo x > a/one.log; echo yy > a/b/two.log; touch a/b/three.txt; ';
  it('combines tests by their precedence', () => {
    expect(sh(`${tree} find a -name '*.txt' -o -name '*.log' -size -3c | sort`)).toBe(
      'a/b/three.txt\na/one.log\n',
    );
    expect(sh(`${tree} find a \\( -name b -prune \\) -o -type f -print`)).toBe('a/one.log\n');
  });
  it('runs commands for each file or for all', () => {
    expect(sh(`${tree} find a -name '*.log' -exec wc -c {} +`)).toBe('3 a/b/two.log\n2 a/one.log\n5 total\n');
    expect(sh(`${tree} find a -name nothing -exec false {} + && echo fine`)).toBe('fine\n');
  });
  it('deletes depth first, and says what it could not', () => {
    expect(sh(`${tree} find a -delete; ls`)).toBe('');
    expect(sh(`${tree} find a -name b -delete`)).toBe('find: cannot delete ‘a/b’: Directory not empty\n[1]');
  });
});

describe('archives', () => {
  it('come back as they went, compressed or not', () => {
    const script = 'mkdir d; seq 5000 > d/n; ln -s n d/l; chmod 640 d/n; ';
    for (const flag of ['', 'z', 'j', 'J'])
      expect(
        sh(
          `${script} tar c${flag}f t d; mv d e; tar x${flag}f t; cmp d/n e/n 2>&1 || cat d/n | wc -l; stat -c '%a %N' d/*`,
        ),
      ).toMatch(/^.*640 'd\/n'\n?/s);
  });
  it('gzip makes text smaller and refuses what is none', () => {
    expect(
      sh('seq 2000 > n; gzip -k n; [ $(stat -c %s n.gz) -lt $(stat -c %s n) ] && zcat n.gz | tail -1'),
    ).toBe('2000\n');
    expect(sh('echo no > f.gz; gunzip f.gz')).toBe('\ngzip: f.gz: not in gzip format\n[1]');
  });
});

describe('processes', () => {
  it('timeout ends what takes too long, with all it started', () => {
    expect(sh('timeout 1 sh -c "sleep 50 & sleep 60"; echo $?; ps -C sleep -o s= | grep -c S')).toBe(
      '124\n0\n[1]',
    );
    expect(sh('timeout 5 true; echo $?; timeout 1x true')).toBe(
      "0\ntimeout: invalid time interval ‘1x’\nTry 'timeout --help' for more information.\n[125]",
    );
  });
  it('pgrep and pkill find by name or by command line', () => {
    expect(
      sh('sleep 100 & sleep 200 & pgrep -a -f "^sleep 2"; pkill -f "^sleep 1"; sleep 1; pgrep -c sleep'),
    ).toMatch(/^\d+ sleep 200\n1\n$/);
  });
  it('ps shows columns as asked', () => {
    expect(
      sh('sleep 100 & ps -C sleep -o user,ni,args --no-headers; renice -n 5 $! > /dev/null; ps -o ni= -p $!'),
    ).toBe('root       0 sleep 100\n  5\n');
  });
});

describe('dates', () => {
  it('are read as people write them', () => {
    const at = (text: string): string => sh(`date -d '${text}' '+%F %T'`).trim();
    expect(at('2024-02-29 12:30')).toBe('2024-02-29 12:30:00');
    expect(at('1 Mar 2024 5pm')).toBe('2024-03-01 17:00:00');
    expect(at('@1709287200')).toBe('2024-03-01 10:00:00');
    expect(at('2024-01-31 1 month')).toBe('2024-03-02 00:00:00');
    expect(at('yesterday 6:00')).toBe('2026-11-22 06:00:00');
    expect(at('next friday')).toBe('2026-11-27 00:00:00');
    expect(at('2024-02-30')).toBe('date: invalid date ‘2024-02-30’\n[1]');
  });
});
