/** What rsync prints: names, letters, progress, numbers at the end. Its receiving half speaks through messages, which arrive before the names of the same part of the list. */
import { strftime } from '../../../std/civil';
import { byteLength } from '../../../std/bytes';
import type { FileInfo } from './tree';
import type { Step, Tool } from '../tool';
import type { Entry, FileList } from './file-list';
import { type Change, formatted, isSignificant, itemized, type LineFacts } from './itemize';
import { written } from './numbers';
import type { RsyncSettings } from './options';
import type { WireCount } from './wire';

const KINDS = ['reg', 'dir', 'link', 'dev', 'special'] as const;
type Counted = (typeof KINDS)[number];
function countedKind(kind: string): Counted {
  switch (kind) {
    case 'file':
      return 'reg';
    case 'directory':
      return 'dir';
    case 'symlink':
      return 'link';
    case 'character':
    case 'block':
      return 'dev';
    default:
      return 'special';
  }
}

export class Report {
  #messages: string[] = [];
  #items: string[] = [];
  readonly #created = new Map<Counted, number>();
  readonly #deletedKinds = new Map<Counted, number>();
  readonly #made = new Set<string>();
  #transferred = 0;
  #transferredBytes = 0;
  #literal = 0;
  #matches = 0;
  #position = 0;
  #entries: Entry[] = [];
  deletedCount = 0;
  readonly #log: string[] = [];

  constructor(
    private readonly tool: Tool,
    private readonly settings: RsyncSettings,
    private readonly wire: WireCount,
    private readonly about: {
      readonly direction: '<' | '>';
      readonly operation: 'send' | 'recv';
      readonly isPush: boolean;
      readonly isIncremental: boolean;
    },
  ) {}

  get isIncremental(): boolean {
    return this.about.isIncremental;
  }

  /** Standard output at once. */
  say(text: string): void {
    if (!this.settings.quiet) this.tool.print(text);
    this.log(text);
  }
  complain(text: string): void {
    this.tool.note(text);
    this.log(text);
  }
  log(text: string): void {
    if (this.settings.logFile !== undefined) this.#log.push(text);
  }
  /** From the receiving half. */
  message(text: string): void {
    this.#messages.push(text);
    if (this.about.isPush) this.wire.message(text);
  }

  /** Prints what has come together. */
  *batch(): Step {
    for (const text of [...this.#messages, ...this.#items]) {
      if (!this.settings.quiet) this.tool.print(text);
      yield* this.tool.drain();
    }
    this.#messages = [];
    this.#items = [];
    this.wire.batch();
  }

  list(list: FileList): void {
    this.#entries = list.parts.flatMap(({ entries }) => entries);
  }
  /** The entry that is looked at now, for the counts of --progress. */
  at(entry: Entry): void {
    const found = this.#entries.indexOf(entry);
    if (found >= 0) this.#position = found;
  }
  /** The root was made on the way. */
  made(name: string): void {
    this.#made.add(name);
  }
  wasMade(name: string): boolean {
    return this.#made.has(name);
  }
  sourceName(path: string): string {
    return path.startsWith('/') ? path : this.tool.resolve(path);
  }

  *item(entry: Entry, change: Change): Step {
    const { settings } = this;
    if (change.isNew) bump(this.#created, countedKind(entry.info.kind));
    const isShown = this.#isShown(entry, change);
    if (isShown) {
      const letters = itemized(entry, change, settings, this.about.direction);
      const facts: LineFacts = {
        letters,
        operation: this.about.operation,
        isLinkSent: settings.links && !settings.copyLinks,
        linkedTo: change.linkedTo,
        now: this.tool.context.host.clock(),
        pid: this.tool.context.pid,
        bytes: 0,
      };
      this.log(`${formatted('%i %n%L', entry, facts)}\n`);
      const format = this.#format();
      if (format !== undefined) this.#items.push(`${formatted(format, entry, facts)}\n`);
    }
    if (this.isPressed) yield* this.tool.drain();
  }
  get isPressed(): boolean {
    return this.tool.isPressed;
  }
  #format(): string | undefined {
    const { outFormat, itemize, verbose, progress } = this.settings;
    if (outFormat !== undefined) return outFormat;
    if (itemize > 0) return '%i %n%L';
    return verbose > 0 || progress === 'files' ? '%n%L' : undefined;
  }
  #isShown(entry: Entry, change: Change): boolean {
    const { settings } = this;
    const significant = isSignificant(change) || (change.linkedTo !== undefined && change.linkedTo !== '');
    const hasLetters = settings.itemize > 0 || settings.outFormat?.includes('%i') === true;
    if (hasLetters) return significant || settings.itemize > 1 || change.linkedTo !== undefined;
    if (change.isTransfer === true || (change.isLocal === true && significant)) return true;
    return entry.info.kind === 'directory' && significant;
  }

