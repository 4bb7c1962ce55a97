/** `keepalived -t -f FILE` for the editor: what it would print and return if the file had this text. */
import type { Diagnostic } from '../../text/diagnostic';
import { ROOT } from '../../world/files';
import type { CheckedFile, FileChecker, Host } from '../../world/world.contract';
import { checkConfiguration } from './configuration/check';
import type { Environment } from './configuration/environment';
import { CHECK_EXIT, type Report } from './configuration/report';
import { hostEnvironment } from './daemon/host-environment';

export const keepalivedFile: FileChecker = {
  language: 'keepalived',
  matches: (path) => /^\/etc\/keepalived\/.*\.conf$/.test(path),
  command: (path) => `keepalived -t -f ${path}`,
  check(host, path, text): CheckedFile {
    const { exitCode, said, notModelled } = checkConfiguration({
      path,
      environment: environmentWith(host, path, text),
    });
    // Each of the daemon's processes reads the file and complains: one mark for all of them.
    const diagnostics: Diagnostic[] = [];
    const marked = new Map<string, { readonly printed: string; readonly lines: Set<number | undefined> }>();
    const print = (reports: readonly Report[]): string => {
      let text = '';
      for (const report of reports) {
        const { kind, message, line } = report;
        if (kind !== 'complaint') continue;
        let known = marked.get(message);
        if (known === undefined) marked.set(message, (known = { printed: `${message}\n`, lines: new Set() }));
        text += report.prefix;
        text += known.printed;
        if (known.lines.has(line)) continue;
        known.lines.add(line);
        diagnostics.push(diagnosticOf(report, path, exitCode));
      }
      return text;
    };
    const printed = new Map([...new Set(said)].map((reports) => [reports, print(reports)]));
    let output = '';
    for (const reports of said) output += printed.get(reports) ?? '';
    for (const keyword of notModelled)
      diagnostics.push({ severity: 'notice', message: `not modelled: ${keyword}`, code: 'not-modelled' });
    return { exit: exitCode, output, diagnostics };
  },
};

/** The host with one file's text replaced. A test of a text changes nothing and draws no numbers. */
function environmentWith(host: Host, path: string, text: string): Environment {
  const { environment } = hostEnvironment(host, { who: ROOT, path: undefined });
  const { files } = environment;
  return {
    ...environment,
    files: {
      ...files,
      read: (asked) => (asked === path ? text : files.read(asked)),
      glob: (pattern) => (pattern === path ? [path] : files.glob(pattern)),
      isPlainFile: (asked) => asked === path || files.isPlainFile(asked),
    },
    write: () => true,
    random: (lowest) => lowest,
  };
}

function diagnosticOf({ message, file, line }: Report, path: string, exit: number): Diagnostic {
  // Scripts without script_security: said each time, and the daemon runs.
  const severity = exit === CHECK_EXIT.ok || exit === CHECK_EXIT.security ? 'warning' : 'error';
  const said: { -readonly [Field in keyof Diagnostic]: Diagnostic[Field] } = {
    severity,
    message,
    code: 'keepalived',
  };
  // The first process has not opened a second file yet, and names none.
  if (line !== undefined) {
    said.file = file ?? path;
    said.line = line;
  }
  return said;
}
