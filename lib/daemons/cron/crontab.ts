/** crontab(1). Texts recorded in truth/host (§7 of its FACTS). */
import { strftime } from '../../std/civil';
import { FileError } from '../../world/files.contract';
import type { ProgramContext, ProgramRun, Wait, Wake } from '../../world/process.contract';
import type { UserRecord } from '../../world/world.contract';
import { parseOptions } from '../command-options';
import { SPOOL } from './cron';
import { parseTable } from './table';

const ROOT = { uid: 0, gid: 0, groups: [] };
const USAGE = `usage:	crontab [-u user] [-n] file
	crontab [ -u user ] [ -i ] { -e | -l | -r }

	-h	(displays this help message)

	file	(default operation is replace, per 1003.2)
	-n	(dry run: checks the syntax, then bails out)
	-u user	(choose the user whose crontab is touched)

	-e	(edit user's crontab)
	-l	(list user's crontab)
	-r	(delete user's crontab)

	-i	(prompt before deleting user's crontab)
`;
const EDITORS = ['/usr/bin/editor', '/usr/bin/nano', '/usr/bin/vi'];
const HEADER_LINES = 3;
const TEMPLATE = `# Edit this file to introduce tasks to be run by cron.
# 
# Each task to run has to be defined through a single line
# indicating with different fields when the task will be run
# and what command to run for the task
# 
# To define the time you can provide concrete values for
# minute (m), hour (h), day of month (dom), month (mon),
# and day of week (dow) or use '*' in these fields (for 'any').
# 
# Notice that tasks will be started based on the cron's system
# daemon's notion of time and timezones.
# 
# Output of the crontab jobs (including errors) is sent through
# email to the user the crontab file belongs to (unless redirected).
# 
# For example, you can run a backup of all your user accounts
# at 5 a.m every week with:
# 0 5 * * 1 tar -zcf /var/backups/home.tgz /home/
# 
# For more information see the manual pages of crontab(5) and cron(8)
# 
# m h  dom mon dow   command
`;

interface Call {
  context: ProgramContext;
  user: UserRecord;
  path: string;
}

export function* crontab(context: ProgramContext): ProgramRun {
  const parsed = parseOptions(context.argv.slice(1), { short: 'u:lerinh' });
  if (parsed.problem !== undefined) {
    yield* context.err(
      `crontab: ${parsed.problem.kind === 'missing' ? 'option requires an argument' : 'invalid option'} -- '${parsed.problem.option}'\ncrontab: usage error: unrecognized option\n${USAGE}`,
    );
    return 1;
  }
  const given = new Map(parsed.options.map(({ name, value }) => [name, value]));
  const wanted = given.get('u');
  if (wanted !== undefined && context.who.uid !== 0) {
    yield* context.err('must be privileged to use -u\n');
    return 1;
  }
  const user = wanted === undefined ? context.host.user(context.who.uid) : context.host.user(wanted);
  if (user === undefined) {
    yield* context.err(`crontab:  user \`${wanted ?? context.who.uid}' unknown\n`);
    return 1;
  }
  const call: Call = { context, user, path: `${SPOOL}/${user.name}` };
  if (!mayUse(context, user)) {
    yield* context.err(
      `You (${user.name}) are not allowed to use this program (crontab)\nSee crontab(1) for more information\n`,
    );
    return 1;
  }
  const wrong = misuse(given, parsed.operands);
  if (wrong !== undefined) {
    yield* context.err(`${wrong}${USAGE}`);
    return 1;
  }
  if (given.has('l')) return yield* list(call);
  if (given.has('r')) return yield* remove(call, given.has('i'));
  if (given.has('e')) return yield* edit(call);
  const [file] = parsed.operands;
  const dry = given.has('n');
  // Without a file Debian's crontab reads standard input.
  if (file === undefined) return yield* replace(call, yield* context.readAll(), '-', dry);
  if (file === '-') return yield* replace(call, yield* context.readAll(), '-', dry);
  const text = context.fs.readFile(context.resolve(file), context.who);
  if (text instanceof FileError) {
    yield* context.err(
      `${file}: ${text.errno === 'EACCES' ? 'Permission denied' : 'No such file or directory'}\n`,
    );
    return 1;
  }
  return yield* replace(call, text, file, dry);
}
/** One of the operations, without operands, or one file. */
function misuse(given: ReadonlyMap<string, string>, operands: readonly string[]): string | undefined {
  if (given.has('h')) return '';
  const operations = ['l', 'r', 'e'].filter((letter) => given.has(letter));
  if (operations.length > 1) return 'crontab: usage error: only one operation permitted\n';
  if (operations.length === 1)
    return operands.length > 0
      ? 'crontab: usage error: no arguments permitted after this option\n'
      : undefined;
  return operands.length === 0 && given.size > 0
    ? 'crontab: usage error: file name must be specified for replace\n'
    : undefined;
}
/** cron.allow, else cron.deny, else everybody. */
function mayUse(context: ProgramContext, user: UserRecord): boolean {
  if (context.who.uid === 0) return true;
  const listed = (path: string): boolean | undefined => {
    const text = context.fs.readFile(path, ROOT);
    return text instanceof FileError ? undefined : text.split('\n').some((line) => line.trim() === user.name);
  };
  return listed('/etc/cron.allow') ?? !(listed('/etc/cron.deny') ?? false);
}
function log({ context, user }: Call, what: string): void {
  const me = context.host.user(context.who.uid)?.name ?? '';
  context.syslog({
    facility: 'cron',
    priority: 'info',
    tag: 'crontab',
    text: `(${me}) ${what} (${user.name})`,
  });
}
function current({ context, path }: Call): string | undefined {
  const text = context.fs.readFile(path, ROOT);
  if (text instanceof FileError) return undefined;
  const lines = text.split('\n');
  return lines[0]?.startsWith('# DO NOT EDIT THIS FILE') === true
    ? lines.slice(HEADER_LINES).join('\n')
    : text;
}

