/** How Debian orders versions. Source: deb-version(7), dpkg 1.21 `lib/dpkg/version.c`. */

interface Version {
  epoch: number;
  upstream: string;
  revision: string;
}

/** Less than 0 when `a` is the earlier one. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [read(a), read(b)];
  return (
    left.epoch - right.epoch ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}
function read(text: string): Version {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(text) ?? [];
  const dash = rest.lastIndexOf('-');
  return {
    epoch: Number(epoch),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}
/** By turns what is no digit, character by character, and numbers. */
function compareParts(a: string, b: string): number {
  let [left, right] = [a, b];
  while (left !== '' || right !== '') {
    const [words, others] = [/^\D*/.exec(left)?.[0] ?? '', /^\D*/.exec(right)?.[0] ?? ''];
    for (let at = 0; at < Math.max(words.length, others.length); at++) {
      const difference = order(words[at]) - order(others[at]);
      if (difference !== 0) return difference;
    }
    left = left.slice(words.length);
    right = right.slice(others.length);
    const [number, other] = [/^\d*/.exec(left)?.[0] ?? '', /^\d*/.exec(right)?.[0] ?? ''];
    const difference = Number(number) - Number(other);
    if (difference !== 0) return difference;
    left = left.slice(number.length);
    right = right.slice(other.length);
  }
  return 0;
}
/** `~` before the end, letters before the rest. */
function order(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return character.charCodeAt(0) + (/[a-z]/i.test(character) ? 0 : 256);
}

/** Whether `a RELATION b` holds; undefined when the relation is none. */
export function relationHolds(a: string, relation: string, b: string): boolean | undefined {
  const difference = compareVersions(a, b);
  // The words with -nl take an empty version for the latest.
  switch (relation.replace(/-nl$/, '')) {
    case 'lt':
    case '<<':
      return difference < 0;
    case 'le':
    case '<=':
    case '<':
      return difference <= 0;
    case 'eq':
    case '=':
      return difference === 0;
    case 'ne':
      return difference !== 0;
    case 'ge':
    case '>=':
    case '>':
      return difference >= 0;
    case 'gt':
    case '>>':
      return difference > 0;
    default:
      return undefined;
  }
}
