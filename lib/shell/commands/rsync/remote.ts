/** The way to another host: a remote shell that starts `rsync --server` there, and what either end says to the other. */
import type { Stream } from '../../../world/process.contract';
import { writeAll } from '../children';
import { chomp, LineReader } from '../line-reader';
import type { Step, Tool } from '../tool';
import type { RsyncSettings } from './options';
import { answerTree, type Identity, type Tree, type TreeAnswer, type TreeRequest } from './tree';

/** Begins what the server says first; anything else came from somebody's start-up files. */
const GREETING = 'rsync-server 31 ';

/** The other end is gone, or was never there. */
export class ConnectionLost extends Error {
  constructor(
    /** Bytes of the protocol that had come. */
    readonly received: number,
    /** How the remote shell ended. */
    readonly code: number,
    readonly isShellUnclean = false,
  ) {
    super('connection lost');
  }
}

export interface RemoteEnd {
  readonly tree: RemoteTree;
  /** Paths as the shell over there has expanded them. */
  readonly paths: readonly string[];
  readonly identity: Identity;
}

export interface RemotePlace {
  readonly user: string | undefined;
  readonly host: string;
  readonly paths: readonly string[];
}

/** `[user@]host:path`, undefined for a path of this host. */
export function remotePlace(
  operand: string,
): { user: string | undefined; host: string; path: string } | undefined {
  const found = /^(?:([^@:/]+)@)?(\[[^\]]+\]|[^:/]+):(?!:)(.*)$/s.exec(operand);
  if (found === null) return undefined;
  const [, user, host = '', path = ''] = found;
  return { user, host: host.replace(/^\[|\]$/g, ''), path };
}

/** @throws ConnectionLost */
export function* connect(
  tool: Tool,
  settings: RsyncSettings,
  place: RemotePlace,
  sends: boolean,
): Step<RemoteEnd> {
  const shell = splitWords(settings.remoteShell ?? tool.context.env.get('RSYNC_RSH') ?? 'ssh');
  const argv = [
    ...shell,
    ...(place.user === undefined ? [] : ['-l', place.user]),
    place.host,
    settings.rsyncPath,
    '--server',
    ...(sends ? ['--sender'] : []),
    serverLetters(settings),
    '.',
    ...place.paths.map((path) => protectedPath(path === '' ? '.' : path, sends)),
  ];
  const { streams } = tool.context.host;
  const there = streams.pipe();
  const back = streams.pipe();
  const fds = new Map(tool.standardStreams());
  fds.set(0, there.reader);
  fds.set(1, back.writer);
  for (const end of [there.reader, there.writer, back.reader, back.writer]) end.retain();
  yield* tool.flush();
  const pid = tool.spawn(argv, { fds });
  there.reader.close();
  back.writer.close();
  if (typeof pid !== 'number') {
    there.writer.close();
    back.reader.close();
    throw new ConnectionLost(0, -1);
  }
  const tree = new RemoteTree(tool, pid, there.writer, back.reader);
  const greeting = yield* tree.greeting();
  return { tree, ...greeting };
}

export class RemoteTree implements Tree {
  readonly isRemote = true;
  readonly #lines: LineReader;
  #received = 0;

  constructor(
    private readonly tool: Tool,
    private readonly pid: number,
    private readonly writer: Stream,
    private readonly reader: Stream,
  ) {
    this.#lines = new LineReader(tool, reader);
  }

  *greeting(): Step<{ paths: readonly string[]; identity: Identity }> {
    const line = yield* this.#line();
    if (!line.startsWith(GREETING)) {
      this.writer.close();
      this.reader.close();
      throw new ConnectionLost(this.#received, 2, true);
    }
    // Only `serve` of this file writes such lines.
    return JSON.parse(line.slice(GREETING.length)) as { paths: string[]; identity: Identity };
  }

  *call(request: TreeRequest): Step<TreeAnswer> {
    yield* this.tool.drain();
    yield* writeAll(this.writer, `${JSON.stringify(request)}\n`);
    return JSON.parse(yield* this.#line()) as TreeAnswer;
  }

  *close(): Step {
    this.writer.close();
    this.reader.close();
    yield* this.tool.context.wait(this.pid);
  }

  *#line(): Step<string> {
    const line = yield* this.#lines.next();
    if (line === undefined || !line.endsWith('\n')) {
      this.writer.close();
      const status = yield* this.tool.context.wait(this.pid);
      this.reader.close();
      throw new ConnectionLost(this.#received, status.code ?? 255);
    }
    this.#received += line.length;
    return chomp(line);
  }
}

/** `rsync --server`: answers until the other end is done. */
export function* serve(tool: Tool, settings: RsyncSettings): Step<number> {
  const { stdin, stdout } = tool.context;
  const identity = answerTree(tool, { do: 'identity' }).identity;
  const paths = settings.operands.slice(1);
  yield* writeAll(stdout, `${GREETING}${JSON.stringify({ paths, identity })}\n`);
  const lines = new LineReader(tool, stdin);
  for (;;) {
    const line = yield* lines.next();
    if (line === undefined) return 0;
    const answer = answerTree(tool, JSON.parse(line) as TreeRequest);
    yield* writeAll(stdout, `${JSON.stringify(answer)}\n`);
  }
}

/** The letters that the server is started with, as `ps` shows them. Source: `options.c` `server_options`. */
function serverLetters(settings: RsyncSettings): string {
  const on = (letter: string, isOn: boolean): string => (isOn ? letter : '');
  return [
    '-',
    'v'.repeat(settings.verbose),
    on('b', settings.backup),
    on('u', settings.update),
    on('n', settings.dryRun),
    on('l', settings.links),
    on('L', settings.copyLinks),
    on('W', settings.wholeFile === true),
    on('H', settings.hardLinks),
    on('o', settings.owner),
    on('g', settings.group),
    on('D', settings.specials),
    on('t', settings.times),
    on('p', settings.perms),
    on('r', settings.recursive),
    on('c', settings.checksum),
    on('R', settings.relative),
    on('z', settings.compress),
    'e.iLsfxCIvu',
  ].join('');
}

/** Letters that a shell would not take as they stand. Wildcards are left to the shell of a sender. */
function protectedPath(path: string, sends: boolean): string {
  return path.replace(
    sends ? /[^\w./~@%+=:,*?[\]{}\u0080-\uffff-]/g : /[^\w./~@%+=:,\u0080-\uffff-]/g,
    '\\$&',
  );
}

/** Words with quotes, as in `-e "ssh -p 2222"`. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  );
}
