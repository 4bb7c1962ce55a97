/** `nft -c -f FILE` for the editor: what it would print and return if the file had this text. */
import { formatDiagnostic, hasErrors } from '../../text/diagnostic';
import type { CheckedFile, FileChecker, Host } from '../../world/world.contract';
import { checkNftables } from './checker';
import type { Surroundings } from './evaluate/values';

export const nftablesFile: FileChecker = {
  language: 'nftables',
  matches: (path) => /^\/etc\/(?:nftables\.conf|nftables\.d\/.*)$|\.nft$/.test(path),
  command: (path) => `nft -c -f ${path}`,
  check(host, path, text): CheckedFile {
    const { diagnostics } = checkNftables([{ path, text }], {
      ruleset: host.world.network.ruleset(host),
      surroundings: surroundingsOf(host),
    });
    return {
      exit: hasErrors(diagnostics) ? 1 : 0,
      output: diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n`).join(''),
      diagnostics,
    };
  },
};

/** What rules mean on a host. */
export function surroundingsOf(host: Host): Surroundings {
  const { interfaces } = host.state;
  return {
    interfaceIndex: (name) => interfaces.get(name)?.index,
    interfaceName: (index) => [...interfaces.values()].find((device) => device.index === index)?.name,
    user: (name) => host.user(name)?.uid,
    group: (name) => host.group(name)?.gid,
    // Names are not asked of a resolver here.
    address: () => ({ ip: 0 }),
  };
}
