/** Users and groups that a scenario may name: those of its lab and those that every host has. */
import { nearestWord } from '../text/nearest';
import { systemGroup, systemNames, systemUser } from '../world/base-system';
import type { Scenario } from './schema';

/** What is wrong with the name of an owner; a user of the lab has a group of the same name. */
export function wrongOwner(
  name: string,
  { users }: Pick<Scenario['lab'], 'users'>,
  what: 'user' | 'group',
): string | undefined {
  const system = what === 'user' ? systemUser(name) : systemGroup(name);
  if (Object.hasOwn(users, name) || system !== undefined) return undefined;
  const meant = nearestWord(name, [...Object.keys(users), ...systemNames(what)]);
  return `there is no ${what} "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}
