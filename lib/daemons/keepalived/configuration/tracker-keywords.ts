/** The keywords of vrrp_script, vrrp_track_process and track_file (vrrp_parser.c, track_file.c). */

import type { Draft, TrackFile, TrackProcess } from '../config';
import type { ScriptDraft } from './draft';
import { UINT_MAX } from './reader';
import { complain, defaultUser, findUser, type Handler, type Scope } from './scope';

const INT_MAX = 2_147_483_647;
const SECONDS_MAX = Math.floor(UINT_MAX / 1_000_000);

/** A script while its block is open. */
export interface OpenScript extends ScriptDraft {
  hasUser: boolean;
  isRemoved: boolean;
}

export function openScript(name: string): OpenScript {
  return {
    name,
    args: [],
    uid: 0,
    gid: 0,
    command: undefined,
    interval: 1_000_000,
    timeout: 0,
    weight: 0,
    isReversed: false,
    rise: 1,
    fall: 1,
    startsFailed: false,
    hasUser: false,
    isRemoved: false,
  };
}

const scriptSeconds =
  (
    noun: string,
    invalid: (script: OpenScript, text: string) => string,
    set: (script: OpenScript, micros: number) => void,
  ): Handler<OpenScript> =>
  (scope, script, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 0, highest: SECONDS_MAX, tolerant: true });
    if (value === undefined) {
      complain(scope, invalid(script, text));
      return;
    }
    if (value === 0)
      complain(scope, `(${script.name}): vrrp script ${noun} must be greater than 0, setting to 1`);
    set(script, Math.max(1, value) * 1_000_000);
  };

const counter =
  (noun: 'rise' | 'fall'): Handler<OpenScript> =>
  (scope, script, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 1, highest: INT_MAX, tolerant: true });
    if (value === undefined)
      complain(scope, `(${script.name}): vrrp script ${noun} value '${text}' invalid, defaulting to 1`);
    script[noun] = value ?? 1;
  };

export const SCRIPT_HANDLERS: Readonly<Record<string, Handler<OpenScript>>> = {
  script: (scope, script) => {
    const words = scope.reader.scriptWords();
    // Vendor: a quote that is never closed leaves no words, and 2.2.7 runs into a null pointer.
    if (words === undefined) scope.reader.reports.crash('SEGV');
    const args = words?.[1] === undefined ? undefined : scope.reader.scriptWords(words[1]);
    if (args !== undefined) script.args = args;
  },
  interval: scriptSeconds(
    'interval',
    ({ name }, text) =>
      `(${name}): vrrp script interval '${text}' must be between 1 and ${SECONDS_MAX} - ignoring`,
    (script, micros) => {
      script.interval = micros;
    },
  ),
  timeout: scriptSeconds(
    'timeout',
    ({ name }, text) => `(${name}): vrrp script timeout '${text}' invalid - ignoring`,
    (script, micros) => {
      script.timeout = micros;
    },
  ),
  weight: (scope, script, words) => {
    const text = scope.reader.word(words, 1);
    const range = { lowest: -253, highest: 253, tolerant: true };
    const value = scope.reader.integer(text, range);
    if (value === undefined)
      complain(scope, `vrrp_script ${script.name} weight ${text} must be in [-253, 253]`);
    // Vendor: the number is used although it was refused.
    script.weight = value ?? (Number.parseInt(text, 10) || 0);
    if (words[2] === 'reverse') script.isReversed = true;
    else if (words[2] !== undefined)
      complain(scope, `vrrp_script ${script.name} unknown weight option ${words[2]}`);
  },
  rise: counter('rise'),
  fall: counter('fall'),
  user: (scope, script, words) => {
    const user = findUser(scope, scope.reader.word(words, 1), words[2]);
    script.isRemoved = user === undefined;
    if (user === undefined) {
      complain(scope, `Unable to set uid/gid for script ${script.args.map((arg) => `'${arg}'`).join(' ')}`);
      return;
    }
    script.uid = user.uid;
    script.gid = user.gid;
    script.hasUser = true;
  },
  init_fail: (_scope, script) => {
    script.startsFailed = true;
  },
};

