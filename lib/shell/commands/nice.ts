/** nice(1), nohup(1), stdbuf(1) of GNU coreutils; setsid(1), renice(1), ionice(1), flock(1) of util-linux; time(1). */
import type { Stream } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { errnoText } from './errno-text';
import { parseInterval } from './durations';
import { quoteFile, quoteValue } from './quoting';
import { become } from './replace';
import { type Command, shellCode, type Tool, type ToolRun } from './tool';

export const nice: Command = {
  name: 'nice',
  package: 'coreutils',
  paths: ['/usr/bin/nice'],
  synopsis: 'nice [OPTION] [COMMAND [ARG]...]',
  summary: 'Run COMMAND with an adjusted niceness, which affects process scheduling.',
  run: function* (tool) {
    const args = tool.args.map((argument, index) =>
      index === 0 && /^-[-+]?\d+$/.test(argument) ? `-n${argument.slice(1)}` : argument,
    );
    const { options, operands } = tool.options(
      { short: '+n:', long: { 'adjustment:': 'n' } },
      { args, misuseCode: 125 },
    );
    const given = options.findLast((option) => option.name === 'n')?.value;
    if (given !== undefined && !/^[-+]?\d+$/.test(given))
      tool.fail(`invalid adjustment ${quoteValue(given)}`, 125);
    const { process, who } = tool.context;
    if (operands.length === 0) {
      if (given !== undefined) tool.misuse('a command must be given with an adjustment', 125);
      tool.line(String(process.nice ?? 0));
      yield* tool.drain();
      return 0;
    }
    const wanted = clamp((process.nice ?? 0) + Number(given ?? '10'));
    if (wanted < (process.nice ?? 0) && who.uid !== 0)
      tool.complain('cannot set niceness: Permission denied');
    else process.nice = wanted;
    return yield* become(tool, operands);
  },
};
function clamp(nice_: number): number {
  return Math.min(19, Math.max(-20, nice_));
}

export const renice: Command = {
  name: 'renice',
  package: 'bsdutils',
  paths: ['/usr/bin/renice'],
  synopsis:
    'renice [-n] <priority> [-p|--pid] <pid>...\nrenice [-n] <priority> -g|--pgrp <pgid>...\nrenice [-n] <priority> -u|--user <user>...',
  summary: 'Alter the priority of running processes.',
  run: function* (tool) {
    const words = [...tool.args];
    if (words[0] === '-n' || words[0] === '--priority') words.shift();
    const text = words.shift();
    if (text === undefined) return tool.misuse('not enough arguments');
    if (!/^[-+]?\d+$/.test(text)) return tool.misuse(`invalid priority '${text}'`);
    const { host, who } = tool.context;
    let kind: 'p' | 'g' | 'u' = 'p';
    let code = 0;
    for (const word of words) {
      if (/^(-p|--pid)$/.test(word)) kind = 'p';
      else if (/^(-g|--pgrp)$/.test(word)) kind = 'g';
      else if (/^(-u|--user)$/.test(word)) kind = 'u';
      else {
        const uid = kind === 'u' ? (host.user(word)?.uid ?? Number(word)) : 0;
        const found = host
          .processes()
          .filter(
            (process) =>
              (kind === 'p' ? process.pid : kind === 'g' ? process.pgid : process.uid) ===
              (kind === 'u' ? uid : Number(word)),
          );
        const noun = { p: 'process ID', g: 'process group ID', u: 'user ID' }[kind];
        const shown = kind === 'u' ? uid : word;
        if (found.length === 0) {
          tool.complain(`failed to get priority for ${shown} (${noun}): No such process`);
          code = 1;
        }
        for (const process of found) {
          const before = process.nice ?? 0;
          const after = clamp(Number(text));
          if (who.uid !== 0 && (process.uid !== who.uid || after < before)) {
            tool.complain(
              `failed to set priority for ${shown} (${noun}): ${process.uid === who.uid ? 'Permission denied' : 'Operation not permitted'}`,
            );
            code = 1;
            continue;
          }
          process.nice = after;
          tool.line(`${shown} (${noun}) old priority ${before}, new priority ${after}`);
        }
      }
    }
    yield* tool.drain();
    return code;
  },
};

