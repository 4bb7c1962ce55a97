/** Named quotas, limits and connection helpers. Source: nft(8) "STATEFUL OBJECTS", "CT HELPER". */
import type { FilterObject, FilterRule } from '../../../world/network.contract';
import { limitStep, rateText } from '../evaluate/stateful';
import type { Handle, ObjectSpec } from '../parse/tree';

export function newObject(
  type: FilterObject['type'],
  target: Handle,
  spec: ObjectSpec,
  handle: number,
): FilterObject {
  const { limit, quota, helper, comment } = spec;
  const made: FilterObject = {
    type,
    name: target.name,
    handle,
    lines: [],
    ...(comment === undefined ? {} : { comment }),
  };
  if (type === 'quota') made.state = { step: 'quota', bytes: 0, over: false, used: 0, ...quota };
  else if (type === 'limit' && limit !== undefined) {
    made.state = limitStep(limit);
    made.lines = [rateText(limit)];
  } else if (helper !== undefined)
    made.lines = [
      `type "${helper.type}" protocol ${helper.protocol}`,
      `l3proto ${helper.family ?? target.family}`,
    ];
  return made;
}

/** Whether the rule names the object. Rules keep no step for a helper: their text does. */
export function pointsTo(rule: FilterRule, object: FilterObject): boolean {
  return (
    rule.steps.some(
      (step) => step.step === 'object' && step.type === object.type && step.name === object.name,
    ) ||
    (object.type === 'ct helper' && rule.text.includes(`ct helper set "${object.name}"`))
  );
}
