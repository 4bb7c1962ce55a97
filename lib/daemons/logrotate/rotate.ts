/** Decides which logs are due, and moves them on. Messages and their order: logrotate 3.21 with -v, recorded. */
import { civilFromMicros, strftime } from '../../std/civil';
import { fnmatch } from '../../std/fnmatch';
import { FileError, type Stat } from '../../world/files.contract';
import type { ProgramContext, Wait, Wake } from '../../world/process.contract';
import { type Block, reasonOf, type ScriptName } from './config';
import { firstSeen } from './state';

type Run<T> = Generator<Wait, T, Wake>;
export interface Work {
  readonly context: ProgramContext;
  readonly state: Map<string, number>;
  readonly now: number;
  readonly isDry: boolean;
  readonly isForced: boolean;
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
}
const DAY = 86_400_000_000;
const PERIODS: Readonly<Record<Exclude<Block['period'], 'size'>, string>> = {
  hourly: 'hourly ',
  daily: 'after 1 days ',
  weekly: 'weekly ',
  monthly: 'monthly ',
  yearly: 'yearly ',
};

/** Whether all went well. */
export function* rotateBlock(work: Work, block: Block): Run<boolean> {
  const { say } = work;
  say(
    `\nrotating pattern: ${block.pattern} ${
      work.isForced
        ? 'forced from command line '
        : block.period === 'size'
          ? `${block.size} bytes `
          : PERIODS[block.period]
    }${block.rotate > 0 ? `(${block.rotate} rotations)` : '(no old logs will be kept)'}`,
  );
  say(
    `${block.oldFolder === undefined ? '' : `olddir is ${block.oldFolder}, `}empty log files are ${block.ifEmpty ? '' : 'not '}rotated, ${
      block.minSize > 0 ? `only log files >= ${block.minSize} bytes are rotated, ` : ''
    }${block.maxSize > 0 ? `log files >= ${block.maxSize} are rotated earlier, ` : ''}${
      block.minAge > 0 ? `only log files older than ${block.minAge} days are rotated, ` : ''
    }old logs are removed`,
  );
  if (block.files.length === 0) {
    say('No logs found. Rotation not needed.');
    return true;
  }
  let good = true;
  const due: Due[] = [];
  for (const path of block.files) {
    const found = isDue(work, block, path);
    if (found === 'wrong') good = false;
    else if (found !== 'no') due.push({ path, info: found });
    if (!work.state.has(path)) remember(work, path);
  }
  if (due.length > 0 && !(yield* runScript(work, block, 'firstaction', block.pattern, true))) return false;
  const groups = block.shared ? [due] : due.map((one) => [one]);
  for (const group of groups) if (!(yield* rotateGroup(work, block, group))) good = false;
  if (block.shared && due.length === 0 && good) {
    if (block.scripts.prerotate !== undefined)
      say('not running prerotate script, since no logs will be rotated');
    if (block.scripts.postrotate !== undefined)
      say('not running postrotate script, since no logs were rotated');
  }
  if (due.length > 0 && !(yield* runScript(work, block, 'lastaction', block.pattern, true))) good = false;
  return good;
}
interface Due {
  readonly path: string;
  readonly info: Stat;
}
function remember(work: Work, path: string): void {
  work.say('Creating new state');
  work.state.set(path, firstSeen(work.now));
}

// ---------------------------------------------------------------- what is due
function isDue(work: Work, block: Block, path: string): Stat | 'no' | 'wrong' {
  const { context, say, complain, now } = work;
  say(`considering log ${path}`);
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  const above = context.fs.stat(folder, context.who);
  const info = above instanceof FileError ? above : context.fs.lstat(path, context.who);
  if (info instanceof FileError) {
    if (block.missingOk && info.errno === 'ENOENT') {
      say(`  log ${path} does not exist -- skipping`);
      return 'no';
    }
    complain(`stat of ${above instanceof FileError ? folder : path} failed: ${reasonOf(info)}`);
    return 'wrong';
  }
  if (block.su === undefined && !(above instanceof FileError) && isOpenToOthers(above)) {
    complain(
      `skipping "${path}" because parent directory has insecure permissions (It's world writable or writable by group which is not "root") Set "su" directive in config file to tell logrotate which user/group should be used for rotation.`,
    );
    return 'wrong';
  }
  if (!work.state.has(path)) remember(work, path);
  if (info.kind === 'symlink') {
    say(
      `  log ${path} is symbolic link. Rotation of symbolic links is not allowed to avoid security issues -- skipping.`,
    );
    return 'no';
  }
  const last = work.state.get(path) ?? now;
  say(`  Now: ${stamp(now)}\n  Last rotated at ${stamp(last)}`);
  const reason = reasonAgainst(work, block, info, last);
  say(reason === undefined ? '  log needs rotating' : `  log does not need rotating (${reason})`);
  return reason === undefined ? info : 'no';
}
function isOpenToOthers(folder: Stat): boolean {
  return (folder.mode & 0o002) !== 0 || ((folder.mode & 0o020) !== 0 && folder.gid !== 0);
}
const stamp = (at: number): string => strftime('%Y-%m-%d %H:%M', at);

