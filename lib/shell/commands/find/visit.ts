/** What find(1) looks at: one file on its way through the tree. */
import type { Stat } from '../../../world/files.contract';

export interface Visit {
  /** As it is printed. */
  readonly path: string;
  /** The operand it was found under. */
  readonly start: string;
  readonly depth: number;
  /** Of the link itself, unless links are followed. */
  readonly info: Stat;
  /** Set by -prune: not descended into. */
  isPruned: boolean;
}

/** Last part, `/` for the root. */
export function nameOf(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '') return path === '' ? '' : '/';
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}
