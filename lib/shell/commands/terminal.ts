/** tty(1), stty(1) of GNU coreutils; clear(1), reset(1) and tput(1) of ncurses. */
import { quoteValue } from './quoting';
import { terminalSize } from './terminal-width';
import type { Command, Tool } from './tool';

export const tty: Command = {
  name: 'tty',
  package: 'coreutils',
  paths: ['/usr/bin/tty'],
  synopsis: 'tty [OPTION]...',
  summary: 'Print the file name of the terminal connected to standard input.',
  run: function* (tool) {
    const { options, operands } = tool.options(
      { short: 's', long: { silent: 's', quiet: 's' } },
      { misuseCode: 2 },
    );
    if (operands.length > 0) tool.misuse(`extra operand ${quoteValue(operands[0] ?? '')}`, 2);
    const { stdin } = tool.context;
    if (options.length === 0) tool.line(stdin.tty === undefined ? 'not a tty' : deviceOf(stdin.tty));
    yield* tool.drain();
    return stdin.tty === undefined ? 1 : 0;
  },
};

function deviceOf(name: string): string {
  return name.startsWith('/dev/') ? name : `/dev/${name}`;
}

export const stty: Command = {
  name: 'stty',
  package: 'coreutils',
  paths: ['/usr/bin/stty'],
  synopsis:
    'stty [-F DEVICE | --file=DEVICE] [SETTING]...\nstty [-F DEVICE | --file=DEVICE] [-a|--all]\nstty [-F DEVICE | --file=DEVICE] [-g|--save]',
  summary: 'Print or change terminal characteristics.',
  run: function* (tool) {
    const { stdin, host } = tool.context;
    const terminal = stdin.tty === undefined ? undefined : host.terminals.find(stdin.tty);
    if (terminal?.state === undefined) return tool.fail("'standard input': Inappropriate ioctl for device");
    const { state } = terminal;
    const words = [...tool.args];
    if (words.length === 0) {
      tool.line(`speed 38400 baud; line = 0;\n${state.echo ? '' : '-echo'}`.trimEnd());
      yield* tool.drain();
      return 0;
    }
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      switch (word) {
        case 'size':
          tool.line(`${state.rows} ${state.columns}`);
          break;
        case '-a':
        case '--all':
          tool.print(allSettings(state));
          break;
        case '-g':
          tool.line(`${state.echo ? 'echo' : '-echo'}:${state.canonical ? 'icanon' : '-icanon'}`);
          break;
        case 'echo':
        case '-echo':
          terminal.setAttributes({ echo: word === 'echo' });
          break;
        case 'icanon':
        case '-icanon':
        case 'cbreak':
        case '-cbreak':
          terminal.setAttributes({ canonical: word === 'icanon' || word === '-cbreak' });
          break;
        case 'isig':
        case '-isig':
          terminal.setAttributes({ signals: word === 'isig' });
          break;
        case 'raw':
        case '-raw':
        case 'cooked':
          terminal.setAttributes({ canonical: word !== 'raw', signals: word !== 'raw' });
          break;
        case 'sane':
          terminal.setAttributes({ echo: true, canonical: true, signals: true });
          break;
        case 'rows':
          terminal.resize(state.columns, Number(words.shift() ?? state.rows));
          break;
        case 'cols':
        case 'columns':
          terminal.resize(Number(words.shift() ?? state.columns), state.rows);
          break;
        default:
          if (/^-?(ixon|ixoff|onlcr|opost|echoe|echok|icrnl|iutf8|tostop)$/.test(word)) break;
          if (word.includes(':')) {
            terminal.setAttributes({ echo: !word.startsWith('-echo'), canonical: !word.includes('-icanon') });
            break;
          }
          tool.misuse(`invalid argument ${quoteValue(word)}`);
      }
    }
    yield* tool.drain();
    return 0;
  },
};

