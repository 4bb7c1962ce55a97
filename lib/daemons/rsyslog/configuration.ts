/**
 * rsyslog.conf: selectors, property filters and `if … then`, blocks, files with templates, `stop`, includes.
 * Source: rsyslog.conf(5) of 8.2302.0 and its "RainerScript".
 * Not modelled: rulesets, variables, queues, remote destinations and inputs; each is named when it is met.
 */
import { Cursor } from '../../text/cursor';
import { FileError } from '../../world/files.contract';
import type { Host } from '../../world/world.contract';
import { glob } from '../../world/glob';
import {
  type Expression,
  FUNCTIONS,
  isUnexpected,
  readExpression,
  readToken,
  skipBlanks,
} from './expression';
import { type Filter, isOperation, readMasks } from './filter';
import { isProperty } from './properties';
import { BUILT_IN, parseTemplate, type Template, unescaped } from './template';

export type Action =
  | {
      kind: 'file';
      /** Where to: a path, or the template that makes one of each message. */
      path: string | Template;
      template: Template;
      number: number;
    }
  | { kind: 'stop' }
  | { kind: 'nothing' };
export interface Rule {
  kind: 'rule';
  filter: Filter;
  then: Statement[];
  otherwise: Statement[];
}
export type Statement = Rule | Action;
export interface Configuration {
  statements: Statement[];
  /** Extra sockets, e.g. in haproxy's chroot. */
  sockets: string[];
  fileMode: number;
  fileGroup: number;
  folderMode: number;
  defaultTemplate: Template;
  kernelLog: boolean;
  /** What it complains about, in its words. */
  complaints: string[];
  /** What the real one does and this one does not: said, but no mistake. */
  notModelled: string[];
}

