/**
 * keepalived reads its configuration once per process, and each process looks
 * at its own keywords only: the parent at global_defs, the VRRP process at the
 * rest. With -t the checker's and the BFD process's turns follow, so that a
 * stray brace is complained of four times. Which keyword is active for whom:
 * `init_global_keywords`, `init_vrrp_keywords`, `init_check_keywords`,
 * `init_bfd_keywords`, `add_track_file_keywords`.
 */

import { stayCompiled } from '../../../std/stay-compiled';
import { ROOT_DIRECTIVES } from '../directives';
import { addressLine, routeLine } from './address-lines';
import {
  emptyGroup,
  emptyInstance,
  type GlobalDraft,
  type GroupDraft,
  type InstanceDraft,
  type ScriptPolicy,
  type VrrpDraft,
} from './draft';
import type { Environment } from './environment';
import { GLOBAL_CHECKS } from './global-checks';
import { GLOBAL_HANDLERS } from './global-keywords';
import {
  delayLine,
  endGarpGroup,
  GARP_GROUP_HANDLERS,
  GROUP_HANDLERS,
  type OpenGarpGroup,
} from './group-keywords';
import { AUTHENTICATION_HANDLERS, endInstance, INSTANCE_HANDLERS } from './instance-keywords';
import { LineSource } from './line-source';
import { Lines } from './lines';
import { Reader, UINT_MAX, type Keyword, type KeywordTree, type Words } from './reader';
import { Reports } from './report';
import { complain, type Scope, treeOf } from './scope';
import {
  endFile,
  endProcess,
  endScript,
  FILE_HANDLERS,
  type OpenFile,
  openFile,
  type OpenProcess,
  openProcess,
  type OpenScript,
  openScript,
  PROCESS_HANDLERS,
  SCRIPT_HANDLERS,
} from './tracker-keywords';
import { ruleLine } from './rule-lines';
import { checkVirtualServers, type VirtualServers, virtualServerKeywords } from './virtual-servers';

export type Pass = 'parent' | 'checker' | 'vrrp' | 'bfd';

export interface PassOptions {
  readonly path: string;
  readonly environment: Environment;
  readonly lines: Lines;
  readonly reports: Reports;
  readonly global: GlobalDraft;
  readonly vrrp: VrrpDraft;
  readonly policy: ScriptPolicy;
  readonly notModelled: Set<string>;
  readonly configId: string;
  readonly isTest: boolean;
  readonly isReload: boolean;
  readonly logsDetails: boolean;
}

/** What the parent learns of the other processes' keywords. */
export interface Needs {
  vrrp: boolean;
  checker: boolean;
  bfd: boolean;
}

const GLOBAL = { ...GLOBAL_CHECKS, ...GLOBAL_HANDLERS };

/** Reads the whole configuration for one process. False when the first file cannot be opened. */
export function readPass(
  pass: Pass,
  options: PassOptions,
): { readonly opened: boolean; readonly needs: Needs } {
  const { environment, reports, global, vrrp, policy, notModelled, isReload } = options;
  reports.nextProcess();
  const source = new LineSource({
    files: environment.files,
    lines: options.lines,
    reports,
    configId: options.configId,
    namesTopFile: pass !== 'parent',
    logsDetails: options.logsDetails,
    random: environment.random,
  });
  const needs: Needs = { vrrp: false, checker: false, bfd: false };
  if (!source.open(options.path)) return { opened: false, needs };
  if (pass === 'parent') reports.log(`Configuration file ${options.path}`);
  const reader = new Reader(reports, source, { isTest: options.isTest });
  const scope: Scope = { reader, environment, global, vrrp, policy, isReload, notModelled };
  const virtual: VirtualServers = { list: [] };
  reader.run(rootTree(pass, scope, options, { needs, virtual }));
  if (!reports.isAborted) checkVirtualServers(scope, virtual);
  return { opened: true, needs };
}

