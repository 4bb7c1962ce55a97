/** How `ip -json` prints: on one line, or with `-pretty` as iproute2's writer lays it out. */
import type { IpOptions } from './request';

/** A list of objects and the line's end. */
export function jsonText(list: readonly object[], { pretty }: IpOptions): string {
  return `${pretty ? prettyList(list, '') : JSON.stringify(list)}\n`;
}

function prettyList(list: readonly unknown[], indent: string): string {
  if (list.length === 0) return '[ ]';
  const objects = list.filter((item): item is object => typeof item === 'object' && item !== null);
  if (objects.length < list.length) return `[ ${list.map((item) => JSON.stringify(item)).join(',')} ]`;
  const inner = `${indent}        `;
  const close = `${indent}    `;
  const texts = objects.map((object) =>
    Object.entries(object)
      .map(([key, value]) => `${inner}${JSON.stringify(key)}: ${prettyValue(value, inner)}`)
      .join(',\n'),
  );
  return `[ {\n${texts.join(`\n${close}},{\n`)}\n${close}} ]`;
}
function prettyValue(value: unknown, indent: string): string {
  return Array.isArray(value) ? prettyList(value, indent) : JSON.stringify(value);
}
