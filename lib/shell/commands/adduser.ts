/** adduser(8) and deluser(8) of Debian's adduser 3.134, and addgroup(8): the friendlier fronts of useradd. Recorded in truth/host/c12. */
import { ROOT } from '../../world/files';
import { removeTree } from './rm';
import type { Command, Step, Tool, ToolRun } from './tool';

const make = (name: string, synopsis: string, summary: string, run: (tool: Tool) => ToolRun): Command => ({
  name,
  package: 'passwd',
  paths: [`/usr/sbin/${name}`],
  synopsis,
  summary,
  run,
});
export const adduser = make(
  'adduser',
  'adduser [--home DIR] [--shell SHELL] [--no-create-home] [--uid ID] [--gecos GECOS] [--ingroup GROUP | --gid ID] [--disabled-password] user',
  'Add a user to the system.',
  runAdduser,
);
export const delgroup = make(
  'delgroup',
  'delgroup [--quiet] group',
  'Remove a group from the system.',
  runDelgroup,
);
export const deluser = make(
  'deluser',
  'deluser [--remove-home] [--quiet] user [group]',
  'Remove a user from the system.',
  runDeluser,
);
export const addgroup = make(
  'addgroup',
  'addgroup [--gid ID] group',
  'Add a group to the system.',
  runAddgroup,
);

const FIRST_UID = 1_000;
const FIRST_SYSTEM_ID = 100;
const LONG = {
  'home:': 'home',
  'shell:': 'shell',
  'uid:': 'uid',
  'gid:': 'gid',
  'gecos:': 'gecos',
  'comment:': 'gecos',
  'ingroup:': 'ingroup',
  'no-create-home': 'no-create-home',
  'disabled-password': 'disabled-password',
  'disabled-login': 'disabled-login',
  system: 'system',
  group: 'group',
  quiet: 'quiet',
  'force-badname': 'force',
  'allow-bad-names': 'force',
};