function allSettings(state: {
  rows: number;
  columns: number;
  echo: boolean;
  canonical: boolean;
  signals: boolean;
}): string {
  const on = (name: string, is: boolean): string => (is ? name : `-${name}`);
  return `speed 38400 baud; rows ${state.rows}; columns ${state.columns}; line = 0;
intr = ^C; quit = ^\\; erase = ^?; kill = ^U; eof = ^D; eol = <undef>; eol2 = <undef>; swtch = <undef>; start = ^Q; stop = ^S; susp = ^Z; rprnt = ^R; werase = ^W; lnext = ^V; discard = ^O; min = 1; time = 0;
-parenb -parodd -cmspar cs8 -hupcl -cstopb cread -clocal -crtscts
-ignbrk -brkint -ignpar -parmrk -inpck -istrip -inlcr -igncr icrnl ixon -ixoff -iuclc -ixany -imaxbel iutf8
opost -olcuc -ocrnl onlcr -onocr -onlret -ofill -ofdel nl0 cr0 tab0 bs0 vt0 ff0
${on('isig', state.signals)} ${on('icanon', state.canonical)} iexten ${on('echo', state.echo)} echoe echok -echonl -noflsh -xcase -tostop -echoprt echoctl echoke -flusho -extproc
`;
}

const CLEAR = '\u001b[H\u001b[2J\u001b[3J';

const clearing = (name: string, text: string, summary: string): Command => ({
  name,
  package: 'ncurses-bin',
  paths: [`/usr/bin/${name}`],
  synopsis: name,
  summary,
  run: function* (tool) {
    tool.print(text);
    tool.context.host.terminals
      .find(tool.context.process.tty ?? '')
      ?.setAttributes(name === 'reset' ? { echo: true, canonical: true, signals: true } : {});
    yield* tool.drain();
    return 0;
  },
});
export const clear = clearing('clear', CLEAR, 'Clear the terminal screen.');
export const reset = clearing('reset', `\u001bc${CLEAR}`, 'Terminal initialization.');

export const tput: Command = {
  name: 'tput',
  package: 'ncurses-bin',
  paths: ['/usr/bin/tput'],
  synopsis: 'tput [-S] [-T TERM] capname [parameters]',
  summary: 'Initialize a terminal or query the terminfo database.',
  run: function* (tool) {
    const { operands } = tool.options({ short: '+ST:Vx' }, { misuseCode: 2 });
    const [name, first, second] = operands;
    const text =
      name === undefined ? undefined : capability(tool, name, Number(first ?? '0'), Number(second ?? '0'));
    if (name === undefined) {
      tool.note('usage: tput [options] [command]\n');
      return 2;
    }
    if (text === undefined) return tool.fail(`unknown terminfo capability '${name}'`, 4);
    tool.print(text);
    yield* tool.drain();
    return 0;
  },
};

function capability(tool: Tool, name: string, first: number, second: number): string | undefined {
  const size = terminalSize(tool);
  switch (name) {
    case 'cols':
      return `${size.columns}\n`;
    case 'lines':
      return `${size.rows}\n`;
    case 'colors':
      return (tool.context.env.get('TERM') ?? '').includes('256') ? '256\n' : '8\n';
    case 'setaf':
      return first < 8 ? `\u001b[3${first}m` : `\u001b[38;5;${first}m`;
    case 'setab':
      return first < 8 ? `\u001b[4${first}m` : `\u001b[48;5;${first}m`;
    case 'cup':
      return `\u001b[${first + 1};${second + 1}H`;
    default:
      return {
        bold: '\u001b[1m',
        dim: '\u001b[2m',
        smul: '\u001b[4m',
        rmul: '\u001b[24m',
        rev: '\u001b[7m',
        smso: '\u001b[7m',
        rmso: '\u001b[27m',
        sgr0: '\u001b(B\u001b[m',
        op: '\u001b[39;49m',
        clear: '\u001b[H\u001b[2J',
        el: '\u001b[K',
        ed: '\u001b[J',
        civis: '\u001b[?25l',
        cnorm: '\u001b[?12l\u001b[?25h',
        smcup: '\u001b[?1049h\u001b[22;0;0t',
        rmcup: '\u001b[?1049l\u001b[23;0;0t',
        sc: '\u001b7',
        rc: '\u001b8',
        bel: '\u0007',
        init: '',
        reset: '\u001bc',
      }[name];
  }
}
