import {
  ArrowRightLeft,
  BrickWallFire,
  KeyRound,
  type LucideProps,
  Radar,
  Server,
  Split,
  SquareCode,
  UsersRound,
} from 'lucide-react';
import type { ComponentType } from 'react';
import type { HostView } from '@/lib/session/messages';

const ICONS: Readonly<Record<HostView['kind'], ComponentType<LucideProps>>> = {
  router: BrickWallFire,
  'load-balancer': Split,
  proxy: ArrowRightLeft,
  app: SquareCode,
  bastion: KeyRound,
  clients: UsersRound,
  probe: Radar,
  server: Server,
};

export function HostIcon({ kind, ...rest }: { kind: HostView['kind'] } & LucideProps) {
  const Icon = ICONS[kind];
  return <Icon size={13} strokeWidth={1.9} aria-hidden="true" {...rest} />;
}