export const ionice: Command = {
  name: 'ionice',
  package: 'util-linux',
  paths: ['/usr/bin/ionice'],
  synopsis: 'ionice [options] -p <pid>...\nionice [options] <command>',
  summary: 'Show or change the I/O-scheduling class and priority of a process.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: '+c:n:p:P:tu',
      long: { 'class:': 'c', 'classdata:': 'n', 'pid:': 'p' },
    });
    if (operands.length > 0) return yield* become(tool, operands);
    const given = options.some((option) => option.name === 'c');
    if (!given) tool.line('none: prio 4');
    yield* tool.drain();
    return 0;
  },
};

export const nohup: Command = {
  name: 'nohup',
  package: 'coreutils',
  paths: ['/usr/bin/nohup'],
  synopsis: 'nohup COMMAND [ARG]...\nnohup OPTION',
  summary: 'Run COMMAND, ignoring hangup signals.',
  run: function* (tool) {
    const { operands } = tool.options({ short: '+' }, { misuseCode: 125 });
    if (operands.length === 0) tool.misuse('missing operand', 125);
    const { context } = tool;
    const fds = new Map<number, Stream>(context.fds);
    const { stdin, stdout, stderr } = context;
    const ignoresInput = stdin.tty !== undefined;
    if (ignoresInput) fds.set(0, context.host.streams.null());
    if (stdout.tty !== undefined) {
      const opened = tool.create('nohup.out', { append: true, mode: 0o600 });
      const home = `${context.env.get('HOME') ?? ''}/nohup.out`;
      const file = typeof opened === 'string' ? tool.create(home, { append: true, mode: 0o600 }) : opened;
      if (typeof file === 'string')
        return tool.fail(`failed to open ${quoteFile('nohup.out')}: ${errnoText(file)}`, 125);
      tool.complain(
        `${ignoresInput ? 'ignoring input and ' : ''}appending output to ${quoteFile(typeof opened === 'string' ? home : 'nohup.out')}`,
      );
      fds.set(1, file);
    } else if (ignoresInput)
      tool.complain(
        stderr.tty === undefined ? 'ignoring input' : 'ignoring input and redirecting stderr to stdout',
      );
    const errors = fds.get(1);
    if (stderr.tty !== undefined && errors !== undefined) fds.set(2, errors);
    context.signal('HUP', 'ignore');
    return yield* become(tool, operands, {
      options: { fds },
      say: (name, reason) => tool.complain(`failed to run command ${quoteFile(name)}: ${reason}`),
    });
  },
};

export const stdbuf: Command = {
  name: 'stdbuf',
  package: 'coreutils',
  paths: ['/usr/bin/stdbuf'],
  synopsis: 'stdbuf OPTION... COMMAND',
  summary: 'Run COMMAND, with modified buffering operations for its standard streams.',
  run: function* (tool) {
    const { options, operands } = tool.options(
      { short: '+i:o:e:', long: { 'input:': 'i', 'output:': 'o', 'error:': 'e' } },
      { misuseCode: 125 },
    );
    if (operands.length === 0) tool.misuse('missing operand', 125);
    if (options.length === 0) tool.misuse('you must specify a buffering mode option', 125);
    for (const { name, value = '' } of options) {
      if (name === 'i' && value === 'L') tool.misuse('line buffering stdin is meaningless', 125);
      if (!/^(L|\d+([kKMGTPEZY](B|iB)?)?)$/.test(value)) tool.fail(`invalid mode ${quoteValue(value)}`, 125);
    }
    return yield* become(tool, operands, {
      say: (name, reason) => tool.complain(`failed to run command ${quoteValue(name)}: ${reason}`),
    });
  },
};

