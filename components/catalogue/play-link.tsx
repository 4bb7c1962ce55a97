'use client';

import Link from 'next/link';
import { type ComponentProps, useState } from 'react';

/**
 * A link to a run or to the sandbox. All of them on one page are too many to
 * fetch; whoever points at one will probably follow it, and finds it ready.
 */
export function PlayLink(
  props: Omit<ComponentProps<typeof Link>, 'prefetch' | 'onFocus' | 'onPointerEnter'>,
) {
  const [wanted, setWanted] = useState(false);
  const makeReady = () => {
    setWanted(true);
    void import('@/lib/client/spawn-worker').then(
      ({ warmWorker }) => warmWorker(),
      // The page asks for it again, and says what is wrong.
      () => undefined,
    );
  };
  return <Link {...props} prefetch={wanted ? null : false} onPointerEnter={makeReady} onFocus={makeReady} />;
}
