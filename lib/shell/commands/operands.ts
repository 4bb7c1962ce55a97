/** Opening what the operands name, and what coreutils say when it fails. */
import type { Stream } from '../../world/process.contract';
import { errnoText } from './errno-text';
import { quoteFile, quoteFileIfNeeded } from './quoting';
import type { Tool } from './tool';

/** `plain`: `name: reason`; `reading`: `cannot open 'name' for reading: reason`. */
export type ComplaintStyle = 'plain' | 'reading';

/** Opens an operand (`-` is standard input), or says why not. */
export function openOperand(tool: Tool, name: string, style: ComplaintStyle = 'plain'): Stream | undefined {
  if (name === '-') return standardInput(tool, style);
  const stream = tool.open(name);
  if (typeof stream === 'string') {
    const reason = errnoText(stream);
    tool.complain(
      style === 'plain'
        ? `${quoteFileIfNeeded(name)}: ${reason}`
        : `cannot open ${quoteFile(name)} for reading: ${reason}`,
    );
    return undefined;
  }
  if (!tool.isDirectory(name)) return stream;
  tool.close(stream);
  const reason = errnoText('EISDIR');
  tool.complain(
    style === 'plain'
      ? `${quoteFileIfNeeded(name)}: ${reason}`
      : `error reading ${quoteFile(name)}: ${reason}`,
  );
  return undefined;
}

function standardInput(tool: Tool, style: ComplaintStyle): Stream | undefined {
  const { stdin } = tool.context;
  if (stdin.readProblem === undefined) return stdin;
  const reason = errnoText(stdin.readProblem);
  tool.complain(style === 'plain' ? `-: ${reason}` : `error reading 'standard input': ${reason}`);
  return undefined;
}

/** `standard input` where a name is needed. */
export function inputName(name: string): string {
  return name === '-' ? 'standard input' : name;
}

/** The operands, or standard input when there are none. */
export function inputsOf(operands: readonly string[]): readonly string[] {
  return operands.length === 0 ? ['-'] : operands;
}
