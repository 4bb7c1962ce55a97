import type { Metadata } from 'next';
import { Notice } from '@/components/ui/notice';

export const metadata: Metadata = { title: 'Not here' };

export default function NotFound() {
  return (
    <Notice title="There is nothing at this address">
      The scenario may have another name now, or may not be installed here. Your saved runs are on the start
      page.
    </Notice>
  );
}
