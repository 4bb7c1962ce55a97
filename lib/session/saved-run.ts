/**
 * Whether a saved run can be played at all. Files and the browser's storage can hold anything: a text edited
 * by hand, half of a file, inputs of a later version. A text says what is wrong.
 */
import type { BranchView, RunInput, SavedBranch, SavedRun } from './messages';

/** A run longer than this nobody has played: it would only keep the machine busy for hours. */
const LONGEST_MICROS = 48 * 3_600_000_000;
const MOST_INPUTS = 200_000;
const MOST_BRANCHES = 100;

type Field = 'text' | 'number' | 'record' | { readonly oneOf: readonly string[] };
const KEYS = { oneOf: ['interrupt', 'end-of-file', 'suspend', 'quit'] };
/** What each kind of input needs. */
const FIELDS: { readonly [K in RunInput['kind']]: Readonly<Record<string, Field>> } = {
  'terminal-open': { terminal: 'text', host: 'text', user: 'text' },
  line: { terminal: 'text', text: 'text' },
  key: { terminal: 'text', key: KEYS },
  size: { terminal: 'text', columns: 'number', rows: 'number' },
  'terminal-close': { terminal: 'text' },
  save: { host: 'text', path: 'text', text: 'text', uid: 'number', gid: 'number' },
  hint: {},
  acknowledge: {},
  answer: { question: 'text', choice: 'text' },
  tomorrow: {},
  finish: {},
  inject: { fault: 'record' },
  edit: { step: 'record', way: { oneOf: ['do', 'undo', 'redo'] } },
};

/** Why this run cannot be played, in a sentence; undefined when it can. */
export function problemOfRun({ seed, at, inputs, branch, branches = [] }: SavedRun): string | undefined {
  if (!Number.isSafeInteger(seed)) return edited('its seed is no whole number');
  if (!isInstant(at)) return edited('the moment at which it stood is not one of any run');
  return (
    problemOfInputs(inputs) ??
    (branch === undefined ? undefined : problemOfBranches(inputs, [branch, ...branches]))
  );
}

function problemOfInputs(inputs: SavedRun['inputs']): string | undefined {
  if (inputs.length > MOST_INPUTS) return edited(`it holds more than ${MOST_INPUTS} inputs`);
  let before = 0;
  for (const [index, recorded] of inputs.entries()) {
    const which = `input ${index + 1}`;
    if (!isRecord(recorded.input)) return edited(`${which} is none`);
    if (!isInstant(recorded.at)) return edited(`${which} lies at no moment of any run`);
    if (recorded.at < before) return edited(`${which} lies before the one before it`);
    before = recorded.at;
    const wrong = problemOfInput(recorded.input);
    if (wrong !== undefined) return wrong.startsWith('This') ? wrong : edited(`${which} ${wrong}`);
  }
  return undefined;
}

/** Each course has a number of its own, and its inputs go on from those that it shares with the present one. */
function problemOfBranches(
  present: SavedRun['inputs'],
  branches: readonly (BranchView & Partial<SavedBranch>)[],
): string | undefined {
  if (branches.length > MOST_BRANCHES) return edited(`it holds more than ${MOST_BRANCHES} attempts`);
  const ids = new Set<number>();
  for (const { id, name, head, forkedAt, shared = 0, inputs = [] } of branches) {
    const which = `attempt ${id}`;
    if (!Number.isSafeInteger(id) || id < 0 || ids.has(id) || typeof name !== 'string')
      return edited(`${which} is there twice or has no name`);
    ids.add(id);
    if (!isInstant(head) || !isInstant(forkedAt)) return edited(`${which} ends at no moment of any run`);
    if (!Number.isSafeInteger(shared) || shared < 0 || shared > present.length)
      return edited(`${which} shares more with the run than there is`);
    const wrong = problemOfInputs([...present.slice(0, shared), ...inputs]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function problemOfInput(input: Readonly<Record<string, unknown>>): string | undefined {
  const { kind } = input;
  if (typeof kind !== 'string') return 'has no kind';
  if (!Object.hasOwn(FIELDS, kind))
    return `This run holds an input of a kind that this version does not know: “${kind.slice(0, 40)}”.`;
  for (const [name, field] of Object.entries(FIELDS[kind as RunInput['kind']]))
    if (!fits(input[name], field)) return `(${kind}) has no fitting “${name}”`;
  return undefined;
}
function fits(value: unknown, field: Field): boolean {
  if (field === 'text') return typeof value === 'string';
  if (field === 'number') return Number.isSafeInteger(value) && Number(value) >= 0;
  if (field === 'record') return isRecord(value);
  return typeof value === 'string' && field.oneOf.includes(value);
}
function isInstant(at: unknown): boolean {
  return Number.isSafeInteger(at) && Number(at) >= 0 && Number(at) <= LONGEST_MICROS;
}
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function edited(what: string): string {
  return `This run was changed by hand or is damaged: ${what}.`;
}
