/** `-F`: a form as multipart/form-data (src/tool_formparse.c, lib/mime.c of 7.88.1; RFC 7578). */
import { baseName } from '../../../world/executable';
import { FileError } from '../../../world/files.contract';
import type { ProgramContext } from '../../../world/process.contract';

export interface FormPart {
  readonly name: string;
  readonly value: string;
  readonly fileName?: string;
  readonly type?: string;
}
const TYPES: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  htm: 'text/html',
  html: 'text/html',
  pdf: 'application/pdf',
  xml: 'application/xml',
};

/**
 * `NAME=CONTENT`, `NAME=@FILE` to send a file, `NAME=<FILE` for a file's content, each with `;type=` and `;filename=`.
 * @returns what is wrong with it otherwise
 */
export function formPart(
  context: ProgramContext,
  given: string,
  stdin: string,
): FormPart | 'misplaced' | 'unreadable' {
  const equals = given.indexOf('=');
  if (equals < 0) return 'misplaced';
  const name = given.slice(0, equals);
  const content = given.slice(equals + 1);
  const sign = content.startsWith('@') || content.startsWith('<') ? content.charAt(0) : '';
  const [main = '', ...options] = content.slice(sign.length).split(/;(?=(?:type|filename)=)/);
  const option = (key: string): string | undefined =>
    options
      .find((one) => one.startsWith(`${key}=`))
      ?.slice(key.length + 1)
      .replace(/^"(.*)"$/, '$1');
  const type = option('type');
  const fileName = option('filename') ?? (sign === '@' ? baseName(main) : undefined);
  const value = sign === '' ? main : textOf(context, main, stdin);
  if (value === undefined) return 'unreadable';
  const guessed = fileName === undefined ? undefined : typeOf(fileName);
  return {
    name,
    value,
    ...(fileName === undefined ? {} : { fileName }),
    ...(type === undefined && guessed === undefined ? {} : { type: type ?? guessed ?? '' }),
  };
}
function textOf(context: ProgramContext, path: string, stdin: string): string | undefined {
  if (path === '-') return stdin;
  const text = context.fs.readFile(context.resolve(path), context.who);
  return text instanceof FileError ? undefined : text;
}
function typeOf(fileName: string): string {
  const extension = /\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return TYPES[extension] ?? 'application/octet-stream';
}

/** The body that the parts make. @param boundary without the dashes before it */
export function formBody(parts: readonly FormPart[], boundary: string): string {
  const quoted = (text: string): string => text.replaceAll('"', '%22');
  return `${parts
    .map(
      ({ name, value, fileName, type }) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${
          fileName === undefined ? '' : `; filename="${quoted(fileName)}"`
        }\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n${value}\r\n`,
    )
    .join('')}--${boundary}--\r\n`;
}
/** 24 dashes and 16 digits. @param digit a number below 16 */
export function formBoundary(digit: () => number): string {
  let digits = '';
  while (digits.length < 16) digits += digit().toString(16);
  return `${'-'.repeat(24)}${digits}`;
}
