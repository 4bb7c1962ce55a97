/**
 * `acl` lines, `{ … }` within conditions, and conditions after `if` and `unless`.
 * Source: HAProxy 2.6 configuration manual §7.1 "ACL basics", §7.2 "Using ACLs
 * to form conditions", §7.4 "Pre-defined ACLs"; 2.6.12 `acl.c`.
 */

import type {
  Acl,
  AclExpression,
  Condition,
  MatchMethod,
  Pattern,
  Place,
  SampleExpression,
  SampleType,
} from '../config';
import { ACL_KEYWORDS, canCast, CONVERTERS, FETCHES, firstPlace, MATCH_TYPES, nameLength } from '../samples';
import { type Draft, invalidNameCharacter, NONE, type ParserState, samplesAt, warn, WARN } from './context';
import type { Outcome } from './outcome';
import { parsePatterns, type PatternMatch } from './pattern';
import type { SampleContext } from './pattern-files';
import { converterProblem, noteSample, parseArguments, parseSampleWords } from './sample';

const METHODS: readonly MatchMethod[] = [
  'found',
  'bool',
  'int',
  'ip',
  'bin',
  'len',
  'str',
  'beg',
  'sub',
  'dir',
  'dom',
  'end',
  'reg',
];

/** §7.4: made when a condition first names them. */
const PREDEFINED: ReadonlyMap<string, readonly string[]> = new Map([
  ['TRUE', ['always_true']],
  ['FALSE', ['always_false']],
  ['LOCALHOST', ['src', '127.0.0.1/8', '::1']],
  ['HTTP', ['req.proto_http']],
  ['HTTP_1.0', ['req.ver', '1.0']],
  ['HTTP_1.1', ['req.ver', '1.1']],
  ['HTTP_2.0', ['req.ver', '2.0']],
  ['METH_CONNECT', ['method', 'CONNECT']],
  ['METH_DELETE', ['method', 'DELETE']],
  ['METH_GET', ['method', 'GET', 'HEAD']],
  ['METH_HEAD', ['method', 'HEAD']],
  ['METH_OPTIONS', ['method', 'OPTIONS']],
  ['METH_POST', ['method', 'POST']],
  ['METH_PUT', ['method', 'PUT']],
  ['METH_TRACE', ['method', 'TRACE']],
  ['HTTP_URL_ABS', ['url_reg', '^[^/:]*://']],
  ['HTTP_URL_SLASH', ['url_beg', '/']],
  ['HTTP_URL_STAR', ['url', '*']],
  ['HTTP_CONTENT', ['req.hdr_val(content-length)', 'gt', '0']],
  ['RDP_COOKIE', ['req.rdp_cookie_cnt', 'gt', '0']],
  ['REQ_CONTENT', ['req.len', 'gt', '0']],
  ['WAIT_END', ['wait_end']],
]);

/** Adds an expression to the ACL of that name; an empty name makes an ACL of its own. */
export function addAcl(
  state: ParserState,
  proxy: Draft,
  name: string,
  words: readonly string[],
  place: Place,
): Outcome<Acl> {
  const invalid = invalidNameCharacter(name);
  if (invalid !== undefined) return { error: `invalid character in ACL name : '${invalid}'` };
  const parsed = parseAclExpression(state, words, samplesAt(state, place, { proxy, use: 'ACL' }));
  if ('error' in parsed) return parsed;
  const [subject = '', first = ''] = words;
  if (!subject.includes('(') && first.startsWith('(')) {
    warn(
      state,
      `parsing acl '${name}' :\n  matching '${subject}' for pattern '${first}' is likely a mistake and probably\n  not what you want. Maybe you need to remove the extraneous space before '('.\n  If you are really sure this is not an error, please insert '--' between the\n  match and the pattern to make this warning message disappear.`,
    );
  }
  const known = name === '' ? undefined : proxy.acls.get(name);
  const acl: Acl = known ?? { name, expressions: [], places: 0, sources: new Set() };
  const fetch = FETCHES.get(parsed.value.sample.fetch);
  acl.places |= fetch?.places ?? 0;
  for (const source of fetch?.sources ?? []) acl.sources.add(source);
  acl.expressions.push(parsed.value);
  if (name !== '') proxy.acls.set(name, acl);
  return { value: acl };
}

/** What an expression is while its flags and patterns are read. */
interface Draught {
  readonly keyword: string;
  readonly sample: SampleExpression;
  readonly type: SampleType;
  match: MatchMethod | undefined;
  ignoreCase: boolean;
}