function* runAdduser(tool: Tool): ToolRun {
  const { options, operands } = tool.options({ short: 'q', long: LONG }, { misuseCode: 1 });
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const [name, group] = operands;
  const { host } = tool.context;
  if (name === undefined) return tell(tool, 'adduser: Only one or two names allowed.', 1);
  if (tool.context.who.uid !== 0)
    return tell(tool, 'adduser: Only root may add a user or group to the system.', 1);
  const say = (text: string): void => {
    if (!has('quiet') && !has('q')) tool.line(text);
  };
  if (group !== undefined) return yield* join(tool, name, group, say);
  const known = host.user(name);
  if (known !== undefined && has('system') && known.uid < FIRST_UID) {
    say(`The system user \`${name}' already exists. Exiting.`);
    yield* tool.drain();
    return 0;
  }
  if (known !== undefined)
    return tell(
      tool,
      `adduser: The user \`${name}' already exists${has('system') ? ', but is not a system user. Exiting' : ''}.`,
      1,
    );
  if (has('system')) return yield* addSystemUser(tool, name, { value, has, say });
  const uid = value('uid') === undefined ? nextId(tool, false) : Number(value('uid'));
  say(`Adding user \`${name}' ...`);
  const home = value('home') ?? `/home/${name}`;
  const into = value('ingroup') ?? value('gid');
  const arguments_ = ['-u', String(uid), '-d', home, '-s', value('shell') ?? '/bin/bash'];
  if (into === undefined) {
    say(`Adding new group \`${name}' (${uid}) ...`);
    if ((yield* run(tool, ['groupadd', '-g', String(uid), name])) !== 0) return 1;
    arguments_.push('-g', name);
  } else arguments_.push('-g', into);
  say(
    `Adding new user \`${name}' (${uid}) with group \`${into ?? name}${into === undefined ? ` (${uid})` : ''}' ...`,
  );
  const creates = !has('no-create-home') && !host.fs.exists(home);
  if (creates) {
    say(`Creating home directory \`${home}' ...`);
    say("Copying files from `/etc/skel' ...");
    arguments_.push('-m');
  } else if (has('no-create-home')) say(`Not creating home directory \`${home}'.`);
  yield* tool.flush();
  if (
    (yield* run(tool, [
      'useradd',
      ...arguments_,
      ...(has('gecos') ? ['-c', value('gecos') ?? ''] : []),
      name,
    ])) !== 0
  )
    return 1;
  if (creates) host.fs.chmod(home, 0o700, ROOT);
  if (!has('disabled-password') && !has('disabled-login')) yield* run(tool, ['passwd', name]);
  say(`Adding new user \`${name}' to supplemental / extra groups \`users' ...`);
  say(`Adding user \`${name}' to group \`users' ...`);
  yield* run(tool, ['usermod', '-aG', 'users', name]);
  yield* tool.drain();
  return 0;
}
/** `adduser --system`: no home, no shell, no password; a group of its own with `--group`. */
function* addSystemUser(
  tool: Tool,
  name: string,
  {
    value,
    has,
    say,
  }: {
    value(option: string): string | undefined;
    has(option: string): boolean;
    say(text: string): void;
  },
): ToolRun {
  const { host } = tool.context;
  const firstFree = (isTaken: (id: number) => boolean): number => {
    let id = FIRST_SYSTEM_ID;
    while (isTaken(id)) id += 1;
    return id;
  };
  const uid = value('uid') ?? String(firstFree((id) => host.user(id) !== undefined));
  const group = value('ingroup') ?? value('gid') ?? (has('group') ? name : 'nogroup');
  say(`Adding system user \`${name}' (UID ${uid}) ...`);
  if (has('group') && host.group(name) === undefined) {
    const gid = String(firstFree((id) => host.group(id) !== undefined));
    say(`Adding new group \`${name}' (GID ${gid}) ...`);
    if ((yield* run(tool, ['groupadd', '-g', gid, name])) !== 0) return 1;
  }
  say(`Adding new user \`${name}' (UID ${uid}) with group \`${group}' ...`);
  const home = value('home') ?? '/nonexistent';
  const creates = value('home') !== undefined && !has('no-create-home') && !host.fs.exists(home);
  const code = yield* run(tool, [
    'useradd',
    ...['-u', uid, '-g', group, '-d', home, '-s', value('shell') ?? '/usr/sbin/nologin'],
    ...(creates ? ['-m'] : []),
    name,
  ]);
  if (code !== 0) return 1;
  if (creates) say(`Creating home directory \`${home}' ...`);
  else if (!host.fs.exists(home)) say(`Not creating \`${home}'.`);
  yield* tool.drain();
  return 0;
}
function* join(tool: Tool, name: string, group: string, say: (text: string) => void): ToolRun {
  const { host } = tool.context;
  if (host.user(name) === undefined) return tell(tool, `adduser: The user \`${name}' does not exist.`, 1);
  const found = host.group(group);
  if (found === undefined) return tell(tool, `adduser: The group \`${group}' does not exist.`, 1);
  if (found.members.includes(name))
    tool.note(`adduser: The user \`${name}' is already a member of \`${group}'.\n`);
  else {
    say(`Adding user \`${name}' to group \`${group}' ...`);
    yield* run(tool, ['usermod', '-aG', group, name]);
    say('Done.');
  }
  yield* tool.drain();
  return 0;
}

