/** Names and ssh keys that every host knows, as a directory service would tell them when machines come and go. */
import { hostsFile, knownHostsFile } from '../../scenario/build';
import type { Scenario } from '../../scenario/schema';
import { byteLength } from '../../std/bytes';
import { ROOT } from '../../world/files';
import { FileError } from '../../world/files.contract';
import type { Host, World } from '../../world/world.contract';
import { LEARNER } from './compile';

const KNOWN_HOSTS = `/home/${LEARNER}/.ssh/known_hosts`;

/** A block of lines that all hosts have in one of their files, and what it becomes. */
interface Block {
  path: string;
  before: string;
  after: string;
}

/** Writes on every host what changed from one lab to the other; lines of others' hands stay. */
export function tellNames(world: World, before: Scenario, after: Scenario): void {
  const told = toldBy(before);
  const blocks = Object.entries(toldBy(after))
    .map(([path, text]): Block => ({ path, before: told[path] ?? '', after: text }))
    .filter((block) => block.before !== block.after);
  for (const block of blocks) for (const host of world.hosts()) rewrite(host, block);
}

/** The block of each file, written once for each scenario: what was told last is what the next change begins with. */
const TOLD = new WeakMap<Scenario, Readonly<Record<string, string>>>();
function toldBy(scenario: Scenario): Readonly<Record<string, string>> {
  const known = TOLD.get(scenario);
  if (known !== undefined) return known;
  const made = { '/etc/hosts': hostsFile(scenario), [KNOWN_HOSTS]: knownHostsFile(scenario) };
  TOLD.set(scenario, made);
  return made;
}

function rewrite(host: Host, { path, before, after }: Block): void {
  const opened = host.fs.open(path, ROOT, { read: true, write: true, create: true, mode: 0o644 });
  if (opened instanceof FileError) return;
  const text = host.fs.readInode(opened.ino);
  // Who was carried in a moment ago has the new block, which may end like the old one.
  if (after.length > before.length && endsWithLines(text, after)) return;
  const rest = restOf(text, before);
  if (rest === undefined) {
    const next = merged(text, before, after);
    if (next !== text) host.fs.writeInode(opened.ino, next);
    return;
  }
  // A file that is nothing but the block is one text for all hosts; the block in others is counted once for all.
  host.fs.writeInode(opened.ino, rest + after, byteLength(rest) + byteLength(after));
}
/** The usual case: the block ends the file as it was written. Undefined when somebody has changed it. */
function restOf(text: string, block: string): string | undefined {
  return endsWithLines(text, block) ? text.slice(0, -block.length) : undefined;
}
function endsWithLines(text: string, lines: string): boolean {
  // Not `endsWith`: that looks at one character after the other.
  return lines !== '' && text.slice(-lines.length) === lines && (text.at(-lines.length - 1) ?? '\n') === '\n';
}
/** Lines that have gone are taken out one by one, those that are missing stand at the end. */
function merged(text: string, before: string, after: string): string {
  const wanted = linesOf(after);
  const isWanted = new Set(wanted);
  const gone = new Set(linesOf(before).filter((line) => !isWanted.has(line)));
  const kept = text.split('\n').filter((line) => !gone.has(line));
  while (kept.at(-1) === '') kept.pop();
  const there = new Set(kept);
  return `${[...kept, ...wanted.filter((line) => !there.has(line))].join('\n')}\n`;
}
function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
