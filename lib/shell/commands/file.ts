/** file(1): what a file holds, by its first bytes. The common kinds; others are told as text or data. */
import { FileError, type Stat } from '../../world/files.contract';
import { deviceNumbers } from './devices';
import { errnoText } from './errno-text';
import { valueOf } from './getopt';
import type { Command, Step, Tool, ToolRun } from './tool';

export const file: Command = {
  name: 'file',
  package: 'file',
  paths: ['/usr/bin/file'],
  synopsis: 'file [OPTION...] [FILE...]',
  summary: 'Determine type of FILEs.',
  run,
};

interface Kind {
  readonly text: string;
  readonly mime: string;
  readonly charset: string;
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'bcCdEe:f:F:hiIkLlm:nNprsSvzZ0P:',
    long: {
      brief: 'b',
      mime: 'i',
      'mime-type': 'mime-type',
      'mime-encoding': 'mime-encoding',
      dereference: 'L',
      'no-dereference': 'h',
      'no-pad': 'N',
      'files-from:': 'f',
      'separator:': 'F',
      'keep-going': 'k',
      raw: 'r',
      'special-files': 's',
      uncompress: 'z',
      print0: '0',
    },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  const from = options.findLast((option) => option.name === 'f');
  const names = [...operands];
  if (from !== undefined) {
    const list = yield* tool.readFile(valueOf(from));
    if (typeof list === 'string') return tool.fail(`Cannot open \`${valueOf(from)}' (${errnoText(list)})`);
    names.unshift(...list.text.split('\n').filter((line) => line !== ''));
  }
  if (names.length === 0) {
    tool.note(tool.package.hint(tool.name));
    return 1;
  }
  const separator = options.findLast((option) => option.name === 'F')?.value ?? ':';
  const width = has('N') ? 0 : Math.max(...names.map((name) => name.length));
  for (const name of names) {
    const kind = yield* kindOf(tool, name, has('L'));
    const shown = has('i')
      ? `${kind.mime}; charset=${kind.charset}`
      : has('mime-type')
        ? kind.mime
        : has('mime-encoding')
          ? kind.charset
          : kind.text;
    const shownName = name === '-' ? '/dev/stdin' : name;
    tool.line(has('b') ? shown : `${`${shownName}${separator}`.padEnd(width + separator.length)} ${shown}`);
    yield* tool.drain();
  }
  return 0;
}

const BINARY = 'binary';
const special = (text: string, mime: string): Kind => ({ text, mime: `inode/${mime}`, charset: BINARY });

function* kindOf(tool: Tool, name: string, follows: boolean): Step<Kind> {
  if (name === '-') return yield* read(tool, name, undefined);
  const info = follows ? tool.stat(name) : tool.lstat(name);
  if (info instanceof FileError) {
    const text = `cannot open \`${name}' (${errnoText(info.errno)})`;
    return { text, mime: text, charset: text };
  }
  switch (info.kind) {
    case 'directory':
      return special(`${(info.mode & 0o1000) === 0 ? '' : 'sticky, '}directory`, 'directory');
    case 'symlink': {
      const target = tool.context.fs.readlink(tool.resolve(name), tool.context.who);
      const isBroken = tool.stat(name) instanceof FileError;
      return special(
        `${isBroken ? 'broken ' : ''}symbolic link to ${typeof target === 'string' ? target : ''}`,
        'symlink',
      );
    }
    case 'fifo':
      return special('fifo (named pipe)', 'fifo');
    case 'socket':
      return special('socket', 'socket');
    case 'character':
    case 'block': {
      const { major, minor } = deviceNumbers(name, info);
      return special(
        `${info.kind} special (${major}/${minor})`,
        info.kind === 'block' ? 'blockdevice' : 'chardevice',
      );
    }
    case 'file':
      return yield* read(tool, name, info);
  }
}

function* read(tool: Tool, name: string, info: Stat | undefined): Step<Kind> {
  if (info?.program !== undefined)
    return {
      text: 'ELF 64-bit LSB pie executable, x86-64, version 1 (SYSV), dynamically linked, interpreter /lib64/ld-linux-x86-64.so.2, for GNU/Linux 3.2.0, stripped',
      mime: 'application/x-pie-executable',
      charset: BINARY,
    };
  const content = yield* tool.readFile(name);
  if (typeof content === 'string') {
    const text = 'regular file, no read permission';
    return { text, mime: text, charset: BINARY };
  }
  return describeContent(content.text);
}

/** By content alone. */
export function describeContent(text: string): Kind {
  if (text === '') return { text: 'empty', mime: 'inode/x-empty', charset: BINARY };
  const magic = byMagic(text);
  if (magic !== undefined) return magic;
  if (/[\u0000-\u0006\u000e-\u001a\u001c-\u001f]|[\udc80-\udcff]/.test(withoutPairs(text)))
    return isLatin(text)
      ? { text: `ISO-8859 text${lineNotes(text)}`, mime: 'text/plain', charset: 'iso-8859-1' }
      : { text: 'data', mime: 'application/octet-stream', charset: BINARY };
  const isAscii = !/[^\u0000-\u007f]/.test(text);
  const encoding = isAscii ? 'ASCII' : 'Unicode text, UTF-8';
  const charset = isAscii ? 'us-ascii' : 'utf-8';
  const notes = lineNotes(text);
  const script = /^#! ?\s*(\S+)(?: +(\S+))?/.exec(text);
  if (script !== null) {
    const named = scriptName(script[1] ?? '', script[2]);
    return { text: `${named.text} script, ${encoding} text executable${notes}`, mime: named.mime, charset };
  }
  const kind = languageOf(text);
  if (kind !== undefined)
    return {
      text: kind.plain ? kind.text : `${kind.text}, ${encoding} text${notes}`,
      mime: kind.mime,
      charset,
    };
  return { text: `${encoding} text${notes}`, mime: 'text/plain', charset };
}

