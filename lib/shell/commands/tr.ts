/** tr(1) of GNU coreutils: bytes, as Debian's tr knows nothing of multibyte characters. */
import { bytesFromText, textFromBytes } from '../../std/bytes';
import { errnoText } from './errno-text';
import { quoteValue } from './quoting';
import { TrSet, TrSetError } from './tr-set';
import type { Command, Tool, ToolRun } from './tool';

export const tr: Command = {
  name: 'tr',
  package: 'coreutils',
  paths: ['/usr/bin/tr'],
  synopsis: 'tr [OPTION]... STRING1 [STRING2]',
  summary: 'Translate, squeeze, and/or delete characters from standard input,\nwriting to standard output.',
  run,
};

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: '+cCdst',
    long: { complement: 'c', delete: 'd', 'squeeze-repeats': 's', 'truncate-set1': 't' },
  });
  const has = (letters: string): boolean => options.some((option) => letters.includes(option.name));
  const flags = { complement: has('cC'), remove: has('d'), squeeze: has('s'), truncate: has('t') };
  checkOperands(tool, operands, flags);
  const [first = '', second] = operands;
  if (operands.some((text) => /(?:^|[^\\])(?:\\\\)*\\$/.test(text)))
    tool.complain('warning: an unescaped backslash at end of string is not portable');
  const work = plan(tool, first, second, flags);
  const { stdin } = tool.context;
  if (stdin.readProblem !== undefined) tool.fail(`read error: ${errnoText(stdin.readProblem)}`);
  for (;;) {
    const text = stdin.read(65_536);
    if (text === undefined) {
      yield* tool.flush();
      yield { streams: [stdin] };
    } else if (text === '') return 0;
    else {
      tool.print(work.apply(text));
      if (tool.isPressed) yield* tool.drain();
    }
  }
}

interface Flags {
  readonly complement: boolean;
  readonly remove: boolean;
  readonly squeeze: boolean;
  readonly truncate: boolean;
}

function checkOperands(tool: Tool, operands: readonly string[], flags: Flags): void {
  const [first, second, third] = operands;
  if (first === undefined) return tool.misuse('missing operand');
  const least = flags.remove === flags.squeeze ? 2 : 1;
  if (second === undefined && least === 2) {
    const reason = flags.remove
      ? 'Two strings must be given when both deleting and squeezing repeats.'
      : 'Two strings must be given when translating.';
    tool.misuse(`missing operand after ${quoteValue(first)}\n${reason}`);
  }
  if (flags.remove && !flags.squeeze && second !== undefined) {
    const reason = 'Only one string may be given when deleting without squeezing repeats.';
    tool.misuse(`extra operand ${quoteValue(second)}${third === undefined ? `\n${reason}` : ''}`);
  }
  if (third !== undefined) tool.misuse(`extra operand ${quoteValue(third)}`);
}

class Work {
  #last = -1;

  constructor(
    private readonly table: Uint8Array,
    private readonly removed: Uint8Array,
    private readonly squeezed: Uint8Array,
  ) {}

  apply(text: string): string {
    const bytes = bytesFromText(text);
    let at = 0;
    for (const byte of bytes) {
      if (this.removed[byte] === 1) continue;
      const next = this.table[byte] ?? byte;
      if (this.squeezed[next] === 1 && next === this.#last) continue;
      this.#last = next;
      bytes[at++] = next;
    }
    return textFromBytes(bytes.subarray(0, at));
  }
}

function plan(tool: Tool, first: string, second: string | undefined, flags: Flags): Work {
  const set1 = parse(tool, first);
  const set2 = second === undefined ? undefined : parse(tool, second);
  const table = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const removed = new Uint8Array(256);
  const squeezed = new Uint8Array(256);
  const list1 = flags.complement ? set1.complement() : set1.bytes;
  if (set2 === undefined || flags.remove) {
    for (const byte of list1) (flags.remove ? removed : squeezed)[byte] = 1;
    if (flags.remove && flags.squeeze) for (const byte of set2?.bytes ?? []) squeezed[byte] = 1;
    return new Work(table, removed, squeezed);
  }
  const list2 = translation(tool, set1, set2, list1, flags);
  list1.forEach((byte, index) => {
    const target = list2[index];
    if (target !== undefined) table[byte] = target;
  });
  if (flags.squeeze) for (const byte of list2) squeezed[byte] = 1;
  return new Work(table, removed, squeezed);
}

function parse(tool: Tool, text: string): TrSet {
  const set = TrSet.parse(text);
  return set instanceof TrSetError ? tool.fail(set.message) : set;
}

/** The second set, stretched to the length of the first. */
function translation(
  tool: Tool,
  set1: TrSet,
  set2: TrSet,
  list1: readonly number[],
  flags: Flags,
): readonly number[] {
  if (set1.repeats > 0) tool.fail('the [c*] repeat construct may not appear in string1');
  if (set2.repeats > 1) tool.fail('only one [c*] repeat construct may appear in string2');
  if (set2.hasEquivalence) tool.fail('[=c=] expressions may not appear in string2 when translating');
  if (set2.hasOtherClass)
    tool.fail(
      "when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'",
    );
  if (set2.bytes.length === 0 && set2.repeats === 0 && list1.length > 0 && !flags.truncate)
    tool.fail('when not truncating set1, string2 must be non-empty');
  if (set2.hasCaseClass && !casesAlign(set1, set2))
    tool.fail('misaligned [:upper:] and/or [:lower:] construct');
  if (flags.complement && set1.hasClass && new Set(set2.stretched(list1.length)).size > 1)
    tool.fail(
      'when translating with complemented character classes,\nstring2 must map all characters in the domain to one',
    );
  return flags.truncate ? set2.bytes.slice(0, list1.length) : set2.stretched(list1.length);
}

function casesAlign(set1: TrSet, set2: TrSet): boolean {
  return set2.caseClassesAt.every((at) => set1.caseClassesAt.includes(at));
}
