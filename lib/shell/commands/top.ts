/** top(1) of procps: batch mode, and a screen that refreshes until q or Ctrl-C. */
import type { ProcessState } from '../../world/process.contract';
import { memoryKiB } from '../../world/proc-files';
import {
  commandLine,
  cpuShare,
  isZombie,
  memoryShare,
  residentKiB,
  shortUser,
  stateLetter,
  virtualKiB,
} from './process-view';
import { uptimeLine } from './free';
import { terminalSize } from './terminal-width';
import type { Command, Step, Tool, ToolRun } from './tool';

export const top: Command = {
  name: 'top',
  package: 'procps',
  paths: ['/usr/bin/top'],
  synopsis: 'top -hv | -bcEeHiOSs1 -d secs -n max -u|U user -p pids -o field -w [cols]',
  summary: 'Display Linux processes.',
  run,
};

interface Sample {
  readonly at: number;
  readonly total: number;
  readonly byPid: ReadonlyMap<number, number>;
}

/** Fields that -o can name. Source: top(1) "FIELDS / Columns". */
const FIELDS =
  /^(PID|PPID|UID|USER|RUID|RUSER|SUID|SUSER|GID|GROUP|PGRP|TTY|TPGID|SID|PR|NI|nTH|P|%CPU|TIME|TIME\+|%MEM|VIRT|SWAP|RES|CODE|DATA|SHR|nMaj|nMin|nDRT|S|COMMAND|WCHAN|Flags|CGROUPS|SUPGIDS|SUPGRPS|TGID|OOMa|OOMs|ENVIRON|vMj|vMn|USED|nsIPC|nsMNT|nsNET|nsPID|nsUSER|nsUTS|LXC|RSan|RSfd|RSlk|RSsh|CGNAME|NU|LOGID|EXE|RSS|PSS|PSan|PSfd|PSsh|USS|ioR|ioRop|ioW|ioWop|AGID|AGNI|STARTED|ELAPSED|%CUU|%CUC|nsCGROUP|nsTIME)$/;
function refuse(tool: Tool, value: (name: string) => string | undefined, operands: readonly string[]): void {
  const [delay, times, field, pids] = ['d', 'n', 'o', 'p'].map(value);
  if (delay !== undefined && !/^\d*\.?\d+$|^\d+\.$/.test(delay)) tool.fail(`bad delay interval '${delay}'`);
  if (times !== undefined && !(/^\d+$/.test(times) && Number(times) > 0))
    tool.fail(`bad iterations argument '${times}'`);
  const pid = pids?.split(',').find((one) => !/^\d+$/.test(one));
  if (pid !== undefined) tool.fail(`bad pid '${pid}'`);
  if (field !== undefined && !FIELDS.test(field.replace(/^[-+]/, '')))
    tool.fail(`unrecognized field name '${field.replace(/^[-+]/, '')}'`);
  if (operands[0] !== undefined) tool.fail(`unknown option '${operands[0]}'`);
}
function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    { short: 'bcd:E:e:HiIn:Oo:p:sSu:U:Vw::1h' },
    // top does not mind: it says so and ends well.
    { misuseCode: 0, onMistake: () => undefined },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  refuse(tool, value, operands);
  const { context } = tool;
  const terminal =
    context.stdout.tty === undefined ? undefined : context.host.terminals.find(context.stdout.tty);
  if (!has('b') && terminal === undefined) return tool.fail('failed tty get');
  const delay = Math.max(0.1, Number(value('d') ?? '3')) * 1_000_000;
  let left = value('n') === undefined ? Number.POSITIVE_INFINITY : Number(value('n'));
  let sortBy = (value('o') ?? '%CPU').replace(/^[-+]/, '').toUpperCase();
  let showsCommand = has('c');
  const pids = value('p')?.split(',').map(Number);
  const user = value('u') ?? value('U');
  const uid = user === undefined ? undefined : (context.host.user(user)?.uid ?? Number(user));
  if (uid !== undefined && Number.isNaN(uid)) return tool.fail('Invalid user');
  let before: Sample = { at: context.host.state.bootedAt, total: 0, byPid: new Map() };
  const interactive = !has('b');
  if (interactive) {
    context.signal('INT', 'handle');
    terminal?.setAttributes({ canonical: false, echo: false });
    tool.print('\u001b[?25l');
  }
  try {
    for (;;) {
      const screen = lines(tool, before, { sortBy, showsCommand, pids, uid });
      before = sample(tool);
      if (interactive) {
        const { rows, columns } = terminalSize(tool);
        tool.print(
          `\u001b[H\u001b[2J${screen
            .slice(0, rows - 1)
            .map((line) => line.slice(0, columns))
            .join('\n')}`,
        );
      } else tool.print(`${screen.join('\n')}\n`);
      left -= 1;
      if (left <= 0) break;
      yield* tool.flush();
      const key = yield* pause(tool, delay, interactive);
      if (key === 'quit') break;
      if (key === 'P') sortBy = '%CPU';
      if (key === 'M') sortBy = '%MEM';
      if (key === 'N') sortBy = 'PID';
      if (key === 'T') sortBy = 'TIME+';
      if (key === 'c') showsCommand = !showsCommand;
      if (!interactive) tool.print('\n');
    }
  } finally {
    if (interactive) {
      terminal?.setAttributes({ canonical: true, echo: true });
      tool.print('\u001b[?12l\u001b[?25h\n');
    }
  }
  yield* tool.flush();
  return 0;
}

