/** One YAML file of a scenario: read with limits, every complaint at its line and column. */
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type Path, type Report, suggestion } from './kinds';

export interface ScenarioProblem {
  severity: 'error' | 'warning';
  file: string;
  line: number;
  column: number;
  message: string;
}

const MOST_CHARACTERS = 512_000;
const MOST_ALIASES = 50;

/** A schema of zod, as far as it is needed here. */
interface Schema<Value> {
  safeParse(value: unknown):
    | { success: true; data: Value }
    | {
        success: false;
        error: {
          issues: readonly { code?: string; path: PropertyKey[]; message: string; keys?: string[] }[];
        };
      };
}

export class YamlFile {
  readonly problems: ScenarioProblem[] = [];
  readonly document: Document;
  readonly #lines = new LineCounter();

  constructor(
    readonly name: string,
    text: string,
  ) {
    const isTooLarge = text.length > MOST_CHARACTERS;
    this.document = parseDocument(isTooLarge ? '' : text, {
      lineCounter: this.#lines,
      strict: true,
      uniqueKeys: true,
    });
    if (isTooLarge) this.refuse(`the file is larger than ${MOST_CHARACTERS} characters`);
    // One mistake in the syntax makes all that follows look wrong: only the first is told.
    for (const error of [...this.document.errors.slice(0, 1), ...this.document.warnings])
      this.problem(
        error.pos[0],
        `${error.message.split(' at line ')[0] ?? error.message}${quoteHint(text, error.pos[0])}`,
        error.name === 'YAMLParseError' ? 'error' : 'warning',
      );
  }
  get isBroken(): boolean {
    return this.problems.some(({ severity }) => severity === 'error');
  }
  /** About the file as a whole. */
  refuse(message: string): void {
    this.problems.push({ severity: 'error', file: this.name, line: 1, column: 1, message });
  }
  problem(offset: number, message: string, severity: 'error' | 'warning' = 'error'): void {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push({ severity, file: this.name, line, column: col, message });
  }
  readonly report: Report = (path, message, severity = 'error') =>
    this.problem(
      offsetOf(this.document.contents, path),
      path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
      severity,
    );
  /** The plain value of the file or of one of its parts; undefined, and told, when aliases make it grow without bound. */
  value(of: Node | undefined = undefined): unknown {
    try {
      return of === undefined
        ? this.document.toJS({ maxAliasCount: MOST_ALIASES })
        : of.toJS(this.document, { maxAliasCount: MOST_ALIASES });
    } catch (error) {
      this.refuse(
        `too many aliases: ${error instanceof Error ? error.message : 'the file grows without bound'}`,
      );
      return undefined;
    }
  }
  /** The value as the schema has it, or undefined and what is wrong with it told. */
  checked<Value>(schema: Schema<Value>): Value | undefined {
    const value = this.value();
    if (this.isBroken) return undefined;
    const checked = schema.safeParse(value);
    if (checked.success) return checked.data;
    for (const issue of checked.error.issues) {
      if (issue.code === 'unrecognized_keys')
        for (const key of issue.keys ?? [])
          this.report(
            [...issue.path, key],
            `unknown key${suggestion(key, keysAt(schema as SchemaPart, issue.path))}`,
          );
      else this.report(issue.path, plainMessage(issue.message));
    }
    return undefined;
  }
}

/** YAML takes the brace of `{ host: ${name} }` for its own: the commonest mistake with variants. */
function quoteHint(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0] ?? '';
  const name = line.indexOf('${');
  const isInBraces = name > 0 && /[{[]/.test(line.slice(0, name));
  const isBare = !['"', "'", '$'].includes(line[name - 1] ?? '');
  return isInBraces && isBare ? "; inside { … } and [ … ] write '${name}' with quotes" : '';
}

/** zod says "Invalid input: expected string, received number"; the reader needs the second half. */
function plainMessage(message: string): string {
  const missing = /^Invalid input: expected (\w+), received undefined$/.exec(message);
  if (missing !== null) return `is missing: expected ${missing[1] ?? ''}`;
  return message.replace(/^Invalid input: /, '').replace(/^Too (big|small): /, '');
}

/** What may stand where an unknown key stands: words that it may have been meant for. */
function keysAt(schema: SchemaPart, path: Path): readonly string[] {
  let at: SchemaPart | undefined = schema;
  for (const part of path) {
    at = bare(at);
    const { def } = at ?? {};
    at = def?.shape?.[String(part)] ?? def?.element ?? def?.valueType;
  }
  return Object.keys(bare(at)?.def?.shape ?? {});
}
/** What zod tells of a schema, as far as it is needed here. */
interface SchemaPart {
  def?: {
    shape?: Readonly<Record<string, SchemaPart>>;
    element?: SchemaPart;
    valueType?: SchemaPart;
    innerType?: SchemaPart;
    in?: SchemaPart;
  };
}
/** Without what makes it optional or gives it a default. */
function bare(part: SchemaPart | undefined): SchemaPart | undefined {
  let at = part;
  while (at?.def?.innerType !== undefined || at?.def?.in !== undefined) at = at.def.innerType ?? at.def.in;
  return at;
}

/** Offset of the node a path leads to; of the nearest known ancestor when it leads nowhere. */
function offsetOf(root: Node | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) return offset;
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = nodeOffset(node) ?? offset;
    } else return offset;
  }
  return offset;
}
function nodeOffset(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}
