/** `getopts`. Where it stands inside `-abc` is kept beside OPTIND. */
import type { Run, Shell } from '../shell';
import { isIdentifier } from '../syntax/words';
import { type Call, complain, readOptions, usage } from './builtin';

interface Found {
  readonly letter: string;
  readonly argument: string | undefined;
  readonly status: number;
}

export function* getopts(call: Call): Run<number> {
  const { shell } = call;
  const options = shell.dialect === 'dash' ? { rest: call.args } : yield* readOptions(call, '');
  if (typeof options === 'number') return options;
  const [spec, name, ...given] = options.rest;
  if (spec === undefined || name === undefined) {
    if (shell.dialect === 'dash') yield* complain(call, 'Usage: getopts optstring var [arg...]');
    return yield* usage(call);
  }
  const args = given.length > 0 ? given : shell.positional;
  const found = yield* next(shell, spec, args);
  if (!isIdentifier(name)) {
    yield* complain(call, `\`${name}': not a valid identifier`);
    return 1;
  }
  const refused = shell.assign(name, found.letter);
  if (refused !== undefined) {
    yield* shell.complain(refused);
    return 2;
  }
  if (found.argument === undefined) shell.variables.unset('OPTARG');
  else shell.assign('OPTARG', found.argument);
  return found.status;
}

const DONE: Found = { letter: '?', argument: undefined, status: 1 };

function* next(shell: Shell, spec: string, args: readonly string[]): Run<Found> {
  let index = Math.max(1, Number.parseInt(shell.variables.get('OPTIND') ?? '1', 10) || 1);
  let place = shell.special.optionPlace;
  const word = args[index - 1];
  if (place === 0) {
    if (word === undefined || !word.startsWith('-') || word === '-') {
      settle(shell, Math.min(index, args.length + 1), 0);
      return DONE;
    }
    if (word === '--') {
      settle(shell, index + 1, 0);
      return DONE;
    }
    place = 1;
  }
  const letter = word?.[place] ?? '';
  place++;
  const isLast = place >= (word?.length ?? 0);
  const at = letter === ':' ? -1 : spec.indexOf(letter, spec.startsWith(':') ? 1 : 0);
  if (at === -1) {
    if (isLast) index++;
    settle(shell, index, isLast ? 0 : place);
    return yield* mistake(shell, spec, { letter, kind: 'illegal' });
  }
  if (spec[at + 1] !== ':') {
    if (isLast) index++;
    settle(shell, index, isLast ? 0 : place);
    return { letter, argument: undefined, status: 0 };
  }
  if (!isLast) {
    settle(shell, index + 1, 0);
    return { letter, argument: word?.slice(place) ?? '', status: 0 };
  }
  const argument = args[index];
  if (argument === undefined) {
    settle(shell, index + 1, 0);
    return yield* mistake(shell, spec, { letter, kind: 'missing' });
  }
  settle(shell, index + 2, 0);
  return { letter, argument, status: 0 };
}

function settle(shell: Shell, index: number, place: number): void {
  shell.assign('OPTIND', String(index));
  shell.special.optionPlace = place;
}

/** A leading colon keeps getopts silent and puts the letter into OPTARG. */
function* mistake(
  shell: Shell,
  spec: string,
  problem: { readonly letter: string; readonly kind: 'illegal' | 'missing' },
): Run<Found> {
  const { letter, kind } = problem;
  if (spec.startsWith(':')) return { letter: kind === 'missing' ? ':' : '?', argument: letter, status: 0 };
  if ((shell.variables.get('OPTERR') ?? '1') !== '0') {
    const text =
      shell.dialect === 'dash'
        ? kind === 'missing'
          ? `No arg for -${letter} option`
          : `Illegal option -${letter}`
        : kind === 'missing'
          ? `${shell.name}: option requires an argument -- ${letter}`
          : `${shell.name}: illegal option -- ${letter}`;
    yield* shell.write(2, `${text}\n`);
  }
  return { letter: '?', argument: undefined, status: 0 };
}
