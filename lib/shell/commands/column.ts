/** column(1) of util-linux. Not modelled: trees (-r), JSON (-J) beyond plain tables. */
import { textWidth } from './display-width';
import { errnoText } from './errno-text';
import { type GivenOption, valueOf } from './getopt';
import type { Command, Tool, ToolRun } from './tool';

export const column: Command = {
  name: 'column',
  package: 'bsdextrautils',
  paths: ['/usr/bin/column'],
  synopsis: 'column [options] [<file>...]',
  summary: 'Columnate lists.',
  run,
};

interface Settings {
  table: boolean;
  separators: string;
  greedy: boolean;
  outputSeparator: string;
  names: string[];
  right: string[];
  hide: string[];
  order: string[];
  limit: number | undefined;
  width: number;
  fillRows: boolean;
  keepEmpty: boolean;
  json: boolean;
  tableName: string;
  noHeadings: boolean;
  truncate: string[];
}

function* run(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'c:dE:eH:Jl:LN:n:O:o:p:R:r:s:T:tW:xi:hV',
    long: {
      'output-width:': 'c',
      'table-noheadings': 'd',
      'table-noextreme:': 'E',
      'table-header-repeat': 'e',
      'table-hide:': 'H',
      json: 'J',
      'table-columns-limit:': 'l',
      'keep-empty-lines': 'L',
      'table-empty-lines': 'L',
      'table-columns:': 'N',
      'table-name:': 'n',
      'table-order:': 'O',
      'output-separator:': 'o',
      'tree-parent:': 'p',
      'table-right:': 'R',
      'tree:': 'r',
      'separator:': 's',
      'table-truncate:': 'T',
      table: 't',
      'table-wrap:': 'W',
      fillrows: 'x',
      'tree-id:': 'i',
      'columns:': 'c',
    },
  });
  const settings: Settings = {
    table: false,
    separators: ' \t',
    greedy: true,
    outputSeparator: '  ',
    names: [],
    right: [],
    hide: [],
    order: [],
    limit: undefined,
    width: Number(tool.context.env.get('COLUMNS') ?? '80') || 80,
    fillRows: false,
    keepEmpty: false,
    json: false,
    tableName: 'table',
    noHeadings: false,
    truncate: [],
  };
  for (const option of options) setOption(tool, settings, option);
  if (!settings.table && !settings.json && settings.names.length > 0)
    tool.fail('option --table required for all --table-*');
  let lines: string[] = [];
  let code = 0;
  for (const name of operands.length === 0 ? ['-'] : operands) {
    const file = operands.length === 0 ? { text: yield* tool.context.readAll() } : yield* tool.readFile(name);
    if (typeof file === 'string') {
      tool.complain(`${file === 'EISDIR' ? 'read failed' : name}: ${errnoText(file)}`);
      // Every file that cannot be read counts.
      code++;
      continue;
    }
    const parts = file.text.split('\n');
    if (parts[parts.length - 1] === '') parts.pop();
    lines = lines.concat(parts);
  }
  if (!settings.keepEmpty) lines = lines.filter((line) => line.trim() !== '');
  const given = (name: string): boolean => options.some((option) => option.name === name);
  if (given('r') && !(given('i') && given('p')))
    return tool.fail('options --tree-id and --tree-parent are required for tree formatting');
  if (settings.table || settings.json)
    tool.print(settings.json ? asJson(lines, settings) : asTable(lines, settings));
  else if (lines.length > 0) tool.print(asColumns(lines, settings));
  return code;
}

function setOption(tool: Tool, settings: Settings, option: GivenOption): void {
  const value = valueOf(option);
  const list = (): string[] => value.split(',');
  switch (option.name) {
    case 't':
      settings.table = true;
      break;
    case 's':
      settings.separators = value;
      settings.greedy = false;
      break;
    case 'o':
      settings.outputSeparator = value;
      break;
    case 'N':
      settings.names = list();
      break;
    case 'R':
      settings.right = list();
      break;
    case 'H':
      settings.hide = list();
      break;
    case 'O':
      settings.order = list();
      break;
    case 'T':
      settings.truncate = list();
      break;
    case 'l':
      settings.limit = Number(value);
      break;
    case 'c':
      if (!/^\d+$/.test(value) && value !== 'unlimited') tool.fail(`invalid columns argument: '${value}'`);
      settings.width = value === 'unlimited' || value === '0' ? Number.MAX_SAFE_INTEGER : Number(value);
      break;
    case 'x':
      settings.fillRows = true;
      break;
    case 'L':
      settings.keepEmpty = true;
      break;
    case 'J':
      settings.json = true;
      break;
    case 'n':
      settings.tableName = value;
      break;
    case 'd':
      settings.noHeadings = true;
      break;
    case 'h':
      return tool.help();
    case 'V':
      return tool.version();
    default:
      break;
  }
}

