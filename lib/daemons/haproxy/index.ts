/** HAProxy 2.6 as Debian 12 ships it. */
import type { Registry } from '../../world/world.contract';
import { haproxyDaemon } from './daemon';
import { haproxyFile } from './file-check';
import { PACKAGE_FILES } from './package-files';
import { haproxy } from './program';

export function register(registry: Registry): void {
  registry.checker(haproxyFile);
  registry.program('haproxy/haproxy', haproxy);
  registry.daemon(haproxyDaemon);
  registry.package('haproxy', PACKAGE_FILES);
}
