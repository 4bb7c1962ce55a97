/** useradd(8), usermod(8), userdel(8), groupadd(8), groupmod(8), groupdel(8), gpasswd(1), passwd(1) and chpasswd(8) of the passwd package. */
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import { hashPassword } from '../../world/passwords';
import type { UserRecord } from '../../world/world.contract';
import { strftime } from '../../std/civil';
import { daysOf } from './aging';
import type { GivenOption } from './getopt';
import { removeTree } from './rm';
import type { Command, Step, Tool, ToolRun } from './tool';
import { USAGES } from './usages';

const make = (
  name: string,
  synopsis: string,
  summary: string,
  run: (tool: Tool) => ToolRun,
  path = `/usr/sbin/${name}`,
): Command => ({
  name,
  package: 'passwd',
  paths: [path],
  synopsis,
  summary,
  run,
});

export const useradd = make(
  'useradd',
  'useradd [options] LOGIN',
  'Create a new user or update default new user information.',
  runUseradd,
);
export const usermod = make('usermod', 'usermod [options] LOGIN', 'Modify a user account.', runUsermod);
export const chsh = make('chsh', 'chsh [options] [LOGIN]', 'Change login shell.', runChsh);
export const userdel = make(
  'userdel',
  'userdel [options] LOGIN',
  'Delete a user account and related files.',
  runUserdel,
);
export const groupadd = make('groupadd', 'groupadd [options] GROUP', 'Create a new group.', runGroupadd);
export const groupmod = make(
  'groupmod',
  'groupmod [options] GROUP',
  'Modify a group definition on the system.',
  runGroupmod,
);
export const groupdel = make('groupdel', 'groupdel [options] GROUP', 'Delete a group.', runGroupdel);
export const gpasswd = make(
  'gpasswd',
  'gpasswd [option] GROUP',
  'Administer /etc/group and /etc/gshadow.',
  runGpasswd,
  '/usr/bin/gpasswd',
);
export const passwd: Command = {
  ...make('passwd', 'passwd [options] [LOGIN]', 'Change user password.', runPasswd, '/usr/bin/passwd'),
  setuid: true,
};
export const chpasswd = make(
  'chpasswd',
  'chpasswd [options]',
  'Update passwords in batch mode.',
  runChpasswd,
);

const FILES = ['passwd', 'group', 'shadow'] as const;
type AccountFile = (typeof FILES)[number];

function lines(tool: Tool, file: AccountFile): string[] {
  const text = tool.context.fs.readFile(`/etc/${file}`, ROOT);
  return text instanceof FileError ? [] : text.split('\n').filter((line) => line !== '');
}
function write(tool: Tool, file: AccountFile, rows: readonly string[]): void {
  const failed = tool.context.fs.writeFile(`/etc/${file}`, `${rows.join('\n')}\n`, ROOT);
  if (failed !== undefined)
    tool.fail(`failure while writing changes to /etc/${file}`, file === 'group' ? 10 : 1);
}
/** Only root may; anybody else cannot lock the files. */
function needRoot(tool: Tool): void {
  if (tool.context.who.uid === 0) return;
  tool.complain('Permission denied.');
  tool.fail('cannot lock /etc/passwd; try again later.', 1);
}
function freeId(tool: Tool, kind: 'passwd' | 'group', system: boolean): number {
  const taken = new Set(lines(tool, kind).map((line) => Number(line.split(':')[2])));
  if (system) {
    for (let id = 999; id >= 100; id--) if (!taken.has(id)) return id;
    return 99;
  }
  let next = 1000;
  for (const id of taken) if (id >= next && id < 60_000) next = id + 1;
  return next;
}
function today(tool: Tool): number {
  return Math.floor(tool.context.host.clock() / 86_400_000_000);
}
/** Debian's rule is much laxer than upstream's. Source: shadow 4.13, Debian's `506_relaxed_usernames`. */
const NAME = /^[^-+~:,/\s][^:,/\s]*$/;

function setMembers(tool: Tool, change: (group: string, members: string[]) => string[]): void {
  write(
    tool,
    'group',
    lines(tool, 'group').map((line) => {
      const [name = '', password = '', gid = '', members = ''] = line.split(':');
      const next = change(
        name,
        members.split(',').filter((member) => member !== ''),
      );
      return [name, password, gid, next.join(',')].join(':');
    }),
  );
}
function groupList(tool: Tool, text: string): string[] {
  return text.split(',').map((name) => {
    const group = tool.context.host.group(/^\d+$/.test(name) ? Number(name) : name);
    if (group === undefined) return tool.fail(`group '${name}' does not exist`, 6);
    return group.name;
  });
}

