/** Whose a file is to be on the receiver: names lead, numbers follow. Source: rsync(1) "--owner", "--usermap". */
import type { RsyncSettings } from './options';
import type { FileInfo, Identity } from './tree';

export interface Ownership {
  /** What is to be set; undefined: left as it is. */
  of(info: FileInfo): { uid: number | undefined; gid: number | undefined };
}

/** A name of a map that no account has. */
export class UnknownName extends Error {}

/** @throws UnknownName */
export function makeOwnership(settings: RsyncSettings, sender: Identity, receiver: Identity): Ownership {
  const users = translator(settings.userMap, sender.users, receiver.users, settings.numericIds, 'user');
  const groups = translator(settings.groupMap, sender.groups, receiver.groups, settings.numericIds, 'group');
  const isRoot = receiver.uid === 0;
  return {
    of(info) {
      const gid = settings.group ? groups(info.gid) : undefined;
      return {
        uid: settings.owner && isRoot ? users(info.uid) : undefined,
        gid: gid !== undefined && (isRoot || receiver.gids.includes(gid)) ? gid : undefined,
      };
    },
  };
}

function translator(
  map: string,
  here: readonly (readonly [number, string])[],
  there: readonly (readonly [number, string])[],
  isNumeric: boolean,
  kind: string,
): (id: number) => number {
  const names = new Map(here);
  const ids = new Map(there.map(([id, name]) => [name, id]));
  const rules = map === '' ? [] : map.split(',').map((rule) => readRule(rule, ids, kind));
  return (id) => {
    const name = names.get(id);
    for (const { matches, to } of rules) if (matches(id, name)) return to;
    if (isNumeric || id === 0 || name === undefined) return id;
    return ids.get(name) ?? id;
  };
}

function readRule(
  rule: string,
  ids: ReadonlyMap<string, number>,
  kind: string,
): { matches: (id: number, name: string | undefined) => boolean; to: number } {
  const cut = rule.indexOf(':');
  const from = cut < 0 ? '' : rule.slice(0, cut);
  const target = rule.slice(cut + 1);
  const to = /^\d+$/.test(target) ? Number(target) : ids.get(target);
  if (to === undefined) throw new UnknownName(`Unknown --${kind}map name on receiver: ${target}\n`);
  const range = /^(\d+)(?:-(\d+))?$/.exec(from);
  if (range !== null) {
    const low = Number(range[1]);
    const high = Number(range[2] ?? range[1]);
    return { to, matches: (id) => id >= low && id <= high };
  }
  if (from === '') return { to, matches: (_, name) => name === undefined };
  const pattern = new RegExp(
    `^${from
      .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  );
  return { to, matches: (_, name) => name !== undefined && pattern.test(name) };
}