function rootTree(
  pass: Pass,
  scope: Scope,
  options: PassOptions,
  { needs, virtual }: { needs: Needs; virtual: VirtualServers },
): KeywordTree {
  const isGlobalActive = pass === 'parent' || options.isReload;
  const isVrrpActive = pass === 'vrrp';
  const isFileActive = pass === 'vrrp' || pass === 'checker';
  const tree = new Map<string, Keyword>();
  for (const { keyword, effect } of ROOT_DIRECTIVES) {
    tree.set(keyword, {
      isActive: false,
      handle: () => {
        if (pass === 'parent' && effect === 'not modelled') scope.notModelled.add(keyword);
      },
    });
  }
  const add = (
    keyword: string,
    isActive: boolean,
    active: Omit<Keyword, 'isActive'>,
    inactive?: () => void,
  ): void => {
    const known = tree.get(keyword);
    if (isActive) tree.set(keyword, { isActive, ...active });
    else if (inactive !== undefined) tree.set(keyword, { isActive, handle: inactive });
    else if (known !== undefined) tree.set(keyword, known);
  };
  for (const keyword of [
    'use_pid_dir',
    'net_namespace',
    'net_namespace_ipvs',
    'namespace_with_ipsets',
    'child_wait_time',
  ]) {
    add(keyword, isGlobalActive, { handle: (words) => rootSetting(scope, keyword, words) });
  }
  add('linkbeat_use_polling', isGlobalActive, {});
  add('instance', isGlobalActive, { handle: (words) => instanceName(scope, words) });
  add('global_defs', isGlobalActive, {
    body: treeOf(scope, 'global_defs', () => scope.global, GLOBAL),
  });
  addVrrp(scope, isVrrpActive, add, () => {
    needs.vrrp = true;
  });
  addTrackers(scope, { isVrrpActive, isFileActive, isTest: options.isTest }, add);
  const skip = (words: Words | undefined): void => {
    if (words !== undefined) scope.reader.skipBlock({ isBraceNext: true });
  };
  const note = (need: keyof Needs, keyword: string) => (): void => {
    needs[need] = true;
    if (pass === 'parent') scope.notModelled.add(keyword);
  };
  const isChecker = pass === 'checker';
  const servers = virtualServerKeywords(scope, virtual);
  add('virtual_server', isChecker, servers.server, note('checker', 'virtual_server'));
  add('virtual_server_group', isChecker, servers.group, note('checker', 'virtual_server_group'));
  add('SSL', isChecker, { handle: skip, body: () => NO_KEYWORDS }, note('checker', 'SSL'));
  add(
    'bfd_instance',
    pass !== 'parent',
    { handle: skip, body: () => NO_KEYWORDS },
    note('bfd', 'bfd_instance'),
  );
  return tree;
}

function rootSetting(scope: Scope, keyword: string, words: Words | undefined): void {
  if (words === undefined) return;
  if (keyword.startsWith('net') || keyword.startsWith('namespace')) scope.notModelled.add(keyword);
  if (keyword === 'net_namespace' && words[1] === undefined)
    complain(scope, 'net_namespace name missing - ignoring');
  if (keyword !== 'child_wait_time') return;
  const text = scope.reader.word(words, 1);
  if (scope.reader.unsigned(text, { lowest: 0, highest: UINT_MAX, tolerant: false }) === undefined) {
    complain(scope, `Invalid child_wait_time ${text}`);
  }
}

function instanceName(scope: Scope, words: Words | undefined): void {
  if (words === undefined) return;
  if (words[1] === undefined) complain(scope, 'instance name missing - ignoring');
  else if (scope.isReload) return;
  else if (scope.global.instanceName !== undefined)
    complain(scope, `Duplicate instance definition ${words[1]} - ignoring`);
  else scope.global.instanceName = words[1];
}

const NO_KEYWORDS: KeywordTree = new Map();

type Add = (
  keyword: string,
  isActive: boolean,
  active: Omit<Keyword, 'isActive'>,
  inactive?: () => void,
) => void;