function* runUseradd(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    {
      short: 'b:c:d:De:f:g:G:hk:K:lmMNop:rR:s:u:UZ:',
      long: {
        'comment:': 'c',
        'home-dir:': 'd',
        defaults: 'D',
        'expiredate:': 'e',
        'gid:': 'g',
        'groups:': 'G',
        'create-home': 'm',
        'no-create-home': 'M',
        'no-user-group': 'N',
        'password:': 'p',
        system: 'r',
        'shell:': 's',
        'uid:': 'u',
        'user-group': 'U',
      },
    },
    { misuseCode: 2 },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const [name] = operands;
  const { host, fs } = tool.context;
  if (name === undefined) {
    tool.note('Usage: useradd [options] LOGIN\n       useradd -D\n       useradd -D [options]\n');
    return 2;
  }
  needRoot(tool);
  if (!NAME.test(name)) return tool.fail(`invalid user name '${name}': use --badname to ignore`, 3);
  if (host.user(name) !== undefined) return tool.fail(`user '${name}' already exists`, 9);
  const uid = value('u') === undefined ? freeId(tool, 'passwd', has('r')) : Number(value('u'));
  if (host.user(uid) !== undefined && !has('o')) return tool.fail(`UID ${uid} is not unique`, 4);
  const primary = value('g');
  let gid = uid;
  if (primary !== undefined) {
    const group = host.group(/^\d+$/.test(primary) ? Number(primary) : primary);
    if (group === undefined) return tool.fail(`group '${primary}' does not exist`, 6);
    gid = group.gid;
  } else if (has('N')) gid = 100;
  else {
    if (host.group(name) !== undefined)
      return tool.fail(`group ${name} exists - if you want to add this user to that group, use -g.`, 9);
    if (host.group(gid) !== undefined) gid = freeId(tool, 'group', has('r'));
    write(tool, 'group', [...lines(tool, 'group'), `${name}:x:${gid}:`]);
  }
  const extra = value('G') === undefined ? [] : groupList(tool, value('G') ?? '');
  warnOfShell(tool, value('s'));
  const home = value('d') ?? `${value('b') ?? '/home'}/${name}`;
  write(tool, 'passwd', [
    ...lines(tool, 'passwd'),
    [name, 'x', uid, gid, value('c') ?? '', home, value('s') ?? '/bin/sh'].join(':'),
  ]);
  write(tool, 'shadow', [
    ...lines(tool, 'shadow'),
    `${name}:${value('p') ?? '!'}:${today(tool)}:0:99999:7:::`,
  ]);
  if (extra.length > 0)
    setMembers(tool, (group, members) => (extra.includes(group) ? [...members, name] : members));
  if (has('m')) {
    const made = fs.mkdir(home, 0o755, ROOT);
    if (made?.errno === 'EEXIST')
      tool.complain(
        `warning: the home directory ${home} already exists.\n${tool.name}: Not copying any file from skel directory into it.`,
      );
    else if (made === undefined) {
      const skeleton = fs.readdir('/etc/skel', ROOT);
      if (Array.isArray(skeleton))
        for (const file of skeleton) {
          const text = fs.readFile(`/etc/skel/${file}`, ROOT);
          if (typeof text === 'string') fs.writeFile(`${home}/${file}`, text, ROOT);
          fs.chown(`${home}/${file}`, uid, gid, ROOT);
        }
      fs.chown(home, uid, gid, ROOT);
    }
  }
  log(
    tool,
    `new user: name=${name}, UID=${uid}, GID=${gid}, home=${home}, shell=${value('s') ?? '/bin/sh'}, from=none`,
  );
  yield* tool.drain();
  return 0;
}

function log(tool: Tool, text: string): void {
  tool.context.syslog({ facility: 'auth', priority: 'info', tag: tool.command.name, text });
}