/** After the block; true when the script stays. */
export function endScript(scope: Scope, script: OpenScript): boolean {
  if (script.args[0] === undefined || script.args[0] === '') {
    complain(scope, `No script set for vrrp_script ${script.name} - removing`);
    return false;
  }
  if (script.isRemoved || script.hasUser) return !script.isRemoved;
  const user = defaultUser(scope);
  if (user === undefined) {
    complain(scope, `Unable to set default user for vrrp script ${script.name} - removing`);
    return false;
  }
  script.uid = user.uid;
  script.gid = user.gid;
  return true;
}

// ---------------------------------------------------------------- track_file

export type OpenFile = Draft<TrackFile>;

export function openFile(name: string): OpenFile {
  return { name, path: '', weight: 1, isReversed: false, init: 'no', initValue: 0 };
}

export const FILE_HANDLERS: Readonly<Record<string, Handler<OpenFile>>> = {
  file: (scope, file, words) => {
    if (words[1] === undefined) complain(scope, 'track file file name missing');
    else if (file.path !== '')
      complain(scope, `File already set for track file ${file.name} - ignoring ${words[1]}`);
    else file.path = words[1];
  },
  weight: (scope, file, words) => {
    const text = words[1];
    if (text === undefined) {
      complain(scope, `No weight specified for track file ${file.name} - ignoring`);
      return;
    }
    if (file.weight !== 1) {
      complain(scope, `Weight already set for track file ${file.name} - ignoring ${text}`);
      return;
    }
    const value = scope.reader.integer(text, { lowest: -254, highest: 254, tolerant: true });
    if (value === undefined)
      complain(
        scope,
        `Weight (${text}) for track_file ${file.name} must be between [-254..254] inclusive. Ignoring...`,
      );
    file.weight = value ?? 1;
    if (words[2] === 'reverse') file.isReversed = true;
    else if (words[2] !== undefined)
      complain(scope, `track_file ${file.name} unknown weight option ${words[2]}`);
  },
  init_file: (scope, file, words) => {
    file.init = 'create';
    for (const word of words.slice(1)) {
      if (/^\s*[-\d]/.test(word)) {
        const value = scope.reader.integer(word, {
          lowest: -2_147_483_648,
          highest: INT_MAX,
          tolerant: false,
        });
        if (value === undefined) complain(scope, `Track file ${file.name} init value ${word} is invalid`);
        else if (Math.abs(value) > 254) {
          complain(
            scope,
            `Track file ${file.name} init value ${value} is outside sensible range [-254, 254]`,
          );
        }
        file.initValue = value ?? 0;
      } else if (word === 'overwrite') file.init = 'overwrite';
      else complain(scope, `Unknown track file init option ${word}`);
    }
  },
};

/** After the block: the file may have to be made. True when it stays. */
export function endFile(scope: Scope, file: OpenFile, options: { readonly isTest: boolean }): boolean {
  if (file.path === '') {
    complain(scope, `No file set for track_file ${file.name} - ignoring`);
    return false;
  }
  if (file.init === 'no') return true;
  const found = scope.environment.stat(file.path);
  if (found !== undefined && (file.init === 'create' || scope.isReload)) return true;
  if (found !== undefined && found.kind !== 'file') {
    complain(scope, `Cannot initialise track file ${file.name} - it is not a regular file`);
    return true;
  }
  if (options.isTest) return true;
  if (!scope.environment.write(file.path, `${file.initValue}\n`))
    complain(scope, `Unable to initialise track file ${file.name}`);
  return true;
}

// ---------------------------------------------------------------- vrrp_track_process

export type OpenProcess = Draft<TrackProcess>;

export function openProcess(name: string): OpenProcess {
  return {
    name,
    program: '',
    parameters: [],
    match: 'none',
    isFullCommand: false,
    weight: 0,
    isReversed: false,
    quorum: 1,
    quorumMax: UINT_MAX,
    terminateDelay: 0,
    forkDelay: 0,
  };
}

