/** What curl says of options that it cannot take. */

/** Wrong usage: message and exit code. */
export class CurlUsage extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

/** The line below such a message. */
export const HINT = "curl: try 'curl --help' or 'curl --manual' for more information\n";

const WIDTH = 79;

/** A warning in lines that fit a terminal (tool_msgs.c). */
export function warning(text: string): string {
  return inLines(text, 'Warning: ');
}
export function note(text: string): string {
  return inLines(text, 'Note: ');
}
function inLines(text: string, prefix: string): string {
  const width = WIDTH - prefix.length;
  let rest = text;
  let out = '';
  // Its line end counts in.
  while (rest.length >= width) {
    const space = rest.lastIndexOf(' ', width - 1);
    const cut = space <= 0 ? width : space + 1;
    out += `${prefix}${rest.slice(0, cut)}\n`;
    rest = rest.slice(cut);
  }
  return `${out}${prefix}${rest}\n`;
}