function withoutPairs(text: string): string {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '');
}

function isLatin(text: string): boolean {
  return !/[\u0000-\u0006\u000e-\u001a\u001c-\u001f]|[\udc80-\udc9f]/.test(withoutPairs(text));
}

function lineNotes(text: string): string {
  const notes: string[] = [];
  const longest = Math.max(...text.split('\n').map((line) => line.length));
  if (longest > 300) notes.push(`with very long lines (${longest})`);
  const withReturn = (text.match(/\r\n/g) ?? []).length;
  const bare = (text.match(/(?<!\r)\n/g) ?? []).length;
  if (withReturn > 0) notes.push(bare > 0 ? 'with CRLF, LF line terminators' : 'with CRLF line terminators');
  else if (bare === 0) notes.push('with no line terminators');
  if (text.includes('\u001b')) notes.push('with escape sequences');
  return notes.map((note) => `, ${note}`).join('');
}

function byMagic(text: string): Kind | undefined {
  const starts: readonly (readonly [string, string, string])[] = [
    ['\u007fELF', 'ELF 64-bit LSB executable, x86-64', 'application/x-executable'],
    ['\u001f\udc8b', 'gzip compressed data, from Unix', 'application/gzip'],
    ['BZh', 'bzip2 compressed data, block size = 900k', 'application/x-bzip2'],
    ['\udcfd7zXZ\0', 'XZ compressed data, checksum CRC64', 'application/x-xz'],
    [
      'PK\u0003\u0004',
      'Zip archive data, at least v2.0 to extract, compression method=deflate',
      'application/zip',
    ],
    ['\udc89PNG', 'PNG image data', 'image/png'],
    ['%PDF-1.', 'PDF document', 'application/pdf'],
  ];
  const found = starts.find(([start]) => text.startsWith(start));
  if (found !== undefined) return { text: found[1], mime: found[2], charset: BINARY };
  if (text.slice(257, 262) === 'ustar')
    return { text: 'POSIX tar archive (GNU)', mime: 'application/x-tar', charset: BINARY };
  return undefined;
}

function scriptName(interpreter: string, argument: string | undefined): { text: string; mime: string } {
  const base = interpreter.slice(interpreter.lastIndexOf('/') + 1);
  const name = base === 'env' ? (argument ?? '').replace(/\d.*$/, '') : base.replace(/\d.*$/, '');
  if (name === 'bash') return { text: 'Bourne-Again shell', mime: 'text/x-shellscript' };
  if (name === 'sh' || name === 'dash') return { text: 'POSIX shell', mime: 'text/x-shellscript' };
  if (name === 'python') return { text: 'Python', mime: 'text/x-script.python' };
  if (name === 'perl') return { text: 'Perl', mime: 'text/x-perl' };
  return { text: `a ${interpreter}${argument === undefined ? '' : ` ${argument}`}`, mime: 'text/plain' };
}

function languageOf(text: string): { text: string; mime: string; plain?: boolean } | undefined {
  if (/^\s*[{[]/.test(text) && isJson(text))
    return { text: 'JSON text data', mime: 'application/json', plain: true };
  if (/^\s*<\?xml/.test(text)) return { text: 'XML 1.0 document', mime: 'text/xml' };
  if (/^\s*<(!doctype html|html)/i.test(text)) return { text: 'HTML document', mime: 'text/html' };
  if (/^-----BEGIN CERTIFICATE-----/.test(text))
    return { text: 'PEM certificate', mime: 'text/plain', plain: true };
  if (/^-----BEGIN (RSA )?PRIVATE KEY-----/.test(text))
    return {
      text: text.includes('RSA') ? 'PEM RSA private key' : 'OpenSSH private key (no password)',
      mime: 'text/plain',
      plain: true,
    };
  if (/^[ \t]*#[ \t]*include\b|^[\w* \t]*\bmain[ \t]*\(/m.test(text))
    return { text: 'C source', mime: 'text/x-c' };
  if (isCsv(text)) return { text: 'CSV text', mime: 'text/csv', plain: true };
  if (/^(import|from) \w+|^def \w+\(.*\):$/m.test(text) && /^(def|class|import|from) /m.test(text))
    return { text: 'Python script', mime: 'text/x-script.python' };
  return undefined;
}

/** As many commas in each of the first ten lines, and more than two lines. Source: file 5.44 `is_csv.c`. */
function isCsv(text: string): boolean {
  const lines = text.split('\n').slice(0, 10);
  if (lines.at(-1) === '') lines.pop();
  const counts = new Set(lines.map((line) => line.replace(/"(?:[^"]|"")*"/g, '').split(',').length - 1));
  const [count = 0] = counts;
  return counts.size === 1 && count > 0 && lines.length > 2;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