function reasonAgainst(work: Work, block: Block, info: Stat, last: number): string | undefined {
  if (!work.isForced) {
    const reason = notYet(work, block, info, last);
    const isBig = block.maxSize > 0 && info.size >= block.maxSize;
    if (reason !== undefined && !(isBig && block.period !== 'size')) return reason;
    if (block.period !== 'size' && block.minSize > 0 && info.size < block.minSize)
      return "'minsize' directive is used and the log size is smaller than the minsize value";
    if (block.minAge > 0 && work.now - info.mtime < block.minAge * DAY)
      return "'minage' directive is used and the log age is smaller than the minage days";
  }
  return !block.ifEmpty && info.size === 0 ? 'log is empty' : undefined;
}
function notYet({ now }: Work, block: Block, info: Stat, last: number): string | undefined {
  if (block.period === 'size')
    return info.size >= block.size ? undefined : "log size is below the 'size' threshold";
  const [a, b] = [civilFromMicros(now), civilFromMicros(last)];
  const sameMonth = a.year === b.year && a.month === b.month;
  const sameDay = sameMonth && a.day === b.day;
  if (sameDay && a.hour === b.hour) return 'log has already been rotated';
  const days = Math.floor(now / DAY) - Math.floor(last / DAY);
  // 1 January 1970 was a Thursday.
  const weekday = (Math.floor(now / DAY) + 4) % 7;
  const isNew = {
    hourly: true,
    daily: !sameDay,
    weekly: days >= 7 || (days >= 1 && weekday === block.weekday),
    monthly: !sameMonth,
    yearly: a.year !== b.year,
  }[block.period];
  if (isNew) return undefined;
  const name = { hourly: 'n hour', daily: ' day', weekly: ' week', monthly: ' month', yearly: ' year' };
  return `log has been rotated at ${stamp(last)}, which is less than a${name[block.period]} ago`;
}

// ---------------------------------------------------------------- scripts
/** Runs a script of the block, if it has one; false when it failed. */
function* runScript(
  work: Work,
  block: Block,
  name: ScriptName,
  argument: string,
  isShared: boolean,
): Run<boolean> {
  const script = block.scripts[name];
  if (script === undefined) return true;
  const { context } = work;
  const title = name.replace('action', ' action');
  work.say(`running ${title} script`);
  if (work.isDry) {
    work.say(`running script with arg ${argument}: "\n${script}"`);
    return true;
  }
  const pid = context.spawn({
    argv: ['sh', '-c', `\n${script}`, 'logrotate_script', argument],
    path: '/bin/sh',
  });
  const status = typeof pid === 'number' ? yield* context.wait(pid) : { code: 127, signal: undefined };
  if (status.code === 0 && status.signal === undefined) return true;
  const kind = name.endsWith('action')
    ? `${title} script for `
    : `${isShared ? 'shared' : 'non-shared'} ${title} script for ${isShared ? '' : `${argument} of `}`;
  work.complain(`error running ${kind}'${block.pattern}'`);
  return false;
}

