/** An event as a stream of server-sent events has it. */
export type ReadEvent = {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** Reads a stream of server-sent events until told to stop. */
export class EventReader {
  readonly events: ReadEvent[] = [];
  private readonly stopping = new AbortController();
  private reading: Promise<void> = Promise.resolve();
  status = 0;

  /** Resolves once the stream has begun. */
  async open(url: string, token: string, lastEventId?: string): Promise<this> {
    const answer = await fetch(url, {
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal: this.stopping.signal,
    });
    this.status = answer.status;
    if (answer.ok && answer.body) this.reading = this.read(answer.body).catch(() => undefined);
    return this;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.reading;
  }

  private async read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      const frames = text.split('\n\n');
      text = frames.pop() ?? '';
      for (const frame of frames) {
        const event = readFrame(frame);
        if (event) this.events.push(event);
      }
    }
  }
}

function readFrame(frame: string): ReadEvent | null {
  const fields = new Map(
    frame.split('\n').flatMap((line) => {
      const [, name, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value] as const];
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return null;
  return {
    id: fields.get('id') ?? '',
    event: fields.get('event') ?? 'message',
    data: JSON.parse(data) as ReadEvent['data'],
  };
}
