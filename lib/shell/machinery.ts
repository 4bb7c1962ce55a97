/** The composition root: what a shell runs with. */
import { runWords } from './run/by-name';
import { execute } from './run/execute';
import { runText } from './run/run-text';
import { processSubstitution, substitute } from './run/substitution';
import type { Machinery } from './shell';

export const MACHINERY: Machinery = { execute, runText, substitute, processSubstitution, runWords };
