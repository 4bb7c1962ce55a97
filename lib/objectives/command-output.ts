/** A command on a host, run as root by its monitoring, says what it should. */
import { SECOND } from '../std/instant';
import { numberOf, textOf } from '../world/parameters';
import { type ObjectiveDefinition, WAITING } from './definition';
import { lookAtCommand } from './probes';

const MOST_SHOWN = 60;

export const commandOutput: ObjectiveDefinition<Record<string, never>> = {
  kind: 'command-output',
  title: 'Output of a command',
  description: 'A command on a host, run as root, prints this, or does not, or ends with this status.',
  parameters: [
    { name: 'host', type: 'host', required: true, description: 'Which machine.' },
    { name: 'run', type: 'text', required: true, description: 'The command line, for bash.' },
    { name: 'contains', type: 'text', required: false, description: 'Its output contains this.' },
    { name: 'lacks', type: 'text', required: false, description: 'Its output does not contain this.' },
    { name: 'exit', type: 'number', required: false, description: 'Its exit status.' },
    {
      name: 'every',
      type: 'duration',
      required: false,
      description: 'How often it is run; 5s unless given.',
    },
  ],
  start: () => ({}),
  sample(_state, values, seen) {
    const result = lookAtCommand(
      seen.world.host(textOf(values, 'host')),
      textOf(values, 'run'),
      numberOf(values, 'every', 5 * SECOND),
    );
    if (result === undefined) return WAITING;
    const lacks = textOf(values, 'lacks');
    const exit = values['exit'];
    const isRight =
      result.answer !== 'silent' &&
      result.text.includes(textOf(values, 'contains')) &&
      (lacks === '' || !result.text.includes(lacks)) &&
      (exit === undefined || result.answer === String(exit));
    const line = result.text.trim().split('\n').at(-1) ?? '';
    return {
      state: isRight ? 'met' : 'measuring',
      progress: isRight ? 1 : 0,
      measured: line === '' ? `exit ${result.answer}` : line.slice(0, MOST_SHOWN),
    };
  },
};