function addVrrp(scope: Scope, isActive: boolean, add: Add, needsVrrp: () => void): void {
  const { vrrp } = scope;
  let instance: InstanceDraft | undefined;
  let group: GroupDraft | undefined;
  let garp: OpenGarpGroup | undefined;
  const lines =
    (each: (values: Words) => void) =>
    (words: Words | undefined): void => {
      if (words !== undefined) scope.reader.valueBlock(words, each);
    };
  add(
    'static_ipaddress',
    isActive,
    {
      handle: lines((values) => {
        const address = addressLine(scope, values, { isStatic: true });
        if (address !== undefined) vrrp.staticAddresses.push(address);
      }),
    },
    needsVrrp,
  );
  add(
    'static_routes',
    isActive,
    {
      handle: lines((values) => {
        const route = routeLine(scope, values);
        if (route !== undefined) vrrp.staticRoutes.push(route);
      }),
    },
    needsVrrp,
  );
  add(
    'static_rules',
    isActive,
    {
      handle: lines((values) => {
        const rule = ruleLine(scope, values);
        if (rule !== undefined) vrrp.staticRules.push(rule);
      }),
    },
    needsVrrp,
  );
  add('track_group', isActive, { body: treeOf(scope, 'track_group', () => undefined, {}) });
  add('vrrp_sync_group', isActive, {
    handle: (words) => {
      group = openNamed(scope, words, vrrp.groups, {
        missing: 'vrrp_sync_group must have a name - skipping',
        taken: (name) => `vrrp sync group ${name} already defined`,
        make: emptyGroup,
      });
    },
    body: treeOf(scope, 'vrrp_sync_group', () => group, GROUP_HANDLERS),
  });
  add('garp_group', isActive, {
    handle: (words) => {
      if (words !== undefined) garp = { interval: undefined, hasNeighbourInterval: false, interfaces: [] };
    },
    body: treeOf(scope, 'garp_group', () => garp, GARP_GROUP_HANDLERS),
    end: () => {
      if (garp !== undefined) endGarpGroup(scope, garp);
    },
  });
  add(
    'vrrp_instance',
    isActive,
    {
      handle: (words) => {
        instance = openNamed(scope, words, vrrp.instances, {
          missing: 'vrrp_instance must have a name',
          taken: (name) => `vrrp instance ${name} already defined`,
          make: (name) => emptyInstance(name, scope.global),
        });
      },
      body: treeOf(scope, 'vrrp_instance', () => instance, INSTANCE_HANDLERS, {
        authentication: treeOf(scope, 'authentication', () => instance, AUTHENTICATION_HANDLERS),
      }),
      end: () => {
        if (instance !== undefined) endInstance(scope, instance);
      },
    },
    needsVrrp,
  );
  add('linkbeat_interfaces', isActive, { handle: lines(() => undefined) });
  add('interface_up_down_delays', isActive, { handle: lines((values) => delayLine(scope, values)) });
}

/** A block that must have exactly one name, which no other has. */
function openNamed<T extends { readonly name: string }>(
  scope: Scope,
  words: Words | undefined,
  list: T[],
  phrases: {
    readonly missing: string;
    readonly taken: (name: string) => string;
    readonly make: (name: string) => T;
  },
): T | undefined {
  if (words === undefined) return undefined;
  const name = words[1];
  const problem =
    name === undefined || words.length !== 2
      ? phrases.missing
      : list.some((known) => known.name === name)
        ? phrases.taken(name)
        : undefined;
  if (problem !== undefined || name === undefined) {
    complain(scope, problem ?? phrases.missing);
    scope.reader.skipBlock({ isBraceNext: true });
    return undefined;
  }
  const made = phrases.make(name);
  list.push(made);
  return made;
}

function addTrackers(
  scope: Scope,
  when: { readonly isVrrpActive: boolean; readonly isFileActive: boolean; readonly isTest: boolean },
  add: Add,
): void {
  const { vrrp } = scope;
  let script: OpenScript | undefined;
  let process: OpenProcess | undefined;
  let file: OpenFile | undefined;
  add('vrrp_script', when.isVrrpActive, {
    handle: (words) => {
      if (words === undefined) return;
      script = openScript(scope.reader.word(words, 1));
      vrrp.scripts.push(script);
    },
    body: treeOf(scope, 'vrrp_script', () => script, SCRIPT_HANDLERS),
    end: () => {
      if (script !== undefined && !endScript(scope, script))
        vrrp.scripts.splice(vrrp.scripts.indexOf(script), 1);
    },
  });
  add('vrrp_track_process', when.isVrrpActive, {
    handle: (words) => {
      if (words === undefined) return;
      process = openProcess(scope.reader.word(words, 1));
      vrrp.processes.push(process);
    },
    body: treeOf(scope, 'vrrp_track_process', () => process, PROCESS_HANDLERS),
    end: () => {
      if (process !== undefined && !endProcess(scope, process))
        vrrp.processes.splice(vrrp.processes.indexOf(process), 1);
    },
  });
  for (const keyword of ['track_file', 'vrrp_track_file']) {
    add(keyword, when.isFileActive, {
      handle: (words) => {
        if (words === undefined) return;
        if (keyword === 'vrrp_track_file')
          scope.reader.reports.log('"vrrp_track_file" is deprecated, please use "track_file"');
        file = openFile(scope.reader.word(words, 1));
      },
      body: treeOf(scope, keyword, () => file, FILE_HANDLERS),
      end: () => {
        if (file !== undefined && endFile(scope, file, when)) vrrp.files.push(file);
        file = undefined;
      },
    });
  }
}

const NO_REPORTS = new Reports();
const NO_SOURCE = new LineSource({
  files: { read: () => undefined, glob: () => [], isPlainFile: () => false },
  lines: new Lines(),
  reports: NO_REPORTS,
  configId: '',
  namesTopFile: false,
  logsDetails: false,
  random: (lowest) => lowest,
});
stayCompiled(new Reader(NO_REPORTS, NO_SOURCE, { isTest: true }));
