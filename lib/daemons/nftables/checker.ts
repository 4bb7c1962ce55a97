/**
 * What `nft -c -f` would say of configuration files, for the editor: the tool's
 * own words with file, line and column. Never throws.
 *
 * Names of hosts are not looked up here; a file that needs them gets no
 * complaint about them.
 */
import type { Diagnostic } from '../../text/diagnostic';
import type { Ruleset } from '../../world/packet-filter.contract';
import { NameNeeded, type Surroundings } from './evaluate/values';
import { locate } from './messages';
import { type Includes, parseText } from './parse/commands';
import type { Problem } from './parse/tree';
import { applyCommands } from './transaction';

export interface ConfigurationFile {
  readonly path: string;
  readonly text: string;
}

/** What comes of reading. */
export interface CheckResult {
  readonly diagnostics: readonly Diagnostic[];
  /** The ruleset that would be in force; undefined when the file is refused. */
  readonly ruleset: Ruleset | undefined;
}

export const EMPTY_RULESET: Ruleset = { generation: 1, tables: [], nextHandle: 1 };

/** Surroundings of which nothing is known: every interface exists, no user does. */
export const UNKNOWN_SURROUNDINGS: Surroundings = {
  interfaceIndex: () => 1,
  interfaceName: () => undefined,
  user: () => 0,
  group: () => 0,
  address: () => ({ ip: 0 }),
};

/** Checks a file with what it includes from the others. The first one is loaded. */
export function checkNftables(
  files: readonly ConfigurationFile[],
  options: { surroundings?: Surroundings; ruleset?: Ruleset; includes?: Includes } = {},
): CheckResult {
  const [main] = files;
  if (main === undefined) return { diagnostics: [], ruleset: undefined };
  const includes: Includes = options.includes ?? {
    files(path) {
      const wanted = /^(?:\/|\.\/|\.\.\/)/.test(path) ? path : `/etc/${path}`;
      const found = files.filter((file) => file.path === wanted);
      // Files beside the one that is edited are the host's business.
      return found.length === 0 ? [] : found;
    },
  };
  const { commands, problems } = parseText({ name: main.path, text: main.text }, includes);
  try {
    const outcome = applyCommands(
      options.ruleset ?? EMPTY_RULESET,
      commands,
      options.surroundings ?? UNKNOWN_SURROUNDINGS,
      0,
      { reachesKernel: problems.length === 0 },
    );
    const all = [...problems, ...outcome.problems];
    return {
      diagnostics: all.map(diagnosticOf),
      ruleset: all.length > 0 ? undefined : (outcome.ruleset ?? options.ruleset ?? EMPTY_RULESET),
    };
  } catch (problem) {
    if (!(problem instanceof NameNeeded)) throw problem;
    return { diagnostics: problems.map(diagnosticOf), ruleset: undefined };
  }
}

function diagnosticOf({ place, message }: Problem): Diagnostic {
  const isOurs = message.startsWith('not modelled:');
  const common = {
    severity: isOurs ? 'notice' : 'error',
    message,
    code: isOurs ? 'not-modelled' : 'nftables',
  } as const;
  if (place === undefined) return common;
  const { line, first } = locate(place);
  return {
    ...common,
    span: { start: place.start, end: place.end },
    ...(place.source.name === undefined ? {} : { file: place.source.name }),
    line,
    column: first,
  };
}
