import { describe, expect, it } from 'vitest';
import { Kernel } from '../kernel/kernel';
import { SECOND } from '../std/instant';
import { createNetwork } from '../world/network/network';
import type { ExitStatus, Program } from '../world/process.contract';
import { PluginRegistry } from '../world/registry';
import { SimulatedWorld } from '../world/world';
import { register, SHELL_PACKAGES } from './index';

const sleep: Program = function* (context) {
  yield* context.sleep(Number(context.argv[1]) * SECOND);
  return 0;
};
const cat: Program = function* (context) {
  yield* context.out(yield* context.readAll());
  return 0;
};

/** Runs a command line of words; what it printed (errors too) and how it ended. */
function run(
  argv: readonly string[],
  options: { stdin?: string; files?: Record<string, string>; seconds?: number } = {},
): string {
  const kernel = new Kernel({ seed: 1 });
  const registry = new PluginRegistry();
  register(registry);
  for (const [name, program] of Object.entries({ sleep, cat })) {
    registry.program(`test/${name}`, program);
    registry.package('test', { [`/usr/bin/${name}`]: { program: `test/${name}` } });
  }
  const world = new SimulatedWorld({ kernel, registry, network: createNetwork });
  const host = world.addHost({ name: 'web01', interfaces: [], packages: [...SHELL_PACKAGES, 'test'] });
  for (const [path, text] of Object.entries(options.files ?? {})) host.install(path, { text, mode: 0o755 });
  let shown = '';
  let status: ExitStatus | undefined;
  world.spawn(host, {
    argv: ['test'],
    env: new Map([['PATH', '/usr/bin:/bin']]),
    *program(context) {
      const out = host.streams.sink('pipe', (text) => (shown += text));
      const fds = new Map([
        [0, options.stdin === undefined ? host.streams.null() : host.streams.text(options.stdin)],
        [1, out],
        [2, out],
      ]);
      const child = context.spawn({ argv, path: `/usr/bin/${argv[0] ?? ''}`, fds });
      if (typeof child === 'number') status = yield* context.wait(child);
      return 0;
    },
  });
  kernel.runUntil((options.seconds ?? 60) * SECOND);
  return `${shown}${status === undefined ? '(still running)' : (status.signal ?? status.code)}`;
}

describe('how bash is called', () => {
  it('a subshell at the start of a substitution is no arithmetic', () => {
    expect(run(['bash', '-c', 'echo $( (echo a; echo b) ) "$( (exit 3) )" $?'])).toBe('a b  3\n0');
  });

  it('several arrays are declared at once', () => {
    expect(run(['bash', '-c', 'declare -a a=(1 2) b=(x "y z"); echo ${#a[@]} "${b[1]}"'])).toBe('2 y z\n0');
  });

  it('-c takes $0 and arguments', () => {
    expect(run(['bash', '-c', 'echo $0 $1 $#', 'name', 'a b'])).toBe('name a b 1\n0');
    expect(run(['bash', '-c'])).toBe('bash: -c: option requires an argument\n2');
  });
  it('reads a script from its standard input no further than it must', () => {
    expect(run(['bash'], { stdin: 'read x\nthe line\necho "got $x"\n' })).toBe('got the line\n0');
    expect(run(['bash', '-s', 'arg'], { stdin: 'if true\nthen echo $1\nfi' })).toBe('arg\n0');
    expect(run(['bash'], { stdin: 'cat\nfor cat\n' })).toBe('for cat\n0');
  });
  it('runs a file, with and without #!', () => {
    const files = {
      '/a.sh': 'echo plain $0 $1',
      '/b.sh': '#!/bin/sh\necho sh $0',
      '/c.sh': '#!/bin/nosuch\n',
    };
    expect(run(['bash', '-c', '/a.sh x; /b.sh; /c.sh; echo $?'], { files })).toBe(
      'plain /a.sh x\nsh /b.sh\nbash: line 1: /c.sh: cannot execute: required file not found\n127\n0',
    );
    expect(run(['bash', '-e', '-u', '/d.sh'], { files: { '/d.sh': 'false\necho no' } })).toBe('1');
    expect(run(['bash', 'nofile'])).toBe('bash: nofile: No such file or directory\n127');
  });
  it('refuses options it does not have', () => {
    expect(run(['bash', '-Z'])).toContain('bash: -Z: invalid option\nUsage:\tbash');
    expect(run(['bash', '--restricted'])).toBe('bash: --restricted: not modelled\n2');
  });
});

describe('dash', () => {
  it('speaks with its own words', () => {
    expect(run(['sh', '-c', 'nosuch; echo $?'])).toBe('sh: 1: nosuch: not found\n127\n0');
    expect(run(['sh', '-c', 'if true; then'])).toBe(
      'sh: 1: Syntax error: end of file unexpected (expecting "fi")\n2',
    );
    expect(run(['sh', '-c', '[[ a = a ]]'])).toBe('sh: 1: [[: not found\n127');
    expect(run(['sh', '-c', 'readonly a=1; a=2; echo no'])).toBe('sh: 1: a: is read only\n2');
    expect(run(['sh', '-c', 'echo "a\\tb"; echo {1,2} ${x:-d}'])).toBe('a\tb\n{1,2} d\n0');
  });
});

describe('processes of a shell', () => {
  it('a trap in a background subshell is that process’s own', () => {
    expect(
      run([
        'bash',
        '-c',
        '(trap "echo got; exit 5" TERM; while :; do :; done) & sleep 1; kill $!; wait $!; echo $?',
      ]),
    ).toBe('got\n5\n0');
  });
  it('an endless loop lets time go on, and a signal ends it', () => {
    expect(run(['bash', '-c', 'while :; do :; done'], { seconds: 3 })).toBe('(still running)');
    expect(
      run(['bash', '-c', '(while ((1)); do ((i++)); done) & sleep 1; kill -9 $!; wait $!; echo $?']),
    ).toMatch(/ Killed [^]*\n137\n0$/);
  });
  it('wait for one, for the next, and for a stranger', () => {
    expect(
      run(['bash', '-c', '(sleep 2; exit 7) & (sleep 1; exit 8) & wait -n; echo $?; wait %1; echo $?']),
    ).toBe('8\n7\n0');
    expect(run(['bash', '-c', 'wait 4242; echo $?'])).toBe(
      'bash: line 1: wait: pid 4242 is not a child of this shell\n127\n0',
    );
  });
  it('a child that ends runs the CHLD trap', () => {
    expect(run(['bash', '-c', 'trap "echo child" CHLD; sleep 1; trap - CHLD; sleep 1; echo end'])).toBe(
      'child\nend\n0',
    );
  });
  it('thousands of background commands do not fill the process table', () => {
    expect(run(['bash', '-c', 'for i in {1..4200}; do sleep 0.01 & done; wait; echo done'])).toBe('done\n0');
  });
});
