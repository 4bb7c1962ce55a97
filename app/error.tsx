'use client';

import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';

/** `reset` would draw the same page again, with the same script missing when an update took it away. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <Notice
      title="This page stopped working"
      actions={
        <Button look="primary" onClick={() => window.location.reload()}>
          Try again
        </Button>
      }
    >
      <p>
        This is a fault in Faultline, not something you did. Your run was saved a moment ago: trying again
        goes on from there.
      </p>
      <details className="mt-3 text-sm">
        <summary className="text-muted">What happened</summary>
        <pre className="mt-2 max-h-60 overflow-auto whitespace-pre-wrap rounded-lg border border-line bg-terminal p-3 text-xs">
          {[error.message, error.digest, error.stack].filter(Boolean).join('\n')}
        </pre>
      </details>
    </Notice>
  );
}
