/** who(1) of GNU coreutils, w(1) of procps, last(1) and lastlog(8). */
import { strftime } from '../../std/civil';
import { upMicros, uptimeLine } from './free';
import type { Host } from '../../world/world.contract';
import { sessionsOf } from './sessions';
import type { Command } from './tool';

export const who: Command = {
  name: 'who',
  package: 'coreutils',
  paths: ['/usr/bin/who'],
  synopsis: 'who [OPTION]... [ FILE | ARG1 ARG2 ]',
  summary: 'Print information about users who are currently logged in.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: 'abdHilmpqrstTuw',
      long: {
        all: 'a',
        boot: 'b',
        heading: 'H',
        ips: 'ips',
        login: 'l',
        count: 'q',
        runlevel: 'r',
        short: 's',
        users: 'u',
        mesg: 'T',
        lookup: 'lookup',
      },
    });
    const has = (name: string): boolean => options.some((option) => option.name === name);
    const { host } = tool.context;
    let sessions = sessionsOf(host);
    if (has('m') || operands.length === 2) {
      const own = tool.context.stdin.tty?.replace(/^\/dev\//, '');
      sessions = sessions.filter((session) => session.tty === own);
    }
    if (has('q')) {
      tool.line(sessions.map((session) => session.user).join(' '));
      tool.line(`# users=${sessions.length}`);
      yield* tool.drain();
      return 0;
    }
    if (has('H')) tool.line('NAME     LINE         TIME             COMMENT');
    const booted = host.clock() - upMicros(host);
    if (has('b') || has('a')) tool.line(`         system boot  ${strftime('%Y-%m-%d %H:%M', booted)}`);
    if (has('r') || has('a')) tool.line(`         run-level 5  ${strftime('%Y-%m-%d %H:%M', booted)}`);
    if (!has('b') && !has('r'))
      for (const session of sessions)
        tool.line(
          `${session.user.padEnd(8)} ${session.tty.padEnd(12)} ${strftime('%Y-%m-%d %H:%M', session.since)}${has('u') || has('a') ? `   .    ${String(session.pid).padStart(7)}` : ''}${session.from === '' ? '' : ` (${session.from})`}`,
        );
    yield* tool.drain();
    return 0;
  },
};

export const w: Command = {
  name: 'w',
  package: 'procps',
  paths: ['/usr/bin/w'],
  synopsis: 'w [options] [user]',
  summary: 'Show who is logged on and what they are doing.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: 'fhips:uoV',
      long: { 'no-header': 'h', short: 's', from: 'f' },
    });
    const has = (name: string): boolean => options.some((option) => option.name === name);
    const { host } = tool.context;
    if (!has('h')) {
      tool.line(uptimeLine(host));
      tool.line('USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT');
    }
    for (const session of sessionsOf(host)) {
      if (operands.length > 0 && !operands.includes(session.user)) continue;
      const leader = host.process(session.pid);
      const used = ((leader?.cpuMicros ?? 0) / 1_000_000).toFixed(2);
      tool.line(
        `${session.user.slice(0, 8).padEnd(8)} ${session.tty.padEnd(8)} ${(session.from === '' ? '-' : session.from).padEnd(16)} ${strftime('%H:%M', session.since)}    0.00s ${`${used}s`.padStart(6)} ${`${used}s`.padStart(6)} ${session.what}`,
      );
    }
    yield* tool.drain();
    return 0;
  },
};