  deleted(name: string, info: FileInfo): void {
    this.deletedCount++;
    bump(this.#deletedKinds, countedKind(info.kind));
    const shown = info.kind === 'directory' ? `${name}/` : name;
    const { itemize, verbose, outFormat } = this.settings;
    const hasLetters = itemize > 0 || outFormat?.includes('%i') === true;
    if (this.about.isPush) this.wire.message(`${name}\0`);
    this.log(`*deleting   ${shown}\n`);
    if (hasLetters) this.#messages.push(`*deleting   ${shown}\n`);
    else if (verbose > 0 || outFormat !== undefined) this.#messages.push(`deleting ${shown}\n`);
  }

  /** `block`: length of the blocks that were compared. */
  transferred(bytes: number, literal: number, block: number): void {
    this.#literal += literal;
    this.#matches += Math.ceil((bytes - literal) / block);
    this.#transferredBytes += bytes;
  }

  /** The lines of --progress for a file that went over in one go. */
  *progress(size: number): Step {
    this.#transferred++;
    const { progress, humanReadable } = this.settings;
    if (progress === 'no') return;
    const total = this.#entries.length;
    const whole = progress === 'whole';
    const done = whole ? this.#transferredBytes + size : size;
    const all = whole ? this.#totalSize() : size;
    const percent = done === all ? 100 : Math.floor((100 * done) / all);
    const start = `\r${written(done, humanReadable).padStart(15)} ${String(percent).padStart(3)}% ${'0.00'.padStart(7)}kB/s    0:00:00`;
    const left = total - this.#position - 1;
    const end = ` (xfr#${this.#transferred}, to-chk=${left}/${total})${whole ? '' : '\n'}`;
    const first = whole && this.#transferred > 1 ? '' : `${start}  `;
    this.#items.push(first + start + end);
    yield* this.tool.drain();
  }

  #totalSize(): number {
    return this.#entries.reduce(
      (sum, { info }) => sum + (info.kind === 'file' || info.kind === 'symlink' ? info.size : 0),
      0,
    );
  }

  /** The numbers at the end. */
  summary(): void {
    const { settings } = this;
    if (settings.progress === 'whole' && this.#transferred > 0) this.tool.print('\n');
    if (settings.verbose >= 2)
      this.say(
        `total: matches=${this.#matches}  hash_hits=${this.#matches}  false_alarms=0 data=${written(this.#literal, 0)}\n`,
      );
    const sent = this.about.isPush ? this.wire.toReceiver : this.wire.toSender;
    const received = this.about.isPush ? this.wire.toSender : this.wire.toReceiver;
    const size = this.#totalSize();
    if (settings.stats) this.say(this.#statistics(sent, received, size));
    if (settings.stats || settings.verbose > 0) {
      const number = (value: number): string => written(value, settings.humanReadable);
      const rate = written((sent + received) / 0.5, settings.humanReadable, 2);
      const speedup = written(size / (sent + received), Math.min(1, settings.humanReadable), 2);
      const end = settings.dryRun ? ' (DRY RUN)' : '';
      this.say(
        `\nsent ${number(sent)} bytes  received ${number(received)} bytes  ${rate} bytes/sec\ntotal size is ${number(size)}  speedup is ${speedup}${end}\n`,
      );
    }
    this.log(`sent ${sent} bytes  received ${received} bytes  total size ${size}\n`);
  }

  #statistics(sent: number, received: number, size: number): string {
    const { humanReadable } = this.settings;
    const number = (value: number): string => written(value, humanReadable);
    const files = new Map<Counted, number>();
    for (const { info } of this.#entries) bump(files, countedKind(info.kind));
    return [
      '',
      `Number of files: ${counts(files, humanReadable)}`,
      `Number of created files: ${counts(this.#created, humanReadable)}`,
      `Number of deleted files: ${counts(this.#deletedKinds, humanReadable)}`,
      `Number of regular files transferred: ${number(this.#transferred)}`,
      `Total file size: ${number(size)} bytes`,
      `Total transferred file size: ${number(this.#transferredBytes)} bytes`,
      `Literal data: ${number(this.#literal)} bytes`,
      `Matched data: ${number(this.#transferredBytes - this.#literal)} bytes`,
      'File list size: 0',
      'File list generation time: 0.001 seconds',
      'File list transfer time: 0.000 seconds',
      `Total bytes sent: ${number(sent)}`,
      `Total bytes received: ${number(received)}`,
      '',
    ].join('\n');
  }

  /** Lines of --log-file. */
  logText(): string {
    const time = strftime('%Y/%m/%d %H:%M:%S', this.tool.context.host.clock());
    return this.#log
      .join('')
      .split('\n')
      .filter((line) => line !== '' && byteLength(line) > 0)
      .map((line) => `${time} [${this.tool.context.pid}] ${line}\n`)
      .join('');
  }
}

function bump(map: Map<Counted, number>, kind: Counted): void {
  map.set(kind, (map.get(kind) ?? 0) + 1);
}
function counts(map: ReadonlyMap<Counted, number>, level: number): string {
  const total = [...map.values()].reduce((sum, value) => sum + value, 0);
  const parts = KINDS.flatMap((kind) => {
    const value = map.get(kind) ?? 0;
    return value === 0 ? [] : [`${kind}: ${written(value, Math.min(1, level))}`];
  });
  return total === 0 ? '0' : `${written(total, Math.min(1, level))} (${parts.join(', ')})`;
}