/** Several blanks are one separator; an explicit separator counts each time. */
function cells(line: string, settings: Settings): string[] {
  const text = settings.greedy ? line.replace(/^[ \t]+/, '') : line;
  const parts: string[] = [];
  let cell = '';
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (settings.limit !== undefined && parts.length === settings.limit - 1) {
      cell = text.slice(at);
      break;
    }
    if (settings.separators.includes(character)) {
      parts.push(cell);
      cell = '';
      at++;
      while (settings.greedy && at < text.length && settings.separators.includes(text[at] ?? '')) at++;
    } else {
      cell += character;
      at++;
    }
  }
  if (!(settings.greedy && cell === '' && parts.length > 0)) parts.push(cell);
  return parts;
}

function columnIndex(name: string, settings: Settings): number {
  return settings.names.includes(name) ? settings.names.indexOf(name) : Number(name) - 1;
}

function asTable(lines: readonly string[], settings: Settings): string {
  const rows = lines.map((line) => (line.trim() === '' && settings.keepEmpty ? [] : cells(line, settings)));
  if (rows.length === 0) return '';
  const count = Math.max(settings.names.length, ...rows.map((row) => row.length));
  const hidden = new Set(settings.hide.map((name) => (name === '-' ? -1 : columnIndex(name, settings))));
  const ordered = settings.order.map((name) => columnIndex(name, settings));
  const shown = [
    ...ordered,
    ...Array.from({ length: count }, (_, index) => index).filter((index) => !ordered.includes(index)),
  ].filter((index) => !hidden.has(index));
  const right = new Set(settings.right.map((name) => columnIndex(name, settings)));
  const all = settings.names.length > 0 && !settings.noHeadings ? [settings.names, ...rows] : rows;
  const widths = shown.map((index) => Math.max(0, ...all.map((row) => textWidth(row[index] ?? ''))));
  let out = '';
  for (const row of all) {
    const parts = shown.map((index, place) => {
      const text = row[index] ?? '';
      const padding = ' '.repeat((widths[place] ?? 0) - textWidth(text));
      if (right.has(index)) return padding + text;
      return place === shown.length - 1 ? text : text + padding;
    });
    out += `${parts.join(settings.outputSeparator)}\n`;
  }
  return out;
}

function asJson(lines: readonly string[], settings: Settings): string {
  const rows = lines.map((line) => {
    const values = cells(line, settings);
    const members = settings.names.map(
      (name, index) =>
        `         "${name.toLowerCase()}": ${values[index] === undefined ? 'null' : JSON.stringify(values[index])}`,
    );
    return `{\n${members.join(',\n')}\n      }`;
  });
  return `{\n   "${settings.tableName}": [\n      ${rows.join(',')}\n   ]\n}\n`;
}

/** Fills columns downwards, or rows across with -x; tabs between, as ever. */
function asColumns(lines: readonly string[], settings: Settings): string {
  const widest = Math.max(...lines.map(textWidth));
  const width = (Math.floor(widest / 8) + 1) * 8;
  const perRow = Math.max(1, Math.floor(settings.width / width));
  if (widest >= settings.width) return lines.map((line) => `${line}\n`).join('');
  const rowCount = Math.ceil(lines.length / perRow);
  let out = '';
  for (let row = 0; row < rowCount; row++) {
    let column = 0;
    for (let place = 0; place < perRow; place++) {
      const index = settings.fillRows ? row * perRow + place : place * rowCount + row;
      const line = lines[index];
      if (line === undefined) break;
      out += line;
      column += textWidth(line);
      const hasNext = (settings.fillRows ? index + 1 : index + rowCount) < lines.length && place < perRow - 1;
      if (!hasNext) break;
      while (Math.floor(column / 8) * 8 + 8 <= (place + 1) * width) {
        out += '\t';
        column = Math.floor(column / 8) * 8 + 8;
      }
    }
    out += '\n';
  }
  return out;
}
