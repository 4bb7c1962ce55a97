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
/** A command line that iproute2 itself cannot read: it ends with -1. */
export function misused(message: string): IpFailure {
  return new IpFailure(`${message}\n`, 255);
}
/** A value that is none; iproute2 ends most of these reasons with a line's end of their own. */
export function wrongValue(text: string, reason: string): IpFailure {
  return misused(`Error: argument "${text}" is wrong: ${reason}\n`);
}
export function noDevice(name: string): IpFailure {
  return usage(`Cannot find device "${name}"`);
}
export function noSuchShown(name: string): IpFailure {
  return usage(`Device "${name}" does not exist.`);
}
export function garbage(what: string, word: string): IpFailure {
  return misused(`Error: either "${what}" is duplicate, or "${word}" is a garbage.`);
}
