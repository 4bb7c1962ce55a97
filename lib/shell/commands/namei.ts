/** namei(1) of util-linux: a path, step by step. */
import { FileError, type Stat } from '../../world/files.contract';
import { errnoText } from './errno-text';
import { modeString } from './modes';
import { groupName, userName } from './owners';
import type { Command, Tool, ToolRun } from './tool';

export const namei: Command = {
  name: 'namei',
  package: 'util-linux',
  paths: ['/usr/bin/namei'],
  synopsis: 'namei [options] <pathname>...',
  summary: 'Follow a pathname until a terminal point is found.',
  run,
};

interface Settings {
  modes: boolean;
  owners: boolean;
  vertical: boolean;
  follows: boolean;
  mountPoints: boolean;
  widths: { user: number; group: number };
}
interface Step {
  readonly name: string;
  readonly depth: number;
  readonly found: Stat | FileError;
  readonly link: string | undefined;
  readonly isMountPoint: boolean;
}
const MOST_LINKS = 40;
const KINDS: Readonly<Record<string, string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  socket: 's',
  device: 'c',
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'hlmnovxV',
    long: { long: 'l', modes: 'm', owners: 'o', vertical: 'v', nosymlinks: 'n', mountpoints: 'x' },
  });
  const has = (letters: string): boolean => options.some(({ name }) => letters.includes(name));
  if (operands.length === 0) return tool.misuse('pathname argument is missing');
  let code = 0;
  for (const path of operands) {
    const steps = stepsOf(tool, path, !has('n'));
    const people = steps.flatMap(({ found }) => (found instanceof FileError ? [] : [found]));
    const { host } = tool.context;
    const settings: Settings = {
      modes: has('lm'),
      owners: has('lo'),
      vertical: has('lv'),
      follows: !has('n'),
      mountPoints: has('x'),
      widths: {
        user: Math.max(0, ...people.map(({ uid }) => userName(host, uid).length)),
        group: Math.max(0, ...people.map(({ gid }) => groupName(host, gid).length)),
      },
    };
    tool.line(`f: ${path}`);
    for (const step of steps) {
      tool.line(lineOf(tool, step, settings));
      if (step.found instanceof FileError) code = 1;
    }
    yield* tool.drain();
  }
  return code;
}

function stepsOf(tool: Tool, path: string, follows: boolean): Step[] {
  const steps: Step[] = [];
  const { fs, who } = tool.context;
  const points = fs.mounts().map(({ point }) => point);
  let links = 0;
  const walk = (from: string, rest: string, depth: number): string | undefined => {
    let at = rest.startsWith('/') ? '/' : from;
    if (rest.startsWith('/'))
      steps.push({ name: '/', depth, found: tool.lstat('/'), link: undefined, isMountPoint: true });
    for (const name of rest.split('/').filter((part) => part !== '')) {
      const next = at === '/' ? `/${name}` : `${at}/${name}`;
      const found = fs.lstat(next, who);
      const link =
        found instanceof FileError || found.kind !== 'symlink' ? undefined : fs.readlink(next, who);
      const target = typeof link === 'string' ? link : undefined;
      steps.push({ name, depth, found, link: target, isMountPoint: points.includes(next) });
      if (found instanceof FileError) return undefined;
      if (target === undefined || !follows) at = next;
      else {
        if (++links > MOST_LINKS) return undefined;
        const end = walk(at, target, depth + 1);
        if (end === undefined) return undefined;
        at = end;
      }
    }
    return at;
  };
  walk(tool.resolve('.'), path, 0);
  return steps;
}

function lineOf(tool: Tool, step: Step, settings: Settings): string {
  const { host } = tool.context;
  const { found, depth, name, link } = step;
  const indent = settings.vertical ? '' : ' '.repeat(depth * 2 + 1);
  const inside = settings.vertical ? ' '.repeat(depth * 2) : '';
  if (found instanceof FileError)
    return `${' '.repeat(12 + (settings.vertical ? 0 : 1) + depth * 2)}${name} - ${errnoText(found.errno)}`;
  const full = modeString(found.kind, found.mode);
  const kind = settings.mountPoints && step.isMountPoint ? 'D' : (KINDS[found.kind] ?? full[0] ?? '-');
  const mode = settings.modes ? kind + full.slice(1) : kind;
  const owners = settings.owners
    ? ` ${userName(host, found.uid).padEnd(settings.widths.user)} ${groupName(host, found.gid).padEnd(settings.widths.group)}`
    : '';
  return `${indent}${mode}${owners} ${inside}${name}${link === undefined ? '' : ` -> ${link}`}`;
}
