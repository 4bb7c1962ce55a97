/** date(1) of GNU coreutils and cal(1). Time zones: UTC alone. */
import { meaningOf } from './argument-words';
import { civilFromMicros, daysInMonth, microsFromCivil, strftime } from '../../std/civil';
import { zoneTimeAt } from '../../std/zones';
import { FileError } from '../../world/files.contract';
import { parseDate, parseStamp } from './dates';
import { errnoText } from './errno-text';
import { quoteFileIfNeeded, quoteValue } from './quoting';
import { type Command, type Tool, type ToolRun } from './tool';

export const date: Command = {
  name: 'date',
  package: 'coreutils',
  paths: ['/usr/bin/date'],
  synopsis: 'date [OPTION]... [+FORMAT]\ndate [-u|--utc|--universal] [MMDDhhmm[[CC]YY][.ss]]',
  summary:
    'Display date and time in the given FORMAT.\nWith -s, or with [MMDDhhmm[[CC]YY][.ss]], set the date and time.',
  run: runDate,
};

const ISO: Readonly<Record<string, string>> = {
  hours: '%Y-%m-%dT%H%:z',
  minutes: '%Y-%m-%dT%H:%M%:z',
  date: '%Y-%m-%d',
  seconds: '%Y-%m-%dT%H:%M:%S%:z',
  ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
};
const RFC3339: Readonly<Record<string, string>> = {
  date: '%Y-%m-%d',
  seconds: '%Y-%m-%d %H:%M:%S%:z',
  ns: '%Y-%m-%d %H:%M:%S.%N%:z',
};
/** `date` in the C.UTF-8 locale. */
const DEFAULT_FORMAT = '%a %b %e %H:%M:%S %Z %Y';

function* runDate(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'd:f:I::r:Rs:u',
    long: {
      'date:': 'd',
      debug: 'debug',
      'file:': 'f',
      'iso-8601::': 'I',
      'reference:': 'r',
      'rfc-email': 'R',
      'rfc-822': 'R',
      'rfc-2822': 'R',
      'rfc-3339:': 'rfc-3339',
      'set:': 's',
      utc: 'u',
      universal: 'u',
      uct: 'u',
      resolution: 'resolution',
    },
  });
  const { env, host, who } = tool.context;
  const now = host.clock();
  let format: string | undefined;
  const setFormat = (text: string): void => {
    if (format !== undefined) tool.fail('multiple output formats specified');
    format = text;
  };
  const given = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  for (const { name, value } of options) {
    if (name === 'I') setFormat(meaningOf(tool, ISO, value ?? 'date', '--iso-8601'));
    else if (name === 'rfc-3339') setFormat(meaningOf(tool, RFC3339, value ?? '', '--rfc-3339'));
    else if (name === 'R') setFormat('%a, %d %b %Y %H:%M:%S %z');
    else if (name === 'resolution') setFormat('0.000000001');
  }
  const [word, extra] = operands;
  if (extra !== undefined) tool.misuse(`extra operand ${quoteValue(extra)}`);
  let stamp: string | undefined;
  if (word !== undefined) {
    if (word.startsWith('+')) setFormat(word.slice(1));
    else if (given('d') !== undefined || given('s') !== undefined)
      return tool.misuse(
        `the argument ${quoteValue(word)} lacks a leading '+';\nwhen using an option to specify date(s), any non-option\nargument must be a format string beginning with '+'`,
      );
    else stamp = word;
  }
  const chosen = format ?? DEFAULT_FORMAT;
  const tz = options.some(({ name }) => name === 'u') ? 'UTC' : env.get('TZ');
  const read = (text: string): number | undefined => parseDate(text, now, tz);
  const shown = (at: number): string => strftime(chosen, at, zoneTimeAt(tz, at));
  const file = given('f');
  if (file !== undefined) {
    const list = yield* tool.readFile(file);
    if (typeof list === 'string') return tool.fail(`${quoteFileIfNeeded(file)}: ${errnoText(list)}`);
    let code = 0;
    for (const line of list.text.replace(/\n$/, '').split('\n')) {
      const at = read(line);
      if (at === undefined) {
        tool.complain(`invalid date ${quoteValue(line)}`);
        code = 1;
      } else tool.line(shown(at));
    }
    yield* tool.drain();
    return code;
  }
  let at: number | undefined = now;
  const reference = given('r');
  const text = given('s') ?? given('d');
  if (reference !== undefined) {
    const info = tool.stat(reference);
    if (info instanceof FileError)
      return tool.fail(`${quoteFileIfNeeded(reference)}: ${errnoText(info.errno)}`);
    at = info.mtime;
  } else if (text !== undefined) {
    at = read(text);
    if (at === undefined) return tool.fail(`invalid date ${quoteValue(text)}`);
  } else if (stamp !== undefined) {
    const match = /^(\d{8})((?:\d{2})?\d{2})?(\.\d{2})?$/.exec(stamp);
    at = match === null ? undefined : parseStamp(`${match[2] ?? ''}${match[1] ?? ''}${match[3] ?? ''}`, now);
    if (at === undefined) return tool.fail(`invalid date ${quoteValue(stamp)}`);
  }
  let code = 0;
  if (given('s') !== undefined || stamp !== undefined) {
    if (who.uid === 0) {
      host.state.clockSkew += at - now;
      host.world.record(host.name, 'clock.set', { by: at - now });
    } else {
      tool.complain('cannot set date: Operation not permitted');
      code = 1;
    }
  }
  tool.line(shown(at));
  yield* tool.drain();
  return code;
}

