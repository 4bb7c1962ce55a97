/** localectl: the locale in /etc/default/locale. Source: localectl(1). Not modelled: keymaps, of which a server of Debian has none. */
import type { Program, ProgramContext, Wait, Wake } from '../../../world/process.contract';
import { parseOptions } from '../../command-options';
import { refuseOptions, VERSION_LINE } from './misuse';

type Run<T> = Generator<Wait, T, Wake>;
const ROOT = { uid: 0, gid: 0, groups: [] as number[] };
const FILE = '/etc/default/locale';
const OPTIONS = {
  short: 'hH:M:l',
  long: {
    help: 'h',
    version: 'version',
    full: 'l',
    'no-pager': 'no-pager',
    'no-convert': 'no-convert',
    'no-ask-password': 'no-ask-password',
    'host=': 'H',
    'machine=': 'M',
  },
};
const NO_KEYMAPS = 'Failed to read list of keymaps: No such file or directory\n';

export const localectl: Program = function* (context) {
  const parsed = parseOptions(context.argv.slice(1), OPTIONS);
  const refused = yield* refuseOptions(context, 'localectl', parsed);
  if (refused !== undefined) return refused;
  if (parsed.options.some(({ name }) => name === 'version')) {
    yield* context.out(VERSION_LINE);
    return 0;
  }
  const [verb = 'status', ...values] = parsed.operands;
  switch (verb) {
    case 'status':
      yield* context.out(status(context));
      return 0;
    case 'list-locales':
      yield* context.out('C.UTF-8\n');
      return 0;
    case 'set-locale':
      return yield* setLocale(context, values);
    case 'list-keymaps':
      yield* context.err(NO_KEYMAPS);
      return 1;
    case 'set-keymap':
      yield* context.err(
        values[0] === undefined
          ? 'Too few arguments.\n'
          : `Failed to set keymap: Keymap ${values[0]} is not installed.\n`,
      );
      return 1;
    case 'set-x11-keymap':
    case 'list-x11-keymap-models':
    case 'list-x11-keymap-layouts':
    case 'list-x11-keymap-variants':
    case 'list-x11-keymap-options':
      yield* context.err(`localectl: not modelled: ${verb}\n`);
      return 1;
    default:
      yield* context.err(`Unknown command verb ${verb}.\n`);
      return 1;
  }
};
function status({ host }: ProgramContext): string {
  const text = host.fs.readFile(FILE, ROOT);
  const lines = (typeof text === 'string' ? text : '')
    .split('\n')
    .filter((line) => /^(LANG|LANGUAGE|LC_\w+)=/.test(line))
    .map((line) => line.replace(/="(.*)"$/, '=$1'));
  const shown = lines.length === 0 ? '(unset)' : lines.join('\n               ');
  return `System Locale: ${shown}\n    VC Keymap: (unset)\n   X11 Layout: (unset)\n`;
}
function* setLocale(context: ProgramContext, values: readonly string[]): Run<number> {
  const [first] = values;
  if (first === undefined) {
    yield* context.err('Too few arguments.\n');
    return 1;
  }
  if (context.who.uid !== 0) {
    yield* context.err('Failed to issue method call: Access denied\n');
    return 1;
  }
  const set = values.map((value) => (value.includes('=') ? value : `LANG=${value}`));
  const wrong = set.find(
    (value) => !/=(C|POSIX|[a-z]{2,3}_[A-Z]{2}(\.[\w-]+)?(@\w+)?|C\.[\w-]+)?$/.test(value),
  );
  if (wrong !== undefined) {
    yield* context.err(
      `Failed to issue method call: Can not enable locale generation for invalid locale: ${wrong.slice(wrong.indexOf('=') + 1)}\n`,
    );
    return 1;
  }
  context.host.fs.writeFile(FILE, set.map((value) => `${value}\n`).join(''), ROOT);
  return 0;
}
