/** openssl(1) of OpenSSL 3.0: finds the command and runs it. */
import type { ProgramContext, ProgramRun } from '../../world/process.contract';
import { ca } from './ca';
import { dgst } from './dgst';
import { digestOfName } from './digests';
import { ecparam, genpkey, genrsa } from './key-generation';
import { ec, pkcs8, pkey, rsa } from './key-tools';
import { passwd } from './passwd';
import { req } from './req';
import { Quit, Session, type Step } from './session';
import { rehash } from './rehash';
import { sClient } from './s-client';
import { rand, version } from './small-commands';
import { verify } from './verify';
import { x509 } from './x509';

type Command = (session: Session) => Step<number>;
const COMMANDS: Readonly<Record<string, Command>> = {
  ca,
  dgst,
  ec,
  ecparam,
  genpkey,
  genrsa,
  help,
  passwd,
  pkcs8,
  pkey,
  rand,
  rehash,
  req,
  rsa,
  s_client: sClient,
  verify,
  version,
  x509,
};
/** Commands of the real one that are named and not modelled. */
const OTHERS: readonly string[] = [
  'asn1parse',
  'ciphers',
  'cmp',
  'cms',
  'crl',
  'crl2pkcs7',
  'dhparam',
  'dsa',
  'dsaparam',
  'enc',
  'engine',
  'errstr',
  'fipsinstall',
  'gendsa',
  'info',
  'kdf',
  'list',
  'mac',
  'nseq',
  'ocsp',
  'pkcs12',
  'pkcs7',
  'pkeyparam',
  'pkeyutl',
  'prime',
  'rsautl',
  's_server',
  's_time',
  'sess_id',
  'smime',
  'speed',
  'spkac',
  'srp',
  'storeutl',
  'ts',
];

export function* openssl(context: ProgramContext): ProgramRun {
  const [, name = 'help', ...args] = context.argv;
  const session = new Session(context, name, args);
  try {
    const code = yield* commandOf(name)(session);
    yield* session.flush();
    return code;
  } catch (problem) {
    if (!(problem instanceof Quit)) throw problem;
    yield* session.flush();
    return problem.code;
  }
}

function commandOf(name: string): Command {
  const command = COMMANDS[name];
  if (command !== undefined) return command;
  if (digestOfName(name) !== undefined) return dgst;
  return OTHERS.includes(name) ? notModelled : unknown;
}
function* notModelled(session: Session): Step<number> {
  yield* session.say(`openssl: not modelled: ${session.name}\n`);
  return 1;
}
function* unknown(session: Session): Step<number> {
  yield* session.say(`Invalid command '${session.name}'; type "help" for a list.\n`);
  return 1;
}

const COLUMNS = 4;
/** The list of commands, as the real one prints it; to standard error. */
function* help(session: Session): Step<number> {
  const names = [...Object.keys(COMMANDS), ...OTHERS].toSorted();
  let table = '';
  for (let i = 0; i < names.length; i += COLUMNS)
    table += `${names
      .slice(i, i + COLUMNS)
      .map((name) => name.padEnd(18))
      .join('')}\n`;
  const digests = `${['md5', 'sha1', 'sha256', 'sha384'].map((name) => name.padEnd(18)).join('')}\n${'sha512'.padEnd(18)}\n`;
  yield* session.say(
    `help:\n\nStandard commands\n${table}\nMessage Digest commands (see the \`dgst' command for more details)\n${digests}\n`,
  );
  return 0;
}