export const setsid: Command = {
  name: 'setsid',
  package: 'util-linux',
  paths: ['/usr/bin/setsid'],
  synopsis: 'setsid [options] <program> [arguments ...]',
  summary: 'Run a program in a new session.',
  run: function* (tool) {
    const { options, operands } = tool.options({ short: '+cfw', long: { ctty: 'c', fork: 'f', wait: 'w' } });
    if (operands.length === 0) tool.misuse('no command specified');
    const { context } = tool;
    const isLeader = context.process.pgid === context.pid;
    if (isLeader || options.some((option) => option.name === 'f')) {
      const pid = tool.spawn(operands, { session: true });
      if (typeof pid !== 'number') {
        tool.complain(`failed to execute ${operands[0] ?? ''}: ${errnoText(pid.errno)}`);
        return pid.errno === 'ENOENT' ? 127 : 126;
      }
      if (!options.some((option) => option.name === 'w')) return 0;
      return shellCode(yield* context.wait(pid), (name) => SIGNAL_NUMBERS[name]);
    }
    context.process.sid = context.pid;
    context.process.pgid = context.pid;
    context.process.tty = undefined;
    return yield* become(tool, operands, {
      say: (name, reason) => tool.complain(`failed to execute ${name}: ${reason}`),
    });
  },
};

export const time: Command = {
  name: 'time',
  package: 'time',
  paths: ['/usr/bin/time'],
  synopsis: 'time [OPTIONS] COMMAND [ARG]...',
  summary: 'Run COMMAND, then print system resource usage.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: '+af:o:pqv',
      long: { 'format:': 'f', 'output:': 'o', portability: 'p', verbose: 'v', append: 'a', quiet: 'q' },
    });
    if (operands.length === 0) {
      tool.note(
        `Usage: ${tool.name} [-apvV] [-f format] [-o file] [--append] [--verbose]\n       [--portability] [--format=format] [--output=file] [--version]\n       [--quiet] [--help] command [arg...]\n`,
      );
      return 125;
    }
    const { context } = tool;
    const before = context.host.state.cpuMicros;
    const began = context.kernel.now;
    const status = yield* tool.runChild(operands);
    if ('errno' in status) {
      tool.complain(`cannot run ${operands[0] ?? ''}: ${errnoText(status.errno)}`);
      return status.errno === 'ENOENT' ? 127 : 126;
    }
    const seconds = (context.kernel.now - began) / 1_000_000;
    const used = Math.min(seconds, (context.host.state.cpuMicros - before) / 1_000_000);
    const code = shellCode(status, (name) => SIGNAL_NUMBERS[name]);
    if (code !== 0) tool.note(`Command exited with non-zero status ${code}\n`);
    if (options.some((option) => option.name === 'p'))
      tool.note(`real ${seconds.toFixed(2)}\nuser ${used.toFixed(2)}\nsys 0.00\n`);
    else {
      const share = seconds === 0 ? 0 : Math.round((used * 100) / seconds);
      const minutes = Math.floor(seconds / 60);
      tool.note(
        `${used.toFixed(2)}user 0.00system ${minutes}:${(seconds - minutes * 60).toFixed(2).padStart(5, '0')}elapsed ${share}%CPU (0avgtext+0avgdata 2048maxresident)k\n0inputs+0outputs (0major+90minor)pagefaults 0swaps\n`,
      );
    }
    return code;
  },
};

interface Lock {
  readonly holders: Map<number, 'shared' | 'exclusive'>;
}

export const flock: Command = {
  name: 'flock',
  package: 'util-linux',
  paths: ['/usr/bin/flock'],
  synopsis:
    'flock [options] <file>|<directory> <command> [<argument>...]\nflock [options] <file>|<directory> -c <command>\nflock [options] <file descriptor number>',
  summary: 'Manage file locks from shell scripts.',
  run: runFlock,
};

