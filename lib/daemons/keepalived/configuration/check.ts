/**
 * `keepalived -t`: every process reads the configuration in turn, then the
 * verdict as an exit code (`validate_config` and `config_test_exit` in main.c).
 * Complaints go to standard error, log lines to the log.
 */

import type { Configuration } from '../config';
import { complete } from './complete';
import { emptyGlobal, emptyPolicy, emptyVrrp } from './draft';
import type { Environment } from './environment';
import { type Pass, readPass } from './passes';
import { Lines } from './lines';
import { type Report, Reports } from './report';

export interface CheckOptions {
  readonly path: string;
  readonly environment: Environment;
  /** `-i` */
  readonly configId?: string;
  readonly logsDetails?: boolean;
}

export interface CheckResult {
  readonly exitCode: number;
  /** What was said before anything was read, then by each process. */
  readonly said: readonly (readonly Report[])[];
  /** what would run */
  readonly configuration: Configuration | undefined;
  /** keywords that the file uses and we do not model */
  readonly notModelled: readonly string[];
}

const ORDER: readonly Pass[] = ['parent', 'checker', 'vrrp', 'bfd'];

export function checkConfiguration(options: CheckOptions): CheckResult {
  const { path, environment } = options;
  const reports = new Reports();
  const global = emptyGlobal();
  const policy = emptyPolicy();
  const lines = new Lines();
  const notModelled = new Set<string>();
  const result = (configuration: Configuration | undefined): CheckResult => ({
    exitCode: reports.exitCode(),
    said: reports.processes,
    configuration,
    notModelled: [...notModelled],
  });
  if (!findFile(path, environment, reports)) return result(undefined);
  let configuration: Configuration | undefined;
  for (const pass of ORDER) {
    const vrrp = emptyVrrp();
    readPass(pass, {
      path,
      environment,
      lines,
      reports,
      global,
      vrrp,
      policy,
      notModelled,
      configId: options.configId ?? environment.hostName,
      isTest: true,
      isReload: false,
      logsDetails: options.logsDetails ?? false,
    });
    if (pass === 'vrrp' && !reports.isAborted)
      configuration = complete({ environment, reports, global, vrrp, policy, notModelled, isTest: true });
    if (reports.hasFileError) reports.isAborted = true;
    if (reports.isAborted) break;
  }
  return result(configuration);
}

/** Before anything is read: is there a file at all (`check_conf_file`)? */
export function findFile(path: string, environment: Environment, reports: Reports): boolean {
  const found = environment.files.glob(path);
  if (found.length === 0) {
    reports.complain('ok', `Config files missing '${path}'.`);
    return false;
  }
  let matches = 0;
  let isGood = true;
  for (const each of found) {
    if (each.endsWith('/')) reports.complain('ok', `Configuration file '${each}' is a directory - skipping`);
    else if (!environment.files.isPlainFile(each)) {
      reports.complain('ok', `Configuration file '${each}' is not a regular non-executable file - skipping`);
    } else if (environment.files.read(each) === undefined) {
      reports.complain('file-not-found', `Unable to read configuration file ${each}`);
      return false;
    } else {
      matches++;
      continue;
    }
    isGood = false;
  }
  if (isGood && matches > 1) {
    reports.complain(
      'multiple-files',
      `WARNING, multiple configuration file matches of ${path}, starting with ${found[0]}`,
    );
  }
  return isGood;
}
