/** nl(1) of GNU coreutils. */
import { valueOf } from './getopt';
import { eachLine } from './each-line';
import { chomp } from './line-reader';
import { quoteValue } from './quoting';
import { compilePosix, type Pattern } from '../../std/regex/pattern';
import { RegexError } from '../../std/regex/tree';
import type { Command, Tool, ToolRun } from './tool';

export const nl: Command = {
  name: 'nl',
  package: 'coreutils',
  paths: ['/usr/bin/nl'],
  synopsis: 'nl [OPTION]... [FILE]...',
  summary: 'Write each FILE to standard output, with line numbers added.',
  run,
};

type Style = 'all' | 'non-empty' | 'none' | Pattern;
type Section = 'header' | 'body' | 'footer';
interface Settings {
  styles: Record<Section, Style>;
  first: number;
  increment: number;
  width: number;
  separator: string;
  format: 'left' | 'right' | 'zeros';
  joinBlank: number;
  keepNumber: boolean;
  delimiter: string;
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'b:d:f:h:i:l:n:ps:v:w:',
    long: {
      'body-numbering:': 'b',
      'section-delimiter:': 'd',
      'footer-numbering:': 'f',
      'header-numbering:': 'h',
      'line-increment:': 'i',
      'join-blank-lines:': 'l',
      'number-format:': 'n',
      'no-renumber': 'p',
      'number-separator:': 's',
      'starting-line-number:': 'v',
      'number-width:': 'w',
    },
  });
  const settings: Settings = {
    styles: { header: 'none', body: 'non-empty', footer: 'none' },
    first: 1,
    increment: 1,
    width: 6,
    separator: '\t',
    format: 'right',
    joinBlank: 1,
    keepNumber: false,
    delimiter: '\\:',
  };
  for (const option of options) setOption(tool, settings, option.name, valueOf(option));
  const numberer = new Numberer(tool, settings);
  return yield* eachLine(tool, operands, (line) => numberer.line(chomp(line)));
}

function setOption(tool: Tool, settings: Settings, name: string, value: string): void {
  const integer = (what: string, least: number): number => {
    if (!/^[-+]?\d+$/.test(value) || Number(value) < least)
      tool.fail(
        `invalid ${what}: ${quoteValue(value)}${/^[-+]?\d+$/.test(value) ? ': Numerical result out of range' : ''}`,
      );
    return Number(value);
  };
  if (name === 'b' || name === 'h' || name === 'f')
    settings.styles[name === 'b' ? 'body' : name === 'h' ? 'header' : 'footer'] = styleOf(
      tool,
      value,
      name === 'b' ? 'body' : name === 'h' ? 'header' : 'footer',
    );
  else if (name === 'd') settings.delimiter = value.length === 1 ? `${value}:` : value;
  else if (name === 'i') settings.increment = integer('line number increment', Number.MIN_SAFE_INTEGER);
  else if (name === 'l') settings.joinBlank = integer('line number of blank lines', 0);
  else if (name === 'p') settings.keepNumber = true;
  else if (name === 's') settings.separator = value;
  else if (name === 'v') settings.first = integer('starting line number', Number.MIN_SAFE_INTEGER);
  else if (name === 'w') settings.width = integer('line number field width', 1);
  else if (value === 'ln') settings.format = 'left';
  else if (value === 'rn') settings.format = 'right';
  else if (value === 'rz') settings.format = 'zeros';
  else tool.misuse(`invalid line numbering format: ${quoteValue(value)}`);
}

function styleOf(tool: Tool, value: string, section: Section): Style {
  if (value === 'a') return 'all';
  if (value === 't') return 'non-empty';
  if (value === 'n') return 'none';
  if (!value.startsWith('p')) return tool.misuse(`invalid ${section} numbering style: ${quoteValue(value)}`);
  const pattern = compilePosix(value.slice(1), { dialect: 'posixBasic' });
  return pattern instanceof RegexError ? tool.fail(pattern.message) : pattern;
}

class Numberer {
  #number: number;
  #section: Section = 'body';
  #blanks = 0;

  constructor(
    private readonly tool: Tool,
    private readonly settings: Settings,
  ) {
    this.#number = settings.first;
  }

  line(text: string): void {
    const section = this.#sectionMark(text);
    if (section !== undefined) {
      this.#section = section;
      if (!this.settings.keepNumber) this.#number = this.settings.first;
      this.tool.print('\n');
      return;
    }
    if (this.#isNumbered(text)) {
      this.tool.print(`${this.#formatted()}${this.settings.separator}${text}\n`);
      this.#number += this.settings.increment;
    } else this.tool.print(`${' '.repeat(this.settings.width + this.settings.separator.length)}${text}\n`);
  }

  #sectionMark(text: string): Section | undefined {
    const { delimiter } = this.settings;
    if (delimiter === '' || !text.startsWith(delimiter)) return undefined;
    if (text === delimiter.repeat(3)) return 'header';
    if (text === delimiter.repeat(2)) return 'body';
    return text === delimiter ? 'footer' : undefined;
  }

  #isNumbered(text: string): boolean {
    const style = this.settings.styles[this.#section];
    if (style === 'none') return false;
    if (style === 'non-empty') return text !== '';
    if (style !== 'all') return style.test(text);
    if (text !== '' || this.settings.joinBlank <= 1) {
      this.#blanks = 0;
      return true;
    }
    this.#blanks++;
    if (this.#blanks < this.settings.joinBlank) return false;
    this.#blanks = 0;
    return true;
  }

  #formatted(): string {
    const { format, width } = this.settings;
    const text = String(this.#number);
    if (format === 'left') return text.padEnd(width);
    if (format === 'right') return text.padStart(width);
    return this.#number < 0 ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0');
  }
}
