/** Files of the host: `index`, `autoindex`, `try_files` and plain files. Source: nginx 1.22 src/http/modules/ngx_http_{index,autoindex,try_files,static}_module.c. */
import { byteLength } from '../../../std/bytes';
import { strftime } from '../../../std/civil';
import { FileError, type Stat } from '../../../world/files.contract';
import type { LocationSettings } from '../config';
import { systemError } from '../messages';
import { type Answer, httpDate, parseHttpDate } from './reply';
import { header } from './runtime';
import { escapeUri } from './uri';
import { type Asking, evaluate, requestFilename } from './variables';

export type Served =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'redirect'; readonly uri: string; readonly args: string }
  | { readonly kind: 'named'; readonly name: string };

function pathOf(asking: Asking, uri: string): string {
  const { runtime, request } = asking;
  const before = request.uri;
  request.uri = uri;
  const path = requestFilename(asking) ?? '';
  request.uri = before;
  return path.startsWith('/') ? path : runtime.configuration.prefix + path;
}
function statOf({ runtime }: Asking, path: string): Stat | FileError {
  return runtime.host.fs.stat(path, runtime.process);
}

// ---------------------------------------------------------------- try_files
/** undefined: it is a file that is there; the URI names it now. */
export function tryFiles(asking: Asking, location: LocationSettings): Served | undefined {
  const { request, runtime } = asking;
  const rules = location.tryFiles;
  if (rules === undefined) return undefined;
  const { trace } = request.message;
  for (const { name, isDirectory } of rules.files) {
    const uri = evaluate(asking, name);
    const relative =
      location.alias !== undefined && location.alias > 0 ? location.name + uri.slice(location.alias) : uri;
    const info = statOf(asking, pathOf(asking, relative));
    if (info instanceof FileError) continue;
    if (isDirectory !== (info.kind === 'directory')) continue;
    // A directory is named without its slash: the redirect to it is what serves the file next.
    request.uri = relative;
    runtime.hop(trace, 'proxy', `try_files: ${uri} is there`, 'ok', rules.place, 'try_files');
    return undefined;
  }
  if (rules.code !== undefined) {
    runtime.hop(trace, 'proxy', `try_files: =${rules.code}`, 'bad', rules.place, 'try_files');
    return { kind: 'status', status: rules.code };
  }
  const last = evaluate(asking, rules.last);
  runtime.hop(trace, 'proxy', `try_files: on with ${last}`, 'ok', rules.place, 'try_files');
  if (last.startsWith('@')) return { kind: 'named', name: last };
  const question = last.indexOf('?');
  return question < 0
    ? { kind: 'redirect', uri: last, args: request.args }
    : { kind: 'redirect', uri: last.slice(0, question), args: last.slice(question + 1) };
}

