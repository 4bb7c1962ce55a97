/** Assignments: `x=1`, `a[i]+=2`, `a=(1 [5]=2)`. */
import { DropLine } from '../control';
import { evaluateSubscript } from '../expand/parameter';
import { singleQuote, traceQuote } from '../expand/quote';
import { expandPattern, expandText, expandWordInto } from '../expand/words';
import type { Run, Shell } from '../shell';
import { READONLY, type Scope } from '../state/variables';
import type { ArrayElement, Assignment, Word } from '../syntax/tree';
import { makeWord } from '../syntax/words';

const expansions = {
  text: expandText,
  pattern: expandPattern,
  *pieces(): Run<never[]> {
    return [];
  },
};

/** Key of a subscript after expansion. */
export function* keyOf(shell: Shell, name: string, subscript: string): Run<string> {
  return yield* evaluateSubscript(shell, name, subscript, expansions);
}

/** Performs one assignment. Gives what `set -x` shows, or throws when it cannot. */
export function* assign(shell: Shell, assignment: Assignment): Run<string> {
  if (isElements(assignment.value)) {
    if (assignment.subscript !== undefined)
      yield* shell.dropLine(
        `${assignment.name}[${assignment.subscript}]: cannot assign list to array member`,
      );
    yield* assignElements(shell, assignment.name, assignment.value, { append: assignment.append });
    return assignment.text;
  }
  const value = yield* expandText(shell, assignment.value);
  yield* assignValue(shell, assignment, value);
  const target =
    assignment.subscript === undefined ? assignment.name : `${assignment.name}[${assignment.subscript}]`;
  return `${target}${assignment.append ? '+' : ''}=${value === '' || shell.dialect === 'dash' ? value : traceQuote(value)}`;
}

export function isElements(value: Word | readonly ArrayElement[]): value is readonly ArrayElement[] {
  return Array.isArray(value);
}

/** Assigns an expanded value. */
export function* assignValue(shell: Shell, assignment: Assignment, value: string): Run<void> {
  let refused: string | undefined;
  try {
    if (assignment.subscript === undefined)
      refused = shell.assign(assignment.name, value, { append: assignment.append });
    else if (assignment.subscript === '') refused = `${assignment.name}[]: bad array subscript`;
    else {
      const key = yield* keyOf(shell, assignment.name, assignment.subscript);
      refused = shell.assignElement(assignment.name, key, value, { append: assignment.append });
      if (refused?.endsWith('bad array subscript') === true)
        refused = `${assignment.name}[${assignment.subscript}]: bad array subscript`;
    }
  } catch (problem) {
    yield* rethrow(shell, problem);
  }
  if (refused !== undefined) yield* shell.dropLine(refused);
}

function* rethrow(shell: Shell, problem: unknown): Run<void> {
  if (problem instanceof DropLine) throw problem;
  yield* shell.arithmeticProblem(problem, { reach: 'text' });
}

/** `name=( … )`, into `scope` or where the variable lives. */
export function* assignElements(
  shell: Shell,
  name: string,
  elements: readonly ArrayElement[],
  options: { readonly append: boolean; readonly scope?: Scope; readonly by?: 'declared' },
): Run<void> {
  const target = shell.variables.resolve(name).name;
  const known =
    options.scope === undefined ? shell.variables.find(target) : options.scope.variables.get(target);
  if (known !== undefined && (known.flags & READONLY) !== 0)
    yield* shell.dropLine(`${target}: readonly variable`);
  // Values are expanded before the old contents go: a=("${a[@]}" x).
  const expanded =
    known?.table === undefined
      ? yield* expandIndexed(shell, elements)
      : yield* expandTable(shell, target, elements, options.by);
  const variable = shell.variables.writable(target, options.scope ?? shell.variables.scopeOf(target));
  if (variable.table !== undefined) {
    if (!options.append) variable.table = new Map();
  } else if (!options.append) {
    variable.list = { items: new Map(), next: 0 };
    variable.value = undefined;
  } else
    variable.list ??= {
      items: new Map(variable.value === undefined ? [] : [[0, variable.value]]),
      next: variable.value === undefined ? 0 : 1,
    };
  if (variable.list !== undefined) variable.value = undefined;
  let next = variable.list?.next ?? 0;
  for (const { key, value, append, text } of expanded) {
    if (variable.table === undefined && (key === '@' || key === '*')) {
      yield* shell.complain(`[${key}]=${value}: cannot assign to non-numeric index`);
      continue;
    }
    const evaluated =
      key === undefined
        ? String(next)
        : variable.table === undefined
          ? String(yield* shell.arithmetic(key, { reach: 'text' }))
          : key;
    const refused = yield* storeElement(shell, target, { key: evaluated, value, append });
    if (refused !== undefined) {
      yield* shell.complain(
        refused.endsWith('bad array subscript') ? `${text}: bad array subscript` : refused,
      );
      continue;
    }
    next = Number(evaluated) + 1;
  }
}

