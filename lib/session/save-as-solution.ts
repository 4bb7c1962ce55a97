/** A run that was played, as the steps of a solution: what was typed and saved, and how long it took between. */
import type { ScenarioStep } from '../scenario/schema';
import { formatDuration, type Micros, SECOND } from '../std/instant';
import type { RunInput } from './messages';

type Timed = { readonly at: Micros; readonly input: RunInput };
/** A step as an author writes it: only what is there. */
export type WrittenStep = Partial<ScenarioStep>;

/** Pauses shorter than this come by themselves: a step waits for the prompt. */
const SHORTEST_WAIT = 5 * SECOND;
/** A line within so short a time after the one before was typed ahead, or answers something. */
const ANSWERS = SECOND / 10;

/** `at` are instants of the run. Hints, windows and the end of the shift are no steps. */
export function stepsOf(inputs: readonly Timed[]): WrittenStep[] {
  const steps: WrittenStep[] = [];
  const first = inputs.find(({ input }) => input.kind === 'terminal-open');
  const main = first?.input.kind === 'terminal-open' ? first.input.terminal : 't1';
  let before: Micros = 0;
  for (const { at, input } of inputs) {
    const step = stepOf(input, main, at - before < ANSWERS && steps.length > 0);
    if (step === undefined) continue;
    const pause = at - before;
    if (pause >= SHORTEST_WAIT) steps.push({ wait: formatDuration(Math.round(pause / SECOND) * SECOND) });
    steps.push(step);
    before = at;
  }
  return steps;
}
function stepOf(input: RunInput, main: string, isAnswer: boolean): WrittenStep | undefined {
  const where = (terminal: string): WrittenStep => (terminal === main ? {} : { terminal });
  switch (input.kind) {
    case 'line':
      // Keys in a pager: a step leaves one by itself.
      if (input.raw === true) return undefined;
      if (input.text.trim() === '') return isAnswer ? { type: '', ...where(input.terminal) } : undefined;
      return isAnswer
        ? { type: input.text, ...where(input.terminal) }
        : { run: input.text, ...where(input.terminal) };
    case 'save':
      return { save: input.path, on: input.host, text: input.text };
    case 'key':
      return { key: input.key, ...where(input.terminal) };
    case 'answer':
      return { answer: { question: input.question, choice: input.choice } };
    case 'acknowledge':
      return { acknowledge: true };
    default:
      return undefined;
  }
}

/** The steps as they stand in scenario.yaml, ready to be put below `solutions:`. */
export function solutionText(
  steps: readonly WrittenStep[],
  { id, title }: { id: string; title: string },
): string {
  const lines = [`  - id: ${id}`, `    title: ${JSON.stringify(title)}`, '    steps:'];
  for (const step of steps) {
    const entries = Object.entries(step);
    entries.forEach(([key, value], index) => {
      lines.push(`      ${index === 0 ? '- ' : '  '}${key}: ${scalarText(value)}`);
    });
  }
  return `${lines.join('\n')}\n`;
}
function scalarText(value: unknown): string {
  if (typeof value === 'string' && value.includes('\n') && !/[^\n\t -~\u00a0-\ud7ff]/.test(value)) {
    const keep = value.endsWith('\n') ? '|' : '|-';
    const body = value.replace(/\n$/, '').split('\n');
    // A block whose first line is indented, or that ends in empty lines, needs quotes.
    if (!/^\s/.test(body[0] ?? '') && body.at(-1) !== '')
      return `${keep}\n${body.map((line) => (line === '' ? '' : `          ${line}`)).join('\n')}`;
  }
  if (
    typeof value === 'string' &&
    /^[a-z][\w /.-]*$/i.test(value) &&
    !/^(yes|no|on|off|true|false|null)$/i.test(value)
  )
    return value;
  return JSON.stringify(value);
}
