/** Orders of texts: by bytes (the C.UTF-8 locale), and as versions. */
import { bytesFromText } from '../../std/bytes';

/** strcmp(3) of the texts' bytes. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x < 0xd800 && y < 0xd800 ? x - y : compareEncoded(a.slice(i), b.slice(i));
  }
  return a.length - b.length;
}

/** UTF-16 and UTF-8 order differently where surrogates are. */
function compareEncoded(a: string, b: string): number {
  const x = bytesFromText(a);
  const y = bytesFromText(b);
  for (let i = 0; i < x.length && i < y.length; i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

/** gnulib `filevercmp`: `sort -V`, `ls -v`. */
export function compareVersions(a: string, b: string): number {
  if (a === '' || b === '') return a.length - b.length;
  const dots = compareDotted(a, b);
  if (dots !== undefined) return dots;
  const left = withoutSuffix(a);
  const right = withoutSuffix(b);
  const result = comparePieces(left, right);
  return result !== 0 || (left === a && right === b) ? result : comparePieces(a, b);
}

/** `.`, `..` and hidden names come first. */
function compareDotted(a: string, b: string): number | undefined {
  if (a[0] !== '.') return b[0] === '.' ? 1 : undefined;
  if (b[0] !== '.') return -1;
  for (const special of ['.', '..'])
    if (a === special || b === special) return a === b ? 0 : a === special ? -1 : 1;
  return undefined;
}

/** Drops a file name's endings, `.tar.gz`. */
function withoutSuffix(name: string): string {
  const match = /(?:\.[A-Za-z~][A-Za-z0-9~]*)+$/.exec(name.slice(1));
  return match === null ? name : name.slice(0, 1 + match.index);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function order(text: string, at: number): number {
  if (at >= text.length) return -1;
  const code = text.charCodeAt(at);
  if (isDigit(code)) return 0;
  if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return code;
  return code === 126 ? -2 : code + 256;
}

function comparePieces(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a.charCodeAt(i))) || (j < b.length && !isDigit(b.charCodeAt(j)))) {
      const difference = order(a, i++) - order(b, j++);
      if (difference !== 0) return difference;
    }
    while (a[i] === '0') i++;
    while (b[j] === '0') j++;
    let first = 0;
    while (isDigit(a.charCodeAt(i)) && isDigit(b.charCodeAt(j))) {
      if (first === 0) first = a.charCodeAt(i) - b.charCodeAt(j);
      i++;
      j++;
    }
    if (isDigit(a.charCodeAt(i))) return 1;
    if (isDigit(b.charCodeAt(j))) return -1;
    if (first !== 0) return first;
  }
  return 0;
}
