/** What a keyword's handler works with, and how tables of handlers become a tree of keywords. */

import { directivesOf } from '../directives';
import type { ScriptCommand } from '../config';
import type { GlobalDraft, ScriptPolicy, VrrpDraft } from './draft';
import type { Environment } from './environment';
import { type Keyword, type KeywordTree, type Reader, whenMet, type Words } from './reader';

/** One process's reading of the configuration. */
export interface Scope {
  readonly reader: Reader;
  readonly environment: Environment;
  readonly global: GlobalDraft;
  readonly vrrp: VrrpDraft;
  readonly policy: ScriptPolicy;
  readonly isReload: boolean;
  /** what the file uses that is not modelled, by name */
  readonly notModelled: Set<string>;
}

/** Handles one line of a block. */
export type Handler<T> = (scope: Scope, target: T, words: Words) => void;

export function complain(scope: Scope, message: string): void {
  scope.reader.reports.complain('general', message);
}

/**
 * The keywords of a block. All that the table knows are known; those without a
 * handler are read over, and noted when they are not modelled.
 */
export function treeOf<T>(
  scope: Scope,
  block: string,
  target: () => T | undefined,
  handlers: Readonly<Record<string, Handler<T>>>,
  bodies: Readonly<Record<string, () => KeywordTree>> = {},
): () => KeywordTree {
  return whenMet(() => {
    const tree = new Map<string, Keyword>();
    for (const [keyword, directive] of directivesOf(block)) {
      const body = bodies[keyword];
      const handler = handlers[keyword];
      const handle = (words: Words | undefined): void => {
        if (words === undefined) return;
        if (directive.effect === 'not modelled') scope.notModelled.add(keyword);
        const on = target();
        if (handler !== undefined && on !== undefined) handler(scope, on, words);
        else if (directive.body === 'lines') scope.reader.readBlock(words);
        else if (directive.body === 'keywords' && body === undefined)
          scope.reader.skipBlock({ isBraceNext: true });
      };
      tree.set(keyword, { isActive: true, handle, body });
    }
    return tree;
  });
}

/** The interface of that name; a missing one is remembered (`non_existent_interface_specified`). */
export function findInterface(scope: Scope, name: string): string | undefined {
  const found = scope.environment.interfaces.some((known) => known.name === name);
  // Where interfaces may come later, a test finds nothing wrong. Running so is not modelled.
  if (found || (scope.global.hasDynamicInterfaces && scope.reader.options.isTest)) return name;
  scope.vrrp.namesMissingInterface = true;
  return undefined;
}

/** An `[on|off]` parameter: true without one, undefined when it is neither. */
export function switchParameter(scope: Scope, words: Words): boolean | undefined {
  const text = words[1];
  return text === undefined ? true : scope.reader.switchValue(text);
}

// ---------------------------------------------------------------- who scripts run as (lib/notify.c)

/** Looks up user and group; undefined, with a log line, when there is none. */
export function findUser(
  scope: Scope,
  name: string,
  groupName: string | undefined,
): { uid: number; gid: number } | undefined {
  const { reports } = scope.reader;
  const user = scope.environment.user(name);
  if (user === undefined) {
    reports.log(`Script user '${name}' does not exist`);
    return undefined;
  }
  if (groupName === undefined) return { ...user };
  const gid = scope.environment.group(groupName);
  if (gid === undefined) {
    reports.log(`Script group '${groupName}' does not exist`);
    return undefined;
  }
  return { uid: user.uid, gid };
}

/** `script_user`, else keepalived_script when it exists, else root; undefined when security forbids root. */
export function defaultUser(scope: Scope): { uid: number; gid: number } | undefined {
  const { policy } = scope;
  if (policy.hasFailed) return undefined;
  if (!policy.isSet) {
    policy.isSet = true;
    policy.uid = 0;
    policy.gid = 0;
    const found = findUser(scope, 'keepalived_script', undefined);
    if (found !== undefined) {
      policy.uid = found.uid;
      policy.gid = found.gid;
    } else if (policy.isSecure) {
      complain(scope, 'Unable to set default user keepalived_script for script');
      policy.hasFailed = true;
      return undefined;
    }
  }
  return { uid: policy.uid, gid: policy.gid };
}

/** A script as it stands on its line; what is not understood is logged and ignored. */
export function notifyScript(scope: Scope): ScriptCommand | undefined {
  const { reader } = scope;
  const words = reader.scriptWords();
  if (words === undefined) {
    reader.reports.log('Unable to parse notify script');
    return undefined;
  }
  const args = words[1] === undefined ? undefined : reader.scriptWords(words[1]);
  if (args === undefined) {
    reader.reports.log(`Unable to parse script '${reader.word(words, 1)}' - ignoring`);
    return undefined;
  }
  const named = words[2];
  const user = named === undefined ? defaultUser(scope) : findUser(scope, named, words[3]);
  if (user === undefined) {
    reader.reports.log(
      named === undefined
        ? `Failed to set default user for notify script ${args[0]} - ignoring`
        : `Invalid user/group for notify script ${args[0]} - ignoring`,
    );
    return undefined;
  }
  return { args, ...user, isFileTest: false };
}
