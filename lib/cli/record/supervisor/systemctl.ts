/** The part of systemctl that repairs use, for hosts of a recorded scenario. What is missing is named. */
import type { Ran } from '../protocol';
import type { Outcome, ServiceState, Supervisor } from './supervisor';

export interface UnitFiles {
  isEnabled(unit: string): boolean;
  isMasked(unit: string): boolean;
  /** Each gives what systemctl prints about it. */
  enable(unit: string): string;
  disable(unit: string): string;
  mask(unit: string): string;
  unmask(unit: string): string;
  /** The unit's files, one after the other. */
  text(unit: string): string;
}
export interface Machine {
  readonly supervisor: Supervisor;
  readonly files: UnitFiles;
  /** The last lines about a unit. */
  journal(unit: string): string;
  power(what: 'reboot' | 'poweroff'): void;
}
const NOT_LOADED = 5;
const NOT_ACTIVE = 3;
const NO_SUCH_UNIT = 4;

export async function systemctl(machine: Machine, words: readonly string[]): Promise<Ran> {
  const options = words.filter((word) => word.startsWith('-'));
  const [verb = 'list-units', ...names] = words.filter((word) => !word.startsWith('-'));
  const quiet = options.includes('-q') || options.includes('--quiet');
  const ran = await runVerb(machine, verb, names.map(unitName), options);
  return quiet && verb.startsWith('is-') ? { ...ran, out: '' } : ran;
}
function unitName(name: string): string {
  return /\.(service|target|socket|timer|mount|path|slice)$/.test(name) ? name : `${name}.service`;
}
const ok = (out = '', err = ''): Ran => ({ code: 0, out, err });

async function runVerb(
  machine: Machine,
  verb: string,
  units: readonly string[],
  options: readonly string[],
): Promise<Ran> {
  const { supervisor, files } = machine;
  switch (verb) {
    case 'start':
    case 'stop':
    case 'restart':
    case 'reload':
    case 'try-restart':
    case 'reload-or-restart':
    case 'try-reload-or-restart':
      return all(units, (unit) => job(machine, verb, unit), options.includes('--no-block'));
    case 'enable':
    case 'disable':
    case 'mask':
    case 'unmask': {
      const err = units.map((unit) => files[verb](unit)).join('');
      if (!options.includes('--now')) return ok('', err);
      const then = await all(
        units,
        (unit) => job(machine, verb === 'enable' ? 'start' : 'stop', unit),
        false,
      );
      return { ...then, err: err + then.err };
    }
    case 'daemon-reload':
      supervisor.reloadDefinitions();
      return ok();
    case 'reset-failed':
      for (const unit of units.length > 0 ? units : supervisor.services().map((one) => one.unit.name))
        supervisor.resetFailed(unit);
      return ok();
    case 'kill':
      return all(units, (unit) => Promise.resolve(kill(machine, unit, options)), false);
    case 'is-active':
    case 'is-failed':
      return asked(units, (unit) => activeWord(supervisor.service(unit)), verb.slice(3));
    case 'is-enabled':
      return asked(units, (unit) => enabledWord(files, unit), 'enabled');
    case 'status':
      return all(units, (unit) => Promise.resolve(status(machine, unit)), false);
    case 'show':
      return all(units, (unit) => Promise.resolve(show(supervisor.service(unit), options)), false);
    case 'cat':
      return ok(units.map((unit) => files.text(unit)).join('\n'));
    case 'reboot':
    case 'poweroff':
      machine.power(verb);
      return ok();
    default:
      return { code: 1, out: '', err: `systemctl: not played by the recorder: ${verb}\n` };
  }
}
async function all(
  units: readonly string[],
  run: (unit: string) => Promise<Ran>,
  isLeftAlone: boolean,
): Promise<Ran> {
  const running = Promise.all(units.map(run));
  if (isLeftAlone) return ok();
  const ran = await running;
  const worst = Math.max(0, ...ran.map(({ code }) => (code === 'timeout' ? 1 : code)));
  return {
    code: worst,
    out: ran.map(({ out }) => out).join(''),
    err: ran.map(({ err }) => err).join(''),
  };
}
function asked(units: readonly string[], word: (unit: string) => string, wanted: string): Ran {
  const words = units.map(word);
  const isGood = words.some((one) => one === wanted);
  return {
    code: isGood ? 0 : wanted === 'active' ? NOT_ACTIVE : 1,
    out: words.map((one) => `${one}\n`).join(''),
    err: '',
  };
}

