/** IPv6 addresses as text: read, written again in the short form. Nothing in the simulated network carries them. */

/** The canonical text (RFC 5952) of an address; undefined when it is none. */
export function parseIPv6(text: string): string | undefined {
  if (!text.includes(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? '');
  const tail = halves.length === 2 ? groups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return format([...head, ...Array.from({ length: missing }, () => 0), ...tail]);
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const found: number[] = [];
  for (const part of text.split(':')) {
    const dotted = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(part);
    if (dotted !== null) {
      const [a = 0, b = 0, c = 0, d = 0] = dotted.slice(1).map(Number);
      found.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) found.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return found;
}

function format(words: readonly number[]): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  // Mapped addresses keep their IPv4 form (inet_ntop(3)).
  const [, , , , , mark = 0, high = 0, low = 0] = words;
  if (mark === 0xffff && words.slice(0, 5).every((word) => word === 0))
    return `::ffff:${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
  const hex = words.map((word) => word.toString(16));
  if (best.start < 0) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}

/** All 32 digits of a canonical address, for comparisons. */
export function expandIPv6(text: string): string {
  const [head = '', tail = ''] = (text.split('/')[0] ?? '').split('::');
  const front = groups(head) ?? [];
  const back = groups(tail) ?? [];
  const missing = Math.max(0, 8 - front.length - back.length);
  return [...front, ...Array.from({ length: missing }, () => 0), ...back]
    .map((word) => word.toString(16).padStart(4, '0'))
    .join('');
}
