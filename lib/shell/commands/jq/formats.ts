/** `@csv`, `@html` and their like. Source: jq 1.6 `builtin.c`, f_format. */
import { bytesFromText, textFromBytes } from '../../../std/bytes';
import { decodeBase64, encodeBase64 } from '../../../std/base64';
import { type Json, printJson, printNumber } from './json';
import { described, fail } from './value';

export function toText(value: Json): string {
  return typeof value === 'string' ? value : printJson(value);
}

const HTML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&quot;',
};

export function format(name: string, value: Json): string {
  switch (name) {
    case '@text':
      return toText(value);
    case '@json':
      return printJson(value);
    case '@csv':
      return row(value, 'csv', (text) => `"${text.replace(/"/g, '""')}"`, ',');
    case '@tsv':
      return row(
        value,
        'tsv',
        (text) =>
          text.replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n').replace(/\r/g, '\\r'),
        '\t',
      );
    case '@html':
      return toText(value).replace(/[<>&'"]/g, (character) => HTML[character] ?? character);
    case '@uri':
      return [...bytesFromText(toText(value))]
        .map((byte) => {
          const character = String.fromCharCode(byte);
          return /[A-Za-z0-9\-_.!~*'()]/.test(character) && /[A-Za-z0-9\-_.~]/.test(character)
            ? character
            : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
        })
        .join('');
    case '@sh':
      return (Array.isArray(value) ? value : [value]).map(shellWord).join(' ');
    case '@base64':
      return encodeBase64(bytesFromText(toText(value)));
    case '@base64d': {
      const bytes = decodeBase64(toText(value).replace(/=+$/, ''));
      if (bytes === undefined) return fail(`${described(value)} is not valid base64 data`);
      return textFromBytes(bytes).replace(/[\udc80-\udcff]/gu, '\ufffd');
    }
    default:
      return fail(`${name.slice(1)} is not a valid format`);
  }
}

function row(value: Json, name: string, quote: (text: string) => string, separator: string): string {
  if (!Array.isArray(value)) return fail(`${described(value)} cannot be ${name}-formatted, only array`);
  return value
    .map((item) => {
      if (item === null) return '';
      if (typeof item === 'number') return printNumber(item);
      if (typeof item === 'boolean') return String(item);
      if (typeof item === 'string') return quote(item);
      return fail(`${described(item)} is not valid in a csv row`);
    })
    .join(separator);
}

function shellWord(value: Json): string {
  if (typeof value === 'string') return `'${value.replace(/'/g, "'\\''")}'`;
  if (typeof value === 'object' && value !== null)
    return fail(`${described(value)} can not be escaped for shell`);
  return printJson(value);
}
