/**
 * script(1) of util-linux 2.38.1: runs a command on a terminal of its own and writes down what it prints.
 * Not modelled: logs of input and timing (-I, -B, -T, -t), -o, and a window that changes its size.
 */
import { strftime } from '../../std/civil';
import type { ExitStatus } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import type { Terminal } from '../../world/terminals';
import { errnoText } from './errno-text';
import { type Command, shellCode, type Step, type Tool, type ToolRun } from './tool';

export const script: Command = {
  name: 'script',
  package: 'bsdutils',
  paths: ['/usr/bin/script'],
  synopsis: 'script [options] [file]',
  summary: 'Make a typescript of a terminal session.',
  run,
};

const OPTIONS = {
  short: 'ac:eE:fI:O:B:T:t::m:o:qhV',
  long: {
    append: 'a',
    'command:': 'c',
    return: 'e',
    'echo:': 'E',
    flush: 'f',
    force: 'force',
    'log-in:': 'I',
    'log-out:': 'O',
    'log-io:': 'B',
    'log-timing:': 'T',
    'logging-format:': 'm',
    'output-limit:': 'o',
    quiet: 'q',
  },
};
const NOT_MODELLED = ['I', 'B', 'T', 't', 'm', 'o'];
const DEFAULT_FILE = 'typescript';

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options(OPTIONS);
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const refused = NOT_MODELLED.find(has);
  if (refused !== undefined) return tool.fail(`not modelled: -${refused}`);
  const name = value('O') ?? operands[0] ?? DEFAULT_FILE;
  const path = tool.resolve(name);
  const { context } = tool;
  const before = has('a') ? context.fs.readFile(path, context.who) : '';
  const refusal = context.fs.writeFile(path, typeof before === 'string' ? before : '', context.who);
  if (refusal !== undefined) return tool.fail(`cannot open ${name}: ${errnoText(refusal.errno)}`);
  const command = value('c');
  const shell = context.env.get('SHELL') ?? '/bin/sh';
  if (!has('q')) tool.line(`Script started, output log file is '${name}'.`);
  yield* tool.flush();
  const clock = (): string => strftime('%Y-%m-%d %H:%M:%S+00:00', context.host.clock());
  const where = context.stdout.tty === undefined ? '<not executed on terminal>' : terminalWords(tool);
  const head = `Script started on ${clock()} [${command === undefined ? '' : `COMMAND="${command}" `}${where}]\n`;
  const session = yield* onTerminal(tool, shell, command);
  if (session === undefined) return tool.fail(`failed to execute ${shell}: No such file or directory`);
  const code = shellCode(session.status, (signal) => SIGNAL_NUMBERS[signal]);
  const foot = `\nScript done on ${clock()} [COMMAND_EXIT_CODE="${code}"]\n`;
  const kept = `${typeof before === 'string' ? before : ''}${head}${session.text}${foot}`;
  if (path !== '/dev/null') context.fs.writeFile(path, kept, context.who);
  if (!has('q')) tool.line('Script done.');
  return has('e') ? code : 0;
}
function terminalWords(tool: Tool): string {
  const { context } = tool;
  const id = context.stdout.tty ?? '';
  const state = context.host.terminals.find(id)?.state;
  return `TERM="${context.env.get('TERM') ?? ''}" TTY="${id}" COLUMNS="${state?.columns ?? 80}" LINES="${state?.rows ?? 24}"`;
}

/** Between the terminal it was started on and the one it made, until the command ends. */
function* onTerminal(
  tool: Tool,
  shell: string,
  command: string | undefined,
): Step<{ text: string; status: ExitStatus } | undefined> {
  const { context } = tool;
  const outer = context.stdin.tty === undefined ? undefined : context.host.terminals.find(context.stdin.tty);
  const size = outer?.state;
  const inner = context.host.terminals.create(
    size === undefined ? {} : { columns: size.columns, rows: size.rows },
  );
  const name = shell.slice(shell.lastIndexOf('/') + 1);
  const child = context.spawn({
    argv: command === undefined ? [name, '-i'] : [name, '-c', command],
    path: shell,
    session: true,
    parentDeathSignal: 'HUP',
    tty: inner.id,
    fds: new Map([
      [0, inner.slave],
      [1, inner.slave],
      [2, inner.slave],
    ]),
  });
  if (typeof child !== 'number') {
    context.host.terminals.remove(inner.id);
    return undefined;
  }
  inner.setSession(child);
  outer?.setAttributes({ echo: false, canonical: false, signals: false });
  const text = yield* relay(tool, inner, child);
  outer?.setAttributes({ echo: true, canonical: true, signals: true });
  const status = yield* context.wait(child);
  context.host.terminals.remove(inner.id);
  return { text, status };
}
function* relay(tool: Tool, inner: Terminal, child: number): Step<string> {
  const { context } = tool;
  let text = '';
  let isOpen = true;
  for (;;) {
    const process = context.host.process(child);
    const isOver = process === undefined || process.state === 'zombie';
    // A terminal's line ends with a carriage return too (ONLCR).
    const printed = inner.takeOutput().replace(/\n/g, '\r\n');
    text += printed;
    if (printed !== '') {
      tool.print(context.stdout.tty === undefined ? printed : printed.replace(/\r\n/g, '\n'));
      yield* tool.flush();
    }
    if (isOver) return text;
    for (let typed = isOpen ? context.stdin.read() : undefined; typed !== undefined; ) {
      if (typed === '') {
        isOpen = false;
        inner.input('\x04');
        break;
      }
      inner.input(typed);
      typed = context.stdin.read();
    }
    inner.watchOutput(context.pid);
    yield { children: [child], streams: isOpen ? [context.stdin] : [] };
  }
}
