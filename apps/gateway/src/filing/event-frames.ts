import type { EventAnswer } from './filing-event.dto.js';

/** Read by whoever came to read; carries nothing. Also keeps proxies from taking a quiet stream for a dead one. */
export const HEARTBEAT = ': \n\n';
/** How long a client waits until it connects again, in milliseconds. */
export const GREETING = 'retry: 3000\n\n';

/** An event as the stream has it; the id is where to go on. No line of it can hold a line end: JSON has none. */
export function frameOf(event: EventAnswer): string {
  return `id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Why the stream ends though its client is still there: it should know before it tries again. */
export function farewell(reason: string): string {
  return `event: end\ndata: ${JSON.stringify({ reason })}\n\n`;
}
