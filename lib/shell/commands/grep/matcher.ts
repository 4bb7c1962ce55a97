/** What grep's patterns become: one compiled expression for all of them. */
import { compilePerl, compilePosix, literalPattern, type Pattern } from '../../../std/regex/pattern';
import { RegexError } from '../../../std/regex/tree';
import type { Tool } from '../tool';
import type { GrepOptions } from './options';

/** undefined: no pattern at all, which nothing matches. */
export function compileMatcher(tool: Tool, options: GrepOptions): Pattern | undefined {
  const patterns = options.patterns ?? [];
  if (patterns.length === 0) return undefined;
  const compiled = options.matcher === 'perl' ? perl(tool, options, patterns) : posix(options, patterns);
  if (compiled instanceof RegexError) return tool.fail(compiled.message, 2);
  for (const warning of compiled.warnings) tool.complain(`warning: ${warning}`);
  return compiled;
}

function perl(tool: Tool, options: GrepOptions, patterns: readonly string[]): Pattern | RegexError {
  const [source = '', second] = patterns;
  if (second !== undefined) return tool.fail('the -P option only supports a single pattern', 2);
  const { ignoreCase, whole } = options;
  return compilePerl(source, {
    asciiClasses: true,
    utf: true,
    ignoreCase,
    extended: false,
    dotAll: false,
    multiline: false,
    whole,
  });
}

function posix(options: GrepOptions, patterns: readonly string[]): Pattern | RegexError {
  const { ignoreCase, whole } = options;
  const [only = ''] = patterns;
  if (options.matcher === 'fixed' && patterns.length === 1 && !ignoreCase && whole === undefined)
    return literalPattern(only);
  const source =
    options.matcher === 'fixed'
      ? patterns.map((pattern) => pattern.replace(/[\\^$.[\]|()?*+{}]/g, '\\$&')).join('\n')
      : patterns.join('\n');
  return compilePosix(source, {
    dialect: options.matcher === 'basic' ? 'grepBasic' : 'grepExtended',
    ignoreCase,
    multiline: false,
    whole,
  });
}
