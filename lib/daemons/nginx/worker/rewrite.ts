/** Running what the rewrite module was told. Source: nginx 1.22 src/http/ngx_http_script.c, modules/ngx_http_rewrite_module.c. */
import { ROOT } from '../../../world/files';
import { FileError } from '../../../world/files.contract';
import type { Code, Condition, Place, Template } from '../config';
import { escapeArgs, escapeUri } from './uri';
import { type Asking, evaluate, keepCaptures, valueOf, variable } from './variables';

/** What comes of it: on with the next phase, or an answer. */
export type Rewritten =
  | { readonly kind: 'on' }
  | {
      readonly kind: 'return';
      readonly status: number;
      readonly text: string | undefined;
      readonly location: string | undefined;
      readonly place: Place;
    };

export function runCodes(asking: Asking, codes: readonly Code[]): Rewritten {
  const { request, runtime } = asking;
  const { trace } = request.message;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at];
    if (code === undefined) break;
    switch (code.op) {
      case 'break':
        request.uriChanged = false;
        return { kind: 'on' };
      case 'set':
        setVariable(asking, code.variable, evaluate(asking, code.value));
        break;
      case 'return':
        return returned(asking, code);
      case 'if':
        if (!holds(asking, code.condition)) at += code.length;
        else {
          runtime.hop(trace, 'proxy', 'the condition of if holds', 'ok', code.place, 'if');
          if (code.location >= 0) request.location = code.location;
        }
        break;
      case 'rewrite': {
        const result = rewrite(asking, code);
        if (result === 'no') break;
        if (typeof result === 'object') return result;
        if (code.stops) {
          if (code.breaks) request.uriChanged = false;
          return { kind: 'on' };
        }
      }
    }
  }
  return { kind: 'on' };
}
function setVariable({ request }: Asking, name: string, value: string): void {
  if (name === 'args') request.args = value;
  else request.variables.set(name, value);
}
function returned(asking: Asking, code: Code & { op: 'return' }): Rewritten {
  // Its text may tell the status.
  asking.request.status = code.status;
  const text = code.text === undefined ? undefined : evaluate(asking, code.text);
  const isRedirection = [301, 302, 303, 307, 308].includes(code.status);
  return {
    kind: 'return',
    status: code.status,
    text: isRedirection ? undefined : text,
    location: isRedirection ? (text ?? '') : undefined,
    place: code.place,
  };
}
function rewrite(asking: Asking, code: Code & { op: 'rewrite' }): 'yes' | 'no' | Rewritten {
  const { request, runtime } = asking;
  const found = runtime.match(code.pattern, request.uri);
  if (found === undefined) return 'no';
  keepCaptures(request, found);
  if (code.status !== 0) {
    let location = replaced(asking, code.replacement, true).uri;
    if (code.addArgs && request.args !== '')
      location += `${location.includes('?') ? '&' : '?'}${request.args}`;
    return { kind: 'return', status: code.status, text: undefined, location, place: code.place };
  }
  const { uri, args } = replaced(asking, code.replacement, false);
  runtime.hop(
    request.message.trace,
    'proxy',
    `rewrite ${request.uri} to ${uri}`,
    'ok',
    code.place,
    'rewrite',
  );
  if (args !== undefined)
    request.args = code.addArgs && request.args !== '' ? `${args}&${request.args}` : args;
  else if (!code.addArgs) request.args = '';
  request.uri = uri;
  request.uriChanged = true;
  request.isOriginal = false;
  return 'yes';
}
/** Captures of the URI are written as a URI again where the client or an upstream reads them. */
function replaced(
  asking: Asking,
  template: Template,
  escapes: boolean,
): { uri: string; args: string | undefined } {
  let uri = '';
  let args: string | undefined;
  for (const part of template) {
    if (typeof part === 'object' && 'args' in part) {
      args = '';
      continue;
    }
    let text = valueOf(asking, part);
    if (typeof part === 'object' && 'capture' in part) {
      if (args !== undefined) text = escapeArgs(text);
      else if (escapes) text = escapeUri(text);
    }
    if (args === undefined) uri += text;
    else args += text;
  }
  return { uri, args };
}

// ---------------------------------------------------------------- conditions
function holds(asking: Asking, condition: Condition): boolean {
  switch (condition.test) {
    case 'truth': {
      const value = variable(asking, condition.variable) ?? '';
      return value !== '' && value !== '0';
    }
    case 'equal':
      return (
        ((variable(asking, condition.variable) ?? '') === evaluate(asking, condition.value)) !==
        condition.negated
      );
    case 'match': {
      const found = asking.runtime.match(condition.pattern, variable(asking, condition.variable) ?? '');
      if (found !== undefined) keepCaptures(asking.request, found);
      return (found !== undefined) !== condition.negated;
    }
    case 'file':
      return hasFile(asking, condition) !== condition.negated;
  }
}
function hasFile(asking: Asking, { what, path }: Condition & { test: 'file' }): boolean {
  const { runtime } = asking;
  const text = evaluate(asking, path);
  const full = text.startsWith('/') ? text : runtime.configuration.prefix + text;
  const info = runtime.host.fs.stat(full, runtime.process.uid === 0 ? ROOT : runtime.process);
  if (info instanceof FileError) return false;
  switch (what) {
    case 'f':
      return info.kind === 'file';
    case 'd':
      return info.kind === 'directory';
    case 'e':
      return true;
    case 'x':
      return (info.mode & 0o100) !== 0;
  }
}
