/**
 * rsync(1) 3.2.7: copies trees within a host and, through a remote shell, between two.
 * Not modelled: daemons (rsync://, HOST::MODULE), batches, ACLs and extended attributes, access times, --fuzzy.
 * Taken without effect: --bwlimit, --sparse, --partial, --partial-dir, --temp-dir, --delay-updates, --timeout and
 * what else only shows when a link is slow.
 */
import { strftime } from '../../../std/civil';
import { modeString } from '../modes';
import type { Command, Step, Tool, ToolRun } from '../tool';
import { findDestination } from './destination';
import { compareNames, type FileList, FileListBuilder, fullName } from './file-list';
import { addCvsRules, FilterList, FilterMistake } from './filters';
import { RSYNC_HELP, RSYNC_VERSION } from './help';
import { written } from './numbers';
import { Misuse, readRsyncOptions, type RsyncSettings } from './options';
import { makeOwnership, UnknownName } from './ownership';
import { connect, ConnectionLost, type RemoteEnd, remotePlace, serve } from './remote';
import { Report } from './report';
import { Abandoned } from './receiver';
import { Transfer } from './transfer';
import { type Identity, LocalTree, reasonOf, type Tree } from './tree';
import { WireCount } from './wire';

export const rsync: Command = {
  name: 'rsync',
  package: 'rsync',
  paths: ['/usr/bin/rsync'],
  synopsis: 'rsync [OPTION]... SRC [SRC]... DEST',
  summary: 'A fast, versatile, remote (and local) file-copying tool.',
  run,
};

const MEANINGS: Readonly<Record<number, string>> = {
  1: 'syntax or usage error',
  2: 'protocol incompatibility',
  3: 'errors selecting input/output files, dirs',
  4: 'requested action not supported',
  5: 'error starting client-server protocol',
  10: 'error in socket IO',
  11: 'error in file IO',
  12: 'error in rsync protocol data stream',
  14: 'error in IPC code',
  23: 'some files/attrs were not transferred (see previous errors)',
  24: 'some files vanished before they could be transferred',
  25: 'the --max-delete limit stopped deletions',
  124: 'remote shell failed',
  125: 'remote shell killed',
  126: 'remote command could not be run',
  127: 'remote command not found',
};

const UNSUPPORTED = 4;

function* run(tool: Tool): ToolRun {
  if (tool.args.includes('--daemon')) {
    tool.note('not modelled: rsync as a daemon\n');
    return UNSUPPORTED;
  }
  try {
    return yield* copy(tool, readRsyncOptions(tool.args));
  } catch (trouble) {
    if (trouble instanceof Misuse) {
      const { message, line, role } = trouble;
      if (message !== '')
        tool.note(
          /^(?:The|Unknown|You|--)/.test(message) && line !== 1804 ? `${message}\n` : `rsync: ${message}\n`,
        );
      return giveUp(tool, 1, `${line === 476 ? 'options.c' : 'main.c'}(${line})`, role);
    }
    if (trouble instanceof Abandoned) {
      yield* tool.flush();
      tool.note(trouble.message);
      return giveUp(tool, trouble.code, trouble.where, trouble.role);
    }
    throw trouble;
  }
}

function giveUp(tool: Tool, code: number, where: string, role: string): number {
  tool.note(
    `rsync error: ${MEANINGS[code] ?? 'unexplained error'} (code ${code}) at ${where} [${role}=3.2.7]\n`,
  );
  return code;
}

function* copy(tool: Tool, settings: RsyncSettings): ToolRun {
  if (settings.server) return yield* serve(tool, settings);
  if (settings.version) {
    tool.print(RSYNC_VERSION);
    return 0;
  }
  const isHelp = settings.help || (tool.args.length === 1 && tool.args[0] === '-h');
  if (isHelp) {
    tool.print(RSYNC_HELP);
    return 0;
  }
  if (settings.operands.length === 0) {
    tool.note(RSYNC_HELP);
    return tool.args.length === 0
      ? giveUp(tool, 1, 'main.c(1789)', 'client')
      : giveUp(tool, 1, 'main.c(1859)', 'Receiver');
  }
  check(settings);
  if (settings.operands.some((operand) => /^rsync:\/\/|^[^/:]+::/.test(operand))) {
    tool.note('not modelled: rsync daemons (rsync://HOST/MODULE, HOST::MODULE)\n');
    return UNSUPPORTED;
  }
  return yield* new Copy(tool, settings).run();
}

