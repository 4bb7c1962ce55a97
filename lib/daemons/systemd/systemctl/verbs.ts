/** The verbs of systemctl: how many arguments they take and what runs them. */
import { shutDown } from '../shutdown';
import {
  catUnits,
  disableVerb,
  editUnits,
  enableVerb,
  isEnabled,
  listUnitFiles,
  maskVerb,
  presetVerb,
  reenable,
  revert,
  setDefault,
  getDefault,
  setProperty,
  unmaskVerb,
} from './files';
import { cancelJobs, isolate, jobVerb, killUnits, listJobs, reloadOrRestart, resetFailed } from './jobs';
import { refuseUnlessRoot, RELOAD_MICROS, unitNames } from './call';
import { listDependencies } from './dependencies';
import { listSockets, listTimers, listUnits, isSystemRunning } from './lists';
import type { Call, Run } from './output';
import { show } from './show';
import {
  addDependency,
  clean,
  freeze,
  help,
  linkUnits,
  listAutomounts,
  listMachines,
  logLevel,
} from './rare';
import { status } from './status';

interface Verb {
  least: number;
  most: number;
  run: (call: Call) => Run<number>;
}
const MANY = Number.MAX_SAFE_INTEGER;
const units = (run: (call: Call) => Run<number>): Verb => ({ least: 1, most: MANY, run });
const any = (run: (call: Call) => Run<number>): Verb => ({ least: 0, most: MANY, run });
const alone = (run: (call: Call) => Run<number>): Verb => ({ least: 0, most: 0, run });

export const VERBS: Readonly<Record<string, Verb>> = {
  'list-units': any(listUnits),
  'list-unit-files': any(listUnitFiles),
  'list-timers': any(listTimers),
  'list-sockets': any(listSockets),
  'list-jobs': any(listJobs),
  'list-automounts': any(listAutomounts),
  'list-machines': any(listMachines),
  'add-wants': { least: 2, most: MANY, run: (call) => addDependency(call, 'wants') },
  'add-requires': { least: 2, most: MANY, run: (call) => addDependency(call, 'requires') },
  help: any(help),
  link: units(linkUnits),
  clean: units(clean),
  freeze: units((call) => freeze(call, 'freeze')),
  thaw: units((call) => freeze(call, 'thaw')),
  'log-level': { least: 0, most: 1, run: logLevel },

  'list-dependencies': any(listDependencies),
  cancel: any(cancelJobs),
  start: units((call) => jobVerb(call, 'start')),
  stop: units((call) => jobVerb(call, 'stop')),
  restart: units((call) => jobVerb(call, 'restart')),
  reload: units((call) => jobVerb(call, 'reload')),
  'try-restart': units((call) => jobVerb(call, 'try-restart')),
  condreload: units((call) => reloadOrRestart(call, true)),
  condrestart: units((call) => jobVerb(call, 'try-restart')),
  'reload-or-restart': units((call) => reloadOrRestart(call, false)),
  'force-reload': units((call) => reloadOrRestart(call, true)),
  'try-reload-or-restart': units((call) => reloadOrRestart(call, true)),
  isolate: { least: 1, most: 1, run: isolate },
  kill: units(killUnits),
  'is-active': units(isActive),
  check: units(isActive),
  'is-failed': units(isFailed),
  'is-enabled': units(isEnabled),
  'is-system-running': alone(isSystemRunning),
  status: any(status),
  show: any(show),
  cat: units(catUnits),
  edit: units(editUnits),
  revert: units(revert),
  enable: units(enableVerb),
  disable: units(disableVerb),
  reenable: units(reenable),
  preset: units(presetVerb),
  mask: units(maskVerb),
  unmask: units(unmaskVerb),
  'get-default': alone(getDefault),
  'set-default': { least: 1, most: 1, run: setDefault },
  'set-property': { least: 2, most: MANY, run: setProperty },
  'reset-failed': any(resetFailed),
  'daemon-reload': alone((call) => daemonReload(call, 'Reload')),
  'daemon-reexec': alone((call) => daemonReload(call, 'Reexecute')),
  'show-environment': alone(showEnvironment),
  'set-environment': units(setEnvironment),
  'unset-environment': units(unsetEnvironment),
  'import-environment': any(importEnvironment),
  reboot: any((call) => power(call, 'reboot')),
  poweroff: alone((call) => power(call, 'poweroff')),
  halt: alone((call) => power(call, 'halt')),
  rescue: alone((call) => isolate({ ...call, args: ['rescue.target'] })),
  emergency: alone((call) => isolate({ ...call, args: ['emergency.target'] })),
  default: alone((call) => isolate({ ...call, args: ['default.target'] })),
};

