/** dmesg(1) of util-linux. */
import { strftime } from '../../std/civil';
import type { SyslogPriority } from '../../world/process.contract';
import type { Command, ToolRun, Tool } from './tool';

const PRIORITIES: Readonly<Record<string, SyslogPriority>> = {
  emerg: 'emerg',
  panic: 'emerg',
  alert: 'alert',
  crit: 'crit',
  err: 'err',
  error: 'err',
  warning: 'warning',
  warn: 'warning',
  notice: 'notice',
  info: 'info',
  debug: 'debug',
};

export const dmesg: Command = {
  name: 'dmesg',
  package: 'util-linux',
  paths: ['/usr/bin/dmesg'],
  synopsis: 'dmesg [options]',
  summary: 'Display or control the kernel ring buffer.',
  run: runDmesg,
};

function* runDmesg(tool: Tool): ToolRun {
  const { options } = tool.options({
    short: 'CcdDeEF:f:hHkL::l:n:PprSs:tTuwWxVJ',
    long: {
      clear: 'C',
      'read-clear': 'c',
      ctime: 'T',
      reltime: 'e',
      human: 'H',
      'level:': 'l',
      follow: 'w',
      'follow-new': 'W',
      notime: 't',
      decode: 'x',
      kernel: 'k',
      'color::': 'L',
      nopager: 'P',
      'facility:': 'f',
      raw: 'r',
      'since:': 'since',
      'until:': 'until',
      'time-format:': 'time-format',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const { context } = tool;
  const { host } = context;
  if (context.who.uid !== 0 && host.sysctl('kernel.dmesg_restrict') === '1')
    return tool.fail('read kernel buffer failed: Operation not permitted');
  const levels = options
    .findLast((option) => option.name === 'l')
    ?.value?.split(',')
    .map((name) => PRIORITIES[name] ?? tool.fail(`unknown level '${name}'`));
  const boot = host.clock() - (context.kernel.now - host.state.bootedAt);
  let seen = 0;
  const cleared = Number(host.state.extra.get('dmesg.cleared') ?? 0);
  const showNew = (): void => {
    for (const entry of host.state.log) {
      if (entry.seq <= Math.max(seen, cleared) || entry.boot !== host.state.bootId) continue;
      seen = entry.seq;
      if (entry.transport !== 'kernel' || (levels !== undefined && !levels.includes(entry.priority)))
        continue;
      const micros = Math.max(0, entry.at - boot);
      const stamp = has('t')
        ? ''
        : has('T')
          ? `[${strftime('%a %b %e %H:%M:%S %Y', entry.at)}] `
          : `[${`${Math.floor(micros / 1_000_000)}.${String(Math.floor(micros) % 1_000_000).padStart(6, '0')}`.padStart(12)}] `;
      const decode = has('x')
        ? `${'kern'.padEnd(6)}:${entry.priority.replace('warning', 'warn').padEnd(6)}: `
        : '';
      tool.line(decode + stamp + entry.text);
    }
  };
  if (has('C')) {
    host.state.extra.set('dmesg.cleared', host.state.log.at(-1)?.seq ?? 0);
    return 0;
  }
  if (has('W')) seen = host.state.log.at(-1)?.seq ?? 0;
  showNew();
  if (has('c')) host.state.extra.set('dmesg.cleared', host.state.log.at(-1)?.seq ?? 0);
  yield* tool.flush();
  while (has('w') || has('W')) {
    yield { keys: [`log:${host.name}`] };
    showNew();
    yield* tool.flush();
  }
  return 0;
}