function check(settings: RsyncSettings): void {
  if (settings.deletes !== 'no' && !settings.recursive && !settings.dirs)
    throw new Misuse('--delete does not work without --recursive (-r) or --dirs (-d).');
  if (settings.contimeout)
    throw new Misuse(
      'The --contimeout option may only be used when connecting to an rsync daemon.',
      1574,
      'sender',
    );
  const kinds = new Set(settings.basis.map(({ kind }) => kind));
  if (kinds.size > 1) throw new Misuse('You may not mix --compare-dest, --copy-dest, and --link-dest.', 1804);
  if (settings.inplace && settings.backupDir === undefined && settings.backup && settings.suffix === '')
    throw new Misuse('--suffix cannot be empty when --backup-dir is the same as the dest dir');
}

class Copy {
  readonly #isIncremental: boolean;

  constructor(
    private readonly tool: Tool,
    private readonly settings: RsyncSettings,
  ) {
    const { recursive, deletes, pruneEmptyDirs, filesFrom } = settings;
    // --files-from takes -r out of -a.
    if (filesFrom !== undefined) {
      settings.relative = true;
      settings.recursive = settings.recursiveByName;
      settings.dirs = true;
    }
    this.#isIncremental =
      recursive &&
      settings.recursive &&
      deletes !== 'before' &&
      deletes !== 'after' &&
      !pruneEmptyDirs &&
      settings.incremental &&
      !settings.delayUpdates;
  }