function editUser(tool: Tool, name: string, change: (fields: string[]) => string[]): void {
  write(
    tool,
    'passwd',
    lines(tool, 'passwd').map((line) =>
      line.startsWith(`${name}:`) ? change(line.split(':')).join(':') : line,
    ),
  );
}
/** The next login must change the password. */
function expirePassword(tool: Tool, name: string): void {
  write(
    tool,
    'shadow',
    lines(tool, 'shadow').map((line) => {
      const fields = line.split(':');
      return fields[0] === name ? fields.with(2, '0').join(':') : line;
    }),
  );
}
/** A shell that cannot be started is taken all the same. */
function warnOfShell(tool: Tool, shell: string | undefined): void {
  if (shell === undefined || shell === '') return;
  if (tool.context.fs.access(shell, 1, ROOT) !== undefined)
    tool.complain(`Warning: missing or non-executable shell '${shell}'`);
}
/** Without a password behind the lock there is nothing to unlock. */
function hasPassword(tool: Tool, name: string): boolean {
  const row = lines(tool, 'shadow').find((line) => line.startsWith(`${name}:`));
  return (row?.split(':')[1] ?? '').replace(/^!+/, '') !== '';
}
function editPassword(tool: Tool, name: string, change: (hash: string) => string, isNew = false): void {
  editShadow(tool, name, (fields) => {
    const changed = fields.with(1, change(fields[1] ?? ''));
    return isNew ? changed.with(2, String(today(tool))) : changed;
  });
}
function editShadow(tool: Tool, name: string, change: (fields: string[]) => string[]): void {
  const known = lines(tool, 'shadow');
  const rows = known.some((line) => line.startsWith(`${name}:`))
    ? known
    : [...known, `${name}:!:${today(tool)}:0:99999:7:::`];
  write(
    tool,
    'shadow',
    rows.map((line) => {
      const fields = line.split(':');
      return fields[0] === name ? change(fields).join(':') : line;
    }),
  );
}

function* runChsh(tool: Tool): ToolRun {
  const { options, operands } = tool.options({ short: 'hR:s:', long: { 'shell:': 's' } });
  const { context } = tool;
  const own = context.host.user(context.who.uid)?.name ?? 'root';
  const name = operands[0] ?? own;
  if (context.host.user(name)?.name !== name) return tool.fail(`user '${name}' does not exist`, 1);
  if (name !== own && context.who.uid !== 0)
    return tool.fail(`You may not change the shell for '${name}'.`, 1);
  const shell = options.findLast((option) => option.name === 's')?.value;
  if (shell === undefined) return tool.fail('not modelled: asking for the shell');
  if (!context.fs.exists(shell)) {
    if (context.who.uid !== 0) return tool.fail(`${shell} is an invalid shell`, 1);
    tool.complain(`Warning: ${shell} does not exist`);
  }
  editUser(tool, name, (fields) => fields.with(6, shell));
  return 0;
}
/** The shell, the home and the rest are what they are to become. */
function changesNothing(user: UserRecord, options: readonly GivenOption[]): boolean {
  return options.every(({ name, value }) => {
    if (name === 's') return value === user.shell;
    if (name === 'd') return value === user.home;
    if (name === 'u') return value === String(user.uid);
    return name === 'l' ? value === user.name : name === 'm' || name === 'a';
  });
}