/** EX_USAGE of sysexits.h. */
const BAD_USAGE = 64;

export const cal: Command = {
  name: 'cal',
  package: 'ncal',
  paths: ['/usr/bin/cal', '/usr/bin/ncal'],
  synopsis: 'cal [-3hjy] [-A number] [-B number] [[month] year]',
  summary: 'Display a calendar.',
  run: function* (tool) {
    const { options, operands } = tool.options({ short: '13A:B:hjm:NMbCSy' });
    const today = civilFromMicros(tool.context.host.clock());
    const [first, second] = operands;
    let { month, year } = today;
    const wholeYear =
      options.some((option) => option.name === 'y') ||
      (first !== undefined && second === undefined && !options.some((option) => option.name === 'm'));
    if (second !== undefined) {
      month = Number(first);
      year = Number(second);
    } else if (first !== undefined) year = Number(first);
    const given = options.findLast((option) => option.name === 'm')?.value;
    if (given !== undefined) month = Number(given);
    if (!(month >= 1 && month <= 12))
      tool.fail(`${first ?? given ?? ''} is neither a month number (1..12) nor a name`, BAD_USAGE);
    if (!(year >= 1 && year <= 9999))
      tool.fail(`year \`${second ?? first ?? ''}' not in range 1..9999`, BAD_USAGE);
    if (wholeYear) {
      tool.line(centred(String(year), 64).trimEnd());
      for (let row = 0; row < 4; row++) {
        const blocks = [1, 2, 3].map((column) => monthLines(row * 3 + column, year, false));
        for (let line = 0; line < 8; line++)
          tool.line(blocks.map((block) => (block[line] ?? '').padEnd(20)).join('  '));
      }
    } else if (options.some((option) => option.name === '3')) {
      const blocks = [-1, 0, 1].map((offset) => {
        const index = year * 12 + month - 1 + offset;
        return monthLines((index % 12) + 1, Math.floor(index / 12), true);
      });
      for (let line = 0; line < 8; line++)
        tool.line(blocks.map((block) => (block[line] ?? '').padEnd(20)).join('  '));
    } else for (const line of monthLines(month, year, true)) tool.line(line);
    yield* tool.drain();
    return 0;
  },
};

function centred(text: string, width: number): string {
  return (' '.repeat(Math.floor((width - text.length) / 2)) + text).padEnd(width);
}

function monthLines(month: number, year: number, withYear: boolean): string[] {
  const at = microsFromCivil({ year, month, day: 1 });
  const title = strftime(withYear ? '%B %Y' : '%B', at);
  const lines = [centred(title, 20), 'Su Mo Tu We Th Fr Sa'];
  const cells = [
    ...new Array<string>(civilFromMicros(at).weekday).fill('  '),
    ...Array.from({ length: daysInMonth(year, month) }, (_, index) => String(index + 1).padStart(2)),
  ];
  for (let week = 0; week < 6; week++)
    lines.push(
      cells
        .slice(week * 7, week * 7 + 7)
        .join(' ')
        .padEnd(20),
    );
  return lines.map((line) => `${line}  `.slice(0, 22));
}
