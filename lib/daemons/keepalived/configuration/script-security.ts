/**
 * May this script be run, and as which file? `check_script_secure`, `find_path`
 * and `check_security` of keepalived 2.2.7 (lib/notify.c), messages to the
 * letter.
 *
 * Symbolic links are resolved before a script is run. The name is kept when a
 * file of that name stands beside the target and is the same file; else the
 * target itself is executed. On Debian 12 /usr/bin/pidof is a link to
 * /sbin/killall5, so `script "/usr/bin/pidof haproxy"` runs killall5.
 */

import type { ScriptCommand } from '../config';
import type { ScriptPolicy } from './draft';
import type { Environment, ScriptStat } from './environment';
import type { Reports } from './report';

export interface SecurityCheck {
  readonly environment: Environment;
  readonly reports: Reports;
  readonly policy: ScriptPolicy;
  readonly isTest: boolean;
}

/** What came of it. */
export interface Verdict {
  readonly command: ScriptCommand;
  readonly isInhibited: boolean;
  readonly isMissing: boolean;
  readonly isExecutable: boolean;
  /** a program was found, so that script security matters */
  readonly isScript: boolean;
  readonly isInsecure: boolean;
}

export function checkScript(check: SecurityCheck, script: ScriptCommand): Verdict {
  const { environment, reports } = check;
  const none: Verdict = {
    command: script,
    isInhibited: false,
    isMissing: false,
    isExecutable: false,
    isScript: false,
    isInsecure: false,
  };
  const missing = { ...none, isMissing: true };
  const first = script.args[0] ?? '';
  if (/^<[ \t]*\//.test(first))
    return { ...none, command: { ...script, isFileTest: true }, isExecutable: true };
  let path = first;
  if (!first.includes('/')) {
    const found = searchPath(check, script);
    if (found === undefined) return missing;
    path = found;
  }
  // Vendor: while 2.2.7 looks at a script of another user it makes sure that its parent still
  // lives. With -t there is no parent, so it sends itself SIGTERM.
  if (check.isTest && (script.uid !== 0 || script.gid !== 0)) {
    reports.crash('TERM');
    return missing;
  }
  const real = environment.realpath(path, script);
  if ('error' in real) {
    reports.log(`Script ${path} cannot be accessed - ${real.error}`);
    return missing;
  }
  const kept = keepName(environment, path, real.path);
  const file = environment.stat(real.path);
  if (file === undefined) {
    reports.log(`Unable to access script \`${path}\` - disabling`);
    return missing;
  }
  const command: ScriptCommand = { ...script, args: [kept, ...script.args.slice(1)] };
  const verdict = { ...none, command, isScript: true };
  if (!isExecutableBy(file, script)) {
    reports.log(
      `WARNING - script '${kept}' is not executable for uid:gid ${script.uid}:${script.gid} - disabling.`,
    );
    return verdict;
  }
  if (script.uid !== 0 && script.gid !== 0 && !becomesRoot(file)) return { ...verdict, isExecutable: true };
  const unsafe = [kept, ...(kept === real.path ? [] : [real.path])].map((each) => checkPath(check, each));
  return {
    ...verdict,
    isExecutable: true,
    isInhibited: unsafe.some((each) => each.isInhibited),
    isMissing: unsafe.some((each) => each.isMissing),
    isInsecure: unsafe.some((each) => each.isInsecure),
  };
}

function becomesRoot(file: ScriptStat): boolean {
  return (
    (file.uid === 0 && (file.mode & 0o4100) === 0o4100) || (file.gid === 0 && (file.mode & 0o2010) === 0o2010)
  );
}

function isExecutableBy(file: ScriptStat, who: { readonly uid: number; readonly gid: number }): boolean {
  if (who.uid === 0) return (file.mode & 0o111) !== 0;
  if (who.uid === file.uid) return (file.mode & 0o100) !== 0;
  return (file.mode & (who.gid === file.gid ? 0o010 : 0o001)) !== 0;
}

/** A program without a slash is searched in $PATH; a warning says what was found. */
function searchPath(check: SecurityCheck, script: ScriptCommand): string | undefined {
  const { environment, reports } = check;
  const name = script.args[0] ?? '';
  let wasDenied = false;
  for (const directory of name === '' ? [] : environment.searchPath.split(':')) {
    const path = directory === '' ? `/${name}` : `${directory}/${name}`;
    const file = environment.stat(path);
    if (file === undefined) continue;
    if (file.kind === 'file' && isExecutableBy(file, script)) {
      reports.log(
        `WARNING - script \`${name}\` resolved by path search to \`${path}\`. Please specify full path.`,
      );
      return path;
    }
    wasDenied = true;
  }
  reports.log(
    wasDenied
      ? `Permissions failure for script ${name} in path - disabling`
      : `Cannot find script ${name} in path - disabling`,
  );
  return undefined;
}

/** The resolved path, under the script's own name where that is the same file. */
function keepName(environment: Environment, path: string, real: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === real.slice(real.lastIndexOf('/') + 1)) return real;
  const beside = real.slice(0, real.lastIndexOf('/') + 1) + name;
  const target = environment.stat(real);
  const other = environment.stat(beside);
  return target !== undefined && other?.inode !== target.inode ? real : beside;
}

/** No part of the way may be writable by others than root. */
function checkPath(
  check: SecurityCheck,
  path: string,
): { isInhibited: boolean; isMissing: boolean; isInsecure: boolean } {
  const { environment, reports, policy } = check;
  const fine = { isInhibited: false, isMissing: false, isInsecure: false };
  const parts = path.split('/');
  for (let i = 1; i <= parts.length; i++) {
    const isLast = i === parts.length;
    const part = i === 1 ? '/' : parts.slice(0, i).join('/');
    const found = environment.lstat(part);
    if (found === undefined) {
      reports.log(`check_script_secure could not find script '${path}' - disabling`);
      return { ...fine, isMissing: true };
    }
    const isRightKind = isLast
      ? found.kind === 'file' || found.kind === 'symlink'
      : found.kind === 'directory';
    if (!isRightKind) {
      reports.log(`Wrong file type found in script path '${path}'.`);
      return { ...fine, isInhibited: true };
    }
    if (isSafe(found)) continue;
    reports.log(`Unsafe permissions found for script '${path}'${policy.isSecure ? ' - disabling' : ''}.`);
    return { ...fine, isInsecure: true, isInhibited: policy.isSecure };
  }
  return fine;
}

function isSafe(found: ScriptStat): boolean {
  if (found.uid !== 0) return false;
  const matters = found.kind === 'file' || (found.kind === 'directory' && (found.mode & 0o1000) === 0);
  return !matters || !((found.gid !== 0 && (found.mode & 0o020) !== 0) || (found.mode & 0o002) !== 0);
}
