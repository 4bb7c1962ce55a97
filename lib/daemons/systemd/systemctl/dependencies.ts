/** list-dependencies: the tree of what a unit needs, or what needs it. */
import type { Relation } from '../graph';
import { typeOf } from '../unit-file/names';
import { dot } from './lists';
import type { Call, Run } from './output';
import { unitNames } from './call';

const FORWARD: readonly Relation[] = ['Requires', 'Requisite', 'Wants', 'ConsistsOf', 'BindsTo'];
const BACKWARD: readonly Relation[] = ['RequiredBy', 'RequisiteOf', 'WantedBy', 'PartOf', 'BoundBy'];

export function* listDependencies(call: Call): Run<number> {
  const { context, manager, options } = call;
  const [name = 'default.target'] = unitNames({
    ...call,
    args: call.args.length === 0 ? ['default.target'] : call.args,
  });
  const root = manager.load(name);
  const relations: readonly Relation[] = options.before
    ? ['Before']
    : options.after
      ? ['After']
      : options.reverse
        ? BACKWARD
        : FORWARD;
  const lines: string[] = [root.definition.name];
  const walk = (unit: string, prefix: string, path: readonly string[]): void => {
    const others = [...manager.graph().any(unit, relations)].sort(compareUnits);
    others.forEach((other, i) => {
      const isLast = i === others.length - 1;
      const state = manager.unit(other);
      lines.push(
        options.plain
          ? `${'  '.repeat(path.length)}${other}`
          : `${dot(state, call.color)} ${prefix}${isLast ? '└─' : '├─'}${other}`,
      );
      const goesDeeper = options.all || typeOf(other) === 'target';
      if (goesDeeper && !path.includes(other))
        walk(other, `${prefix}${isLast ? '  ' : '│ '}`, [...path, other]);
    });
  };
  walk(root.definition.name, '', [root.definition.name]);
  manager.collect();
  yield* context.out(`${lines.join('\n')}\n`);
  return 0;
}
/** Targets come last, each kind by name. */
function compareUnits(a: string, b: string): number {
  const [first, second] = [typeOf(a) === 'target' ? 1 : 0, typeOf(b) === 'target' ? 1 : 0];
  return first !== second ? first - second : a < b ? -1 : 1;
}