// ---------------------------------------------------------------- moving
interface Plan extends Due {
  /** Where the log goes, and what is removed in the end. */
  readonly target: string;
  disposed: string | undefined;
}
/** Logs that share their scripts, or a single one. */
function* rotateGroup(work: Work, block: Block, group: readonly Due[]): Run<boolean> {
  if (group.length === 0) return true;
  let good = true;
  const plans: Plan[] = [];
  for (const one of group) {
    const plan = yield* prepare(work, block, one);
    if (plan === undefined) good = false;
    else plans.push(plan);
  }
  if (plans.length === 0) return good;
  const argument = block.shared ? block.pattern : (plans[0]?.path ?? '');
  if (!(yield* runScript(work, block, 'prerotate', argument, block.shared))) return false;
  const moved = plans.filter((plan) => moveOn(work, block, plan));
  if (moved.length < plans.length) good = false;
  if (moved.length > 0 && !(yield* runScript(work, block, 'postrotate', argument, block.shared)))
    return false;
  for (const plan of moved) {
    if (block.compress && !block.delayCompress && plan.disposed !== plan.target)
      yield* compress(work, plan.target);
    if (plan.disposed !== undefined) {
      work.say(`removing old log ${plan.disposed}`);
      if (!work.isDry) work.context.fs.unlink(plan.disposed, work.context.who);
    }
    work.state.set(plan.path, work.now);
  }
  return good;
}
/** Makes room: older logs go one place further, or those of earlier dates are counted. */
function* prepare(work: Work, block: Block, due: Due): Run<Plan | undefined> {
  const { say, context, now } = work;
  const { path } = due;
  say(`rotating log ${path}, log->rotateCount is ${block.rotate}`);
  const cut = path.lastIndexOf('/');
  const folder = folderOf(block, path.slice(0, cut));
  const name = path.slice(cut + 1);
  const format = block.dateFormat ?? (block.period === 'hourly' ? '-%Y%m%d%H' : '-%Y%m%d');
  if (block.dateFormat !== undefined) say(`Converted '${format}' -> '${format}'`);
  const suffix = strftime(format, now);
  const pattern = format.replace(/%Y/g, '[0-9][0-9][0-9][0-9]').replace(/%[A-Za-z]/g, '[0-9][0-9]');
  say(`dateext suffix '${suffix}'\nglob pattern '${pattern}'`);
  const packed = block.compress ? '.gz' : '';
  if (block.dateExtension) {
    const target = `${folder}/${name}${suffix}`;
    if (block.compress && block.delayCompress) yield* compressEarlier(work, folder, `${name}${pattern}`);
    const older = matching(work, folder, `${name}${pattern}${packed}`);
    if (older.length === 0) say('glob finding old rotated logs failed');
    if ([target, target + packed].some((one) => context.fs.exists(one))) {
      work.complain(
        `destination ${context.fs.exists(target) ? target : target + packed} already exists, skipping rotation`,
      );
      return undefined;
    }
    const surplus = older.slice(0, Math.max(0, older.length - Math.max(block.rotate, 1) + 1));
    const disposed = surplus.pop();
    for (const one of surplus) if (!work.isDry) context.fs.unlink(one, context.who);
    return { ...due, target, disposed };
  }
  const place = (number: number): string => `${folder}/${name}.${number}`;
  const first = place(block.start);
  if (block.compress && block.delayCompress) {
    if (context.fs.exists(first)) yield* compress(work, first);
    else say(`previous log ${first} does not exist`);
  }
  const count = Math.max(1, block.rotate);
  for (let i = count + block.start - 1; i >= block.start; i--) {
    const [from, to] = [place(i) + packed, place(i + 1) + packed];
    say(`renaming ${from} to ${to} (rotatecount ${count}, logstart ${block.start}, i ${i}), `);
    if (work.isDry) continue;
    if (!context.fs.exists(from)) say(`old log ${from} does not exist`);
    else context.fs.rename(from, to, context.who);
  }
  const last = place(count + block.start) + packed;
  if (!context.fs.exists(last)) say(`log ${last} doesn't exist -- won't try to dispose of it`);
  return { ...due, target: first, disposed: context.fs.exists(last) ? last : undefined };
}
function folderOf({ oldFolder }: Block, own: string): string {
  if (oldFolder === undefined) return own;
  return oldFolder.startsWith('/') ? oldFolder : `${own}/${oldFolder}`;
}
function matching({ context }: Work, folder: string, pattern: string): string[] {
  const names = context.fs.readdir(folder, context.who);
  const isMatch = fnmatch(pattern);
  return names instanceof FileError
    ? []
    : names
        .filter((name) => isMatch(name))
        .sort()
        .map((name) => `${folder}/${name}`);
}
function* compressEarlier(work: Work, folder: string, pattern: string): Run<void> {
  for (const path of matching(work, folder, pattern)) yield* compress(work, path);
}
/** Renames or copies the log itself; false when it could not. */
function moveOn(work: Work, block: Block, plan: Plan): boolean {
  const { context, say, complain, isDry } = work;
  const { fs } = context;
  const who = block.su === undefined ? context.who : { ...block.su, groups: [] };
  const { path, target, info } = plan;
  if (block.copy || block.copyTruncate) {
    say(`copying ${path} to ${target}`);
    if (isDry) {
      if (block.copyTruncate) say(`truncating ${path}`);
      return true;
    }
    const text = fs.readFile(path, who);
    const written =
      text instanceof FileError ? text : fs.writeFile(target, text, who, { mode: info.mode & 0o7777 });
    if (written instanceof FileError) {
      complain(`error creating output file ${target}: ${reasonOf(written)}`);
      return false;
    }
    if (block.copyTruncate) {
      say(`truncating ${path}`);
      fs.writeFile(path, '', who);
    } else say(`Not truncating ${path}`);
    return true;
  }
  say(`renaming ${path} to ${target}`);
  const moved = isDry ? undefined : fs.rename(path, target, who);
  if (moved instanceof FileError) {
    complain(`failed to rename ${path} to ${target}: ${reasonOf(moved)}`);
    return false;
  }
  if (block.rotate === 0) {
    say(`disposeName will be ${target}`);
    plan.disposed = target;
  }
  if (block.create === undefined) return true;
  const { mode = info.mode & 0o7777, uid = info.uid, gid = info.gid } = block.create;
  say(`creating new ${path} mode = 0${mode.toString(8)} uid = ${uid} gid = ${gid}`);
  if (isDry) return true;
  const made = fs.writeFile(path, '', who, { mode });
  if (made instanceof FileError) {
    complain(`error creating output file ${path}: ${reasonOf(made)}`);
    return false;
  }
  fs.chmod(path, mode, who);
  fs.chown(path, uid, gid, who);
  return true;
}
function* compress(work: Work, path: string): Run<void> {
  const { context } = work;
  work.say('compressing log with: /bin/gzip');
  if (work.isDry) return;
  const pid = context.spawn({ argv: ['gzip', '-f', path], path: '/bin/gzip' });
  const status = typeof pid === 'number' ? yield* context.wait(pid) : undefined;
  if (status?.code !== 0) work.complain(`failed to compress log ${path}`);
}