// ---------------------------------------------------------------- content
export function serveFile(asking: Asking, location: LocationSettings): Served {
  const { request } = asking;
  if (!['GET', 'HEAD', 'POST'].includes(request.method)) return { kind: 'status', status: 405 };
  if (request.uri.endsWith('/')) return serveDirectory(asking, location);
  if (request.method === 'POST') return { kind: 'status', status: 405 };
  return serveOne(asking, location);
}
function serveDirectory(asking: Asking, location: LocationSettings): Served {
  const { request, runtime, client } = asking;
  const directory = pathOf(asking, request.uri);
  for (const template of location.indexes) {
    const name = evaluate(asking, template);
    if (name.startsWith('/')) return { kind: 'redirect', uri: name, args: request.args };
    const info = statOf(asking, directory + name);
    if (!(info instanceof FileError))
      return { kind: 'redirect', uri: request.uri + name, args: request.args };
    if (info.errno === 'EACCES') {
      runtime.tell(client, 'error', `"${directory}${name}" is forbidden ${systemError('EACCES')}`);
      return { kind: 'status', status: 403 };
    }
    if (info.errno === 'ENOTDIR' || info.errno === 'ENAMETOOLONG')
      return notFound(asking, location, directory + name, info.errno);
  }
  const info = statOf(asking, directory.replace(/(.)\/$/, '$1'));
  if (info instanceof FileError) {
    if (info.errno === 'EACCES') {
      runtime.tell(client, 'error', `"${directory}" is forbidden ${systemError('EACCES')}`);
      return { kind: 'status', status: 403 };
    }
    return notFound(asking, location, directory + lastIndex(asking, location), info.errno);
  }
  if (location.autoindex) return listing(asking, location, directory);
  runtime.tell(client, 'error', `directory index of "${directory}" is forbidden`);
  return { kind: 'status', status: 403 };
}
function notFound(
  { runtime, client }: Asking,
  { logNotFound }: LocationSettings,
  path: string,
  errno: FileError['errno'],
): Served {
  if (logNotFound) runtime.tell(client, 'error', `"${path}" is not found ${systemError(errno)}`);
  return { kind: 'status', status: 404 };
}
function lastIndex(asking: Asking, { indexes }: LocationSettings): string {
  const last = indexes[indexes.length - 1];
  return last === undefined ? '' : evaluate(asking, last);
}
function serveOne(asking: Asking, location: LocationSettings): Served {
  const { request, runtime, client } = asking;
  const path = pathOf(asking, request.uri);
  const info = statOf(asking, path);
  const text =
    info instanceof FileError || info.kind === 'directory'
      ? undefined
      : runtime.host.fs.readFile(path, runtime.process);
  const problem = info instanceof FileError ? info : text instanceof FileError ? text : undefined;
  if (problem !== undefined) {
    const isMissing = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(problem.errno);
    if (!isMissing || location.logNotFound)
      runtime.tell(client, 'error', `open() "${path}" failed ${systemError(problem.errno)}`);
    if (isMissing) return { kind: 'status', status: 404 };
    return { kind: 'status', status: problem.errno === 'EACCES' ? 403 : 500 };
  }
  if (info instanceof FileError || info.kind === 'directory') {
    const args = request.args === '' ? '' : `?${request.args}`;
    return {
      kind: 'answer',
      answer: {
        status: 301,
        body: '',
        type: 'text/html',
        headers: [],
        location: `${escapeUri(request.uri)}/${args}`,
      },
    };
  }
  if (info.kind !== 'file') {
    runtime.tell(client, 'crit', `"${path}" is not a regular file`);
    return { kind: 'status', status: 404 };
  }
  return fileAnswer(asking, location, info, text instanceof FileError ? '' : (text ?? ''));
}
function fileAnswer(asking: Asking, location: LocationSettings, info: Stat, text: string): Served {
  const { request } = asking;
  const modified = Math.floor(info.mtime / 1e6);
  const lastModified = httpDate(modified * 1e6);
  const etag = `"${modified.toString(16)}-${info.size.toString(16)}"`;
  const headers: [string, string][] = location.etag ? [['ETag', etag]] : [];
  const answer: Answer = {
    status: 200,
    body: text,
    type: typeOf(location, request.uri),
    headers,
    lastModified,
  };
  const condition = (name: string): string | undefined => header(request.message.headers, name);
  const [since, unmodified] = [condition('if-modified-since'), condition('if-unmodified-since')];
  const [tag, match] = [condition('if-none-match'), condition('if-match')];
  const isNamed = (tags: string): boolean => tags === '*' || tags.includes(etag);
  if (unmodified !== undefined && modified > (parseHttpDate(unmodified) ?? Infinity))
    return { kind: 'status', status: 412 };
  if (match !== undefined && !isNamed(match)) return { kind: 'status', status: 412 };
  if (
    (since !== undefined || tag !== undefined) &&
    (since === undefined || since === lastModified) &&
    (tag === undefined || isNamed(tag))
  )
    return { kind: 'answer', answer: { ...answer, status: 304 } };
  answer.hasRanges = true;
  return { kind: 'answer', answer: ranged(asking, answer, text) };
}
interface Span {
  readonly from: number;
  readonly to: number;
}
/** Ranges of bytes, one or several. Departs: bytes of text that is no ASCII are counted as characters. */
function ranged({ request, runtime }: Asking, answer: Answer, text: string): Answer {
  const found = /^bytes=(.+)$/.exec(header(request.message.headers, 'range') ?? '');
  if (found === null) return answer;
  const size = byteLength(text);
  const spans: Span[] = [];
  for (const part of (found[1] ?? '').split(',')) {
    const ends = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(part);
    if (ends === null || (ends[1] === '' && ends[2] === ''))
      return spans.length === 0 ? answer : outside(answer, size);
    const from = ends[1] === '' ? Math.max(0, size - Number(ends[2])) : Number(ends[1]);
    const to = ends[1] === '' || ends[2] === '' ? size - 1 : Math.min(size - 1, Number(ends[2]));
    if (from <= to && from < size) spans.push({ from, to });
  }
  const [first] = spans;
  if (first === undefined) return outside(answer, size);
  // More than all of it is not worth the parts.
  if (spans.reduce((sum, { from, to }) => sum + to - from + 1, 0) > size) return answer;
  if (spans.length === 1)
    return {
      ...answer,
      status: 206,
      body: text.slice(first.from, first.to + 1),
      lastHeaders: [['Content-Range', `bytes ${first.from}-${first.to}/${size}`]],
    };
  runtime.group.temporaryFiles += 1;
  const boundary = String(runtime.group.temporaryFiles).padStart(20, '0');
  const parts = spans.map(
    ({ from, to }) =>
      `\r\n--${boundary}\r\nContent-Type: ${answer.type ?? ''}\r\nContent-Range: bytes ${from}-${to}/${size}\r\n\r\n${text.slice(from, to + 1)}`,
  );
  return {
    ...answer,
    status: 206,
    type: `multipart/byteranges; boundary=${boundary}`,
    body: `${parts.join('')}\r\n--${boundary}--\r\n`,
  };
}
function outside(answer: Answer, size: number): Answer {
  return {
    ...answer,
    status: 416,
    body: '',
    headedAs: 200,
    lastHeaders: [['Content-Range', `bytes */${size}`]],
  };
}
export function typeOf(location: LocationSettings, uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return (
    (dot < 0 ? undefined : location.types.get(name.slice(dot + 1).toLowerCase())) ?? location.defaultType
  );
}

