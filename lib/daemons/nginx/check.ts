/**
 * A configuration read and checked, as `nginx -t` does before it touches anything.
 * Source: nginx 1.22 src/core/ngx_cycle.c `ngx_init_cycle`.
 */
import { stayCompiled } from '../../std/stay-compiled';
import type { Configuration } from './config';
import { compile, type Outline, outlineOf } from './parse/compile';
import { Conf, FAILED, type Handler, type Message, type Surroundings } from './parse/conf';
import { BLOCK_HANDLERS } from './parse/finish';
import { HTTP_CORE_HANDLERS } from './parse/http-core';
import { LISTEN_HANDLERS } from './parse/listen';
import { MAIN_HANDLERS } from './parse/main';
import { MAP_HANDLERS } from './parse/maps';
import { PROXY_HANDLERS } from './parse/proxy';
import { REWRITE_HANDLERS } from './parse/rewrite';
import { RULE_HANDLERS } from './parse/rules';
import { setSlot } from './parse/slots';
import { STREAM_HANDLERS } from './parse/stream';
import { TLS_HANDLERS } from './parse/tls/directives';
import { UPSTREAM_HANDLERS } from './parse/upstream';

const OWN: ReadonlyMap<string, Handler> = new Map([
  ...MAIN_HANDLERS,
  ...BLOCK_HANDLERS,
  ...HTTP_CORE_HANDLERS,
  ...LISTEN_HANDLERS,
  ...UPSTREAM_HANDLERS,
  ...PROXY_HANDLERS,
  ...REWRITE_HANDLERS,
  ...RULE_HANDLERS,
  ...MAP_HANDLERS,
  ...STREAM_HANDLERS,
  ...TLS_HANDLERS,
]);

export interface Asked {
  /** Absolute path of the main file. */
  readonly file: string;
  /** `-g` */
  readonly parameters: string;
  /** Ends with a slash. */
  readonly prefix: string;
}
export interface Checked {
  /** Said while the files were read. */
  readonly messages: readonly Message[];
  /** The text is right; what follows can still fail. */
  readonly isSyntaxOk: boolean;
  /** Said after that. */
  readonly later: readonly Message[];
  /** Undefined when something is wrong. */
  readonly outline: Outline | undefined;
  /** The same in full, for who serves by it: made when it is asked for. */
  readonly configuration: Configuration | undefined;
  /** A zone that is used and was never given a size. */
  readonly emptyZone: string | undefined;
  /** A name that a resolver has to be asked for before the check can go on. */
  readonly unresolved: string | undefined;
  /** The passphrase of a key has to be asked for: the same. */
  readonly isUnanswered: boolean;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export function check(asked: Asked, around: Surroundings): Checked {
  const confPrefix = asked.file.slice(0, asked.file.lastIndexOf('/') + 1);
  const conf = new Conf(around, asked.prefix, confPrefix, { own: OWN, slot: setSlot });
  const failed =
    (asked.parameters !== '' && conf.parseParameters(asked.parameters) === FAILED) ||
    conf.parseFile(asked.file) === FAILED;
  const common = {
    messages: conf.messages,
    unresolved: conf.unresolved,
    isUnanswered: conf.isUnanswered,
    files: conf.files,
    emptyZone: [...conf.zones.values()].find(({ size }) => size === 0)?.name,
  };
  if (failed || conf.unresolved !== undefined)
    return { ...common, isSyntaxOk: false, later: [], outline: undefined, configuration: undefined };
  const problem = coreProblem(conf);
  if (problem !== undefined)
    return {
      ...common,
      isSyntaxOk: true,
      later: [{ level: 'emerg', text: problem, place: undefined }],
      outline: undefined,
      configuration: undefined,
    };
  const outline = outlineOf(conf);
  let compiled: Configuration | undefined;
  return {
    ...common,
    isSyntaxOk: true,
    later: affinityWarning(conf),
    outline,
    get configuration() {
      compiled ??= compile(conf, outline);
      return compiled;
    },
  };
}
function affinityWarning({ main }: Conf): Message[] {
  const masks = main.number('worker_cpu_affinity', 1);
  return masks === 1 || masks === main.number('worker_processes', 1)
    ? []
    : [
        {
          level: 'warn',
          text: 'the number of "worker_processes" is not equal to the number of "worker_cpu_affinity" masks, using last mask for remaining worker processes',
          place: undefined,
        },
      ];
}
function coreProblem(conf: Conf): string | undefined {
  if (conf.events === undefined) return 'no "events" section in configuration';
  const connections = conf.events.number('worker_connections', 512);
  const listening = new Set(
    [conf.http, conf.stream].flatMap(
      (scope) => scope?.block.children.flatMap(({ own }) => own.listens?.map(({ text }) => text) ?? []) ?? [],
    ),
  ).size;
  if (connections < listening + 1)
    return `${connections} worker_connections are not enough for ${listening} listening sockets`;
  return undefined;
}

const NOWHERE: Surroundings = {
  readFile: () => ({ problem: '' }),
  glob: () => [],
  user: () => undefined,
  group: () => undefined,
  isRoot: true,
  hostname: '',
  cores: 1,
  addresses: () => [],
  passphrase: () => undefined,
};
stayCompiled(new Conf(NOWHERE, '', '', { own: OWN, slot: setSlot }));
