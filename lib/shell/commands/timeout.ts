/** timeout(1) of GNU coreutils. */
import type { SignalName } from '../../world/process.contract';
import { SIGNAL_NUMBERS } from '../../world/signals';
import { parseInterval } from './durations';
import { errnoText } from './errno-text';
import { quoteValue } from './quoting';
import { parseSignal } from './signal-names';
import { type Command, shellCode, type Tool, type ToolRun } from './tool';

export const timeout: Command = {
  name: 'timeout',
  package: 'coreutils',
  paths: ['/usr/bin/timeout'],
  synopsis: 'timeout [OPTION] DURATION COMMAND [ARG]...\ntimeout [OPTION]',
  summary: 'Start COMMAND, and kill it if still running after DURATION.',
  run,
};

const OWN_FAILURE = 125;
const TIMED_OUT = 124;

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    {
      short: '+k:s:v',
      long: {
        'preserve-status': 'preserve',
        foreground: 'foreground',
        'kill-after:': 'k',
        'signal:': 's',
        verbose: 'v',
      },
    },
    { misuseCode: OWN_FAILURE },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const [duration, ...argv] = operands;
  const signal = parseSignal(value('s') ?? 'TERM');
  if (signal === undefined)
    return tool.misuse(`${quoteValue(value('s') ?? '')}: invalid signal`, OWN_FAILURE);
  const killAfter = interval(tool, value('k') ?? '0');
  if (duration === undefined || argv.length === 0) {
    tool.note(tool.package.hint(tool.name));
    return OWN_FAILURE;
  }
  const limit = interval(tool, duration);
  const { context } = tool;
  // It leads a group of its own, so that all the command started ends with it.
  if (!has('foreground')) context.process.pgid = context.pid;
  const pid = tool.spawn(argv);
  if (typeof pid !== 'number') {
    tool.complain(`failed to run command ${quoteValue(argv[0] ?? '')}: ${errnoText(pid.errno)}`);
    return pid.errno === 'ENOENT' ? 127 : 126;
  }
  for (const name of ['TERM', 'INT', 'HUP', 'QUIT'] as const) context.signal(name, 'handle');
  const send = (name: SignalName): void => {
    if (has('v')) tool.complain(`sending signal ${name} to command ${quoteValue(argv[0] ?? '')}`);
    context.world.kill(context.host, pid, name, context.who);
    if (!has('foreground'))
      for (const process of context.host.processes())
        if (process.pgid === context.pid && process.pid !== context.pid && process.pid !== pid)
          context.world.kill(context.host, process.pid, name, context.who);
    if (name !== 'KILL' && name !== 'CONT') context.world.kill(context.host, pid, 'CONT', context.who);
  };
  let until = limit === 0 ? undefined : context.kernel.now + limit;
  let isOver = false;
  let isKilled = false;
  for (;;) {
    const child = context.host.process(pid);
    if (child === undefined || child.state === 'zombie') break;
    if (until !== undefined && context.kernel.now >= until) {
      const next: SignalName = isOver ? 'KILL' : signal === 0 ? 'CONT' : signal;
      isKilled = next === 'KILL';
      until = !isOver && killAfter > 0 ? context.kernel.now + killAfter : undefined;
      isOver = true;
      send(next);
      continue;
    }
    const wake = yield { children: [pid], ...(until === undefined ? {} : { until }) };
    if (wake.reason === 'signal' && wake.signal !== undefined) {
      send(wake.signal);
      if (killAfter > 0) until = context.kernel.now + killAfter;
      isOver = killAfter > 0 ? true : isOver;
    }
  }
  const status = yield* context.wait(pid);
  yield* tool.flush();
  if (isKilled && !has('foreground')) {
    // SIGKILL went to its own group.
    context.world.kill(context.host, context.pid, 'KILL');
    yield {};
  }
  if (!isOver && status.signal !== undefined) {
    // It ends as its command did, so that whoever started it sees the signal.
    context.signal(status.signal, 'default');
    context.world.kill(context.host, context.pid, status.signal);
    yield {};
  }
  const code = shellCode(status, (name) => SIGNAL_NUMBERS[name]);
  if (!isOver || has('preserve')) return code;
  return isKilled ? 137 : TIMED_OUT;
}

function interval(tool: Tool, text: string): number {
  const micros = parseInterval(text);
  if (micros === undefined) return tool.misuse(`invalid time interval ${quoteValue(text)}`, OWN_FAILURE);
  return micros;
}