export const last: Command = {
  name: 'last',
  package: 'util-linux',
  paths: ['/usr/bin/last', '/usr/bin/lastb'],
  synopsis: 'last [options] [<username>...] [<tty>...]',
  summary: 'Show a listing of last logged in users.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: 'adf:FiIn:pRs:t:wx0123456789',
      long: { 'limit:': 'n', fulltimes: 'F', system: 'x', 'file:': 'f' },
    });
    const { host } = tool.context;
    const file = options.findLast((option) => option.name === 'f')?.value ?? '/var/log/wtmp';
    const kind = file.slice(file.lastIndexOf('/') + 1);
    const boots = bootsOf(host);
    const shows = (letter: string): boolean => options.some((option) => option.name === letter);
    const rows =
      kind === 'wtmp' && tool.shortName !== 'lastb'
        ? [...logins(host), ...boots.map(bootRow), ...(shows('x') ? boots.flatMap(changeRows) : [])]
        : [];
    const limit = Number(options.findLast((option) => option.name === 'n')?.value ?? Infinity);
    const wanted = rows.filter(({ name }) => operands.length === 0 || operands.includes(name));
    for (const row of wanted.sort((a, b) => b.at - a.at).slice(0, limit)) tool.line(row.text);
    tool.line('');
    const begins = strftime('%a %b %e %H:%M:%S %Y', boots.at(-1)?.from ?? host.clock() - upMicros(host));
    tool.line(`${tool.shortName === 'lastb' ? 'btmp' : kind} begins ${begins}`);
    yield* tool.drain();
    return 0;
  },
};
interface Boot {
  from: number;
  /** undefined: still running */
  to: number | undefined;
  /** When the next one began. */
  next: number | undefined;
  release: string;
}
/** As init notes them in wtmp; the present one first. */
function bootsOf(host: Host): Boot[] {
  const release = (host.sysctl('kernel.osrelease') ?? '').slice(0, 16);
  const noted = host.state.extra.get('disk:wtmp-boots');
  const earlier = Array.isArray(noted) ? (noted.slice(0, -1) as { from: number; to?: number }[]) : [];
  const now = { from: host.clock() - upMicros(host), to: undefined, next: undefined, release };
  const before = earlier.map(({ from, to }, index) => ({
    from,
    to: to ?? from,
    next: earlier[index + 1]?.from ?? now.from,
    release,
  }));
  return [now, ...before.reverse()];
}
const clockTime = (at: number): string => strftime('%a %b %e %H:%M', at);
function spanText(from: number, to: number | undefined): string {
  const minutes = to === undefined ? 0 : Math.floor((to - from) / 60_000_000);
  const span = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return to === undefined ? '  still running' : `- ${strftime('%H:%M', to)}  (${span})`;
}
type LastRow = { name: string; at: number; text: string };
function bootRow({ from, to, release }: Boot): LastRow {
  return {
    name: 'reboot',
    at: from,
    text: `reboot   system boot  ${release.padEnd(16)} ${clockTime(from)} ${spanText(from, to)}`,
  };
}
/** `-x`: when a boot had reached its run level, and its shutdown with the time until the next boot. */
function changeRows({ from, to, release, next }: Boot): LastRow[] {
  const row = (name: string, what: string, at: number, until: number | undefined): LastRow => ({
    name,
    at,
    text: `${name.padEnd(8)} ${what.padEnd(12)} ${release.padEnd(16)} ${clockTime(at)} ${spanText(at, until)}`,
  });
  return [
    row('runlevel', '(to lvl 5)', from + 1, to),
    ...(to === undefined || to === from ? [] : [row('shutdown', 'system down', to, next)]),
  ];
}
function logins(host: Host): { name: string; at: number; text: string }[] {
  return sessionsOf(host).map((session) => ({
    name: session.user,
    at: session.since,
    text: `${session.user.padEnd(8)} ${session.tty.padEnd(12)} ${session.from.padEnd(16)} ${clockTime(session.since)}   still logged in`,
  }));
}

export const lastlog: Command = {
  name: 'lastlog',
  package: 'login',
  paths: ['/usr/bin/lastlog'],
  synopsis: 'lastlog [options]',
  summary: 'Reports the most recent login of all users or of a given user.',
  run: function* (tool) {
    const { options } = tool.options({
      short: 'b:hSt:u:C',
      long: { 'user:': 'u', 'before:': 'b', 'time:': 't' },
    });
    const { host } = tool.context;
    const wanted = options.findLast((option) => option.name === 'u')?.value;
    if (wanted !== undefined && host.user(wanted) === undefined)
      return tool.fail(`Unknown user or range: ${wanted}`, 1);
    // What sshd notes at each login, by user id.
    const noted = host.state.extra.get('disk:lastlog');
    const seen = noted instanceof Map ? (noted as Map<number, { at: number; from: string }>) : undefined;
    const passwd = tool.context.fs.readFile('/etc/passwd', tool.context.who);
    const names = typeof passwd === 'string' ? passwd.split('\n').map((row) => row.split(':')[0] ?? '') : [];
    tool.line('Username         Port     From                                       Latest');
    for (const name of wanted === undefined ? names.filter((one) => one !== '') : [wanted]) {
      const found = seen?.get(host.user(name)?.uid ?? -1);
      tool.line(
        found === undefined
          ? `${name.padEnd(16)} ${' '.repeat(51)}**Never logged in**`
          : `${name.padEnd(16)} ${'pts/0'.padEnd(8)} ${found.from.padEnd(42)} ${strftime('%a %b %e %H:%M:%S +0000 %Y', found.at)}`,
      );
    }
    yield* tool.drain();
    return 0;
  },
};
