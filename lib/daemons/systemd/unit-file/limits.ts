/** `Limit…=` settings: what a service's processes may have at most. Source: systemd.exec(5) "PROCESS PROPERTIES". */
import type { Definition } from '../state';

/** A soft and a hard limit, as /proc/PID/limits writes them. */
export type Limit = readonly [soft: string, hard: string];

const UNLIMITED = 'unlimited';
/** By setting: the line of /proc/PID/limits, and whether the value may have a unit of size. */
const LIMITS: Readonly<Record<string, { readonly line: string; readonly isSize?: true }>> = {
  LimitCPU: { line: 'Max cpu time' },
  LimitFSIZE: { line: 'Max file size', isSize: true },
  LimitDATA: { line: 'Max data size', isSize: true },
  LimitSTACK: { line: 'Max stack size', isSize: true },
  LimitCORE: { line: 'Max core file size', isSize: true },
  LimitRSS: { line: 'Max resident set', isSize: true },
  LimitNOFILE: { line: 'Max open files' },
  LimitAS: { line: 'Max address space', isSize: true },
  LimitNPROC: { line: 'Max processes' },
  LimitMEMLOCK: { line: 'Max locked memory', isSize: true },
  LimitLOCKS: { line: 'Max file locks' },
  LimitSIGPENDING: { line: 'Max pending signals' },
  LimitMSGQUEUE: { line: 'Max msgqueue size', isSize: true },
};

/** The limits a unit sets, by the line of /proc/PID/limits. */
export function limitsOf(definition: Pick<Definition, 'raw'>): Record<string, Limit> {
  const limits: Record<string, Limit> = {};
  for (const key of Object.keys(LIMITS)) {
    const limit = limitSet(definition, key);
    const line = LIMITS[key]?.line;
    if (limit !== undefined && line !== undefined) limits[line] = limit;
  }
  return limits;
}
/** `show`'s value of a limit or, with the ending `Soft`, of its soft part; undefined when the unit sets none. */
export function shownLimit(definition: Pick<Definition, 'raw'>, property: string): string | undefined {
  const limit = limitSet(definition, property.replace(/Soft$/, ''));
  return limit?.[property.endsWith('Soft') ? 0 : 1].replace(UNLIMITED, 'infinity');
}
function limitSet({ raw }: Pick<Definition, 'raw'>, key: string): Limit | undefined {
  const text = raw.findLast(([name]) => name === `Service.${key}`)?.[1];
  if (text === undefined || text === '') return undefined;
  const [soft = '', hard = soft] = text.split(':');
  const values = [soft, hard].map((part) => amountOf(part, LIMITS[key]?.isSize === true));
  return values[0] === undefined || values[1] === undefined ? undefined : [values[0], values[1]];
}
function amountOf(text: string, isSize: boolean): string | undefined {
  if (text === 'infinity') return UNLIMITED;
  const found = /^(\d+)([KMGTPE]?)$/.exec(text);
  if (found === null || (found[2] !== '' && !isSize)) return undefined;
  return String(Number(found[1]) * 1024 ** ' KMGTPE'.indexOf(found[2] === '' ? ' ' : (found[2] ?? ' ')));
}
