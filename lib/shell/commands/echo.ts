/** echo(1), true(1) and false(1) of GNU coreutils: what env, find and xargs run. */
import type { Command } from './tool';
import { readEscapes } from './escapes';

export const echo: Command = {
  name: 'echo',
  package: 'coreutils',
  paths: ['/usr/bin/echo'],
  synopsis: 'echo [SHORT-OPTION]... [STRING]...\necho LONG-OPTION',
  summary: 'Echo the STRING(s) to standard output.',
  run: function* (tool) {
    const words = [...tool.args];
    if (words.length === 1 && words[0] === '--help') tool.help();
    if (words.length === 1 && words[0] === '--version') tool.version();
    let newline = true;
    let escapes = false;
    while (/^-[neE]+$/.test(words[0] ?? '')) {
      const letters = words.shift() ?? '';
      if (letters.includes('n')) newline = false;
      if (/[eE]/.test(letters)) escapes = letters.lastIndexOf('e') > letters.lastIndexOf('E');
    }
    let text = words.join(' ');
    if (escapes) {
      const cut = text.indexOf('\\c');
      if (cut >= 0) newline = false;
      text = readEscapes((cut < 0 ? text : text.slice(0, cut)).replace(/\\0([0-7]{1,3})/g, '\\$1'));
    }
    tool.print(newline ? `${text}\n` : text);
    yield* tool.drain();
    return 0;
  },
};

const constant = (name: string, code: number, summary: string): Command => ({
  name,
  package: 'coreutils',
  paths: [`/usr/bin/${name}`],
  synopsis: `${name} [ignored command line arguments]\n${name} OPTION`,
  summary,
  run: function* (tool) {
    const [only] = tool.args;
    if (tool.args.length === 1 && only === '--help') tool.help();
    if (tool.args.length === 1 && only === '--version') tool.version();
    yield* tool.drain();
    return code;
  },
});
export const trueCommand = constant('true', 0, 'Exit with a status code indicating success.');
export const falseCommand = constant('false', 1, 'Exit with a status code indicating failure.');
