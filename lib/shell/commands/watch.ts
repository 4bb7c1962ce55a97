/** watch(1) of procps: runs a command again and again and shows its output on a screen. */
import { strftime } from '../../std/civil';
import { textWidth } from './display-width';
import { terminalSize } from './terminal-width';
import { type Command, type Step, shellCode, type Tool, type ToolRun } from './tool';
import { SIGNAL_NUMBERS } from '../../world/signals';

export const watch: Command = {
  name: 'watch',
  package: 'procps',
  paths: ['/usr/bin/watch'],
  synopsis: 'watch [options] command',
  summary: 'Execute a program periodically, showing output fullscreen.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: '+bcCd::egn:pq:rtvwx',
    long: {
      beep: 'b',
      color: 'c',
      'differences::': 'd',
      errexit: 'e',
      chgexit: 'g',
      'interval:': 'n',
      precise: 'p',
      'no-title': 't',
      exec: 'x',
      'no-wrap': 'w',
      'equexit:': 'q',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const given = options.findLast((option) => option.name === 'n')?.value ?? '2';
  const seconds = Number(given.replace(',', '.'));
  if (Number.isNaN(seconds)) return tool.fail(`failed to parse argument: '${given}'`);
  if (operands.length === 0) {
    tool.note('\nUsage:\n watch [options] command\n\nFor more details see watch(1).\n');
    return 1;
  }
  const interval = Math.max(0.1, seconds);
  const { context } = tool;
  context.signal('INT', 'handle');
  const isScreen = context.stdout.tty !== undefined;
  if (isScreen) tool.print('\u001b[?1049h\u001b[H\u001b[2J');
  let before: string | undefined;
  let code = 0;
  for (;;) {
    const result = yield* output(tool, operands, has('x'));
    const { columns, rows } = terminalSize(tool);
    const left = `Every ${interval.toFixed(1)}s: ${operands.join(' ')}`;
    const right = `${context.host.state.hostname}: ${strftime('%a %b %e %H:%M:%S %Y', context.host.clock())}`;
    const gap = Math.max(1, columns - textWidth(left) - textWidth(right));
    const title = has('t')
      ? ''
      : `${left.slice(0, Math.max(0, columns - right.length - 1))}${' '.repeat(gap)}${right}\n\n`;
    const body = result.text
      .split('\n')
      .slice(0, Math.max(1, rows - (has('t') ? 0 : 2)))
      .map((line) => line.slice(0, columns))
      .join('\n');
    tool.print(isScreen ? `\u001b[H\u001b[2J${title}${body}` : title + body);
    yield* tool.flush();
    if (has('e') && result.code !== 0) {
      code = result.code;
      break;
    }
    if (has('g') && before !== undefined && before !== result.text) break;
    before = result.text;
    if (yield* context.sleep(interval * 1_000_000)) break;
    if (result.interrupted) break;
  }
  if (isScreen) tool.print('\u001b[?1049l');
  yield* tool.flush();
  return code;
}

function* output(
  tool: Tool,
  words: readonly string[],
  direct: boolean,
): Step<{ text: string; code: number; interrupted: boolean }> {
  const { context } = tool;
  const { reader, writer } = context.host.streams.pipe();
  reader.retain();
  writer.retain();
  const fds = new Map([
    [0, context.host.streams.null()],
    [1, writer],
    [2, writer],
  ]);
  const pid = direct
    ? tool.spawn(words, { fds })
    : context.spawn({ argv: ['sh', '-c', words.join(' ')], path: '/bin/sh', fds });
  writer.close();
  let text = '';
  let interrupted = false;
  for (;;) {
    const part = reader.read();
    if (part === undefined) {
      const wake = yield { streams: [reader] };
      if (wake.reason === 'signal') {
        interrupted = true;
        break;
      }
    } else if (part === '') break;
    else text += part;
  }
  reader.close();
  const status =
    typeof pid === 'number' && !interrupted ? yield* context.wait(pid) : { code: 127, signal: undefined };
  return { text, code: shellCode(status, (name) => SIGNAL_NUMBERS[name]), interrupted };
}
