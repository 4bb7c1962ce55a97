/** Everything a stream gives, up to a limit that no honest input reaches. */
import type { Stream } from '../../world/process.contract';
import type { Run, Shell } from '../shell';

/** `$(yes)` must end some day. */
const LONGEST_OUTPUT = 64 * 1024 * 1024;
/** After so much text time goes on. */
const CHARACTERS_PER_SLICE = 1024 * 1024;
const COMMANDS_PER_SLICE = 100;

export function* readAll(shell: Shell, stream: Stream): Run<string> {
  const parts: string[] = [];
  let length = 0;
  let slice = CHARACTERS_PER_SLICE;
  for (;;) {
    const next = stream.read();
    if (next === undefined) yield* shell.suspend({ streams: [stream] });
    else if (next === '' || length > LONGEST_OUTPUT) return parts.join('');
    else {
      parts.push(next);
      length += next.length;
      if (length > slice) {
        slice += CHARACTERS_PER_SLICE;
        yield* shell.tick(COMMANDS_PER_SLICE);
      }
    }
  }
}
