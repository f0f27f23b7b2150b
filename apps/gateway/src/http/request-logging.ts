import type { Params } from 'nestjs-pino';

type LoggedRequest = { readonly method: string; readonly url: string };
type LoggedResponse = { readonly statusCode: number };

/** One line a request: method, path, status, time. No header, no query, no body: they hold credentials and people's data. */
export function requestLogging(level: string): Params {
  return {
    pinoHttp: {
      level,
      base: { service: 'gateway' },
      autoLogging: { ignore: (request) => request.url?.startsWith('/health') === true },
      serializers: {
        req: ({ method, url }: LoggedRequest) => ({ method, path: url.split('?')[0] }),
        res: ({ statusCode }: LoggedResponse) => ({ statusCode }),
      },
    },
  };
}