function* runDeluser(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    { short: 'q', long: { 'remove-home': 'remove-home', quiet: 'quiet', system: 'system', group: 'group' } },
    { misuseCode: 1 },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const [name, group] = operands;
  const { host } = tool.context;
  if (name === undefined) return tell(tool, 'deluser: Only one or two names allowed.', 1);
  if (tool.context.who.uid !== 0)
    return tell(tool, 'deluser: Only root may remove a user or group from the system.', 1);
  if (host.user(name) === undefined) return tell(tool, `deluser: The user \`${name}' does not exist.`, 2);
  if (group !== undefined) {
    const found = host.group(group);
    if (found === undefined) return tell(tool, `deluser: The group \`${group}' does not exist.`, 3);
    if (!found.members.includes(name))
      return tell(tool, `deluser: The user \`${name}' is not a member of group \`${group}'.`, 6);
    tool.line(`Removing user \`${name}' from group \`${group}' ...`);
    yield* run(tool, ['usermod', '-rG', group, name]);
    tool.line('Done.');
  } else {
    if (has('remove-home')) tool.line('Looking for files to backup/remove ...\nRemoving files ...');
    tool.line(`Removing crontab ...\nRemoving user \`${name}' ...`);
    yield* tool.flush();
    const home = host.user(name)?.home;
    const code = yield* run(tool, ['userdel', name]);
    if (code !== 0) return code;
    if (has('remove-home') && home !== undefined) {
      yield* removeTree(tool, home, { ask: 'never' });
      host.fs.unlink(`/var/mail/${name}`, ROOT);
    }
    tool.line('Done.');
  }
  yield* tool.drain();
  return 0;
}
function* runDelgroup(tool: Tool): ToolRun {
  const { operands } = tool.options({
    short: 'q',
    long: { quiet: 'quiet', system: 'system', 'only-if-empty': 'only-if-empty' },
  });
  const [name] = operands;
  const { host, who } = tool.context;
  if (name === undefined) return tell(tool, 'delgroup: Only one or two names allowed.', 1);
  if (who.uid !== 0) return tell(tool, 'delgroup: Only root may remove a user or group from the system.', 1);
  const found = host.group(name);
  if (found === undefined) return tell(tool, `delgroup: The group \`${name}' does not exist.`, 3);
  tool.line(`Removing group \`${name}' ...`);
  yield* tool.flush();
  const code = yield* run(tool, ['groupdel', name]);
  if (code === 0) tool.line('Done.');
  yield* tool.drain();
  return code;
}
function* runAddgroup(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'q',
    long: { 'gid:': 'gid', system: 'system', quiet: 'quiet' },
  });
  const [name] = operands;
  if (name === undefined) return tell(tool, 'addgroup: Only one or two names allowed.', 1);
  if (tool.context.who.uid !== 0)
    return tell(tool, 'addgroup: Only root may add a user or group to the system.', 1);
  if (tool.context.host.group(name) !== undefined)
    return tell(tool, `addgroup: The group \`${name}' already exists.`, 1);
  const given = options.find((option) => option.name === 'gid')?.value;
  const gid =
    given ??
    String(
      nextId(
        tool,
        options.some((option) => option.name === 'system'),
      ),
    );
  tool.line(`Adding group \`${name}' (GID ${gid}) ...`);
  if ((yield* run(tool, ['groupadd', '-g', gid, name])) !== 0) return 1;
  tool.line('Done.');
  yield* tool.drain();
  return 0;
}

/** First number that is neither a user's nor a group's. */
function nextId(tool: Tool, system: boolean): number {
  const { host } = tool.context;
  const free = (id: number): boolean => host.user(id) === undefined && host.group(id) === undefined;
  let id = system ? FIRST_SYSTEM_ID : FIRST_UID;
  while (!free(id)) id += 1;
  return id;
}
function tell(tool: Tool, text: string, code: number): number {
  tool.note(`${text}\n`);
  return code;
}
function* run(tool: Tool, argv: readonly string[]): Step<number> {
  yield* tool.flush();
  const path = argv[0] === 'passwd' ? '/usr/bin/passwd' : `/usr/sbin/${argv[0] ?? ''}`;
  const child = tool.context.spawn({ argv, path });
  if (typeof child !== 'number') return 127;
  return (yield* tool.context.wait(child)).code ?? 1;
}