const delay =
  (prefix: string, set: (process: OpenProcess, micros: number) => void): Handler<OpenProcess> =>
  (scope, process, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.seconds(text, { lowest: 1, highest: 3_600_000_000, tolerant: true });
    if (value === undefined) {
      complain(
        scope,
        `${prefix}delay (${text}) for vrrp_track_process ${process.name} must be between [0.000001..3600] inclusive. Ignoring...`,
      );
    } else set(process, value);
  };

export const PROCESS_HANDLERS: Readonly<Record<string, Handler<OpenProcess>>> = {
  process: (scope, process, words) => {
    const program = scope.reader.word(words, 1);
    if (process.program !== '') {
      complain(scope, `Process already set for track process ${process.name} - ignoring ${program}`);
      return;
    }
    process.program = program;
    if (words.length <= 2) return;
    process.parameters = words.slice(2);
    if (process.match === 'none') process.match = 'exact';
    process.isFullCommand = true;
  },
  param_match: (scope, process, words) => {
    const kind = words[1] ?? 'exact';
    if (words[1] === undefined || kind === 'initial' || kind === 'partial') {
      process.match = kind === 'initial' ? 'initial' : kind === 'partial' ? 'partial' : 'exact';
      process.isFullCommand = true;
    } else complain(scope, `Invalid param_match type ${kind} - ignoring`);
  },
  weight: (scope, process, words) => {
    const text = words[1];
    if (text === undefined) {
      complain(scope, `No weight specified for track process ${process.name} - ignoring`);
      return;
    }
    if (process.weight !== 0) {
      complain(scope, `Weight already set for track process ${process.name} - ignoring ${text}`);
      return;
    }
    const value = scope.reader.integer(text, { lowest: -254, highest: 254, tolerant: true });
    if (value === undefined) {
      complain(
        scope,
        `Weight (${text}) for vrrp_track_process ${process.name} must be between [-254..254] inclusive. Ignoring...`,
      );
      return;
    }
    process.weight = value;
    if (words[2] === 'reverse') process.isReversed = true;
    else if (words[2] !== undefined)
      complain(scope, `vrrp_track_process ${process.name} unknown weight option ${words[2]}`);
  },
  quorum: (scope, process, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 1, highest: 65_535, tolerant: true });
    if (value === undefined)
      complain(
        scope,
        `Quorum (${text}) for vrrp_track_process ${process.name} must be between [1..65535] inclusive. Ignoring...`,
      );
    else if (value > process.quorumMax) complain(scope, 'Quorum is greater than quorum_max - ignoring');
    else process.quorum = value;
  },
  quorum_max: (scope, process, words) => {
    const text = scope.reader.word(words, 1);
    const value = scope.reader.unsigned(text, { lowest: 0, highest: 65_535, tolerant: true });
    if (value === undefined) {
      complain(
        scope,
        `quorum_max (${text}) for vrrp_track_process ${process.name} must be between [0..65535] inclusive. Ignoring...`,
      );
      return;
    }
    if ((value > 0 || process.quorum > 1) && value < process.quorum) {
      complain(scope, 'quorum_max is less than quorum - ignoring');
      return;
    }
    process.quorumMax = value;
    if (value === 0) process.quorum = 0;
    else if (process.quorum === 0) process.quorum = 1;
  },
  delay: delay('', (process, micros) => {
    process.terminateDelay = micros;
    process.forkDelay = micros;
  }),
  terminate_delay: delay('terminate_', (process, micros) => {
    process.terminateDelay = micros;
  }),
  fork_delay: delay('fork_', (process, micros) => {
    process.forkDelay = micros;
  }),
  full_command: (_scope, process) => {
    process.isFullCommand = true;
  },
};

/** After the block; true when it stays. */
export function endProcess(scope: Scope, process: OpenProcess): boolean {
  if (process.program !== '') return true;
  complain(scope, `track process '${process.name}' process name not specified`);
  return false;
}
