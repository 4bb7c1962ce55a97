/** What curl says of options that it cannot take. */

/** Wrong usage: message and exit code. */
export class CurlUsage extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

/** The line below such a message. */
export const HINT = "curl: try 'curl --help' or 'curl --manual' for more information\n";