function* runUsermod(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    {
      short: 'ac:d:e:f:g:G:hl:Lmop:rR:s:u:UZ:',
      long: {
        append: 'a',
        'comment:': 'c',
        'home:': 'd',
        'gid:': 'g',
        'groups:': 'G',
        'login:': 'l',
        lock: 'L',
        'move-home': 'm',
        'password:': 'p',
        remove: 'r',
        'shell:': 's',
        'uid:': 'u',
        unlock: 'U',
        'expiredate:': 'e',
      },
    },
    { misuseCode: 2 },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const [name] = operands;
  if (name === undefined) {
    tool.note(USAGES.usermod ?? '');
    return 2;
  }
  const user = tool.context.host.user(name);
  if (user === undefined || user.name !== name) return tool.fail(`user '${name}' does not exist`, 6);
  if (options.length === 0) {
    tool.complain('no options');
    tool.note(USAGES.usermod ?? '');
    return 2;
  }
  needRoot(tool);
  const uid = value('u');
  if (uid !== undefined && !has('o')) {
    const other = tool.context.host.user(Number(uid));
    if (other !== undefined && other.name !== name) return tool.fail(`UID '${uid}' already exists`, 4);
  }
  if (changesNothing(user, options)) {
    tool.line(`${tool.name}: no changes`);
    return 0;
  }
  const wanted = value('G');
  if (wanted !== undefined) {
    const groups = wanted === '' ? [] : groupList(tool, wanted);
    setMembers(tool, (group, members) => {
      const others = members.filter((member) => member !== name);
      if (has('r')) return groups.includes(group) ? others : members;
      if (groups.includes(group)) return members.includes(name) ? members : [...members, name];
      return has('a') ? members : others;
    });
  }
  const gid = value('g');
  if (gid !== undefined) {
    const group = tool.context.host.group(/^\d+$/.test(gid) ? Number(gid) : gid);
    if (group === undefined) return tool.fail(`group '${gid}' does not exist`, 6);
    editUser(tool, name, (fields) => fields.with(3, String(group.gid)));
  }
  if (value('u') !== undefined) editUser(tool, name, (fields) => fields.with(2, value('u') ?? ''));
  if (value('c') !== undefined) editUser(tool, name, (fields) => fields.with(4, value('c') ?? ''));
  if (value('d') !== undefined) {
    if (has('m')) tool.context.fs.rename(user.home, value('d') ?? '', ROOT);
    editUser(tool, name, (fields) => fields.with(5, value('d') ?? ''));
  }
  if (value('s') !== undefined) editUser(tool, name, (fields) => fields.with(6, value('s') ?? ''));
  if (has('L')) editPassword(tool, name, (hash) => (hash.startsWith('!') ? hash : `!${hash}`));
  if (has('U') && !hasPassword(tool, name)) {
    tool.complain("unlocking the user's password would result in a passwordless account.");
    tool.note("You should set a password with usermod -p to unlock this user's password.\n");
  } else if (has('U')) editPassword(tool, name, (hash) => hash.replace(/^!/, ''));
  if (value('p') !== undefined) editPassword(tool, name, () => value('p') ?? '', true);
  const expires = value('e');
  if (expires !== undefined) {
    const days = expires === '' ? -1 : daysOf(expires);
    if (days === undefined) return tool.fail(`invalid date '${expires}'`, 3);
    editShadow(tool, name, (fields) => fields.with(7, days < 0 ? '' : String(days)));
  }
  const login = value('l');
  if (login !== undefined) {
    editUser(tool, name, (fields) => fields.with(0, login));
    write(
      tool,
      'shadow',
      lines(tool, 'shadow').map((line) =>
        line.startsWith(`${name}:`) ? login + line.slice(name.length) : line,
      ),
    );
    setMembers(tool, (_, members) => members.map((member) => (member === name ? login : member)));
  }
  log(tool, `change user '${name}'`);
  yield* tool.drain();
  return 0;
}

function* runUserdel(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    { short: 'fhrR:Z', long: { force: 'f', remove: 'r' } },
    { misuseCode: 2 },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const [name] = operands;
  if (name === undefined) {
    tool.note('Usage: userdel [options] LOGIN\n');
    return 2;
  }
  const { host } = tool.context;
  const user = host.user(name);
  if (user === undefined) return tool.fail(`user '${name}' does not exist`, 6);
  needRoot(tool);
  const busy = host.processes().find((process) => process.uid === user.uid && process.state !== 'zombie');
  if (busy !== undefined && !has('f'))
    return tool.fail(`user ${name} is currently used by process ${busy.pid}`, 8);
  for (const file of FILES) {
    if (file === 'group') continue;
    write(
      tool,
      file,
      lines(tool, file).filter((line) => !line.startsWith(`${name}:`)),
    );
  }
  setMembers(tool, (_, members) => members.filter((member) => member !== name));
  const group = host.group(name);
  if (group !== undefined && group.gid === user.gid && group.members.length === 0)
    write(
      tool,
      'group',
      lines(tool, 'group').filter((line) => !line.startsWith(`${name}:`)),
    );
  if (has('r')) {
    tool.complain(`${name} mail spool (/var/mail/${name}) not found`);
    if (!(tool.stat(user.home) instanceof FileError)) yield* removeTree(tool, user.home, { ask: 'never' });
    else tool.complain(`${name} home directory (${user.home}) not found`);
  }
  log(tool, `delete user '${name}'`);
  yield* tool.drain();
  return 0;
}

