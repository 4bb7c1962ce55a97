/** TLS over the world's TCP connections: see `tls.contract`. The handshake itself follows. */
import { BrokenPromise } from '../../std/assert';
import type { SniChooser, Tls, TlsClientSettings, TlsInfo, TlsServerSettings } from '../tls.contract';

export class SimulatedTls implements Tls {
  accept(_connection: number, _settings: TlsServerSettings): void {
    throw new BrokenPromise('not modelled: TLS');
  }
  connect(_connection: number, _settings: TlsClientSettings): void {
    throw new BrokenPromise('not modelled: TLS');
  }
  info(): TlsInfo | undefined {
    return undefined;
  }
  isTls(): boolean {
    return false;
  }
  chooser<D>(_name: string, _choose: SniChooser<D>): void {}
}
