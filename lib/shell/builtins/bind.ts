/** `bind`: the page edits lines, so there is no readline here to be bound. */
import type { Run } from '../shell';
import { type Call, complain, readOptions } from './builtin';

export function* bind(call: Call): Run<number> {
  const options = yield* readOptions(call, 'lvpsVPSXf:q:u:m:r:x:');
  if (typeof options === 'number') return options;
  if (!call.shell.interactive) yield* complain(call, 'warning: line editing not enabled');
  else if (options.taken > 0 || options.rest.length > 0)
    yield* complain(call, 'key bindings are not modelled');
  return 0;
}
