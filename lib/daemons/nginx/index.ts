/** nginx 1.22 as Debian 12 packages it. */
import type { Registry } from '../../world/world.contract';
import { nginxChecker } from './checker';
import { nginxDaemon } from './daemon';
import { COMMON_FILES, PACKAGE_FILES, STREAM_FILES } from './package-files';
import { nginx } from './program';
import { startStopDaemon } from './start-stop-daemon';

export function register(registry: Registry): void {
  registry.program('nginx/nginx', nginx);
  registry.program('dpkg/start-stop-daemon', startStopDaemon);
  registry.daemon(nginxDaemon);
  registry.checker(nginxChecker);
  registry.package('nginx-common', COMMON_FILES);
  // The real package depends on nginx-common; a host names only this one.
  registry.package('nginx', {
    ...COMMON_FILES,
    ...PACKAGE_FILES,
    '/usr/sbin/start-stop-daemon': { program: 'dpkg/start-stop-daemon' },
  });
  registry.package('libnginx-mod-stream', STREAM_FILES);
}
