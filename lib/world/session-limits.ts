/**
 * pam_limits(8): what limits.conf(5) gives the processes of a session (su, sudo, sshd, cron). Not modelled:
 * `maxlogins`, `maxsyslogins`, `priority`, `nice`, `chroot`, and limits set for ranges of user ids.
 */
import { ROOT } from './files';
import type { ProcessState } from './process.contract';
import type { Host, UserRecord } from './world.contract';

interface Item {
  /** Line of /proc/PID/limits, and how many of its units one of the file's is. */
  readonly line: string;
  readonly scale: number;
}
const ITEMS: Readonly<Record<string, Item>> = {
  core: { line: 'Max core file size', scale: 1024 },
  data: { line: 'Max data size', scale: 1024 },
  fsize: { line: 'Max file size', scale: 1024 },
  memlock: { line: 'Max locked memory', scale: 1024 },
  nofile: { line: 'Max open files', scale: 1 },
  rss: { line: 'Max resident set', scale: 1024 },
  stack: { line: 'Max stack size', scale: 1024 },
  cpu: { line: 'Max cpu time', scale: 60 },
  nproc: { line: 'Max processes', scale: 1 },
  as: { line: 'Max address space', scale: 1024 },
  locks: { line: 'Max file locks', scale: 1 },
  sigpending: { line: 'Max pending signals', scale: 1 },
  msgqueue: { line: 'Max msgqueue size', scale: 1 },
  rtprio: { line: 'Max realtime priority', scale: 1 },
};
const WITHOUT_EFFECT = new Set(['maxlogins', 'maxsyslogins', 'priority', 'nice', 'chroot', 'nonewprivs']);
const UNLIMITED = 'unlimited';
const MAIN_FILE = '/etc/security/limits.conf';
const FOLDER = '/etc/security/limits.d';

/** How near a line is to the user: a nearer one is not overruled. Source: pam_limits.c `LIMITS_DEF_USER` and after it. */
type Nearness = 0 | 1 | 2;
const USER: Nearness = 0;
const GROUP: Nearness = 1;
const ALL: Nearness = 2;
interface Rule {
  readonly nearness: Nearness;
  readonly kind: string;
  readonly item: Item;
  readonly value: string;
}

/**
 * The limits of a session of `user` whose parent has `before`, by their line of /proc/PID/limits.
 * @param complain hears of lines that cannot be read, in pam_limits' words
 */
export function sessionLimits(
  host: Host,
  user: UserRecord,
  before: ProcessState['limits'],
  complain: (text: string) => void,
): ProcessState['limits'] {
  const rules = rulesFor(host, user, complain);
  if (rules.length === 0) return before;
  const limits: Record<string, readonly [string, string]> = { ...before };
  const usual = usualLimits(host);
  const nearest = new Map<string, Nearness>();
  for (const { nearness, kind, item, value } of rules) {
    const [softBefore, hardBefore] = limits[item.line] ?? usual(item.line);
    const next: [string, string] = [softBefore, hardBefore];
    for (const [at, name] of ['soft', 'hard'].entries()) {
      if (kind !== '-' && kind !== name) continue;
      const known = nearest.get(`${name} ${item.line}`);
      if (known !== undefined && known < nearness) continue;
      nearest.set(`${name} ${item.line}`, nearness);
      next[at] = value;
    }
    limits[item.line] = next;
  }
  for (const [line, [soft, hard]] of Object.entries(limits))
    if (sizeOf(soft) > sizeOf(hard)) limits[line] = [hard, hard];
  return limits;
}

function rulesFor(host: Host, user: UserRecord, complain: (text: string) => void): Rule[] {
  const names = host.fs.readdir(FOLDER, ROOT);
  const more = Array.isArray(names) ? names.filter((name) => name.endsWith('.conf')).sort() : [];
  const rules: Rule[] = [];
  for (const path of [MAIN_FILE, ...more.map((name) => `${FOLDER}/${name}`)]) {
    const text = host.fs.readFile(path, ROOT);
    if (typeof text !== 'string') continue;
    for (const written of text.split('\n')) {
      const line = written.replace(/#.*/, '').trim();
      if (line === '') continue;
      const rule = ruleOf(host, user, line);
      if (rule === 'invalid') complain(`invalid line '${line}' - skipped`);
      else if (typeof rule === 'string') complain(rule);
      else if (rule !== undefined) rules.push(rule);
    }
  }
  return rules;
}
/** undefined: of somebody else. A text: what is wrong with it. */
function ruleOf(host: Host, user: UserRecord, line: string): Rule | string | undefined {
  const [domain = '', kind = '', name = '', value = ''] = line.split(/\s+/);
  if (value === '' && !(kind === '-' && name === '')) return 'invalid';
  const nearness = nearnessOf(host, user, domain);
  if (nearness === undefined || name === '') return undefined;
  const lower = kind.toLowerCase();
  if (lower !== '-' && lower !== 'soft' && lower !== 'hard') return `unknown limit type '${kind}'`;
  const item = ITEMS[name];
  if (item === undefined) return WITHOUT_EFFECT.has(name) ? undefined : `unknown limit item '${name}'`;
  if (/^(-|-1|unlimited|infinity)$/.test(value)) return { nearness, kind: lower, item, value: UNLIMITED };
  if (!/^\d+$/.test(value)) return `wrong limit value '${value}' for limit type '${lower}'`;
  return { nearness, kind: lower, item, value: String(Number(value) * item.scale) };
}
/** Root is meant by name only. */
function nearnessOf(host: Host, user: UserRecord, domain: string): Nearness | undefined {
  if (domain === user.name) return USER;
  if (user.uid === 0) return undefined;
  if (domain === '*') return ALL;
  if (!domain.startsWith('@')) return undefined;
  const group = host.group(domain.slice(1));
  if (group === undefined) return undefined;
  return user.gid === group.gid || user.groups.includes(group.gid) ? GROUP : undefined;
}
/** What a process has whose limits nobody changed, as /proc tells it of process 1's children. */
function usualLimits(host: Host): (line: string) => readonly [string, string] {
  const pid = [...host.state.processes.values()].find(({ limits }) => limits === undefined)?.pid;
  const file = pid === undefined ? undefined : host.fs.readFile(`/proc/${pid}/limits`, ROOT);
  const lines = typeof file === 'string' ? file.split('\n') : [];
  return (line) => {
    const [, soft, hard] = /^.{26}(\S+)\s+(\S+)/.exec(lines.find((one) => one.startsWith(line)) ?? '') ?? [];
    return [soft ?? UNLIMITED, hard ?? UNLIMITED];
  };
}
function sizeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}
