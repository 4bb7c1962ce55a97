/** `unset`. */
import { FatalExpansion } from '../control';
import { keyOf } from '../run/assign';
import type { Run } from '../shell';
import { isDynamic } from '../state/special-variables';
import { NAMEREF, READONLY } from '../state/variables';
import { type Call, complain, readOptions } from './builtin';

export function* unset(call: Call): Run<number> {
  const { shell } = call;
  const options = yield* readOptions(call, shell.dialect === 'dash' ? 'fv' : 'fvn');
  if (typeof options === 'number') return options;
  const { flags, rest } = options;
  if (flags.has('f') && flags.has('v')) {
    yield* complain(call, 'cannot simultaneously unset a function and a variable');
    return 1;
  }
  let status = 0;
  for (const text of rest) if (!(yield* unsetOne(call, text, flags))) status = 1;
  return status;
}

function* unsetOne(call: Call, text: string, flags: ReadonlySet<string>): Run<boolean> {
  const { shell } = call;
  const match = /^([A-Za-z_]\w*)(?:\[([^]*)\])?$/.exec(text);
  if (shell.dialect === 'dash' && !flags.has('f') && !/^[A-Za-z_]\w*$/.test(text)) {
    yield* complain(call, `${text}: bad variable name`);
    throw new FatalExpansion();
  }
  if (flags.has('f') || match === null) {
    if (flags.has('v')) {
      yield* complain(call, `\`${text}': not a valid identifier`);
      return false;
    }
    return yield* unsetFunction(call, text);
  }
  const [, written = '', subscript] = match;
  const name = flags.has('n') ? written : shell.variables.resolve(written).name;
  const variable = shell.variables.find(name);
  if (variable === undefined && subscript === undefined) {
    if (isDynamic(name)) shell.special.unset.add(name);
    else if (!flags.has('v')) return yield* unsetFunction(call, name);
    return true;
  }
  if (variable !== undefined && (variable.flags & READONLY) !== 0) {
    yield* complain(
      call,
      shell.dialect === 'dash' ? `${name}: is read only` : `${name}: cannot unset: readonly variable`,
    );
    if (shell.dialect === 'dash') throw new FatalExpansion();
    return false;
  }
  if (flags.has('n') && (variable === undefined || (variable.flags & NAMEREF) === 0)) return true;
  if (subscript === undefined) {
    shell.variables.unset(name);
    if (name === 'PATH') shell.hash.clear();
    return true;
  }
  return yield* unsetElement(call, name, subscript);
}

function* unsetFunction(call: Call, name: string): Run<boolean> {
  if (call.shell.functions.get(name)?.readonly === true) {
    yield* complain(call, `${name}: cannot unset: readonly function`);
    return false;
  }
  call.shell.functions.delete(name);
  return true;
}

function* unsetElement(call: Call, name: string, subscript: string): Run<boolean> {
  const { shell } = call;
  const variable = shell.variables.find(name);
  if (variable === undefined) return true;
  if ((subscript === '@' || subscript === '*') && variable.table === undefined) {
    if (variable.list === undefined) shell.variables.unset(name);
    else shell.variables.writable(name).list = { items: new Map(), next: 0 };
    return true;
  }
  if (variable.list === undefined && variable.table === undefined && subscript !== '0') {
    yield* complain(call, `${name}: not an array variable`);
    return false;
  }
  const key = yield* keyOf(shell, name, subscript);
  if (variable.list !== undefined && Number(key) < -variable.list.next) {
    yield* complain(call, `[${subscript}]: bad array subscript`);
    return false;
  }
  shell.variables.unsetElement(name, key);
  return true;
}
