/** How `ip` fails: what it writes to standard error, and its exit code (ip(8): 1 syntax, 2 the kernel refused). */
export class IpFailure extends Error {
  constructor(
    readonly text: string,
    readonly code: 1 | 2 | 255,
  ) {
    super(text);
  }
}
export function refused(message: string): IpFailure {
  return new IpFailure(`${message}\n`, 2);
}
export function netlink(message: string): IpFailure {
  return refused(`RTNETLINK answers: ${message}`);
}
export function usage(message: string): IpFailure {
  return new IpFailure(`${message}\n`, 1);
}
export function noDevice(name: string): IpFailure {
  return usage(`Cannot find device "${name}"`);
}
export function noSuchShown(name: string): IpFailure {
  return usage(`Device "${name}" does not exist.`);
}
export function garbage(word: string): IpFailure {
  return new IpFailure(`Error: either "local" is duplicate, or "${word}" is a garbage.\n`, 1);
}