/** An assignment of elements with all its expansions done, and how `set -x` shows it. */
export function* settle(
  shell: Shell,
  assignment: Assignment,
  { isTable }: { readonly isTable: boolean },
): Run<{ shown: string; expanded: Assignment }> {
  if (!isElements(assignment.value)) return { shown: assignment.text, expanded: assignment };
  const known = shell.variables.find(assignment.name);
  const elements =
    isTable || known?.table !== undefined
      ? yield* expandTable(shell, assignment.name, assignment.value, 'declared')
      : yield* expandIndexed(shell, assignment.value);
  const texts = elements.map(({ key, value, append }) => {
    const quotedKey = key === undefined ? undefined : isTable ? singleQuote(key) : key;
    const head = quotedKey === undefined ? '' : `[${quotedKey}]${append ? '+' : ''}=`;
    return { head, quoted: singleQuote(value) };
  });
  const expanded = elements.map(
    ({ key, append }, i): ArrayElement => ({
      subscript: key === undefined ? undefined : singleQuote(key),
      append,
      value: makeWord(texts[i]?.quoted ?? ''),
      word: makeWord(`${texts[i]?.head ?? ''}${texts[i]?.quoted ?? ''}`),
    }),
  );
  const list = texts.map(({ head, quoted }) => head + quoted).join(' ');
  return {
    shown: `${assignment.name}${assignment.append ? '+' : ''}=(${list})`,
    expanded: { ...assignment, value: expanded },
  };
}

function* storeElement(
  shell: Shell,
  name: string,
  element: { key: string; value: string; append: boolean },
): Run<string | undefined> {
  try {
    return shell.assignElement(name, element.key, element.value, { append: element.append });
  } catch (problem) {
    yield* rethrow(shell, problem);
    return undefined;
  }
}

interface Expanded {
  readonly key: string | undefined;
  readonly value: string;
  readonly append: boolean;
  /** As it was written. */
  readonly text: string;
}

function* expandIndexed(shell: Shell, elements: readonly ArrayElement[]): Run<Expanded[]> {
  const out: Expanded[] = [];
  for (const element of elements) {
    if (element.subscript !== undefined) {
      const key = yield* expandText(shell, {
        text: element.subscript,
        plain: undefined,
        mayBrace: false,
        assignment: undefined,
        parts: undefined,
      });
      const value = yield* expandText(shell, element.value);
      out.push({ key, value, append: element.append, text: element.word.text });
      continue;
    }
    const fields: string[] = [];
    yield* expandWordInto(shell, element.word, fields);
    for (const value of fields) out.push({ key: undefined, value, append: false, text: element.word.text });
  }
  return out;
}

/** Associative: `[key]=value`, or key and value by turns. */
function* expandTable(
  shell: Shell,
  name: string,
  elements: readonly ArrayElement[],
  /** declare and its like quote the word that they complain of. */
  by?: 'declared',
): Run<Expanded[]> {
  const out: Expanded[] = [];
  let waiting: string | undefined;
  for (const element of elements) {
    if (element.subscript !== undefined) {
      const key = yield* expandText(shell, {
        text: element.subscript,
        plain: undefined,
        mayBrace: false,
        assignment: undefined,
        parts: undefined,
      });
      const value = yield* expandText(shell, element.value);
      out.push({ key, value, append: element.append, text: element.word.text });
      continue;
    }
    const isBracket = waiting === undefined && out.length === 0 && element.word.text.startsWith('[');
    if (isBracket || (waiting === undefined && elements[0]?.subscript !== undefined)) {
      const { text: word } = element.word;
      yield* shell.complain(
        `${name}: ${by === undefined ? word : `'${word}'`}: must use subscript when assigning associative array`,
      );
      continue;
    }
    const text = yield* expandText(shell, element.word);
    if (waiting === undefined) waiting = text;
    else {
      out.push({ key: waiting, value: text, append: false, text: element.word.text });
      waiting = undefined;
    }
  }
  if (waiting !== undefined) out.push({ key: waiting, value: '', append: false, text: waiting });
  return out;
}
