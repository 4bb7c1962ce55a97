/** Users and groups of files: names for numbers, and what chown(1) takes. Source: gnulib `userspec`. */
import type { Host } from '../../world/world.contract';
import { quoteValue } from './quoting';

/** The user's name, or its number. */
export function userName(host: Host, uid: number): string {
  return host.user(uid)?.name ?? String(uid);
}

export function groupName(host: Host, gid: number): string {
  return host.group(gid)?.name ?? String(gid);
}

export interface Owner {
  /** -1: stays */
  readonly uid: number;
  readonly gid: number;
  /** How `chown -v` writes it. */
  readonly written: string;
  readonly warning?: string;
}

/** `user`, `user:`, `user:group`, `:group`, `user.group`; or what is wrong with it. */
export function parseOwner(host: Host, text: string): Owner | { readonly problem: string } {
  const plain = splitOwner(host, text, ':');
  if ('problem' in plain && !text.includes(':') && text.includes('.')) {
    const dotted = splitOwner(host, text, '.');
    if (!('problem' in dotted))
      return { ...dotted, warning: `warning: '.' should be ':': ${quoteValue(text)}` };
  }
  return plain;
}

function splitOwner(host: Host, text: string, separator: string): Owner | { readonly problem: string } {
  const cut = text.indexOf(separator);
  const user = cut < 0 ? text : text.slice(0, cut);
  const group = cut < 0 ? undefined : text.slice(cut + 1);
  let uid = -1;
  let gid = -1;
  if (user !== '') {
    const found = host.user(user);
    if (found === undefined && !/^\+?\d+$/.test(user))
      return { problem: `invalid user: ${quoteValue(text)}` };
    uid = found?.uid ?? Number(user);
    if (group === '') {
      if (found === undefined) return { problem: `invalid spec: ${quoteValue(text)}` };
      gid = found.gid;
    }
  }
  if (group !== undefined && group !== '') {
    const found = findGroup(host, group);
    if (found === undefined) return { problem: `invalid group: ${quoteValue(text)}` };
    gid = found;
  }
  return { uid, gid, written: text };
}

/** The number of a group by name or number. */
export function findGroup(host: Host, text: string): number | undefined {
  const found = host.group(text);
  if (found !== undefined) return found.gid;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}
