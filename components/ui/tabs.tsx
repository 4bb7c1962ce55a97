'use client';

import { Tabs as Radix } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from './class-names';

/** A row of tabs under a hairline; the chosen one is underlined. */
export const Tabs = Radix.Root;

export function TabList({ className, ...rest }: ComponentProps<typeof Radix.List>) {
  return (
    <Radix.List
      className={cn('flex min-w-0 gap-0.5 overflow-x-auto [scrollbar-width:none]', className)}
      {...rest}
    />
  );
}

export function Tab({ className, ...rest }: ComponentProps<typeof Radix.Trigger>) {
  return (
    <Radix.Trigger
      className={cn(
        '-mb-px flex shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2.5 py-[7px] text-[12.5px] leading-5 text-muted',
        'outline-offset-[-3px] hover:text-text data-[state=active]:border-text data-[state=active]:text-text',
        className,
      )}
      {...rest}
    />
  );
}

export function TabPanel({ className, ...rest }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Content
      className={cn('min-h-0 outline-offset-[-2px] data-[state=inactive]:hidden', className)}
      {...rest}
    />
  );
}
