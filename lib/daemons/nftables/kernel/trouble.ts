/** What the kernel refuses, as errno and its words. */
import { type Errno, strerror } from '../../../std/errno';
import type { Place } from '../parse/tree';

export class KernelTrouble {
  constructor(
    readonly words: string,
    readonly place: Place | undefined,
    /** Something that was named is not there. */
    readonly isMissing: boolean,
    /** What it refused of the same command before: sets that a rule brings along. */
    readonly before: readonly KernelTrouble[] = [],
  ) {}
}
export function kernel(errno: Errno, place: Place | undefined): KernelTrouble {
  return new KernelTrouble(strerror(errno), place, errno === 'ENOENT');
}