/** Verbs that systemctl 252 knows besides. */
export const NOT_MODELLED: ReadonlySet<string> = new Set(
  'bind exit hibernate hybrid-sleep kexec log-target mount-image preset-all service-log-level service-log-target suspend suspend-then-hibernate switch-root'.split(
    ' ',
  ),
);

function* isActive(call: Call): Run<number> {
  let found = false;
  for (const name of unitNames(call)) {
    const { active } = call.manager.load(name);
    found ||= active === 'active' || active === 'reloading';
    if (!call.options.quiet) yield* call.context.out(`${active}\n`);
  }
  call.manager.collect();
  return found ? 0 : 3;
}
function* isFailed(call: Call): Run<number> {
  let found = false;
  for (const name of unitNames(call)) {
    const { active } = call.manager.load(name);
    found ||= active === 'failed';
    if (!call.options.quiet) yield* call.context.out(`${active}\n`);
  }
  call.manager.collect();
  return found ? 0 : 1;
}
function* daemonReload(call: Call, word: string): Run<number> {
  const refused = yield* refuseUnlessRoot(call, `${word} daemon failed: Access denied\n`, 1);
  if (refused !== undefined) return refused;
  yield* call.context.sleep(RELOAD_MICROS);
  call.manager.reload();
  return 0;
}
function* showEnvironment(call: Call): Run<number> {
  for (const [key, value] of call.manager.state.environment)
    yield* call.context.out(`${key}=${escaped(value)}\n`);
  return 0;
}
/** As a POSIX shell could read it back (`shell_maybe_quote`). */
function escaped(value: string): string {
  return /[\s"\\`$*?['()<>|&;!]/.test(value) ? `$'${value.replace(/[\\']/g, '\\$&')}'` : value;
}
function* setEnvironment(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to set environment: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const assignments = call.args.map((word) => /^([a-z_]\w*)=([^]*)$/i.exec(word));
  if (assignments.includes(null)) {
    yield* call.context.err('Failed to set environment: Invalid environment assignments\n');
    return 1;
  }
  for (const found of assignments) call.manager.state.environment.set(found?.[1] ?? '', found?.[2] ?? '');
  return 0;
}
function* unsetEnvironment(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to unset environment: Access denied\n', 1);
  if (refused !== undefined) return refused;
  for (const word of call.args) call.manager.state.environment.delete(word.split('=')[0] ?? word);
  return 0;
}
function* importEnvironment(call: Call): Run<number> {
  const refused = yield* refuseUnlessRoot(call, 'Failed to import environment: Access denied\n', 1);
  if (refused !== undefined) return refused;
  const { context, manager } = call;
  if (call.args.length === 0) {
    yield* context.err('Calling import-environment without a list of variable names is deprecated.\n');
    for (const [key, value] of context.env) manager.state.environment.set(key, value);
    return 0;
  }
  for (const name of call.args) {
    const value = context.env.get(name);
    if (value === undefined) yield* context.err(`Environment variable $${name} not set, ignoring.\n`);
    else manager.state.environment.set(name, value);
  }
  return 0;
}
/** `systemctl reboot`: forced twice, nothing is stopped at all. */
export function* power(call: Call, verb: 'reboot' | 'poweroff' | 'halt'): Run<number> {
  const word = { reboot: 'reboot', poweroff: 'power off', halt: 'halt' }[verb];
  if (call.context.who.uid !== 0) {
    yield* call.context.err(
      `Call to ${verb === 'reboot' ? 'Reboot' : verb === 'poweroff' ? 'PowerOff' : 'Halt'} failed: Access denied\n`,
    );
    return 1;
  }
  if (call.options.force >= 2) {
    const { world, host } = call.context;
    yield* call.context.err(
      `${word === 'reboot' ? 'Rebooting' : word === 'halt' ? 'Halting' : 'Powering off'}.\n`,
    );
    world.powerOff(host);
    if (verb === 'reboot') world.powerOn(host);
    return 0;
  }
  shutDown(call.manager, verb);
  return 0;
}