  *run(): Step<number> {
    const { settings, tool } = this;
    const filters = yield* this.#filters();
    const operands = [...settings.operands];
    const isListing = operands.length === 1 || settings.listOnly;
    const target = operands.length > 1 ? (operands.pop() ?? '') : undefined;
    const from = operands.map(remotePlace);
    const to = target === undefined ? undefined : remotePlace(target);
    const [first] = from;
    if (first !== undefined && to !== undefined)
      throw new Misuse('The source and destination cannot both be remote.', 1437, 'Receiver');
    if (first !== undefined && from.some((place) => place?.host !== first.host))
      throw new Misuse('All source args must come from the same machine.', 1474, 'Receiver');
    const local = new LocalTree(tool);
    const me = yield* identityOf(local);
    let remote: RemoteEnd | undefined;
    try {
      if (first !== undefined)
        remote = yield* connect(
          tool,
          settings,
          { user: first.user, host: first.host, paths: from.map((place) => place?.path ?? '') },
          true,
        );
      else if (to !== undefined)
        remote = yield* connect(tool, settings, { user: to.user, host: to.host, paths: [to.path] }, false);
      const isPush = first === undefined;
      const far = remote === undefined ? { tree: local, identity: me } : remote;
      const sources = isPush ? yield* this.#sources(operands, local) : (remote?.paths ?? []);
      const code = yield* this.#between({
        source: isPush ? { tree: local, identity: me } : far,
        target: isPush ? far : { tree: local, identity: me },
        sources,
        destination: isListing ? undefined : to === undefined ? (target ?? '') : (remote?.paths[0] ?? ''),
        filters,
        isPush,
      });
      if (remote !== undefined) yield* remote.tree.close();
      return code;
    } catch (trouble) {
      if (trouble instanceof ConnectionLost) return this.#lost(trouble, first === undefined);
      if (remote !== undefined) yield* remote.tree.close();
      if (!(trouble instanceof UnknownName)) throw trouble;
      tool.note(trouble.message);
      return giveUp(tool, 1, 'uidlist.c(479)', 'Receiver');
    }
  }

  #lost({ received, code, isShellUnclean }: ConnectionLost, isPush: boolean): number {
    const { tool } = this;
    const role = isPush ? 'sender' : 'Receiver';
    if (code === -1) {
      const shell = this.settings.remoteShell ?? 'ssh';
      tool.note(`rsync: [${role}] Failed to exec ${shell}: No such file or directory (2)\n`);
      giveUp(tool, 14, 'pipe.c(85)', role);
    }
    if (isShellUnclean) {
      tool.note(
        'protocol version mismatch -- is your shell clean?\n(see the rsync manpage for an explanation)\n',
      );
      return giveUp(tool, 2, 'compat.c(622)', role);
    }
    tool.note(
      `rsync: connection unexpectedly closed (${written(received, 1)} bytes received so far) [${role}]\n`,
    );
    return giveUp(tool, code === -1 ? 14 : code > 12 ? code : 12, 'io.c(232)', role);
  }

  // ---------------------------------------------------------------- what to copy
  *#filters(): Step<FilterList> {
    const list = new FilterList();
    for (const { kind, text } of this.settings.filters) {
      try {
        if (kind === 'exclude' || kind === 'include') list.addPattern(text, kind);
        else if (kind === 'filter') {
          const merge = list.addRule(text);
          if (merge !== undefined) yield* this.#mergeFile(list, merge.file, merge.kind);
        } else yield* this.#mergeFile(list, text, kind === 'exclude-from' ? 'exclude' : 'include');
      } catch (trouble) {
        if (!(trouble instanceof FilterMistake)) throw trouble;
        throw new Abandoned(`${trouble.message}\n`, 1, 'exclude.c(1213)', 'client');
      }
    }
    if (this.settings.cvsExclude) addCvsRules(list);
    if (this.settings.deleteExcluded) onlySender(list);
    return list;
  }
  *#mergeFile(list: FilterList, file: string, kind: 'include' | 'exclude' | undefined): Step {
    const read = yield* this.tool.readFile(file);
    if (typeof read === 'string')
      throw new Abandoned(
        `rsync: [client] failed to open ${kind === 'include' ? 'include' : 'exclude'} file ${file}: ${reasonOf(read)}\n`,
        11,
        'exclude.c(1482)',
        'client',
      );
    if (kind !== undefined) list.addLines(read.text, kind);
    else for (const line of read.text.split('\n')) if (!/^([#;]|\s*$)/.test(line)) list.addRule(line);
  }

  /** --files-from names what lies below the one source. */
  *#sources(operands: readonly string[], local: Tree): Step<readonly string[]> {
    const { filesFrom, from0 } = this.settings;
    if (filesFrom === undefined) return operands;
    const [root = '.'] = operands;
    const read = yield* this.tool.readFile(filesFrom);
    if (typeof read === 'string')
      throw new Abandoned(
        `rsync: [client] failed to open files-from file ${filesFrom}: ${reasonOf(read)}\n`,
        11,
        'options.c(2410)',
        'client',
      );
    const { errno } = yield* local.call({ do: 'stat', path: root, follow: true });
    if (errno !== undefined)
      throw new Abandoned(
        `rsync: [sender] change_dir "${fullName(yield* identityOf(local), root)}" failed: ${reasonOf(errno)}\n`,
        3,
        'flist.c(2259)',
        'sender',
      );
    const names = from0 ? read.text.split('\0') : read.text.split(/[\n\r\0]/);
    return names
      .filter((name) => name !== '' && (from0 || !/^[#;]/.test(name)))
      .map((name) => `${root.replace(/(?<=.)\/+$/, '')}/./${name.replace(/^\/+/, '')}`);
  }

  // ---------------------------------------------------------------- copying
  *#between(about: {
    source: { tree: Tree; identity: Identity };
    target: { tree: Tree; identity: Identity };
    sources: readonly string[];
    /** undefined: the files are listed. */
    destination: string | undefined;
    filters: FilterList;
    isPush: boolean;
  }): Step<number> {
    const { settings, tool } = this;
    const { source, target, isPush } = about;
    const wire = new WireCount(settings, source.identity, this.#isIncremental);
    const report = new Report(tool, settings, wire, {
      direction: isPush && target.tree.isRemote ? '<' : '>',
      operation: isPush ? 'send' : 'recv',
      isPush,
      isIncremental: this.#isIncremental,
    });
    this.#begin(report, isPush);
    const listSettings =
      about.destination === undefined && !settings.recursive ? listing(settings) : settings;
    const list = yield* new FileListBuilder(
      listSettings,
      source.tree,
      source.identity,
      about.filters,
      report,
    ).build(about.sources);
    wire.list(list);
    report.list(list);
    let skipped = 0;
    if (about.destination === undefined) yield* this.#print(list, wire, isPush);
    else {
      const place = { settings, tree: target.tree, identity: target.identity, report };
      const destination = yield* findDestination(place, about.destination, list);
      if (list.parts.some(({ entries }) => entries.length > 0)) {
        const ownership = makeOwnership(settings, source.identity, target.identity);
        const sides = {
          source: source.tree,
          target: target.tree,
          identity: target.identity,
          ownership,
          destination,
        };
        skipped = yield* new Transfer(tool, settings, sides, list, about.filters, report, wire).run();
      } else yield* report.batch();
    }
    return yield* this.#end(list, report, skipped, isPush);
  }

  #begin(report: Report, isPush: boolean): void {
    const { settings } = this;
    report.log(isPush ? 'building file list\n' : 'receiving file list\n');
    if (settings.verbose === 0 && settings.progress !== 'files') return;
    if (this.#isIncremental) this.tool.print(`${isPush ? 'sending' : 'receiving'} incremental file list\n`);
    else if (settings.recursive || settings.dirs)
      this.tool.print(isPush ? 'building file list ... done\n' : 'receiving file list ... done\n');
  }

  *#end(list: FileList, report: Report, skipped: number, isPush: boolean): Step<number> {
    const { settings, tool } = this;
    report.summary();
    yield* tool.flush();
    const where = isPush ? 'main.c(1347)' : 'main.c(1874)';
    const hasFiles = list.parts.some(({ entries }) => entries.length > 0);
    const role = isPush ? 'sender' : hasFiles ? 'generator' : 'Receiver';
    let code = 0;
    if (skipped > 0) {
      tool.note(`Deletions stopped due to --max-delete limit (${skipped} skipped)\n`);
      code = 25;
    }
    if (list.hadTrouble) code = 23;
    if (code !== 0) giveUp(tool, code, where, role);
    if (code !== 0 && role === 'Receiver') tool.note('rsync: [Receiver] write error: Broken pipe (32)\n');
    if (settings.logFile !== undefined) yield* this.#writeLog(report);
    return code;
  }
  *#writeLog(report: Report): Step {
    const stream = this.tool.create(this.settings.logFile ?? '', { append: true });
    if (typeof stream === 'string') {
      this.tool.note(
        `rsync: [client] failed to open log-file ${this.settings.logFile ?? ''}: ${reasonOf(stream)}\nIgnoring "log file" setting.\n`,
      );
      return;
    }
    while (stream.write(report.logText()) === undefined) yield { streams: [stream] };
    this.tool.close(stream);
  }

  /** `rsync SRC`: what would be copied, as ls shows it. */
  *#print(list: FileList, wire: WireCount, isPush: boolean): Step {
    const { settings, tool } = this;
    const width = settings.humanReadable > 0 ? 14 : 11;
    for (const { info, mode, name, hasContents } of list.parts
      .flatMap(({ entries }) => entries)
      .sort(compareNames)) {
      if (!settings.recursive && hasContents && name !== '.' && name.includes('/')) continue;
      const end = info.kind === 'symlink' && settings.links ? ` -> ${info.link}` : '';
      const size = written(info.size, settings.humanReadable).padStart(width);
      const line = `${modeString(info.kind, mode)} ${size} ${strftime('%Y/%m/%d %H:%M:%S', info.mtime)} ${name}${end}\n`;
      tool.print(line);
      if (isPush) wire.message(line);
      yield* tool.drain();
    }
  }
}

function* identityOf(tree: Tree): Step<Identity> {
  const { identity } = yield* tree.call({ do: 'identity' });
  return identity ?? { uid: 0, gids: [0], umask: 0o022, cwd: '/', users: [], groups: [] };
}

/** A listing goes one level deep where nothing else is asked for. */
function listing(settings: RsyncSettings): RsyncSettings {
  return { ...settings, dirs: true };
}

/** With --delete-excluded the rules of the command line protect nothing. */
function onlySender(list: FilterList): void {
  const items = list.items.map((item) =>
    'rule' in item && item.rule.onSender && item.rule.onReceiver
      ? { rule: { ...item.rule, onReceiver: false } }
      : item,
  );
  list.items.splice(0, list.items.length, ...items);
}