async function job({ supervisor, files }: Machine, verb: string, unit: string): Promise<Ran> {
  const service = supervisor.service(unit);
  const plain = verb.includes('restart') && verb !== 'restart' ? 'restart' : verb;
  if (files.isMasked(unit) && plain !== 'stop')
    return { code: 1, out: '', err: `Failed to ${plain} ${unit}: Unit ${unit} is masked.\n` };
  if (service === undefined)
    return {
      code: NOT_LOADED,
      out: '',
      err: `Failed to ${plain} ${unit}: Unit ${unit} not ${plain === 'stop' ? 'loaded' : 'found'}.\n`,
    };
  const outcome = await act(supervisor, verb, unit, service.active === 'active');
  if (outcome === 'inactive') return { code: 1, out: '', err: `${unit} is not active, cannot reload.\n` };
  if (outcome !== 'failed') return ok();
  const reason =
    service.result === 'start-limit-hit'
      ? 'start of the service was attempted too often'
      : 'the control process exited with error code';
  return {
    code: 1,
    out: '',
    err: `Job for ${unit} failed because ${reason}.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.\n`,
  };
}
function act(
  supervisor: Supervisor,
  verb: string,
  unit: string,
  isActive: boolean,
): Promise<Outcome | 'inactive'> {
  switch (verb) {
    case 'start':
      return supervisor.start(unit);
    case 'stop':
      return supervisor.stop(unit);
    case 'reload':
      return isActive ? supervisor.reload(unit) : Promise.resolve('inactive');
    case 'try-restart':
      return isActive ? supervisor.restart(unit) : Promise.resolve('done');
    case 'reload-or-restart':
      return isActive ? supervisor.reload(unit) : supervisor.start(unit);
    case 'try-reload-or-restart':
      return isActive ? supervisor.reload(unit) : Promise.resolve('done');
    default:
      return supervisor.restart(unit);
  }
}
function kill({ supervisor }: Machine, unit: string, options: readonly string[]): Ran {
  const wanted =
    options.find((option) => /^(-s|--signal=)/.test(option))?.replace(/^(-s|--signal=)/, '') ?? 'TERM';
  supervisor.signal(unit, `SIG${wanted.replace(/^SIG/, '')}`);
  return ok();
}
function activeWord(service: ServiceState | undefined): string {
  if (service === undefined) return 'inactive';
  return service.active === 'auto-restart' ? 'activating' : service.active;
}
function enabledWord(files: UnitFiles, unit: string): string {
  if (files.isMasked(unit)) return 'masked';
  return files.isEnabled(unit) ? 'enabled' : 'disabled';
}
function status({ supervisor, files, journal }: Machine, unit: string): Ran {
  const service = supervisor.service(unit);
  if (service === undefined)
    return { code: NO_SUCH_UNIT, out: '', err: `Unit ${unit} could not be found.\n` };
  const word = activeWord(service);
  const bullet = word === 'failed' ? '×' : word === 'inactive' ? '○' : '●';
  const detail = word === 'failed' ? ` (Result: ${service.result})` : word === 'active' ? ' (running)' : '';
  return {
    code: word === 'active' || word === 'activating' ? 0 : NOT_ACTIVE,
    out: `${bullet} ${unit} - ${service.unit.description}\n     Loaded: loaded (${enabledWord(files, unit)})\n     Active: ${word}${detail}\n\n${journal(unit)}`,
    err: '',
  };
}
function show(service: ServiceState | undefined, options: readonly string[]): Ran {
  const values: Record<string, string> = {
    ActiveState: activeWord(service),
    SubState: service?.active === 'active' ? 'running' : (service?.active ?? 'dead'),
    Result: service?.result ?? 'success',
    MainPID: String(service?.main ?? 0),
    NRestarts: String(service?.restarts ?? 0),
  };
  const wanted = options.flatMap((option) => /^(?:-p|--property=)(.+)/.exec(option)?.[1]?.split(',') ?? []);
  const isBare = options.includes('--value');
  const lines = Object.entries(values)
    .filter(([key]) => wanted.length === 0 || wanted.includes(key))
    .map(([key, value]) => (isBare ? `${value}\n` : `${key}=${value}\n`));
  return ok(lines.join(''));
}
