/** mktemp(1) of GNU coreutils. */
import { errnoText } from './errno-text';
import { quoteValue } from './quoting';
import type { Command } from './tool';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export const mktemp: Command = {
  name: 'mktemp',
  package: 'coreutils',
  paths: ['/usr/bin/mktemp'],
  synopsis: 'mktemp [OPTION]... [TEMPLATE]',
  summary: 'Create a temporary file or directory, safely, and print its name.',
  run: function* (tool) {
    const { options, operands } = tool.options({
      short: 'dp:qtuV',
      long: { directory: 'd', 'dry-run': 'u', quiet: 'q', 'suffix:': 'suffix', 'tmpdir::': 'tmpdir' },
    });
    const has = (name: string): boolean => options.some((option) => option.name === name);
    const { env, fs, host, kernel, who } = tool.context;
    if (operands.length > 1) tool.misuse('too many templates');
    const [written] = operands;
    const suffix = options.findLast((option) => option.name === 'suffix')?.value ?? '';
    if (suffix.includes('/') || /X{3,}[^X]*\/[^X]*$/.test(written ?? ''))
      return tool.fail(
        `invalid suffix ${quoteValue(suffix === '' ? (written ?? '').replace(/^.*X/s, '') : suffix)}, contains directory separator`,
      );
    const template = (written ?? 'tmp.XXXXXXXXXX') + suffix;
    const match = /^(.*?)(X+)([^X/]*)$/s.exec(template);
    if (match === null || (match[2] ?? '').length < 3)
      return tool.fail(`too few X's in template ${quoteValue(template)}`);
    const folder = options.findLast((option) => option.name === 'p' || option.name === 'tmpdir');
    const inFolder = folder !== undefined || has('t') || written === undefined;
    if (inFolder && template.startsWith('/'))
      return tool.fail(`invalid template, ${quoteValue(template)}; with --tmpdir, it may not be absolute`);
    if (has('t') && template.includes('/'))
      return tool.fail(`invalid template, ${quoteValue(template)}, contains directory separator`);
    const temporary = env.get('TMPDIR') ?? '/tmp';
    const base = folder?.value === undefined || folder.value === '' ? temporary : folder.value;
    const random = kernel.random(`mktemp:${host.name}`);
    for (;;) {
      let middle = '';
      for (let i = 0; i < (match[2] ?? '').length; i++)
        middle += LETTERS[random.integer(0, LETTERS.length - 1)];
      const name = `${match[1] ?? ''}${middle}${match[3] ?? ''}`;
      const path = inFolder ? `${base.replace(/(?<=.)\/+$/, '')}/${name}` : name;
      const failed = has('u')
        ? undefined
        : has('d')
          ? fs.mkdir(tool.resolve(path), 0o700, who)
          : fs.writeFile(tool.resolve(path), '', who, { mode: 0o600, exclusive: true });
      if (failed?.errno === 'EEXIST') continue;
      if (failed !== undefined) {
        const shown = `${match[1] ?? ''}${match[2] ?? ''}${match[3] ?? ''}`;
        if (!has('q'))
          tool.complain(
            `failed to create ${has('d') ? 'directory' : 'file'} via template ${quoteValue(inFolder ? `${base}/${shown}` : shown)}: ${errnoText(failed.errno)}`,
          );
        return 1;
      }
      tool.line(path);
      yield* tool.drain();
      return 0;
    }
  },
};
