/** Backslash escapes in formats of stat --printf and find -printf. */

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/** Replaces `\n`, `\0`, `\x41`, `\101`; an unknown one stays as it is. */
export function readEscapes(text: string): string {
  return text.replace(
    /\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))/gs,
    (whole: string, octal?: string, hex?: string, letter?: string) => {
      if (octal !== undefined) return byteText(Number.parseInt(octal, 8) & 255);
      if (hex !== undefined) return byteText(Number.parseInt(hex, 16));
      return SIMPLE[letter ?? ''] ?? whole;
    },
  );
}

function byteText(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}
