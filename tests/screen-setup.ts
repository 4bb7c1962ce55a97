import { configure } from '@testing-library/react';
import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

afterEach(cleanup);

// jsdom lays nothing out: what scrolls or measures finds nothing to do.
Element.prototype.scrollTo ??= () => undefined;
Range.prototype.getClientRects ??= () => Object.assign([], { item: () => null });

// Panels that load a part of theirs first may take longer on a busy machine.
configure({ asyncUtilTimeout: 5000 });
