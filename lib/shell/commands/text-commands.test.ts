import { describe, expect, it } from 'vitest';
import { Kernel } from '../../kernel/kernel';
import { SECOND } from '../../std/instant';
import { createNetwork } from '../../world/network/network';
import type { ExitStatus } from '../../world/process.contract';
import { PluginRegistry } from '../../world/registry';
import { SimulatedWorld } from '../../world/world';
import { COMMAND_PACKAGES, COMMANDS, registerCommands } from './registry';

const FILES = { '/w/a.txt': 'one\ntwo\nthree\nfour\n', '/w/b.txt': 'one\n2\nthree\nfour\nfive\n' };

/** Output and errors together, then how it ended. */
function run(argv: readonly string[], stdin = '', seconds = 60): string {
  const kernel = new Kernel({ seed: 1 });
  const registry = new PluginRegistry();
  registerCommands(registry);
  const world = new SimulatedWorld({ kernel, registry, network: createNetwork });
  const files = Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path, { text }]));
  const packages = COMMAND_PACKAGES.filter((name) => registry.packageFiles(name) !== undefined);
  const host = world.addHost({ name: 'web01', interfaces: [], packages, files });
  let shown = '';
  let status: ExitStatus | undefined;
  world.spawn(host, {
    argv: ['test'],
    cwd: '/w',
    *program(context) {
      const out = host.streams.sink('pipe', (text) => (shown += text));
      const fds = new Map([
        [0, host.streams.text(stdin)],
        [1, out],
        [2, out],
      ]);
      const child = context.spawn({ argv, path: `/usr/bin/${argv[0] ?? ''}`, fds });
      if (typeof child === 'number') status = yield* context.wait(child);
      return 0;
    },
  });
  kernel.runUntil(seconds * SECOND);
  return `${shown}${status?.signal ?? status?.code ?? 'still running'}`;
}

describe('the registry', () => {
  it('has every command and every path once', () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const paths = COMMANDS.flatMap((command) => command.paths);
    expect(new Set(paths).size).toBe(paths.length);
  });
});

describe('grep', () => {
  it('prints context and separates groups', () => {
    expect(run(['grep', '-n', '-A1', '-e', 'one', '-e', 'four', 'a.txt'])).toBe(
      '1:one\n2-two\n--\n4:four\n0',
    );
  });
  it('goes on after a file that is missing, and says so', () => {
    expect(run(['grep', '-c', 'one', 'nofile', 'a.txt'])).toBe(
      'grep: nofile: No such file or directory\na.txt:1\n2',
    );
  });
  it('-w wants no word character on either side, also where the pattern itself begins with none', () => {
    expect(run(['grep', '-ow', '-e', '-x'], 'a-x b -x c-xy\n')).toBe('-x\n0');
  });
});

describe('sed', () => {
  it('keeps a missing last newline, until something follows', () => {
    expect(run(['sed', 's/b/x/;$a end'], 'a\nb')).toBe('a\nx\nend\n0');
    expect(run(['sed', 's/b/x/'], 'a\nb')).toBe('a\nx0');
  });
  it('tells the place of a mistake', () => {
    expect(run(['sed', 's/a/b'])).toBe("sed: -e expression #1, char 5: unterminated `s' command\n1");
    expect(run(['sed', '-n', '/x/{p'])).toBe("sed: -e expression #1, char 0: unmatched `{'\n1");
  });
  it('an endless loop uses time, not the world', () => {
    expect(run(['sed', ':a;ba'], 'x\n', 1)).toBe('still running');
  });
});

describe('awk', () => {
  it('compares input that looks numeric as numbers, and literals as text', () => {
    expect(run(['awk', '{ print ($1 > $2), ($1 > "9") }'], '10 9\n')).toBe('1 0\n0');
  });
  it('an array made inside a function is the caller’s', () => {
    expect(run(['awk', 'function f(x) { x[1] = 5 } BEGIN { f(y); print y[1], length(y) }'])).toBe('5 1\n0');
  });
  it('goes through arrays in gawk’s order', () => {
    expect(run(['awk', 'BEGIN { a["x"]; a["y"]; a["db1"]; a["web1"]; for (k in a) printf "%s ", k }'])).toBe(
      'x y db1 web1 0',
    );
  });
  it('refuses a program under the line that is wrong', () => {
    expect(run(['awk', '{print $1'])).toBe(
      'awk: cmd. line:1: {print $1\nawk: cmd. line:1:          ^ unexpected newline or end of string\n1',
    );
  });
  it('recursion without end is refused by name', () => {
    expect(run(['awk', 'function f(n) { return f(n + 1) } BEGIN { f(1) }'])).toContain('not modelled');
  });
});

describe('jq', () => {
  it('keeps the order of keys that look like numbers', () => {
    expect(run(['jq', '-c', '.'], '{"b":1,"10":2,"9":3}')).toBe('{"b":1,"10":2,"9":3}\n0');
  });
  it('updates through paths, deletes where an update yields nothing', () => {
    expect(run(['jq', '-c', '.a[] |= (select(. > 1) * 10)'], '{"a":[2,3]}')).toBe('{"a":[20,30]}\n0');
    expect(run(['jq', '-c', 'del(.a[0], .b)'], '{"a":[1,2],"b":3}')).toBe('{"a":[2]}\n0');
  });
  it('names what is undefined, under the program', () => {
    expect(run(['jq', '.a | foo(1)'], '{}')).toBe(
      'jq: error: foo/1 is not defined at <top-level>, line 1:\n.a | foo(1)     \njq: 1 compile error\n3',
    );
  });
});

describe('diff, patch, bc, sums', () => {
  it('diff -u shows one hunk with its context', () => {
    expect(run(['diff', '-U1', '--label', 'a', '--label', 'b', 'a.txt', 'b.txt'])).toBe(
      '--- a\n+++ b\n@@ -1,4 +1,5 @@\n one\n-two\n+2\n three\n four\n+five\n1',
    );
  });
  it('patch finds a hunk that has moved', () => {
    const patch = '--- a.txt\n+++ a.txt\n@@ -1,3 +1,3 @@\n two\n-three\n+drei\n four\n';
    expect(run(['patch', 'a.txt'], patch)).toBe(
      'patching file a.txt\nHunk #1 succeeded at 2 (offset 1 line).\n0',
    );
  });
  it('bc cuts digits and never rounds', () => {
    expect(run(['bc'], 'scale=2; 2/3; -2/3; 1.5*1.55\n')).toBe('.66\n-.66\n2.32\n0');
    expect(run(['bc', '-l'], 's(1)\n')).toBe('.84147098480789650665\n0');
  });
  it('knows the published digests', () => {
    expect(run(['md5sum'], 'abc')).toBe('900150983cd24fb0d6963f7d28e17f72  -\n0');
    expect(run(['sha256sum'], 'abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -\n0',
    );
  });
});
