/**
 * Reads a scenario folder: YAML, variants, shape, references. Every problem
 * names the file, line and column; nothing is thrown for bad input.
 */
import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type Path, type Report, suggestion } from './kinds';
import { checkReferences } from './references';
import { type Scenario, scenarioSchema, type Variants, variantsSchema } from './schema';
import { type Drawn, drawVariants, substituteText, substituteTree, takenAddresses } from './variants';

export interface ScenarioProblem {
  severity: 'error' | 'warning';
  file: string;
  line: number;
  column: number;
  message: string;
}
export interface LoadedScenario {
  scenario: Scenario | undefined;
  problems: ScenarioProblem[];
  /** Text files of the folder by path relative to it, with the variants' values. */
  files: Readonly<Record<string, string>>;
  /** What the seed has drawn. */
  drawn: Drawn;
}

const FILE = 'scenario.yaml';
const MOST_CHARACTERS = 512_000;
const MOST_ALIASES = 50;
const NOTHING: Drawn = new Map();

/** Loads a scenario from the texts of its folder, with the variants that the seed draws. */
export function loadScenario(files: Readonly<Record<string, string>>, seed = 1): LoadedScenario {
  try {
    return new Loading(files, seed).load();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refused(files, 'the file is nested too deeply');
  }
}
function refused(files: Readonly<Record<string, string>>, message: string): LoadedScenario {
  return {
    scenario: undefined,
    problems: [{ severity: 'error', file: FILE, line: 1, column: 1, message }],
    files,
    drawn: NOTHING,
  };
}

class Loading {
  readonly #problems: ScenarioProblem[] = [];
  readonly #lines = new LineCounter();
  #document: Document | undefined;

  constructor(
    private readonly files: Readonly<Record<string, string>>,
    private readonly seed: number,
  ) {}

  load(): LoadedScenario {
    const text = this.files[FILE];
    if (text === undefined) return refused(this.files, 'there is no scenario.yaml in this folder');
    if (text.length > MOST_CHARACTERS)
      return refused(this.files, `the file is larger than ${MOST_CHARACTERS} characters`);
    const document = parseDocument(text, { lineCounter: this.#lines, strict: true, uniqueKeys: true });
    this.#document = document;
    // One mistake in the syntax makes all that follows look wrong: only the first is told.
    for (const error of [...document.errors.slice(0, 1), ...document.warnings])
      this.#problem(
        error.pos[0],
        `${error.message.split(' at line ')[0] ?? error.message}${quoteHint(text, error.pos[0])}`,
        error.name === 'YAMLParseError' ? 'error' : 'warning',
      );
    if (document.errors.length > 0) return this.#result(undefined, this.files, NOTHING);
    const variants = this.#variants(document);
    const drawn =
      variants === undefined
        ? NOTHING
        : drawVariants(variants, this.seed, {
            taken: takenAddresses(text),
            report: (name, message) => this.#report(['variants', name], message),
          });
    const files = variants === undefined ? this.files : this.#substituted(drawn);
    if (variants !== undefined)
      substituteTree(document, drawn, (offset, message) => this.#problem(offset, message));
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: MOST_ALIASES });
    } catch (error) {
      return refused(
        this.files,
        `too many aliases: ${error instanceof Error ? error.message : 'the file grows without bound'}`,
      );
    }
    const checked = scenarioSchema.safeParse(value);
    if (!checked.success) {
      for (const issue of checked.error.issues) this.#issue(issue);
      return this.#result(undefined, files, drawn);
    }
    checkReferences(checked.data, files, this.#report);
    return this.#result(checked.data, files, drawn);
  }
  #issue(issue: {
    code: string;
    path: PropertyKey[];
    message: string;
    keys?: string[];
    errors?: unknown;
  }): void {
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys ?? []) {
        this.#report([...issue.path, key], `unknown key${suggestion(key, knownKeys(issue.path))}`);
      }
    else this.#report(issue.path, plainMessage(issue));
  }
  #variants(document: Document): Variants | undefined {
    const node = isMap(document.contents) ? document.contents.get('variants', true) : undefined;
    if (node === undefined) return undefined;
    let value: unknown;
    try {
      value = (node as Node).toJS(document, { maxAliasCount: MOST_ALIASES });
    } catch {
      return undefined;
    }
    const checked = variantsSchema.safeParse(value);
    // What is wrong with it is told with the rest of the file.
    return checked.success ? checked.data : undefined;
  }
  #substituted(drawn: Drawn): Record<string, string> {
    const substituted: Record<string, string> = {};
    for (const [file, text] of Object.entries(this.files)) {
      substituted[file] =
        file === FILE
          ? text
          : substituteText(text, drawn, (message, at) => {
              const before = text.slice(0, at).split('\n');
              this.#problems.push({
                severity: 'error',
                file,
                line: before.length,
                column: (before.at(-1)?.length ?? 0) + 1,
                message,
              });
            });
    }
    return substituted;
  }
  readonly #report: Report = (path, message, severity = 'error') =>
    this.#problem(
      offsetOf(this.#document?.contents ?? null, path),
      path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
      severity,
    );
  #problem(offset: number, message: string, severity: 'error' | 'warning' = 'error'): void {
    const { line, col } = this.#lines.linePos(offset);
    this.#problems.push({ severity, file: FILE, line, column: col, message });
  }
  #result(scenario: Scenario | undefined, files: LoadedScenario['files'], drawn: Drawn): LoadedScenario {
    const isBroken = this.#problems.some(({ severity }) => severity === 'error');
    return { scenario: isBroken ? undefined : scenario, problems: this.#problems, files, drawn };
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
function plainMessage({ message }: { message: string }): string {
  const missing = /^Invalid input: expected (\w+), received undefined$/.exec(message);
  if (missing !== null) return `is missing: expected ${missing[1] ?? ''}`;
  return message.replace(/^Invalid input: /, '').replace(/^Too (big|small): /, '');
}
const TOP_KEYS = Object.keys(scenarioSchema.shape);
/** Words that a mistyped key may have meant. */
function knownKeys(path: Path): readonly string[] {
  return path.length === 0 ? TOP_KEYS : [];
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