export const VERSION = '8.2302.0';
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const QUIETLY = new Set([
  ...['umask', 'workdirectory', 'fileowner', 'diregroup', 'dirowner', 'dirgroup'],
  ...['modload', 'repeatedmsgreduction', 'privdroptouser', 'privdroptogroup', 'maxmessagesize'],
  ...['systemlogratelimitinterval', 'systemlogratelimitburst', 'imjournalratelimitinterval'],
]);
const OBJECTS =
  /^(module|global|input|template|main_queue|timezone|parser|lookup_table|ruleset|include|action)\s*\(/i;
/** What Debian's packages bring, beside what is built in. */
const MODULES = new Set([
  ...[
    'imuxsock',
    'imklog',
    'imudp',
    'imtcp',
    'imptcp',
    'imfile',
    'imjournal',
    'immark',
    'impstats',
    'imkmsg',
  ],
  ...['omjournal', 'omprog', 'omuxsock', 'ommail', 'mmjsonparse', 'mmanon', 'mmutf8fix', 'lmtcpsrv', 'lmnet'],
  ...['builtin:omfile', 'builtin:omfwd', 'omfile', 'omfwd', 'omusrmsg', 'ompipe'],
]);
const OUTPUTS = new Set(['omfile', 'omfwd', 'omusrmsg', 'ompipe', 'omshell', 'omdiscard']);
/** The parameters of `action(type="omfile" …)`, in lower case. */
const FILE_PARAMETERS = new Set([
  ...[
    'type',
    'file',
    'dynafile',
    'template',
    'name',
    'filecreatemode',
    'dircreatemode',
    'fileowner',
    'filegroup',
  ],
  ...['dirowner', 'dirgroup', 'sync', 'asyncwriting', 'createdirs', 'iobuffersize', 'flushontxend'],
  ...['failonchownfailure', 'fileownernum', 'filegroupnum', 'dirownernum', 'dirgroupnum', 'ziplevel'],
  ...['dynafilecachesize', 'flushinterval', 'veryrobustzip', 'compression.driver'],
]);

export function readConfiguration(host: Host, path = '/etc/rsyslog.conf'): Configuration | FileError {
  const text = host.fs.readFile(path, ROOT);
  if (text instanceof FileError) return text;
  const configuration: Configuration = {
    statements: [],
    sockets: [],
    fileMode: 0o644,
    fileGroup: 0,
    folderMode: 0o700,
    defaultTemplate: BUILT_IN.RSYSLOG_FileFormat ?? [],
    kernelLog: false,
    complaints: [],
    notModelled: [],
  };
  new Reader(host, configuration, { path, text }).read(path, text);
  return configuration;
}

/** A file that is being read. */
interface Source {
  path: string;
  cursor: Cursor;
}
class Reader {
  #actions = 0;
  readonly #templates = new Map<string, Template>(Object.entries(BUILT_IN));
  /** A syntax error ends the reading; what stood before it is in force. */
  #isBroken = false;

  constructor(
    private readonly host: Host,
    private readonly to: Configuration,
    private readonly main: { path: string; text: string },
  ) {}

  read(path: string, text: string): void {
    const source = { path, cursor: new Cursor(text) };
    for (;;) {
      skipBlanks(source.cursor);
      if (source.cursor.atEnd || this.#isBroken) return;
      const before = this.to.statements.length;
      if (this.#statement(source, this.to.statements)) continue;
      this.to.statements.length = before;
      return;
    }
  }
  /** One statement; false when it broke off. */
  #statement(source: Source, into: Statement[]): boolean {
    const { cursor } = source;
    const rest = cursor.text.slice(cursor.offset);
    if (rest.startsWith('$')) this.#directive(restOfLine(cursor), source);
    else if (OBJECTS.test(rest)) return this.#object(source, into);
    else if (/^if\b/i.test(rest)) return this.#if(source, into);
    else if (rest.startsWith(':') && !rest.startsWith(':om')) return this.#property(source, into);
    else if (rest.startsWith('&')) {
      cursor.next();
      const last = into[into.length - 1];
      return this.#actionsOf(source, last?.kind === 'rule' ? last.then : into);
    } else if (/^(set|unset|reset|call|call_indirect|foreach)\b/i.test(rest)) {
      this.to.notModelled.push(restOfLine(cursor));
    } else if (/^\{/.test(rest)) return this.#block(source, into);
    else if (/^[*a-z0-9,;=!.]+\s/i.test(rest) && /^[^\s]*\./.test(rest)) return this.#selector(source, into);
    else if (ACTION.test(rest)) return this.#actionsOf(source, into);
    else return this.#unknown(source);
    return true;
  }
  #unknown(source: Source): boolean {
    const { cursor } = source;
    const rest = cursor.text.slice(cursor.offset);
    if (/^[a-z][\w-]*\s*(\n|$)/i.test(rest)) {
      // A word alone is taken for the users who are to be told.
      this.#complainAt(source, 'warnings');
      restOfLine(cursor);
      return true;
    }
    return this.#syntax(source, readToken(cursor));
  }
  #directive(line: string, source: Source): void {
    const [name = '', ...rest] = line.slice(1).split(/\s+/);
    const value = rest.join(' ').replace(/\s+#.*$/, '');
    switch (name.toLowerCase()) {
      case 'includeconfig':
        this.#include(value, source);
        return;
      case 'addunixlistensocket':
        this.to.sockets.push(value);
        return;
      case 'filecreatemode':
        this.to.fileMode = Number.parseInt(value, 8) || 0o644;
        return;
      case 'dircreatemode':
        this.to.folderMode = Number.parseInt(value, 8) || 0o700;
        return;
      case 'filegroup':
        this.to.fileGroup = this.host.group(value)?.gid ?? 0;
        return;
      case 'actionfiledefaulttemplate': {
        const template = this.#templates.get(value);
        if (template !== undefined) this.to.defaultTemplate = template;
        return;
      }
      case 'template': {
        const match = /^([\w.-]+)\s*,\s*"((?:[^"\\]|\\.)*)"/.exec(value);
        if (match !== null) this.#addTemplate(match[1] ?? '', parseTemplate(match[2] ?? ''), source);
        return;
      }
      default:
        if (!QUIETLY.has(name.toLowerCase()))
          this.to.complaints.push(
            `invalid or yet-unknown config file command '${name}' - have you forgotten to load a module? [v${VERSION} try https://www.rsyslog.com/e/3003 ]`,
          );
    }
  }
  #include(pattern: string, source: Source): void {
    const paths = glob(this.host.fs, pattern, ROOT);
    if (paths.length === 0 && !/[*?[]/.test(pattern))
      this.#complain(
        source,
        `error accessing config file or directory '${pattern}' [cwd: /]: No such file or directory`,
      );
    for (const path of paths) {
      const text = this.host.fs.readFile(path, ROOT);
      if (typeof text === 'string' && !this.#isBroken) this.read(path, text);
    }
  }
  #object(source: Source, into: Statement[]): boolean {
    const { cursor } = source;
    const start = cursor.offset;
    const kind = readToken(cursor).toLowerCase();
    cursor.takeUntil((one) => one === '(');
    cursor.next();
    const parameters = this.#parameters(source);
    if (parameters === undefined) return false;
    const [firstLine = ''] = cursor.text.slice(start, cursor.offset).split('\n');
    switch (kind) {
      case 'module':
        this.#module(parameters, firstLine);
        return true;
      case 'include':
        this.#include(parameters.get('file') ?? '', source);
        return true;
      case 'action': {
        const action = this.#actionObject(source, parameters, firstLine);
        if (action !== undefined) into.push(action);
        return true;
      }
      case 'template':
        return this.#template(source, parameters);
      case 'global':
        return true;
      case 'ruleset':
        this.to.notModelled.push(firstLine);
        skipBlanks(cursor);
        return cursor.peek() === '{' ? this.#block(source, []) : true;
      default:
        this.to.notModelled.push(firstLine);
        return true;
    }
  }
  /** `name="value" …)`. */
  #parameters(source: Source): Map<string, string> | undefined {
    const { cursor } = source;
    const parameters = new Map<string, string>();
    for (;;) {
      const name = readToken(cursor);
      if (name === ')') return parameters;
      const sign = readToken(cursor);
      const value = sign === '=' ? readToken(cursor) : sign;
      if (sign !== '=' || !/^["'[]/.test(value)) {
        this.#syntax(source, sign === '=' ? value : sign === '' ? '' : name);
        return undefined;
      }
      if (value === '[') cursor.takeUntil((one) => one === ')');
      parameters.set(name.toLowerCase(), unescaped(value.slice(1, -1)));
    }
  }
  #module(parameters: ReadonlyMap<string, string>, firstLine: string): void {
    const name = parameters.get('load') ?? '';
    const library = `/usr/lib/x86_64-linux-gnu/rsyslog/${name}.so`;
    if (name === 'imklog') this.to.kernelLog = true;
    else if (!MODULES.has(name))
      this.to.complaints.push(
        `could not load module '${name}', errors: trying to load module ${library}: ${library}: cannot open shared object file: No such file or directory [v${VERSION} try https://www.rsyslog.com/e/2066 ]`,
      );
    else if (!/^(imuxsock|builtin:omfile|omfile)$/.test(name)) this.to.notModelled.push(firstLine);
  }
  #template(source: Source, parameters: ReadonlyMap<string, string>): boolean {
    const name = parameters.get('name') ?? '';
    const type = (parameters.get('type') ?? '').toLowerCase();
    if (type === 'string') this.#addTemplate(name, parseTemplate(parameters.get('string') ?? ''), source);
    else if (type === 'list') return this.#listTemplate(source, name);
    else if (type === 'subtree' || type === 'plugin') {
      this.to.notModelled.push(`template "${name}" of type ${type}`);
      this.#templates.set(name, []);
    } else {
      this.to.complaints.push(`invalid template type '${type}' [v${VERSION}]`);
      this.#complain(source, 'error processing template object');
    }
    return true;
  }
  /** `{ constant(value="…") property(name="…" …) … }`. */
  #listTemplate(source: Source, name: string): boolean {
    const { cursor } = source;
    const opening = readToken(cursor);
    if (opening !== '{') return this.#syntax(source, opening);
    const template: Template = [];
    for (;;) {
      const kind = readToken(cursor);
      if (kind === '}') break;
      const parenthesis = readToken(cursor);
      if (parenthesis !== '(') return this.#syntax(source, parenthesis);
      const parameters = this.#parameters(source);
      if (parameters === undefined) return false;
      if (kind === 'constant') template.push({ kind: 'text', text: parameters.get('value') ?? '' });
      else {
        const property = parameters.get('name') ?? '';
        if (!isProperty(property)) {
          this.#addTemplate(name, property, source);
          return true;
        }
        template.push({
          kind: 'property',
          name: property,
          from: parameters.get('position.from') ?? '',
          to: parameters.get('position.to') ?? '',
          options: [
            ...(parameters.has('dateformat') ? [`date-${parameters.get('dateformat') ?? ''}`] : []),
            ...(parameters.get('spifno1stsp') === 'on' ? ['sp-if-no-1st-sp'] : []),
            ...(parameters.get('droplastlf') === 'on' ? ['drop-last-lf'] : []),
            ...[parameters.get('caseconversion') === 'upper' ? 'uppercase' : ''],
            ...[parameters.get('caseconversion') === 'lower' ? 'lowercase' : ''],
            ...[parameters.get('format') ?? ''],
          ],
        });
      }
    }
    this.#addTemplate(name, template, source);
    return true;
  }
  #addTemplate(name: string, template: Template | string, source: Source): void {
    if (typeof template !== 'string') {
      this.#templates.set(name, template);
      return;
    }
    this.#complain(source, `invalid property '${template}'`);
    this.#complain(source, 'error processing template object');
  }
  #actionObject(
    source: Source,
    parameters: ReadonlyMap<string, string>,
    firstLine: string,
  ): Action | undefined {
    const type = parameters.get('type');
    if (type === undefined) {
      this.#complain(source, "parameter 'type' required but not specified - fix config");
      this.#complainAt(source, 'errors');
      return undefined;
    }
    if (!OUTPUTS.has(type.replace(/^builtin:/, '')) && !MODULES.has(type)) {
      this.to.complaints.push(
        `module name '${type}' is unknown [v${VERSION} try https://www.rsyslog.com/e/2209 ]`,
      );
      this.#complainAt(source, 'errors');
      return undefined;
    }
    const number = this.#actions;
    this.#actions += 1;
    if (type.replace(/^builtin:/, '') !== 'omfile') {
      if (type !== 'omusrmsg') this.to.notModelled.push(firstLine);
      return { kind: 'nothing' };
    }
    for (const name of parameters.keys())
      if (!FILE_PARAMETERS.has(name) && !/^(queue|action)\./.test(name))
        this.#complain(source, `parameter '${name}' not known -- typo in config file?`);
    const dynamic = parameters.get('dynafile');
    const path = parameters.get('file') ?? this.#templates.get(dynamic ?? '');
    if (path === undefined) {
      if (dynamic === undefined)
        this.#complain(source, 'omfile: either the "file" or "dynafile" parameter must be given');
      else this.#noTemplate(dynamic);
      this.#complainAt(source, 'errors');
      return undefined;
    }
    return this.#file(source, { path, template: parameters.get('template') ?? '', number });
  }
  #file(
    source: Source,
    given: { path: string | Template; template: string; number: number },
  ): Action | undefined {
    const { path, number } = given;
    const template = given.template === '' ? this.to.defaultTemplate : this.#templates.get(given.template);
    if (template !== undefined) return { kind: 'file', path, template, number };
    this.#noTemplate(given.template);
    this.#complainAt(source, 'errors');
    return undefined;
  }
  #noTemplate(name: string): void {
    this.to.complaints.push(
      ` Could not find template 0 '${name}' - action disabled [v${VERSION} try https://www.rsyslog.com/e/3003 ]`,
    );
  }
  /** `if … then … else …`, whose parts are blocks or single statements. */
  #if(source: Source, into: Statement[]): boolean {
    const { cursor } = source;
    readToken(cursor);
    const expression = readExpression(cursor);
    if (isUnexpected(expression)) return this.#syntax(source, expression.token);
    const word = readToken(cursor);
    if (word.toLowerCase() !== 'then') return this.#syntax(source, word);
    this.#tellFunctions(expression);
    const rule: Rule = { kind: 'rule', filter: { kind: 'expression', expression }, then: [], otherwise: [] };
    if (!this.#branch(source, rule.then)) return false;
    const start = cursor.offset;
    if (readToken(cursor).toLowerCase() !== 'else') cursor.offset = start;
    else if (!this.#branch(source, rule.otherwise)) return false;
    into.push(rule);
    return true;
  }
  #tellFunctions(expression: Expression): void {
    if (expression.kind === 'call') {
      if (!FUNCTIONS.includes(expression.name)) this.to.notModelled.push(`function ${expression.name}()`);
    } else if (expression.kind === 'not') this.#tellFunctions(expression.of);
    else if (expression.kind === 'binary')
      for (const side of [expression.left, expression.right]) this.#tellFunctions(side);
  }
  #branch(source: Source, into: Statement[]): boolean {
    skipBlanks(source.cursor);
    if (source.cursor.atEnd) return this.#endOfFile();
    return source.cursor.peek() === '{' ? this.#block(source, into) : this.#statement(source, into);
  }
  #block(source: Source, into: Statement[]): boolean {
    const { cursor } = source;
    cursor.next();
    for (;;) {
      skipBlanks(cursor);
      if (cursor.eat('}')) return true;
      if (cursor.atEnd) return this.#endOfFile();
      if (!this.#statement(source, into)) return false;
    }
  }
  /** `:programname, startswith, "haproxy" { … }` */
  #property(source: Source, into: Statement[]): boolean {
    const { cursor } = source;
    const match = /^:\s*([\w$-]+)\s*,\s*(!?)\s*(\w+)\s*,\s*"((?:[^"\\]|\\.)*)"/.exec(
      cursor.text.slice(cursor.offset),
    );
    if (match === null) {
      const line = restOfLine(cursor);
      this.#complain(
        source,
        `invalid character '${line.charAt(0)}' - is there an invalid escape sequence somewhere?`,
      );
      return true;
    }
    cursor.offset += match[0].length;
    const [, property = '', negation = '', operation = '', value = ''] = match;
    const isKnown = isProperty(property.replace(/^\$(?=[a-z])/i, ''));
    if (!isKnown && !isProperty(property)) this.#complain(source, `invalid property '${property}'`);
    else if (!isOperation(operation))
      this.#complain(source, `error: invalid compare operation '${operation}'`);
    const rule: Rule = {
      kind: 'rule',
      filter: {
        kind: 'property',
        property: property.toLowerCase(),
        operation: operation.toLowerCase(),
        negated: negation === '!',
        value: unescaped(value),
      },
      then: [],
      otherwise: [],
    };
    into.push(rule);
    return this.#actionsOf(source, rule.then);
  }
  #selector(source: Source, into: Statement[]): boolean {
    const { cursor } = source;
    const masks = readMasks(
      cursor.takeUntil((one) => /\s/.test(one)),
      (text) => this.to.complaints.push(`${text} [v${VERSION}]`),
    );
    const rule: Rule = { kind: 'rule', filter: { kind: 'selector', masks }, then: [], otherwise: [] };
    into.push(rule);
    return this.#actionsOf(source, rule.then);
  }
  /** What follows a filter: a block, an object, a statement or an action of the old kind. */
  #actionsOf(source: Source, into: Statement[]): boolean {
    const { cursor } = source;
    skipBlanks(cursor);
    const rest = cursor.text.slice(cursor.offset);
    if (cursor.atEnd) return this.#endOfFile();
    if (rest.startsWith('{')) return this.#block(source, into);
    if (OBJECTS.test(rest)) return this.#object(source, into);
    if (/^(if|call|set|unset)\b/i.test(rest)) return this.#statement(source, into);
    if (/^(stop|continue)\b|^~/.test(rest)) {
      if (readToken(cursor) !== 'continue') into.push({ kind: 'stop' });
      return true;
    }
    const action = this.#oldAction(source, restOfLine(cursor));
    if (action !== undefined) into.push(action);
    return true;
  }
  #oldAction(source: Source, line: string): Action | undefined {
    const text = line.replace(/\s+#.*$/, '').trim();
    const number = this.#actions;
    this.#actions += 1;
    const [, path = '', template = ''] = /^-?(\/[^;\s]+)(?:;(\S+))?/.exec(text) ?? [];
    if (path !== '') return this.#file(source, { path, template, number });
    const [, dynamic = '', form = ''] = /^-?\?([\w.-]+)(?:;(\S+))?/.exec(text) ?? [];
    const made = this.#templates.get(dynamic);
    if (made !== undefined) return this.#file(source, { path: made, template: form, number });
    if (dynamic !== '') {
      this.#noTemplate(dynamic);
      this.#complainAt(source, 'errors');
      return undefined;
    }
    // To users' terminals: nobody on these hosts has mesg on.
    if (/^:(?!omusrmsg:)/.test(text)) this.#complainAt(source, 'errors');
    else if (/^(\*|[a-z_][\w-]*(,[\w-]+)*)$/.test(text)) this.#complainAt(source, 'warnings');
    else if (!text.startsWith(':omusrmsg:')) this.to.notModelled.push(text);
    return { kind: 'nothing' };
  }
  // ---------------------------------------------------------------- complaints
  #complain({ path, cursor }: Source, text: string): void {
    const line = cursor.text.slice(0, cursor.offset).split('\n').length;
    this.to.complaints.push(
      `error during parsing file ${path}, on or before line ${line}: ${text} [v${VERSION} try https://www.rsyslog.com/e/2207 ]`,
    );
  }
  #complainAt(source: Source, what: 'errors' | 'warnings'): void {
    const line = source.cursor.text.slice(0, source.cursor.offset).split('\n').length;
    this.#complain(source, `${what} occurred in file '${source.path}' around line ${line}`);
  }
  #syntax(source: Source, token: string): false {
    if (source.cursor.atEnd && token === '') return this.#endOfFile();
    this.#complain(source, `syntax error on token '${token}'`);
    return this.#breakOff();
  }
  /** Files that were included are at their end by then: the main one is named. */
  #endOfFile(): false {
    const { path, text } = this.main;
    this.#complain({ path, cursor: new Cursor(text, text.length) }, "syntax error on token ''");
    return this.#breakOff();
  }
  #breakOff(): false {
    this.#isBroken = true;
    this.to.complaints.push(
      `could not interpret master config file '${this.main.path}'. [v${VERSION} try https://www.rsyslog.com/e/2207 ]`,
    );
    return false;
  }
}
/** How an action of the old kind begins. */
const ACTION = /^(-?\/|@|:om|\?|-\?|\||\^|~|stop\b|continue\b|\*\s)/;
function restOfLine(cursor: Cursor): string {
  return cursor.takeUntil((one) => one === '\n').trim();
}
