/** id(1), whoami(1), groups(1), logname(1) and users(1) of GNU coreutils. */
import type { Host, UserRecord } from '../../world/world.contract';
import { sessionsOf } from './sessions';
import { quoteValue } from './quoting';
import type { Command, Tool, ToolRun } from './tool';

const make = (name: string, synopsis: string, summary: string, run: (tool: Tool) => ToolRun): Command => ({
  name,
  package: 'coreutils',
  paths: [`/usr/bin/${name}`],
  synopsis,
  summary,
  run,
});

export const id = make(
  'id',
  'id [OPTION]... [USER]...',
  'Print user and group information for each specified USER,\nor (when USER omitted) for the current process.',
  runId,
);
export const whoami = make(
  'whoami',
  'whoami [OPTION]...',
  'Print the user name associated with the current effective user ID.',
  function* (tool) {
    const { operands } = tool.options({ short: '' });
    if (operands.length > 0) tool.misuse(`extra operand ${quoteValue(operands[0] ?? '')}`);
    const { uid } = tool.context.who;
    const name = tool.context.host.user(uid)?.name;
    if (name === undefined) return tool.fail(`cannot find name for user ID ${uid}`);
    tool.line(name);
    yield* tool.drain();
    return 0;
  },
);
export const groups = make(
  'groups',
  'groups [OPTION]... [USERNAME]...',
  'Print group memberships for each USERNAME or, if no USERNAME is specified, for\nthe current process (which may differ if the groups database has changed).',
  function* (tool) {
    const { operands } = tool.options({ short: '' });
    const { host } = tool.context;
    let code = 0;
    if (operands.length === 0) tool.line(namesOf(host, ownGroups(tool)));
    for (const name of operands) {
      const user = host.user(name);
      if (user === undefined) {
        tool.complain(`${quoteValue(name)}: no such user`);
        code = 1;
      } else tool.line(`${name} : ${namesOf(host, user.groups)}`);
    }
    yield* tool.drain();
    return code;
  },
);
export const logname = make('logname', 'logname [OPTION]', "Print the user's login name.", function* (tool) {
  const { operands } = tool.options({ short: '' });
  if (operands.length > 0) tool.misuse(`extra operand ${quoteValue(operands[0] ?? '')}`);
  const tty = tool.context.process.tty?.replace(/^\/dev\//, '');
  const session = sessionsOf(tool.context.host).find((one) => one.tty === tty);
  if (session === undefined) return tool.fail('no login name');
  tool.line(session.user);
  yield* tool.drain();
  return 0;
});
export const users = make(
  'users',
  'users [OPTION]... [FILE]',
  'Output who is currently logged in according to FILE.',
  function* (tool) {
    tool.options({ short: '' });
    const names = sessionsOf(tool.context.host)
      .map((session) => session.user)
      .sort();
    if (names.length > 0) tool.line(names.join(' '));
    yield* tool.drain();
    return 0;
  },
);

function ownGroups(tool: Tool): number[] {
  const { who } = tool.context;
  return [who.gid, ...who.groups.filter((gid) => gid !== who.gid)];
}
function namesOf(host: Host, gids: readonly number[]): string {
  return gids.map((gid) => host.group(gid)?.name ?? String(gid)).join(' ');
}

function* runId(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'agGnruzZ',
    long: { context: 'Z', group: 'g', groups: 'G', name: 'n', real: 'r', user: 'u', zero: 'z' },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const chosen = ['u', 'g', 'G'].filter(has);
  if (chosen.length > 1) tool.fail('cannot print "only" of more than one choice');
  if (has('Z')) tool.fail('--context (-Z) works only on an SELinux-enabled kernel');
  if ((has('n') || has('r')) && chosen.length === 0)
    tool.fail('cannot print only names or real IDs in default format');
  if (has('z') && chosen.length === 0) tool.fail('option --zero not permitted in default format');
  const end = has('z') ? '\0' : '\n';
  const { host, who } = tool.context;
  let code = 0;
  for (const name of operands.length === 0 ? [undefined] : operands) {
    const user =
      name === undefined
        ? { uid: who.uid, gid: who.gid, groups: ownGroups(tool) }
        : (host.user(name) ?? (/^\+?\d+$/.test(name) ? host.user(Number(name)) : undefined));
    if (user === undefined) {
      tool.complain(`${quoteValue(name ?? '')}: no such user`);
      code = 1;
      continue;
    }
    tool.print(shown(host, user, chosen[0], { names: has('n'), zero: has('z') }) + end);
  }
  yield* tool.drain();
  return code;
}

function shown(
  host: Host,
  user: Pick<UserRecord, 'uid' | 'gid' | 'groups'>,
  choice: string | undefined,
  how: { names: boolean; zero: boolean },
): string {
  const userText = host.user(user.uid)?.name;
  const groupText = (gid: number): string | undefined => host.group(gid)?.name;
  switch (choice) {
    case 'u':
      return how.names ? (userText ?? String(user.uid)) : String(user.uid);
    case 'g':
      return how.names ? (groupText(user.gid) ?? String(user.gid)) : String(user.gid);
    case 'G':
      return user.groups
        .map((gid) => (how.names ? (groupText(gid) ?? String(gid)) : String(gid)))
        .join(how.zero ? '\0' : ' ');
    default: {
      const named = (number: number, name: string | undefined): string =>
        name === undefined ? String(number) : `${number}(${name})`;
      const list = user.groups.map((gid) => named(gid, groupText(gid))).join(',');
      return `uid=${named(user.uid, userText)} gid=${named(user.gid, groupText(user.gid))} groups=${list}`;
    }
  }
}
