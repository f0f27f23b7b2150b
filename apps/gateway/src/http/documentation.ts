import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { REASONS } from '@yiditong/codes';

const INTRODUCTION = `跨省异地就医直接结算平台接口。金额均为以分为单位的十进制字符串；业务日期为北京时间 YYYY-MM-DD。
出错时返回 RFC 9457 问题文档，reason 为稳定的原因码，messages 给出中英文说明；503 表示请用原编号重试。

The interface of the clearinghouse for cross-province medical settlement. Amounts are decimal strings of fen; business
dates are YYYY-MM-DD in Asia/Shanghai. Errors are RFC 9457 problem documents with a stable reason code and a sentence in
Chinese and in English; 503 means: retry under the same key.`;

const PROBLEM = {
  description: '问题文档 RFC 9457 problem document',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status', 'detail', 'reason', 'messages'],
        properties: {
          type: { type: 'string', format: 'uri' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string', description: '中文，或按 Accept-Language 给出英文' },
          reason: { type: 'string', enum: Object.keys(REASONS) },
          messages: { type: 'object', properties: { zh: { type: 'string' }, en: { type: 'string' } } },
          errors: {
            type: 'array',
            items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
          },
          instance: { type: 'string', description: '跟踪号 trace id' },
        },
      },
    },
  },
};

const OUTCOME = {
  description: 'OperationOutcome',
  content: { 'application/fhir+json': { schema: { type: 'object', required: ['resourceType', 'issue'] } } },
};

const ASKS_FOR_TOKEN = /^\/(v1\/|fhir\/(?!metadata$))/;

/** Readable documentation at /docs, the OpenAPI 3.1 document at /openapi.json. */
export function serveDocumentation(app: INestApplication): void {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('异地通 Yiditong')
    .setDescription(`${INTRODUCTION}\n\n${reasonTable()}`)
    .setVersion('0.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  describeProblems(document);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: '异地通 接口文档',
    customCss: '.swagger-ui .topbar { display: none }',
  });
}

/** Every operation can answer with a problem; only those under /v1 and /fhir ask for a token. */
function describeProblems(document: OpenAPIObject): void {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of [item.get, item.post, item.put, item.delete]) {
      if (!operation) continue;
      operation.responses['default'] = path.startsWith('/fhir/') ? OUTCOME : PROBLEM;
      if (!ASKS_FOR_TOKEN.test(path)) operation.security = [];
    }
  }
}

function reasonTable(): string {
  const rows = Object.entries(REASONS).map(([reason, { http, zh, en }]) => `| ${reason} | ${http} | ${zh} ${en} |`);
  return [
    '<details><summary>原因码 Reason codes</summary>',
    '',
    '| reason | HTTP | |',
    '|---|---|---|',
    ...rows,
    '',
    '</details>',
  ].join('\n');
}