function* runGroupadd(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    { short: 'fg:hK:op:rR:', long: { force: 'f', 'gid:': 'g', system: 'r', 'non-unique': 'o' } },
    { misuseCode: 2 },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const [name] = operands;
  if (name === undefined) {
    tool.note('Usage: groupadd [options] GROUP\n');
    return 2;
  }
  needRoot(tool);
  if (!NAME.test(name)) return tool.fail(`'${name}' is not a valid group name`, 3);
  if (tool.context.host.group(name) !== undefined)
    return has('f') ? 0 : tool.fail(`group '${name}' already exists`, 9);
  const given = options.findLast((option) => option.name === 'g')?.value;
  const gid = given === undefined ? freeId(tool, 'group', has('r')) : Number(given);
  if (tool.context.host.group(gid) !== undefined && !has('o'))
    return tool.fail(`GID '${gid}' already exists`, 4);
  write(tool, 'group', [...lines(tool, 'group'), `${name}:x:${gid}:`]);
  yield* tool.drain();
  return 0;
}

function* runGroupmod(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    { short: 'g:hn:op:R:', long: { 'gid:': 'g', 'new-name:': 'n', 'non-unique': 'o', 'password:': 'p' } },
    { misuseCode: 2 },
  );
  const value = (name: string): string | undefined =>
    options.findLast((option) => option.name === name)?.value;
  const { host } = tool.context;
  const [name] = operands;
  if (name === undefined) {
    tool.note('Usage: groupmod [options] GROUP\n');
    return 2;
  }
  const group = host.group(name);
  if (group === undefined) return tool.fail(`group '${name}' does not exist`, 6);
  needRoot(tool);
  const login = value('n') ?? name;
  const gid = value('g') ?? String(group.gid);
  if (!/^\d+$/.test(gid)) return tool.fail(`invalid group ID '${gid}'`, 3);
  if (!NAME.test(login)) return tool.fail(`invalid group name '${login}'`, 3);
  if (login !== name && host.group(login) !== undefined)
    return tool.fail(`group '${login}' already exists`, 9);
  const isTaken = host.group(Number(gid)) !== undefined && Number(gid) !== group.gid;
  if (isTaken && !options.some((option) => option.name === 'o'))
    return tool.fail(`GID '${gid}' already exists`, 4);
  const renamed = lines(tool, 'group').map((line) => {
    const fields = line.split(':');
    return fields[0] === name ? fields.with(0, login).with(2, gid).join(':') : line;
  });
  write(tool, 'group', renamed);
  const users = lines(tool, 'passwd').map((line) => {
    const fields = line.split(':');
    return fields[3] === String(group.gid) ? fields.with(3, gid).join(':') : line;
  });
  write(tool, 'passwd', users);
  yield* tool.drain();
  return 0;
}

function* runGroupdel(tool: Tool): ToolRun {
  const { operands } = tool.options({ short: 'fhR:' }, { misuseCode: 2 });
  const [name] = operands;
  const group = tool.context.host.group(name ?? '');
  if (name === undefined || group === undefined) return tool.fail(`group '${name ?? ''}' does not exist`, 6);
  needRoot(tool);
  const owner = lines(tool, 'passwd').find((line) => Number(line.split(':')[3]) === group.gid);
  if (owner !== undefined)
    return tool.fail(`cannot remove the primary group of user '${owner.split(':')[0] ?? ''}'`, 8);
  write(
    tool,
    'group',
    lines(tool, 'group').filter((line) => !line.startsWith(`${name}:`)),
  );
  yield* tool.drain();
  return 0;
}

function* runGpasswd(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    { short: 'a:d:hQ:rRA:M:', long: { 'add:': 'a', 'delete:': 'd' } },
    { misuseCode: 2 },
  );
  const [name] = operands;
  if (name === undefined || tool.context.host.group(name) === undefined)
    return tool.fail(`group '${name ?? ''}' does not exist in /etc/group`, 3);
  if (tool.context.who.uid !== 0) return tool.fail('Permission denied.', 1);
  for (const { name: option, value = '' } of options) {
    if (tool.context.host.user(value) === undefined) return tool.fail(`user '${value}' does not exist`, 3);
    tool.line(
      option === 'a' ? `Adding user ${value} to group ${name}` : `Removing user ${value} from group ${name}`,
    );
    if (option === 'd' && tool.context.host.group(name)?.members.includes(value) !== true)
      return tool.fail(`user '${value}' is not a member of '${name}'`, 3);
    setMembers(tool, (group, members) =>
      group !== name
        ? members
        : option === 'a'
          ? [...members.filter((member) => member !== value), value]
          : members.filter((member) => member !== value),
    );
  }
  yield* tool.drain();
  return 0;
}

function findUser(tool: Tool, name: string): UserRecord {
  const user = tool.context.host.user(name);
  if (user === undefined || user.name !== name) return tool.fail(`user '${name}' does not exist`, 1);
  return user;
}

