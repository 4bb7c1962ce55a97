'use client';

import { MapPortal } from './map-portal';
import { useState } from 'react';
import { cn } from '@/components/ui/class-names';
import type { HostView } from '@/lib/session/messages';
import { widthOf } from '@/lib/views/wires';
import { badgePlaces, type BadgePlace } from './address-view';
import { usePicture } from './picture';

/** Who holds each virtual address: a badge that glides from host to host. */
export function AddressBadges({ hosts }: { hosts: readonly HostView[] }) {
  const addresses = usePicture((state) => state.addresses);
  // Kept beside the picture: a badge without a holder stays, dimmed, where it last was.
  const [lastHolder] = useState(() => new Map<string, string>());
  for (const { address, holders } of addresses) {
    const holder = holders[0];
    if (holder !== undefined) lastHolder.set(address, holder);
  }
  return (
    <MapPortal>
      {badgePlaces(addresses, lastHolder).map((place) => (
        <Badge key={place.key} place={place} host={hosts.find(({ id }) => id === place.host)} />
      ))}
    </MapPortal>
  );
}

const HEIGHT = 18;

function Badge({ place: { text, state, row }, host }: { place: BadgePlace; host: HostView | undefined }) {
  if (host === undefined) return null;
  const x = host.x + widthOf(host) - 8;
  const y = host.y - 11 - row * (HEIGHT + 2);
  return (
    <span
      aria-hidden="true"
      className={cn(
        'pointer-events-none absolute left-0 top-0 z-[4] whitespace-nowrap rounded-[5px] px-[7px] py-px font-mono text-[10.5px] font-semibold leading-4 shadow-md',
        'transition-transform duration-700 ease-[cubic-bezier(.3,.9,.3,1)]',
        state === 'held' && 'bg-holder text-on-holder',
        state === 'conflict' && 'bg-broken-strong text-white',
        state === 'nobody' && 'border border-dashed border-broken bg-ink-1 text-broken',
      )}
      style={{ transform: `translate(${x}px, ${y}px) translateX(-100%)` }}
    >
      {text}
    </span>
  );
}