function* runFlock(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    {
      short: '+c:E:eFnosuw:x',
      long: {
        shared: 's',
        exclusive: 'x',
        unlock: 'u',
        nonblock: 'n',
        nb: 'n',
        'timeout:': 'w',
        wait: 'w',
        'conflict-exit-code:': 'E',
        close: 'o',
        'command:': 'c',
        'no-fork': 'F',
        verbose: 'verbose',
      },
    },
    { misuseCode: 64 },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const [target, ...rest] = operands;
  if (target === undefined) return tool.misuse('not enough arguments', 64);
  const shellText = value('c') ?? (rest[0] === '-c' ? rest[1] : undefined);
  const argv = shellText === undefined ? rest : ['sh', '-c', shellText];
  const conflict = Number(value('E') ?? '1');
  const { context } = tool;
  if (argv.length === 0 && !/^\d+$/.test(target))
    return tool.fail(`bad file descriptor: ${quoteFile(target)}`, 64);
  const stream = argv.length === 0 ? context.fds.get(Number(target)) : openLock(tool, target);
  if (stream === undefined) return tool.fail(`${target}: Bad file descriptor`, 65);
  if (typeof stream === 'string')
    return tool.fail(`cannot open lock file ${target}: ${errnoText(stream)}`, 66);
  const key = `flock:${context.host.name}:${stream.ino ?? stream.path ?? target}`;
  const owner = argv.length === 0 ? context.process.ppid : context.pid;
  const lock = lockOf(tool, key);
  if (has('u')) {
    lock.holders.delete(owner);
    context.world.wake(key);
    return 0;
  }
  const mode = has('s') ? 'shared' : 'exclusive';
  const limit = value('w') === undefined ? undefined : (parseInterval(value('w') ?? '') ?? 0);
  const startedAt = context.kernel.now;
  const until = limit === undefined ? undefined : startedAt + limit;
  const say = (text: string): void => void (has('verbose') && tool.line(`flock: ${text}`));
  for (;;) {
    for (const pid of [...lock.holders.keys()])
      if (context.host.process(pid) === undefined) lock.holders.delete(pid);
    const others = [...lock.holders].filter(([pid]) => pid !== owner);
    if (!others.some(([, held]) => held === 'exclusive' || mode === 'exclusive')) break;
    if (has('n') || (until !== undefined && context.kernel.now >= until)) {
      if (has('verbose'))
        tool.complain(has('n') ? 'failed to get lock' : 'timeout while waiting to get lock');
      return conflict;
    }
    const look = context.kernel.now + 100_000;
    yield { keys: [key], until: until === undefined ? look : Math.min(look, until) };
  }
  lock.holders.set(owner, mode);
  say(`getting lock took ${((context.kernel.now - startedAt) / 1_000_000).toFixed(6)} seconds`);
  if (argv.length === 0) return 0;
  say(`executing ${argv[0] ?? ''}`);
  const status = yield* tool.runChild(argv);
  lock.holders.delete(owner);
  context.world.wake(key);
  if ('errno' in status) {
    tool.complain(`failed to execute ${argv[0] ?? ''}: ${errnoText(status.errno)}`);
    return status.errno === 'ENOENT' ? 69 : 126;
  }
  return shellCode(status, (name) => SIGNAL_NUMBERS[name]);
}

function openLock(tool: Tool, path: string): ReturnType<Tool['open']> {
  if (tool.isDirectory(path)) return tool.open(path);
  return tool.create(path, { append: true });
}

function lockOf(tool: Tool, key: string): Lock {
  const { extra } = tool.context.host.state;
  const known = extra.get(key);
  if (isLock(known)) return known;
  const lock: Lock = { holders: new Map() };
  extra.set(key, lock);
  return lock;
}
function isLock(value: unknown): value is Lock {
  return typeof value === 'object' && value !== null && 'holders' in value;
}
