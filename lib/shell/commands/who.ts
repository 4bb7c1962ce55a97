/** who(1) of GNU coreutils, w(1) of procps, last(1) and lastlog(8). */
import { strftime } from '../../std/civil';
import { upMicros, uptimeLine } from './free';
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
      short: 'fhips:uo',
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
    const { operands } = tool.options({
      short: 'adf:FiIn:pRs:t:wx0123456789',
      long: { 'limit:': 'n', fulltimes: 'F', system: 'x' },
    });
    const { host } = tool.context;
    const booted = host.clock() - upMicros(host);
    const time = (at: number): string => strftime('%a %b %e %H:%M', at);
    const isWanted = (name: string): boolean => operands.length === 0 || operands.includes(name);
    for (const session of sessionsOf(host).sort((a, b) => b.since - a.since))
      if (isWanted(session.user))
        tool.line(
          `${session.user.padEnd(8)} ${session.tty.padEnd(12)} ${session.from.padEnd(16)} ${time(session.since)}   still logged in`,
        );
    const release = (host.sysctl('kernel.osrelease') ?? '').slice(0, 16);
    if (isWanted('reboot'))
      tool.line(`reboot   system boot  ${release.padEnd(16)} ${time(booted)}   still running`);
    tool.line('');
    tool.line(`wtmp begins ${strftime('%a %b %e %H:%M:%S %Y', booted)}`);
    yield* tool.drain();
    return 0;
  },
};