function* runPasswd(tool: Tool): ToolRun {
  const { options, operands } = tool.options(
    {
      short: 'adehi:kln:qr:R:Suw:x:',
      long: { delete: 'd', expire: 'e', lock: 'l', status: 'S', unlock: 'u', all: 'a', quiet: 'q' },
    },
    { misuseCode: 6 },
  );
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const { context } = tool;
  const own = context.host.user(context.who.uid)?.name ?? 'root';
  if (context.who.uid !== 0 && ['a', 'd', 'e', 'i', 'l', 'n', 'u', 'w', 'x'].some(has)) {
    tool.complain('Permission denied.');
    return 1;
  }
  const { name } = findUser(tool, operands[0] ?? own);
  if (name !== own && context.who.uid !== 0) {
    tool.complain(`You may not view or modify password information for ${name}.`);
    return 1;
  }
  if (has('S')) {
    const fields =
      lines(tool, 'shadow')
        .find((line) => line.startsWith(`${name}:`))
        ?.split(':') ?? [];
    const [, hash = '', changed = '0', least = '0', most = '99999', warn = '7', idle = ''] = fields;
    const state = hash === '' ? 'NP' : /^[!*]/.test(hash) ? 'L' : 'P';
    tool.line(
      `${name} ${state} ${strftime('%Y-%m-%d', Number(changed) * 86_400_000_000)} ${least} ${most} ${warn} ${idle === '' ? '-1' : idle}`,
    );
    yield* tool.drain();
    return 0;
  }
  if (has('l') || has('u') || has('d') || has('e')) {
    if (context.who.uid !== 0) return tool.fail('Permission denied.', 1);
    if (has('l')) editPassword(tool, name, (hash) => (hash.startsWith('!') ? hash : `!${hash}`));
    if (has('u') && !hasPassword(tool, name)) {
      tool.complain('unlocking the password would result in a passwordless account.');
      tool.note('You should set a password with usermod -p to unlock the password of this account.\n');
      return 3;
    }
    if (has('u')) editPassword(tool, name, (hash) => hash.replace(/^!/, ''));
    if (has('d')) editPassword(tool, name, () => '');
    if (has('e')) expirePassword(tool, name);
    tool.line('passwd: password changed.');
    yield* tool.drain();
    return 0;
  }
  const asked: string[] = [];
  for (const question of ['New password: ', 'Retype new password: ']) asked.push(yield* ask(tool, question));
  const [first = '', again = ''] = asked;
  if (first === '') {
    tool.note('No password has been supplied.\n');
    tool.note('passwd: Authentication token manipulation error\npasswd: password unchanged\n');
    return 10;
  }
  if (first !== again) {
    tool.note(
      'Sorry, passwords do not match.\npasswd: Authentication token manipulation error\npasswd: password unchanged\n',
    );
    return 10;
  }
  editPassword(tool, name, () => hashPassword(first, name), true);
  tool.note('passwd: password updated successfully\n');
  yield* tool.drain();
  return 0;
}

function* runChpasswd(tool: Tool): ToolRun {
  tool.options({ short: 'c:ehmR:s:', long: { encrypted: 'e' } });
  needRoot(tool);
  const text = yield* tool.context.readAll();
  let line = 0;
  let code = 0;
  for (const row of text.split('\n')) {
    line++;
    if (row === '') continue;
    const cut = row.indexOf(':');
    const name = row.slice(0, Math.max(0, cut));
    if (cut < 0) tool.complain(`line ${line}: missing new password`);
    else if (tool.context.host.user(name) === undefined)
      tool.complain(
        `(user ${name}) pam_chauthtok() failed, error:\nAuthentication token manipulation error\n${tool.name}: (line ${line}, user ${name}) password not changed`,
      );
    else {
      editPassword(tool, name, () => hashPassword(row.slice(cut + 1), name), true);
      continue;
    }
    code = 1;
  }
  yield* tool.drain();
  return code;
}

function* ask(tool: Tool, question: string): Step<string> {
  yield* tool.flush();
  yield* tool.context.err(question);
  const terminal = tool.context.host.terminals.find(tool.context.stdin.tty ?? '');
  terminal?.setAttributes({ echo: false });
  const answer = yield* tool.context.readLine();
  terminal?.setAttributes({ echo: true });
  return answer.replace(/\n$/, '');
}