function parseAclExpression(
  state: ParserState,
  words: readonly string[],
  context: SampleContext,
): Outcome<AclExpression> {
  const { place } = context;
  const subject = parseSubject(words, context);
  if ('error' in subject) return subject;
  const draught = subject.value;
  if (draught.match !== undefined && draught.type !== 'bool' && (words[1] ?? '') === '') {
    warn(
      state,
      `parsing acl keyword '${words[0] ?? ''}' :\n  no pattern to match against were provided, so this ACL will never match.\n  If this is what you intended, please add '--' to get rid of this warning.\n  If you intended to match only for existence, please use '-m found'.\n  If you wanted to force an int to match as a bool, please use '-m bool'.\n`,
    );
  }
  const flags = parseFlags(state, words, draught, place);
  if ('error' in flags) return flags;
  const { match } = draught;
  if (match === undefined) return needMethod(draught);
  const rest = words.slice(flags.value.next);
  const patterns = parsePatterns(rest, comparisonOf(draught, match));
  if ('error' in patterns) return patterns;
  const { keyword, sample, ignoreCase } = draught;
  const { number } = flags.value;
  const own = state.patterns.own(keyword, rest, { match, ignoreCase, number }, place);
  return {
    value: {
      file: place.file,
      line: place.line,
      keyword,
      sample,
      match,
      ignoreCase,
      patterns: [...flags.value.patterns, ...patterns.value],
      references: [...flags.value.references, own],
    },
  };
}

/** Versions of TLS are compared as `3.3`. */
const VERSION_FETCHES = ['req.ssl_ver', 'req_ssl_ver'];
function comparisonOf({ sample }: Draught, match: MatchMethod): PatternMatch {
  return match === 'int' && VERSION_FETCHES.includes(sample.fetch) ? 'version' : match;
}

function needMethod(draught: Draught): { readonly error: string } {
  return {
    error: `matching method must be specified first (using '-m') when using a sample fetch of this type ('${draught.keyword}')`,
  };
}

function parseSubject(words: readonly string[], context: SampleContext): Outcome<Draught> {
  const [word = ''] = words;
  const length = nameLength(word);
  const keyword = ACL_KEYWORDS.get(word.slice(0, length));
  if (keyword !== undefined) return parseAclKeyword(word, length, keyword, context);
  const parsed = parseSampleWords(words, context);
  if ('error' in parsed) return { error: `${parsed.error} in ACL expression '${word}'` };
  const { expression } = parsed;
  return {
    value: {
      keyword: expression.fetch,
      sample: expression,
      type: expression.type,
      match: methodOf(expression.type),
      ignoreCase: false,
    },
  };
}

/** `path_beg`, `hdr(host)`: a fetch with a match method built in, unless converters follow. */
function parseAclKeyword(
  word: string,
  length: number,
  keyword: { name: string; fetch: string; match: MatchMethod },
  context: SampleContext,
): Outcome<Draught> {
  const fetch = FETCHES.get(keyword.fetch);
  const args = parseArguments(word, length, fetch?.arguments ?? { types: [], least: 0 });
  const head = `ACL keyword '${keyword.name}' : `;
  if ('error' in args) return { error: `${head}${args.error}` };
  const converters: { name: string; arguments: string[] }[] = [];
  let type: SampleType = fetch?.type ?? 'str';
  let at = args.end;
  while (at < word.length) {
    if (word.charAt(at) !== ',') {
      const last = converters.at(-1);
      return {
        error:
          last === undefined
            ? `${head}missing comma after fetch keyword.`
            : `${head}missing comma after converter '${last.name}'.`,
      };
    }
    while (word.charAt(at) === ',') at++;
    if (at >= word.length) break;
    const name = word.slice(at, at + nameLength(word, at));
    const converter = CONVERTERS.get(name);
    if (converter === undefined) return { error: `${head}unknown converter '${name}'.` };
    if (!canCast(type, converter.input)) return { error: `${head}converter '${name}' cannot be applied.` };
    const own = parseArguments(word, at + name.length, converter.arguments);
    if ('error' in own)
      return { error: `${head}invalid arg ${own.at + 1} in converter '${name}' : ${own.error}.` };
    const problem = converterProblem(name, own.values, context);
    if (problem !== undefined) return { error: `${head}invalid args in converter '${name}' : ${problem}.` };
    converters.push({ name, arguments: own.values });
    if (converter.output !== 'any') type = converter.output;
    at = own.end;
  }
  const sample = { fetch: keyword.fetch, arguments: args.values, converters, type };
  noteSample(context, sample);
  const match = converters.length === 0 ? keyword.match : methodOf(type);
  return {
    value: {
      keyword: converters.length === 0 ? keyword.name : keyword.fetch,
      sample,
      type,
      match,
      ignoreCase: false,
    },
  };
}

/** The method a type is matched with when nothing says otherwise. */
function methodOf(type: SampleType): MatchMethod | undefined {
  switch (type) {
    case 'bool':
      return 'bool';
    case 'sint':
      return 'int';
    case 'addr':
    case 'ipv4':
    case 'ipv6':
      return 'ip';
    case 'str':
    case 'meth':
      return 'str';
    case 'any':
    case 'bin':
      return undefined;
  }
}

interface Flags {
  readonly next: number;
  /** from files */
  readonly patterns: readonly Pattern[];
  readonly references: readonly number[];
  /** `-u`; −1 none */
  readonly number: number;
}

