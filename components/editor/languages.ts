/**
 * Colours for configuration languages, from small tables: which word opens a
 * section, which starts a line, which stand inside. Colours only: whether a
 * file is right, the daemon's own checker says.
 */
import {
  type IndentContext,
  indentService,
  LanguageSupport,
  StreamLanguage,
  type StreamParser,
  type StringStream,
} from '@codemirror/language';

interface LanguageTable {
  comment: RegExp;
  /** Words in the first column that open a section. */
  sections?: ReadonlySet<string>;
  /** The first word of a line is a directive. */
  directives?: boolean;
  words?: ReadonlySet<string>;
  variable?: RegExp;
  /** Quotes do not end with the line. */
  longStrings?: boolean;
  /** `{` opens a block that `}` closes. */
  blocks?: boolean;
}

interface LineState {
  first: boolean;
  quote: string | undefined;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const HASH = /^#.*/;

const TABLES: Readonly<Record<string, LanguageTable>> = {
  haproxy: {
    comment: HASH,
    sections: words(
      'global defaults frontend backend listen peers resolvers userlist cache mailers program ring http-errors',
    ),
    directives: true,
    words: words(
      'check inter fastinter downinter rise fall port weight backup cookie maxconn if unless ssl verify crt alpn insert indirect nocache roundrobin leastconn source http tcp on off send-proxy resolvers init-addr slowstart level mode',
    ),
  },
  keepalived: {
    comment: /^[#!].*/,
    directives: true,
    blocks: true,
    words: words('MASTER BACKUP PASS AH yes no true false dev scope src'),
  },
  nftables: {
    comment: HASH,
    directives: false,
    blocks: true,
    words: words(
      'table chain set map elements type hook priority policy filter nat route inet ip ip6 arp bridge tcp udp icmp vrrp dport sport saddr daddr iif oif iifname oifname ct state established related new invalid accept drop reject jump goto return counter log prefix limit rate flush ruleset add delete insert include define dnat snat masquerade to with reset protocol input forward output prerouting postrouting',
    ),
    variable: /^\$\w+/,
  },
  nginx: {
    comment: HASH,
    blocks: true,
    directives: true,
    words: words('on off default_server ssl http2 backup down weight max_fails fail_timeout'),
    variable: /^\$\w+/,
  },
  ini: { comment: /^[#;].*/, directives: false },
  shell: {
    comment: HASH,
    words: words(
      'if then else elif fi for in do done while until case esac function return exit local export readonly set shift trap source',
    ),
    variable: /^\$(?:\{[^}]*\}?|[\w@#?$!*-]+)/,
    longStrings: true,
  },
  yaml: { comment: HASH, words: words('true false null yes no') },
};

const NUMBER = /^(?:\d{1,3}(?:\.\d{1,3}){3}(?:\/\d+)?|\d+(?:\.\d+)?(?:us|ms|s|m|h|d|k|K|M|G)?)(?![\w.-])/;
const WORD = /^[^\s"'#{}()[\];,=:]+/;

function parserOf(name: string, table: LanguageTable): StreamParser<LineState> {
  return {
    name,
    startState: () => ({ first: true, quote: undefined }),
    token: (stream, state) => tokenOf(name, table, stream, state),
    languageData: {
      commentTokens: { line: name === 'ini' ? ';' : '#' },
      ...(table.blocks === true ? { indentOnInput: /^\s*\}$/ } : {}),
    },
  };
}

function tokenOf(name: string, table: LanguageTable, stream: StringStream, state: LineState): string | null {
  if (stream.sol()) state.first = true;
  if (state.quote !== undefined) return inString(table, stream, state);
  const column0 = stream.sol();
  if (stream.eatSpace()) return null;
  const before = stream.pos === 0 ? ' ' : stream.string[stream.pos - 1];
  if (/[\s;]/.test(before ?? ' ') && stream.match(table.comment)) return 'comment';
  const first = state.first;
  state.first = false;
  if (first) {
    const opening = lineStart(name, stream);
    if (opening !== undefined) return opening;
  }
  const quote = stream.match(/^["']/, false) ? stream.next() : undefined;
  if (typeof quote === 'string') {
    state.quote = quote;
    return inString(table, stream, state);
  }
  if (table.variable !== undefined && stream.match(table.variable)) return 'variableName';
  if (stream.match(NUMBER)) return 'number';
  return word(table, stream, { first, column0 });
}

/** Lines that begin in their language's own way: `[Section]`, `Key=`, `key:`. */
function lineStart(name: string, stream: StringStream): string | undefined {
  if (name === 'ini' && stream.match(/^\[[^\]]*\]/)) return 'heading';
  if (name === 'ini' && stream.match(/^[^=\s]+(?=\s*=)/)) return 'keyword';
  if (name === 'yaml' && stream.match(/^(?:- +)?[\w.-]+(?=\s*:)/)) return 'keyword';
  if (name === 'shell' && stream.match(/^\w+(?==)/)) return 'variableName';
  return undefined;
}

function inString(table: LanguageTable, stream: StringStream, state: LineState): string {
  for (let character = stream.next(); typeof character === 'string'; character = stream.next()) {
    if (character === '\\' && state.quote === '"') stream.next();
    else if (character === state.quote) {
      state.quote = undefined;
      return 'string';
    }
  }
  if (table.longStrings !== true) state.quote = undefined;
  return 'string';
}

function word(
  table: LanguageTable,
  stream: StringStream,
  { first, column0 }: { first: boolean; column0: boolean },
): string | null {
  const match = stream.match(WORD);
  const text = Array.isArray(match) ? (match[0] ?? '') : '';
  if (text === '') {
    stream.next();
    return 'punctuation';
  }
  if (first && column0 && table.sections?.has(text) === true) return 'heading';
  if (first && table.directives === true) return 'keyword';
  if (table.words?.has(text) === true) return table.directives === true ? 'propertyName' : 'keyword';
  return null;
}

/** The worker names languages; these are other names of the same. */
const ALIASES: Readonly<Record<string, string>> = {
  nft: 'nftables',
  systemd: 'ini',
  unit: 'ini',
  conf: 'ini',
  sysctl: 'ini',
  sh: 'shell',
  bash: 'shell',
  yml: 'yaml',
};

/** A language by name or by another name of it: its colours, and how far a new line is indented. */
export function languageNamed(name: string): LanguageSupport | undefined {
  const key = ALIASES[name] ?? name;
  const table = TABLES[key];
  return table === undefined
    ? undefined
    : new LanguageSupport(StreamLanguage.define(parserOf(key, table)), indentService.of(indentOf(table)));
}

/** As the line above, deeper behind what opens a block or a section, and back at what closes one. */
function indentOf(table: LanguageTable) {
  return (context: IndentContext, position: number): number | null => {
    const above = lineAbove(context, position);
    const { text } = context.lineAt(position, 1);
    const closes = table.blocks === true && /^\s*\}/.test(text) ? context.unit : 0;
    if (above === undefined) return 0;
    const indent = context.countColumn(above, above.length - above.trimStart().length);
    const [, first = ''] = /^(\S+)/.exec(above) ?? [];
    const opens = table.blocks === true ? /\{\s*(?:#.*)?$/.test(above) : table.sections?.has(first) === true;
    return Math.max(0, indent + (opens ? context.unit : 0) - closes);
  };
}
/** The last line before that says something. Where a line is being broken, its first half is one. */
function lineAbove(context: IndentContext, position: number): string | undefined {
  let { from } = context.lineAt(position, 1);
  while (from > 0) {
    const line = context.lineAt(from - 1, -1);
    if (line.text.trim() !== '') return line.text;
    from = line.from;
  }
  return undefined;
}

/** What a file is indented with: as its first indented line, else four blanks. */
export function indentOfText(text: string): string {
  const [, indent = ''] = /^([ \t]+)\S/m.exec(text) ?? [];
  if (indent.startsWith('\t')) return '\t';
  return indent.length >= 2 && indent.length <= 8 ? indent : ' '.repeat(4);
}
