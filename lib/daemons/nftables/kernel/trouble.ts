/** What the kernel refuses, as errno and its words. */
import type { Place } from '../parse/tree';

const WORDS = {
  ENOENT: 'No such file or directory',
  EEXIST: 'File exists',
  EBUSY: 'Device or resource busy',
  EOPNOTSUPP: 'Operation not supported',
  EINVAL: 'Invalid argument',
  EMLINK: 'Too many links',
} as const;

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
export function kernel(errno: keyof typeof WORDS, place: Place | undefined): KernelTrouble {
  return new KernelTrouble(WORDS[errno], place, errno === 'ENOENT');
}