function parseFlags(
  state: ParserState,
  words: readonly string[],
  draught: Draught,
  place: Place,
): Outcome<Flags> {
  const patterns: Pattern[] = [];
  const references: number[] = [];
  let number = -1;
  let hasValues = false;
  let at = 1;
  for (; (words[at] ?? '').startsWith('-'); at++) {
    const flag = words[at];
    const next = words[at + 1] ?? '';
    if (flag === '--') return { value: { next: at + 1, patterns, references, number } };
    if (flag === '-i') draught.ignoreCase = true;
    else if (flag === '-M') hasValues = true;
    else if (flag === '-n') continue;
    else if (flag === '-u') {
      if (!/^[-+]?\d*$/.test(next)) return { error: 'the argument of -u must be an integer' };
      number = Number(next);
      at++;
    } else if (flag === '-f') {
      if (draught.match === undefined) return needMethod(draught);
      const { ignoreCase } = draught;
      const match = comparisonOf(draught, draught.match);
      const file = state.patterns.list(next, { match, ignoreCase, hasValues }, place);
      if ('error' in file) return file;
      patterns.push(...file.value.patterns);
      references.push(file.value.index);
      at++;
    } else if (flag === '-m') {
      if (references.length > 0)
        return { error: "'-m' must only be specified before patterns and files in parsing ACL expression" };
      const method = METHODS.find((known) => known === next);
      if (method === undefined)
        return { error: `unknown matching method '${next}' when parsing ACL expression` };
      if (method !== 'found' && !canCast(draught.type, MATCH_TYPES.get(method) ?? 'str')) {
        return { error: `matching method '${next}' cannot be used with fetch keyword '${draught.keyword}'` };
      }
      draught.match = method;
      at++;
    } else
      return {
        error: `'${flag ?? ''}' is not a valid ACL option. Please use '--' before any pattern beginning with a '-'`,
      };
  }
  return { value: { next: at, patterns, references, number } };
}

/** A condition that starts at `if` or `unless`. */
export function parseCondition(
  state: ParserState,
  proxy: Draft,
  words: readonly string[],
  place: Place,
): Outcome<Condition> {
  const [first = ''] = words;
  if (first !== 'if' && first !== 'unless')
    return { error: "conditions must start with either 'if' or 'unless'" };
  const suites: { negated: boolean; acl: Acl }[][] = [];
  let isNewSuite = true;
  let negated = false;
  for (let at = 1; (words[at] ?? '') !== ''; at++) {
    const raw = words[at] ?? '';
    const marks = /^!*/.exec(raw)?.[0].length ?? 0;
    if (marks % 2 === 1) negated = !negated;
    const word = raw.slice(marks);
    if (word === '') continue;
    if (word.toLowerCase() === 'or' || word === '||') {
      isNewSuite = true;
      negated = false;
      continue;
    }
    let acl: Outcome<Acl>;
    if (word === '{') {
      const end = closingBrace(words, at);
      if (end === undefined) return { error: "missing closing '}' in condition" };
      acl = addAcl(state, proxy, '', words.slice(at + 1, end), place);
      at = end;
    } else acl = namedAcl(state, proxy, word, place);
    if ('error' in acl) return acl;
    if (isNewSuite) suites.push([]);
    isNewSuite = false;
    suites.at(-1)?.push({ negated, acl: acl.value });
    negated = false;
  }
  return { value: { isUnless: first === 'unless', suites, ...place } };
}

function closingBrace(words: readonly string[], open: number): number | undefined {
  for (let end = open + 1; (words[end] ?? '') !== ''; end++) if (words[end] === '}') return end;
  return undefined;
}

function namedAcl(state: ParserState, proxy: Draft, name: string, place: Place): Outcome<Acl> {
  const known = proxy.acls.get(name);
  if (known !== undefined) return { value: known };
  const words = PREDEFINED.get(name);
  return words === undefined
    ? { error: `no such ACL : '${name}'` }
    : addAcl(state, proxy, name, words, place);
}

/** Warns when a condition can never hold, or in part never, where it stands. */
export function warnConflicts(
  state: ParserState,
  condition: Condition | undefined,
  places: number,
  place: Place,
): number {
  if (condition === undefined) return NONE;
  const head = `parsing [${place.file}:${place.line}] : `;
  for (const { acl } of condition.suites.flat()) {
    if ((acl.places & places) !== 0) continue;
    const title = firstPlace(places);
    const keyword = acl.expressions[0]?.keyword ?? '';
    return warn(
      state,
      acl.name === ''
        ? `${head}anonymous acl will never match because it uses keyword '${keyword}' which is incompatible with '${title}'`
        : `${head}acl '${acl.name}' will never match because it only involves keywords that are incompatible with '${title}'`,
    );
  }
  for (const { acl } of condition.suites.flat()) {
    const wrong = acl.expressions.find(
      ({ sample }) => ((FETCHES.get(sample.fetch)?.places ?? 0) & places) === 0,
    );
    if (wrong === undefined) continue;
    const title = firstPlace(places);
    warn(
      state,
      acl.name === ''
        ? `${head}anonymous acl involves keyword '${wrong.keyword}' which is incompatible with '${title}'`
        : `${head}acl '${acl.name}' involves keywords '${wrong.keyword}' which is incompatible with '${title}'`,
    );
    return WARN;
  }
  return NONE;
}
