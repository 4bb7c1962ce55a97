/** Names and numbers of routing tables, as /etc/iproute2/rt_tables has them. */
import { FileError } from '../../../world/files.contract';
import { ROOT } from '../../../world/files';
import { wrongValue } from './failure';
import type { IpRequest } from './request';

const BUILT_IN: readonly (readonly [number, string])[] = [
  [255, 'local'],
  [254, 'main'],
  [253, 'default'],
  [0, 'unspec'],
];
const MOST = 4_294_967_295;

/** The table's name where it has one, else its number; `complaint` ends what iproute2 says of anything else. */
export function tableNamed(request: IpRequest, text: string, complaint: string): string {
  const names = namesOf(request);
  if (/^(?:0x[0-9a-f]+|\d+)$/i.test(text) && Number(text) <= MOST)
    return names.find(([number]) => number === Number(text))?.[1] ?? String(Number(text));
  if (names.some(([, name]) => name === text)) return text;
  throw wrongValue(text, complaint);
}

function namesOf({ host }: IpRequest): readonly (readonly [number, string])[] {
  const text = host.fs.readFile('/etc/iproute2/rt_tables', ROOT);
  if (text instanceof FileError) return BUILT_IN;
  const own = text.split('\n').flatMap((line) => {
    const found = /^\s*(\d+)\s+(\S+)/.exec(line);
    return found === null ? [] : [[Number(found[1]), found[2] ?? ''] as const];
  });
  return [...own, ...BUILT_IN];
}