// ---------------------------------------------------------------- autoindex
interface Entry {
  name: string;
  isDirectory: boolean;
  mtime: number;
  size: number;
}
function listing(asking: Asking, location: LocationSettings, directory: string): Served {
  const { runtime, client, request } = asking;
  const names = runtime.host.fs.readdir(directory, runtime.process);
  if (names instanceof FileError) {
    runtime.tell(client, 'error', `opendir() "${directory}" failed ${systemError(names.errno)}`);
    return { kind: 'status', status: names.errno === 'EACCES' ? 403 : 404 };
  }
  const entries = names
    .filter((name) => !name.startsWith('.'))
    .flatMap((name): Entry[] => {
      const info = statOf(asking, directory + name);
      return info instanceof FileError
        ? []
        : [{ name, isDirectory: info.kind === 'directory', mtime: info.mtime, size: info.size }];
    })
    .sort((a, b) => (a.isDirectory === b.isDirectory ? (a.name < b.name ? -1 : 1) : a.isDirectory ? -1 : 1));
  const isJson = location.autoindexFormat === 'json' || location.autoindexFormat === 'jsonp';
  return {
    kind: 'answer',
    answer: {
      status: 200,
      body: isJson ? jsonListing(entries) : htmlListing(request.uri, entries, location.autoindexExactSize),
      type: isJson ? 'application/json' : 'text/html',
      headers: [],
      isChunked: true,
    },
  };
}
const NAME_WIDTH = 50;
function htmlListing(uri: string, entries: readonly Entry[], exact: boolean): string {
  const lines = entries.map(({ name, isDirectory, mtime, size }) => {
    const shown = name + (isDirectory ? '/' : '');
    const cut = shown.length > NAME_WIDTH ? `${shown.slice(0, NAME_WIDTH - 3)}..&gt;` : shown;
    const width = Math.max(0, NAME_WIDTH - Math.min(NAME_WIDTH, shown.length));
    const date = strftime('%d-%b-%Y %H:%M', mtime);
    const length = isDirectory ? '-' : exact ? String(size) : shortSize(size);
    const padded = exact ? length.padStart(19) : length.padStart(6);
    return `<a href="${escapeUri(shown)}">${cut}</a>${' '.repeat(width)} ${date} ${padded}\r\n`;
  });
  return `<html>\r\n<head><title>Index of ${uri}</title></head>\r\n<body>\r\n<h1>Index of ${uri}</h1><hr><pre><a href="../">../</a>\r\n${lines.join('')}</pre><hr></body>\r\n</html>\r\n`;
}
function shortSize(size: number): string {
  if (size > 1_024 ** 3 - 1) return `${Math.round(size / 1_024 ** 3)}G`;
  if (size > 1_024 ** 2 - 1) return `${Math.round(size / 1_024 ** 2)}M`;
  return size > 9_999 ? `${Math.round(size / 1_024)}K` : String(size);
}
function jsonListing(entries: readonly Entry[]): string {
  const lines = entries.map(
    ({ name, isDirectory, mtime, size }) =>
      `{ "name":${JSON.stringify(name)}, "type":"${isDirectory ? 'directory' : 'file'}", "mtime":"${httpDate(mtime)}"${isDirectory ? '' : `, "size":${size}`} }`,
  );
  return `[\r\n${lines.join(',\r\n')}\r\n]`;
}