function* list(call: Call): Generator<Wait, number, Wake> {
  log(call, 'LIST');
  const text = current(call);
  if (text === undefined) {
    yield* call.context.err(`no crontab for ${call.user.name}\n`);
    return 1;
  }
  yield* call.context.out(text);
  return 0;
}
function* remove(call: Call, asks: boolean): Generator<Wait, number, Wake> {
  const { context } = call;
  if (asks && current(call) === undefined) {
    yield* context.err(`no crontab for ${call.user.name}\n`);
    return 1;
  }
  if (asks) {
    yield* context.out(`crontab: really delete ${call.user.name}'s crontab? (y/n) `);
    for (;;) {
      const line = yield* context.readLine();
      if (/^y/i.test(line)) break;
      // The real one asks for ever when its input has ended.
      if (line === '' || /^n/i.test(line)) return 0;
      yield* context.err('Please enter Y or N: ');
    }
  }
  log(call, 'DELETE');
  if (context.fs.unlink(call.path, ROOT) === undefined) return 0;
  yield* context.err(`no crontab for ${call.user.name}\n`);
  return 1;
}
/** @returns 0 installed, 1 refused */
function* replace(call: Call, text: string, from: string, dry: boolean): Generator<Wait, number, Wake> {
  const { context, user, path } = call;
  if (text !== '' && !text.endsWith('\n')) {
    yield* context.err("new crontab file is missing newline before EOF, can't install.\n");
    return 1;
  }
  const { problem } = parseTable(text, { system: false, user: user.name, isUser: () => true });
  if (problem !== undefined) {
    yield* context.err(
      `"${from}":${problem.line}: ${problem.text}\nerrors in crontab file, can't install.\n`,
    );
    return 1;
  }
  if (dry) {
    yield* context.err('The syntax of the crontab file was successfully checked.\n');
    return 0;
  }
  const header = `# DO NOT EDIT THIS FILE - edit the master and reinstall.\n# (${from} installed on ${strftime('%a %b %e %H:%M:%S %Y', context.host.clock())})\n# (Cron version -- $Id: crontab.c,v 2.13 1994/01/17 03:20:37 vixie Exp $)\n`;
  const failed = context.fs.writeFile(path, header + text, ROOT, { mode: 0o600 });
  if (failed !== undefined) {
    yield* context.err(
      `${path}: ${failed.errno === 'ENOSPC' ? 'No space left on device' : 'Permission denied'}\n`,
    );
    return 1;
  }
  context.fs.chmod(path, 0o600, ROOT);
  context.fs.chown(path, user.uid, context.host.group('crontab')?.gid ?? 0, ROOT);
  log(call, 'REPLACE');
  return 0;
}
function* edit(call: Call): Generator<Wait, number, Wake> {
  const { context, user } = call;
  log(call, 'BEGIN EDIT');
  const before = current(call);
  if (before === undefined) yield* context.err(`no crontab for ${user.name} - using an empty one\n`);
  const start = before ?? TEMPLATE;
  const copy = `/tmp/crontab.${context.pid}`;
  context.fs.writeFile(copy, start, context.who, { mode: 0o600 });
  const wanted = ['VISUAL', 'EDITOR']
    .map((name) => context.env.get(name))
    .find((text) => text !== undefined && text !== '');
  // What the environment names is a line for the shell.
  const editor = wanted ?? EDITORS.find((path) => context.fs.exists(path));
  if (editor === undefined) {
    yield* context.err(
      '/bin/sh: 1: /usr/bin/sensible-editor: not found\ncrontab: "/usr/bin/sensible-editor" exited with status 127\n',
    );
    return 1;
  }
  const made = context.fs.stat(copy, context.who);
  const opened = made instanceof FileError ? 0 : made.ino;
  for (;;) {
    const child = context.spawn({ argv: ['sh', '-c', `${editor} ${copy}`], path: '/bin/sh' });
    const { code = 1 } = typeof child === 'number' ? yield* context.wait(child) : {};
    if (code !== 0) {
      yield* context.err(`crontab: "${editor}" exited with status ${code}\n`);
      context.fs.unlink(copy, context.who);
      return 1;
    }
    // It has kept the file open: another one put in its place (`sed -i`) is not looked at.
    const after = context.fs.stat(copy, context.who);
    const isSame = !(after instanceof FileError) && after.ino === opened;
    const text = context.fs.readFile(copy, context.who);
    const changed = text instanceof FileError || !isSame ? start : text;
    if (changed === start) {
      yield* context.err('No modification made\n');
      break;
    }
    yield* context.err('crontab: installing new crontab\n');
    if ((yield* replace(call, changed, copy, false)) === 0) break;
    yield* context.out('Do you want to retry the same edit? (y/n) ');
    if (!/^y/i.test(yield* context.readLine())) {
      yield* context.err('crontab: edits left in ' + copy + '\n');
      return 1;
    }
  }
  context.fs.unlink(copy, context.who);
  log(call, 'END EDIT');
  return 0;
}
