import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { RECEIPT_STYLE_SOURCE } from '../filing/receipt-style.js';

const DOCUMENTATION = /^\/docs(\/|$|\?)/;
const OF_DOCUMENTATION = /^\/(docs(-yaml)?|openapi\.json)(\/|$|\?)/;
const RECEIPT_PAGE = /\/receipt\.html$/;
const ONE_YEAR_SECONDS = 31_536_000;

/** Answers are JSON: a browser that is made to show one must load and run nothing. */
const CONTENT_OF_ANSWERS = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
};
/** The documentation page has scripts of its own, styles that it writes itself, and calls this gateway. */
const CONTENT_OF_DOCUMENTATION = {
  useDefaults: false,
  directives: {
    ...CONTENT_OF_ANSWERS.directives,
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
  },
};

/** The page has one style, which is known, and nothing else. */
const CONTENT_OF_RECEIPT = {
  useDefaults: false,
  directives: { ...CONTENT_OF_ANSWERS.directives, styleSrc: [RECEIPT_STYLE_SOURCE] },
};

/**
 * Headers that tell browsers to do nothing with an answer but show it, and caches to keep nothing of it. No other origin's page
 * may read an answer: no route sends CORS headers.
 */
export async function setSecurityHeaders(app: NestFastifyApplication): Promise<void> {
  const instance = app.getHttpAdapter().getInstance();
  // Before helmet's own hook, which reads what is set here.
  instance.addHook('onRoute', (route) => {
    if (DOCUMENTATION.test(route.url)) route.helmet = { contentSecurityPolicy: CONTENT_OF_DOCUMENTATION };
    if (RECEIPT_PAGE.test(route.url)) route.helmet = { contentSecurityPolicy: CONTENT_OF_RECEIPT };
  });
  await app.register(helmet, {
    contentSecurityPolicy: CONTENT_OF_ANSWERS,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // Browsers heed it over TLS only, which ends before or at the gateway in a real installation.
    strictTransportSecurity: { maxAge: ONE_YEAR_SECONDS, includeSubDomains: true },
  });
  instance.addHook('onRequest', async (request, reply) => {
    if (!OF_DOCUMENTATION.test(request.url)) void reply.header('cache-control', 'no-store');
  });
}
