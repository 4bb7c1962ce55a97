import { describe, expect, it } from 'vitest';
import { Kernel } from '../../kernel/kernel';
import { SECOND } from '../../std/instant';
import { createNetwork } from '../../world/network/network';
import type { Program } from '../../world/process.contract';
import { PluginRegistry } from '../../world/registry';
import { SimulatedWorld } from '../../world/world';
import { complete, historyOf, register, SHELL_PACKAGES } from '../index';

const sleep: Program = function* (context) {
  yield* context.sleep(Number(context.argv[1]) * SECOND);
  return 0;
};
const cat: Program = function* (context) {
  for (;;) {
    const line = yield* context.readLine();
    if (line === '') return 0;
    yield* context.out(line);
  }
};
const id: Program = function* (context) {
  yield* context.out(`${context.who.uid}\n`);
  return 0;
};

/** A login shell of student on a terminal of the host `bastion`. */
class Session {
  readonly kernel = new Kernel({ seed: 1 });
  readonly world: SimulatedWorld;
  readonly #terminal: string;
  readonly pid: number;
  #shown = '';

  constructor() {
    const registry = new PluginRegistry();
    register(registry);
    registry.daemon({ kind: 'test/init' });
    for (const [name, program] of Object.entries({ sleep, cat, id })) {
      registry.program(`test/${name}`, program);
      registry.package('test', { [`/usr/bin/${name}`]: { program: `test/${name}` } });
    }
    registry.package('test', {
      '/usr/lib/systemd/system/haproxy.service': { text: '' },
      '/usr/lib/systemd/system/nginx.service': { text: '' },
    });
    this.world = new SimulatedWorld({ kernel: this.kernel, registry, network: createNetwork });
    const host = this.world.addHost({
      name: 'bastion',
      interfaces: [],
      packages: [...SHELL_PACKAGES, 'test'],
      users: [{ name: 'student', uid: 1000, gid: 1000, home: '/home/student', shell: '/bin/bash' }],
      files: { '/etc/hosts': { text: '127.0.0.1 localhost\n10.0.1.11 lb1\n10.0.1.12 lb2\n' } },
    });
    // Process 1 is somebody else, as on a real host, and reaps orphans.
    this.world.spawn(host, {
      argv: ['init'],
      *program(context) {
        context.become('test/init', {});
        return yield* context.serve();
      },
    });
    const terminal = host.terminals.create({ screen: true });
    const started = this.world.spawn(host, {
      argv: ['-bash'],
      path: '/bin/bash',
      uid: 1000,
      gid: 1000,
      cwd: '/home/student',
      session: true,
      tty: terminal.id,
      fds: new Map([0, 1, 2].map((fd) => [fd, terminal.slave])),
      env: new Map([
        ['HOME', '/home/student'],
        ['PATH', '/usr/bin:/bin'],
      ]),
    });
    if (typeof started !== 'number') throw new Error(started.errno);
    this.pid = started;
    terminal.setSession(started);
    this.#terminal = terminal.id;
    this.wait(0.5);
    this.take();
  }
  get host() {
    return this.world.host('bastion');
  }
  get terminal() {
    const found = this.host.terminals.find(this.#terminal);
    if (found === undefined) throw new Error('no terminal');
    return found;
  }
  wait(seconds: number): void {
    this.kernel.runUntil(this.kernel.now + seconds * SECOND);
    this.#shown += this.terminal.takeOutput();
  }
  /** What was shown since the last call. */
  take(): string {
    const text = this.#shown;
    this.#shown = '';
    return text;
  }
  /** Types lines, half a second apart; gives what the terminal shows without the prompt's text. */
  type(...lines: string[]): string {
    for (const line of lines) {
      this.terminal.input(line.startsWith('^') ? String.fromCharCode(line.charCodeAt(1) - 64) : `${line}\n`);
      this.wait(0.5);
    }
    return this.take().replaceAll('student@bastion:~', '');
  }
}

describe('an interactive bash', () => {
  it('prompts as Debian does, with the directory', () => {
    const session = new Session();
    expect(session.type('')).toBe('\n$ ');
    session.terminal.input('cd /etc\n');
    session.wait(1);
    expect(session.take()).toBe('cd /etc\nstudent@bastion:/etc$ ');
  });

  it('asks for the rest of an unfinished command', () => {
    expect(new Session().type('if true', 'then echo yes', 'fi')).toBe(
      'if true\n> then echo yes\n> fi\nyes\n$ ',
    );
    expect(new Session().type("echo 'a", "b'")).toBe("echo 'a\n> b'\na\nb\n$ ");
  });

  it('leaves the foreground job to Ctrl-C, and the rest of the line with it', () => {
    const session = new Session();
    expect(session.type('sleep 100; echo not reached', '^C', 'echo $?')).toBe(
      'sleep 100; echo not reached\n^C\n$ echo $?\n130\n$ ',
    );
  });

  it('lets Ctrl-C end loops that never wait', () => {
    const session = new Session();
    expect(session.type('while :; do :; done')).toBe('while :; do :; done\n');
    expect(session.type('^C', 'echo $?')).toBe('^C\n$ echo $?\n130\n$ ');
    session.type('while ((1)); do ((i++)); done');
    expect(session.type('^C')).toBe('^C\n$ ');
  });

  it('stops, continues and ends jobs', () => {
    const session = new Session();
    expect(session.type('sleep 100', '^Z')).toBe(
      'sleep 100\n^Z\n[1]+  Stopped                 sleep 100\n$ ',
    );
    expect(session.type('bg')).toBe('bg\n[1]+ sleep 100 &\n$ ');
    expect(session.type('jobs')).toBe('jobs\n[1]+  Running                 sleep 100 &\n$ ');
    expect(session.type('fg', '^C')).toBe('fg\nsleep 100\n^C\n$ ');
    expect(session.type('jobs')).toBe('jobs\n$ ');
  });

  it('tells of ended jobs before the next prompt, not in between', () => {
    const session = new Session();
    const started = session.type('sleep 1 &');
    expect(started).toMatch(/^sleep 1 &\n\[1\] \d+\n\$ $/);
    session.wait(2);
    expect(session.take()).toBe('');
    expect(session.type('')).toBe('\n[1]+  Done                    sleep 1\n$ ');
  });

  it('makes a background command its own process, so that kill $! reaches it', () => {
    const session = new Session();
    session.type('sleep 100 &');
    expect(session.host.processes().filter(({ comm }) => comm === 'sleep')).toHaveLength(1);
    expect(session.type('kill $!')).toBe('kill $!\n[1]+  Terminated              sleep 100\n$ ');
  });

  it('ends a job that has hardly begun', () => {
    const session = new Session();
    session.type('sleep 100 & jobs; kill %1; sleep 1; jobs');
    session.wait(2);
    expect(session.take()).toContain('[1]+  Terminated              sleep 100\n');
  });

  it('stops a background command that wants to read from the terminal', () => {
    const session = new Session();
    session.type('cat &');
    expect(session.type('')).toBe('\n[1]+  Stopped                 cat\n$ ');
  });

  it('warns of stopped jobs once', () => {
    const session = new Session();
    session.type('sleep 100', '^Z');
    expect(session.type('exit')).toBe('exit\nlogout\nThere are stopped jobs.\n$ ');
    session.type('exit');
    expect(session.host.process(session.pid)).toBeUndefined();
  });

  it('ends at Ctrl-D and keeps the history', () => {
    const session = new Session();
    session.type('echo one', 'echo two', '^D');
    expect(session.host.process(session.pid)).toBeUndefined();
    expect(session.host.fs.readFile('/home/student/.bash_history', { uid: 0, gid: 0, groups: [] })).toBe(
      'echo one\necho two\n',
    );
  });

  it('expands the history', () => {
    const session = new Session();
    session.type('echo one two');
    expect(session.type('!!')).toBe('!!\necho one two\none two\n$ ');
    expect(session.type('echo !$')).toBe('echo !$\necho two\ntwo\n$ ');
    expect(session.type('^two^three'.replace('^', '^'))).not.toContain('event not found');
    expect(session.type('!nothing')).toBe('!nothing\n-bash: !nothing: event not found\n$ ');
    expect(session.type("echo '!x' \\!y")).toBe("echo '!x' \\!y\n!x !y\n$ ");
  });

  it('survives what ends a script', () => {
    const session = new Session();
    expect(session.type('echo ${x?gone}', 'echo $?')).toBe(
      'echo ${x?gone}\n-bash: x: gone\n$ echo $?\n1\n$ ',
    );
    expect(session.type('if ; then')).toBe("if ; then\n-bash: syntax error near unexpected token `;'\n$ ");
  });

  it('hangs up: jobs get SIGHUP unless they were disowned', () => {
    const session = new Session();
    session.type('sleep 500 &', 'sleep 600 &', 'disown %2');
    session.terminal.hangUp();
    session.kernel.runUntil(session.kernel.now + SECOND);
    const left = session.host.processes().filter(({ state }) => state !== 'zombie');
    expect(left.map(({ argv }) => argv.join(' ')).filter((text) => text !== 'init')).toEqual(['sleep 600']);
  });
});

describe('what would break a machine', () => {
  it('recursion without end dies as bash does, and only the process that recurses', () => {
    const session = new Session();
    expect(session.type('(f() { f; }; f)', 'echo $?')).toContain('Segmentation fault\n$ echo $?\n139\n');
  });

  it('deep recursion that ends is fine', () => {
    const session = new Session();
    expect(session.type('f() { ((n++ < 3000)) && f; }; f; echo $n')).toContain('\n3001\n');
  });

  it('a fork bomb fills the process table and the shell goes on', () => {
    const session = new Session();
    session.type(':(){ :|:& };:');
    session.wait(2);
    expect(session.take()).toContain('fork: retry: Resource temporarily unavailable');
    expect(session.host.state.processes.size).toBeLessThanOrEqual(3_800);
    session.wait(1);
    session.take();
    session.terminal.input('echo alive\n');
    session.wait(1);
    expect(session.take()).toContain('\nalive\n');
  }, 20_000);
});

describe('a shell that waits at its prompt', () => {
  it('can be put away and taken up with all it knows', () => {
    const session = new Session();
    session.type('x=5; f() { echo "f$x"; }; a=(1 2); cd /etc', 'alias hi="echo hello"');
    session.wait(0.1);
    expect(session.world.quiescent()).toBe(true);
    const kernel = session.kernel.save();
    const world = session.world.save();
    session.type('x=6; unset -f f', 'cd /');
    session.kernel.load(kernel);
    session.world.load(world);
    session.take();
    expect(session.type('f; echo ${a[1]}; pwd; hi')).toContain('\nf5\n2\n/etc\nhello\n');
  });

  it('can be put away while it waits for a program that can', () => {
    const session = new Session();
    session.type('y=7', 'bash', 'x=inner');
    session.wait(0.1);
    expect(session.world.quiescent()).toBe(true);
    const kernel = session.kernel.save();
    const world = session.world.save();
    session.type('exit');
    session.kernel.load(kernel);
    session.world.load(world);
    session.take();
    expect(session.type('echo $x $SHLVL')).toContain('\ninner 2\n');
    expect(session.type('exit 3', 'echo $? $y')).toContain('\n3 7\n');
  });

  it('cannot be put away while something runs', () => {
    const session = new Session();
    session.type('sleep 10');
    expect(session.world.quiescent()).toBe(false);
  });
});

describe('completion', () => {
  const session = new Session();
  session.type('greet() { :; }; MYVAR=1; touch_me=2', 'echo x > some_file', 'echo y > "two words"');
  const words = (text: string) => complete(session.host, session.pid, text, text.length);

  it('knows commands: builtins, functions, programs', () => {
    expect(words('gre')).toEqual({ from: 0, words: ['greet'] });
    expect(words('sle').words).toEqual(['sleep']);
    expect(words('x=1 sle').words).toEqual(['sleep']);
    expect(words('true && sle').words).toEqual(['sleep']);
    expect(words('sudo -u root sle').words).toEqual(['sleep']);
    expect(words('unali').words).toEqual(['unalias']);
  });
  it('knows files, and escapes their names', () => {
    expect(words('cat some')).toEqual({ from: 4, words: ['some_file'] });
    expect(words('cat tw')).toEqual({ from: 4, words: ['two\\ words'] });
    expect(words('cat "tw').words).toEqual(['"two words']);
    expect(words('cat < so').words).toEqual(['some_file']);
    expect(words('cat /etc/host').words).toEqual(['/etc/host.conf', '/etc/hostname', '/etc/hosts']);
    expect(words('cd /etc/sys').words).toEqual(['/etc/sysctl.d/', '/etc/systemd/']);
    expect(words('cat ~/so').words).toEqual(['~/some_file']);
  });
  it('knows units, hosts, variables and users', () => {
    expect(words('systemctl resta').words).toEqual(['restart']);
    expect(words('sudo systemctl restart hap').words).toEqual(['haproxy.service']);
    expect(words('journalctl -u ngi').words).toEqual(['nginx.service']);
    expect(words('ssh lb').words).toEqual(['lb1', 'lb2']);
    expect(words('ssh root@lb2').words).toEqual(['root@lb2']);
    expect(words('echo $MYV')).toEqual({ from: 5, words: ['$MYVAR'] });
    expect(words('ls ~stu').words).toEqual(['~student/']);
  });
  it('answers nothing for a process that is not there', () => {
    expect(complete(session.host, 9_999, 'l', 1).words).toEqual([]);
    expect(historyOf(session.host, session.pid)).toContain('echo x > some_file');
  });
});