function* pause(tool: Tool, delay: number, interactive: boolean): Step<string> {
  const until = tool.context.kernel.now + delay;
  const { stdin } = tool.context;
  while (tool.context.kernel.now < until) {
    if (interactive) {
      const typed = stdin.read();
      if (typed !== undefined) {
        const key = typed.trim()[0] ?? '';
        if (key === 'q' || typed === '' || typed.includes('\u0003')) return 'quit';
        return key;
      }
    }
    const wake = yield interactive ? { until, streams: [stdin] } : { until };
    if (wake.reason === 'signal') return 'quit';
  }
  return '';
}

function sample(tool: Tool): Sample {
  const { host, kernel } = tool.context;
  return {
    at: kernel.now,
    total: host.state.cpuMicros,
    byPid: new Map(host.processes().map((process) => [process.pid, process.cpuMicros])),
  };
}

function lines(
  tool: Tool,
  before: Sample,
  how: { sortBy: string; showsCommand: boolean; pids: number[] | undefined; uid: number | undefined },
): string[] {
  const { host, kernel, pid: own } = tool.context;
  const processes = host.processes();
  const count = (letter: string): number =>
    processes.filter((process) => stateLetter(process, own) === letter).length;
  const span = Math.max(1, kernel.now - before.at);
  const busy = Math.min(100, ((host.state.cpuMicros - before.total) * 100) / (span * host.state.cores));
  const share = (process: ProcessState): number => {
    const earlier = before.byPid.get(process.pid);
    if (before.byPid.size === 0) return process.cpuMicros === 0 ? 0 : cpuShare(host, process);
    return Math.min(100 * host.state.cores, ((process.cpuMicros - (earlier ?? 0)) * 100) / span);
  };
  const memory = memoryKiB(host);
  const mib = (kib: number): string => (kib / 1024).toFixed(1).padStart(8);
  const head = [
    `top -${uptimeLine(host)}`,
    `Tasks:${String(processes.length).padStart(4)} total,${String(count('R')).padStart(4)} running,${String(count('S')).padStart(4)} sleeping,${String(count('T')).padStart(4)} stopped,${String(count('Z')).padStart(4)} zombie`,
    `%Cpu(s):${busy.toFixed(1).padStart(5)} us,  0.0 sy,  0.0 ni,${(100 - busy).toFixed(1).padStart(5)} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st `,
    `MiB Mem : ${mib(memory.total)} total, ${mib(memory.free)} free, ${mib(memory.total - memory.available)} used, ${mib(memory.cache)} buff/cache     `,
    `MiB Swap: ${mib(0)} total, ${mib(0)} free, ${mib(0)} used. ${mib(memory.available)} avail Mem `,
    '',
    '    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND',
  ];
  const chosen = processes.filter(
    (process) =>
      (how.pids === undefined || how.pids.includes(process.pid)) &&
      (how.uid === undefined || how.uid === process.uid),
  );
  const key = (process: ProcessState): number => {
    switch (how.sortBy) {
      case '%MEM':
      case 'RES':
        return residentKiB(process);
      case 'PID':
        return process.pid;
      case 'TIME+':
      case 'TIME':
        return process.cpuMicros;
      default:
        return share(process);
    }
  };
  const rows = [...chosen].sort((a, b) => key(b) - key(a) || a.pid - b.pid);
  return [...head, ...rows.map((process) => row(tool, process, share(process), how.showsCommand))];
}

function row(tool: Tool, process: ProcessState, share: number, showsCommand: boolean): string {
  const { host, pid: own } = tool.context;
  const nice = process.nice ?? 0;
  const resident = residentKiB(process);
  const hundredths = Math.floor(process.cpuMicros / 10_000);
  const minutes = Math.floor(hundredths / 6000);
  const time = `${minutes}:${String(Math.floor(hundredths / 100) % 60).padStart(2, '0')}.${String(hundredths % 100).padStart(2, '0')}`;
  return [
    String(process.pid).padStart(7),
    shortUser(host, process.uid).padEnd(8),
    String(20 + nice).padStart(3),
    String(nice).padStart(3),
    amount(virtualKiB(process)).padStart(7),
    amount(resident).padStart(6),
    amount(Math.floor(resident * 0.6)).padStart(6),
    stateLetter(process, own),
    share.toFixed(1).padStart(5),
    memoryShare(host, process).toFixed(1).padStart(5),
    time.padStart(9),
    showsCommand ? commandLine(process) : process.comm + (isZombie(process) ? ' <defunct>' : ''),
  ].join(' ');
}
function amount(kib: number): string {
  return kib < 10_000_000 ? String(kib) : `${(kib / 1_048_576).toFixed(1)}g`;
}
