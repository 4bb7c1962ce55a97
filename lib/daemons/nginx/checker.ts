/** What `nginx -t` would say if a file had another text. */
import { ROOT } from '../../world/files';
import type { Diagnostic } from '../../text/diagnostic';
import type { CheckedFile, FileChecker, Host } from '../../world/world.contract';
import { check } from './check';
import { parseText } from './grammar';
import { bindProblem, wantedSockets } from './group';
import { hasNameServer, surroundingsOf } from './load';
import { consoleLine, messageLine, rank, systemError } from './messages';
import type { Message } from './parse/conf';

const MAIN = '/etc/nginx/nginx.conf';
const PREFIX = '/usr/share/nginx/';
/** Of the process that would test. */
const PID = 1_000;

export const nginxChecker: FileChecker = {
  language: 'nginx',
  matches: (path) =>
    path.startsWith('/etc/nginx/') &&
    (/\.conf$|\/mime\.types$|_params$/.test(path) ||
      /\/(?:sites-available|sites-enabled|conf\.d|snippets)\//.test(path)),
  command: () => 'nginx -t',
  check(host, path, text): CheckedFile {
    const file = MAIN;
    const names = new Map<string, readonly number[]>();
    for (;;) {
      const checked = check(
        { file, parameters: '', prefix: PREFIX },
        surroundingsOf(host, ROOT, names, { override: { path, text } }),
      );
      if (checked.unresolved !== undefined) {
        // Nobody can be asked here and now: a name that a server could know counts as known.
        names.set(checked.unresolved, hasNameServer(host) ? [0x7f000001] : []);
        continue;
      }
      const output = [...checked.messages.map((one) => line(host, one))];
      if (checked.isSyntaxOk) output.push(`nginx: the configuration file ${file} syntax is ok\n`);
      const late: string[] = [];
      output.push(...checked.later.map((one) => line(host, one)));
      const { outline } = checked;
      if (outline !== undefined) {
        const folder = outline.zones
          .map(({ cache }) => cache?.path)
          .find((path) => path !== undefined && !host.fs.exists(path) && isUnreachable(host, path));
        const problem = outline.main.logFiles.find((log) => isUnreachable(host, log));
        if (folder !== undefined)
          late.push(line(host, emerg(`mkdir() "${folder}" failed ${systemError('ENOENT')}`)));
        else if (problem !== undefined)
          late.push(line(host, emerg(`open() "${problem}" failed ${systemError('ENOENT')}`)));
        else if (checked.emptyZone !== undefined)
          late.push(line(host, emerg(`zero size shared memory zone "${checked.emptyZone}"`)));
        else
          for (const { ip, port, text: address } of wantedSockets(outline)) {
            const errno = bindProblem(host, 0, ip, port);
            if (errno === undefined) continue;
            late.push(consoleLine('emerg', `bind() to ${address} failed ${systemError(errno)}`));
            break;
          }
      }
      const isRight = outline !== undefined && late.length === 0;
      output.push(
        ...late,
        `nginx: configuration file ${file} test ${isRight ? 'is successful' : 'failed'}\n`,
      );
      // Where a link leads to is the file that is edited.
      const shown = (name: string): string => (isSame(host, name, path) ? path : name);
      const isRead = checked.files.some((one) => one.path === path || isSame(host, one.path, path));
      return {
        exit: isRight ? 0 : 1,
        output: output.join(''),
        diagnostics: [
          ...[...checked.messages, ...checked.later].flatMap((one) => diagnosticOf(one, shown)),
          ...(outline?.notModelled ?? []).map(
            ({ text: what, place }): Diagnostic => ({
              severity: 'notice',
              message: `not modelled: ${what}`,
              file: shown(place.file),
              line: place.line,
              code: 'not-modelled',
            }),
          ),
          ...(isRead ? [] : unread(path, text)),
        ],
      };
    }
  },
};
function emerg(text: string): Message {
  return { level: 'emerg', text, place: undefined };
}
function line(host: Host, message: Message): string {
  return messageLine(host.clock(), PID, message);
}
function diagnosticOf({ level, text, place }: Message, shown: (file: string) => string): Diagnostic[] {
  if (level === 'print') return [];
  const found: Diagnostic = {
    severity: rank(level) <= rank('error') ? 'error' : 'warning',
    message: place === undefined ? text : text.replace(` in ${place.file}:${place.line}`, ''),
    ...(place === undefined || place.file === '' ? {} : { file: shown(place.file), line: place.line }),
  };
  return [found];
}
function isUnreachable(host: Host, path: string): boolean {
  return !host.fs.exists(path.slice(0, path.lastIndexOf('/')) || '/');
}
function isSame(host: Host, path: string, other: string): boolean {
  const own = host.fs.realpath(path, ROOT);
  return typeof own === 'string' && own === host.fs.realpath(other, ROOT);
}
/** A file that nothing includes: only its form can be looked at. */
function unread(file: string, text: string): Diagnostic[] {
  const { problem } = parseText(text);
  const hint: Diagnostic = {
    severity: 'notice',
    message: 'nginx does not read this file: nothing includes it',
    file,
    code: 'not-included',
  };
  return problem === undefined
    ? [hint]
    : [hint, { severity: 'error', message: problem.text, file, line: problem.line }];
}
