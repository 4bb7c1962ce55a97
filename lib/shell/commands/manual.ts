/**
 * man(1), whatis(1) and apropos(1): short pages made of what each command says
 * of itself. The registry fills the index, so that no command is forgotten.
 */
import type { Command, Step, Tool, ToolRun } from './tool';

const manual = new Map<string, Command>();

/** The commands that have a page. */
export function fillManual(commands: readonly Command[]): void {
  for (const command of commands) manual.set(command.name, command);
}

export const man: Command = {
  name: 'man',
  package: 'man-db',
  paths: ['/usr/bin/man'],
  synopsis: 'man [option...] [section] page...',
  summary: 'An interface to the system reference manuals.',
  run: runMan,
};
export const whatis: Command = {
  name: 'whatis',
  package: 'man-db',
  paths: ['/usr/bin/whatis'],
  synopsis: 'whatis name...',
  summary: 'Display one-line manual page descriptions.',
  run: (tool) => runIndex(tool, (command, word) => command.name === word),
};
export const apropos: Command = {
  name: 'apropos',
  package: 'man-db',
  paths: ['/usr/bin/apropos'],
  synopsis: 'apropos keyword...',
  summary: 'Search the manual page names and descriptions.',
  run: (tool) =>
    runIndex(tool, (command, word) =>
      `${command.name} ${command.summary}`.toLowerCase().includes(word.toLowerCase()),
    ),
};

const sectionOf = (command: Command): number => (command.paths[0]?.includes('/sbin/') === true ? 8 : 1);
const firstSentence = (command: Command): string => (command.summary.split('\n')[0] ?? '').replace(/\.$/, '');

function* runMan(tool: Tool): ToolRun {
  const { options, operands } = tool.options({
    short: 'afkdwlhHtTuXZL:M:S:s:',
    long: { apropos: 'k', whatis: 'f', where: 'w' },
  });
  const has = (name: string): boolean => options.some((option) => option.name === name);
  if (has('k') || has('f'))
    return yield* runIndex(
      tool,
      (command, word) =>
        has('f') ? command.name === word : `${command.name} ${command.summary}`.includes(word),
      operands,
    );
  const names = operands.filter((word) => !/^[1-8]$/.test(word));
  if (names.length === 0) {
    tool.note(
      operands.length > 0
        ? `What manual page do you want from section ${operands[0] ?? ''}?\n`
        : "What manual page do you want?\nFor example, try 'man man'.\n",
    );
    return 1;
  }
  let code = 0;
  let pages = '';
  for (const name of names) {
    const command = manual.get(name);
    if (command === undefined) {
      tool.note(
        hasPage(tool, name)
          ? `man: not modelled: the page of ${name}; it is at https://manpages.debian.org/bookworm/${name}\n`
          : `No manual entry for ${name}\n`,
      );
      code = 16;
      continue;
    }
    if (has('w')) tool.line(`/usr/share/man/man${sectionOf(command)}/${name}.${sectionOf(command)}.gz`);
    else pages += page(command);
  }
  if (pages !== '') yield* show(tool, names.at(-1) ?? '', pages);
  yield* tool.drain();
  return code;
}

/** On a terminal through less, with man-db's own prompt. */
function* show(tool: Tool, name: string, text: string): Step {
  yield* tool.flush();
  if (tool.context.stdout.tty === undefined || !tool.context.fs.exists('/usr/bin/pager')) {
    tool.print(text);
    return;
  }
  const section = /\((\d)\)/.exec(text)?.[1] ?? '1';
  const prompt = ` Manual page ${name}(${section}) ?ltline %lt?L/%L.:byte %bB?s/%s..?e (END):?pB %pB\\%.. (press h for help or q to quit)`;
  const stdin = tool.context.host.streams.text(text);
  const pid = tool.context.spawn({
    argv: ['pager'],
    path: '/usr/bin/pager',
    fds: new Map([...tool.standardStreams(), [0, stdin]]),
    env: new Map([...tool.context.env, ['LESS', `-ix8RmPm${prompt}$PM${prompt}$`]]),
  });
  if (typeof pid === 'number') yield* tool.context.wait(pid);
}

const FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'];
/** Pages of files and settings that somebody on call looks for. */
const FILES = new Set(
  'crontab fstab group hosts interfaces journald.conf keepalived.conf passwd proc resolv.conf ssh_config sshd_config sudoers sysctl.conf sysctl.d systemd.exec systemd.resource-control systemd.service systemd.timer systemd.unit tcp'.split(
    ' ',
  ),
);
/** Whether Debian has a page of this name where the program or the file is installed. */
function hasPage({ context: { fs } }: Tool, name: string): boolean {
  return FILES.has(name) || FOLDERS.some((folder) => fs.exists(`${folder}/${name}`));
}

function page(command: Command): string {
  const section = sectionOf(command);
  const title = `${command.name.toUpperCase()}(${section})`;
  const middle = section === 8 ? 'System Administration' : 'User Commands';
  const width = 78;
  const gap = Math.max(1, Math.floor((width - middle.length) / 2) - title.length);
  const head = `${title}${' '.repeat(gap)}${middle}${' '.repeat(Math.max(1, width - title.length * 2 - gap - middle.length))}${title}`;
  const indented = (text: string): string =>
    text
      .split('\n')
      .map((line) => `       ${line}`)
      .join('\n');
  return `${head}

NAME
       ${command.name} - ${firstSentence(command).toLowerCase().startsWith('gnu') ? firstSentence(command) : firstSentence(command).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}

SYNOPSIS
${indented(command.synopsis)}

DESCRIPTION
${indented(command.summary)}

       This is a short page made for this simulator. The options of the
       Debian 12 program work as usual; what is not modelled says so.
       See also '${command.name} --help'.

`;
}

function* runIndex(
  tool: Tool,
  matches: (command: Command, word: string) => boolean,
  given?: readonly string[],
): ToolRun {
  const words = given ?? tool.args.filter((word) => !word.startsWith('-'));
  if (words.length === 0) {
    tool.note(`${tool.shortName} what?\n`);
    return 1;
  }
  let code = 0;
  for (const word of words) {
    const found = [...manual.values()].filter((command) => matches(command, word));
    for (const command of found.sort((a, b) => (a.name < b.name ? -1 : 1)))
      tool.line(`${`${command.name} (${sectionOf(command)})`.padEnd(20)} - ${firstSentence(command)}`);
    if (found.length === 0) {
      tool.note(`${word}: nothing appropriate.\n`);
      code = 16;
    }
  }
  yield* tool.drain();
  return code;
}
